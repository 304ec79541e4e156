use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// A map with a fixed seed: lookups are fast, and nothing ever depends on its order.
pub(crate) type Map<K, V> = HashMap<K, V, FixedState>;

/// Gives each name of one kind of thing (flags, segments, context kinds) a slot of its own.
///
/// A name keeps its slot for ever, also while the document does not hold it. So a prerequisite of
/// a flag that a later patch brings needs no new link.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyTable {
    names: Vec<Arc<str>>,
    slots: Map<Arc<str>, u32>,
}

impl KeyTable {
    pub(crate) fn slot(&self, name: &str) -> Option<u32> {
        self.slots.get(name).copied()
    }

    pub(crate) fn name(&self, slot: u32) -> &Arc<str> {
        static NAMELESS: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| Arc::from(""));
        self.names.get(slot as usize).unwrap_or(&NAMELESS)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// The tables that the parts of a document are linked through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) flags: Arc<KeyTable>,
    pub(crate) segments: Arc<KeyTable>,
    pub(crate) kinds: Arc<KeyTable>,
    pub(crate) attributes: Arc<super::attribute::AttributeTable>,
}

/// The slot of a name, new if need be; a table that other rulesets share is copied first.
pub(crate) fn intern(table: &mut Arc<KeyTable>, name: &Arc<str>) -> u32 {
    if let Some(slot) = table.slot(name) {
        return slot;
    }
    let table = Arc::make_mut(table);
    // A document is at most 256 MiB, so its names are fewer than 2^32.
    let slot = u32::try_from(table.names.len()).unwrap_or(u32::MAX);
    table.names.push(Arc::clone(name));
    table.slots.insert(Arc::clone(name), slot);
    slot
}
