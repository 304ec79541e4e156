use std::sync::Arc;

use super::attribute::AttributeSlot;
use super::hash::{HashChoice, HashPrefix};
use super::tables::changed;
use crate::key_set::{self, HashIndex};

/// A bucket that the document asks for: a context has the same one wherever the same attribute is
/// hashed alike, in several rules of a segment or in all experiments of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BucketSlot(pub(crate) u32);

/// Every bucket that a document asks for, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct BucketTable {
    buckets: Vec<(HashPrefix, HashChoice, AttributeSlot)>,
    index: HashIndex,
}

impl BucketTable {
    pub(crate) fn len(&self) -> usize {
        self.buckets.len()
    }
}

pub(super) fn bucket_slot(
    table: &mut Arc<BucketTable>,
    prefix: &HashPrefix,
    choice: HashChoice,
    by: AttributeSlot,
) -> BucketSlot {
    let hash = key_set::hash(&prefix.0);
    let is_it = |slot: u32| {
        let known = table.buckets.get(slot as usize);
        known.is_some_and(|known| known.0 == *prefix && known.1 == choice && known.2 == by)
    };
    if let Some(slot) = table.index.find(hash, is_it) {
        return BucketSlot(slot);
    }
    let slot = u32::try_from(table.buckets.len()).unwrap_or(u32::MAX);
    changed(table, |table| {
        table.buckets.push((prefix.clone(), choice, by));
        table.index.insert(hash, slot);
    });
    BucketSlot(slot)
}
