use std::sync::Arc;

use super::operator::ComparedAs;
use super::tables::{changed, intern};
use crate::context::AttributeReference;
use crate::key_set::{self, HashIndex, KeySet};

/// An attribute that the document asks for: a place in a bound context's row of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AttributeSlot(pub(crate) u32);

/// A context kind that the document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KindSlot(pub(crate) u32);

/// One attribute to be looked up when a context is bound, and what to make of its value then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) kind: KindSlot,
    pub(crate) reference: AttributeReference,
    pub(crate) compared_as: ComparedAs,
}

/// Every attribute that a document asks for, once for each way in which it is compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttributeTable {
    attributes: Vec<Attribute>,
    index: HashIndex,
}

impl AttributeTable {
    pub(crate) fn len(&self) -> usize {
        self.attributes.len()
    }

    /// The name, as the document holds it, of an attribute that some reference leads to or into.
    pub(crate) fn name(&self, name: &str) -> Option<&Arc<str>> {
        let named = |slot| {
            let attribute = self.get(AttributeSlot(slot))?;
            Some(attribute.reference.shared_name()).filter(|known| ***known == *name)
        };
        let slot = self.index.find(key_set::hash(name), |slot| named(slot).is_some())?;
        named(slot)
    }

    pub(crate) fn get(&self, slot: AttributeSlot) -> Option<&Attribute> {
        self.attributes.get(slot.0 as usize)
    }
}

/// The kind's slot; the empty name is the default kind, `user`.
pub(crate) fn kind_slot(kinds: &mut Arc<KeySet>, kind: &Arc<str>) -> KindSlot {
    let kind = if kind.is_empty() { &Arc::from(crate::context::USER) } else { kind };
    KindSlot(intern(kinds, kind))
}

pub(crate) fn attribute_slot(
    table: &mut Arc<AttributeTable>,
    attribute: Attribute,
) -> AttributeSlot {
    let hash = key_set::hash(attribute.reference.name());
    let known = |slot| table.get(AttributeSlot(slot)) == Some(&attribute);
    if let Some(slot) = table.index.find(hash, known) {
        return AttributeSlot(slot);
    }
    let slot = u32::try_from(table.attributes.len()).unwrap_or(u32::MAX);
    changed(table, |table| {
        table.attributes.push(attribute);
        table.index.insert(hash, slot);
    });
    AttributeSlot(slot)
}
