//! The attributes and kinds that a document reads, with their slots.

use std::cmp::Ordering;
use std::sync::Arc;

use super::operator::ComparedAs;
use super::tables::{changed, intern};
use crate::context::AttributeReference;
use crate::hash_index::{HashIndex, hash};
use crate::key_set::KeySet;

/// An attribute that the document reads: its index in a bound context's row of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttributeSlot(pub(crate) u32);

/// A context kind that the document names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KindSlot(pub(crate) u32);

/// An attribute to look up when a context is bound, and the form to convert its value to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The context kind that has it.
    pub kind: KindSlot,
    /// Its name, or the path to a value in it.
    pub reference: AttributeReference,
    pub(crate) compared_as: ComparedAs,
}

impl Attribute {
    fn hash(&self) -> u32 {
        let words = [self.kind.0, self.compared_as as u32];
        let names = self.reference.names().map(hash);
        let mix = |mixed: u32, word| mixed.rotate_left(5).wrapping_mul(0x9e37_79b9) ^ word;
        names.chain(words).fold(0, mix)
    }

    fn order(&self, other: &Attribute) -> Ordering {
        let words = |one: &Attribute| (one.kind.0, one.compared_as as u32);
        let order = words(self).cmp(&words(other));
        order.then_with(|| self.reference.names().cmp(other.reference.names()))
    }
}

/// Every attribute that a document reads, once for each form in which it is compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttributeTable {
    attributes: Vec<Attribute>,
    index: HashIndex,
    /// The first names of all references.
    names: KeySet,
}

impl AttributeTable {
    pub(crate) fn len(&self) -> usize {
        self.attributes.len()
    }

    /// The document's string for the name of an attribute, if a reference begins with it.
    pub(crate) fn name(&self, name: &str) -> Option<&Arc<str>> {
        self.names.slot(name).map(|slot| self.names.key(slot))
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
    let hash = attribute.hash();
    let compare = |slot| table.get(AttributeSlot(slot)).map(|known| known.order(&attribute));
    if let Some(slot) = table.index.find(hash, &|slot| compare(slot).unwrap_or(Ordering::Less)) {
        return AttributeSlot(slot);
    }
    let slot = u32::try_from(table.attributes.len()).unwrap_or(u32::MAX);
    changed(table, |table| {
        let name = attribute.reference.shared_name();
        if table.names.slot(name).is_none() {
            table.names.add(name);
        }
        table.attributes.push(attribute);
        let AttributeTable { attributes, index, .. } = table;
        index.insert(hash, slot, &|a, b| {
            let (a, b) = (attributes.get(a as usize), attributes.get(b as usize));
            a.zip(b).map_or(Ordering::Equal, |(a, b)| a.order(b))
        });
    });
    AttributeSlot(slot)
}
