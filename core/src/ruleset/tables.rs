use std::sync::Arc;

use super::attribute::AttributeTable;
use super::bucket_slot::BucketTable;
use crate::key_set::KeySet;

/// The tables that the parts of a document are linked through: flags, segments and kinds by key.
///
/// A key keeps its slot for ever, also while the document does not hold it. So a prerequisite of
/// a flag that a later patch brings needs no new link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) flags: Arc<KeySet>,
    pub(crate) segments: Arc<KeySet>,
    pub(crate) kinds: Arc<KeySet>,
    pub(crate) attributes: Arc<AttributeTable>,
    pub(crate) buckets: Arc<BucketTable>,
}

/// The slot of a key, new if need be; a table that other rulesets share is copied first.
pub(crate) fn intern(table: &mut Arc<KeySet>, key: &Arc<str>) -> u32 {
    match table.place(key) {
        Some(slot) => slot,
        None => changed(table, |table| table.add(key)).unwrap_or(u32::MAX),
    }
}

/// Changes a table that is this ruleset's own; one that is shared is copied first.
pub(super) fn changed<T: Clone, R>(
    table: &mut Arc<T>,
    change: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    if Arc::get_mut(table).is_none() {
        *table = Arc::new(T::clone(table));
    }
    Arc::get_mut(table).map(change)
}
