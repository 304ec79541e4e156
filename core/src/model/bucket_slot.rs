//! The buckets that a document needs, with their slots.

use std::cmp::Ordering;
use std::sync::Arc;

use super::attribute::AttributeSlot;
use super::hash::{HashChoice, HashPrefix};
use super::tables::changed;
use crate::hash_index::HashIndex;

/// A bucket that the document needs: a context has the same bucket wherever the same attribute is
/// hashed with the same prefix, in several rules of a segment or in all experiments of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BucketSlot(pub(crate) u32);

type Bucket = (HashPrefix, HashChoice, AttributeSlot);

/// Every bucket that a document needs, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct BucketTable {
    buckets: Vec<Bucket>,
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
    let hash = prefix.hash ^ by.0.wrapping_mul(0x9e37_79b9) ^ choice.rank();
    let wanted = (prefix.clone(), choice, by);
    let compare = |known: u32| table.buckets.get(known as usize).map(|known| order(known, &wanted));
    if let Some(slot) = table.index.find(hash, &|known| compare(known).unwrap_or(Ordering::Less)) {
        return BucketSlot(slot);
    }
    let slot = u32::try_from(table.buckets.len()).unwrap_or(u32::MAX);
    changed(table, |table| {
        table.buckets.push(wanted);
        let BucketTable { buckets, index } = table;
        index.insert(hash, slot, &|a, b| {
            let (a, b) = (buckets.get(a as usize), buckets.get(b as usize));
            a.zip(b).map_or(Ordering::Equal, |(a, b)| order(a, b))
        });
    });
    BucketSlot(slot)
}

fn order(a: &Bucket, b: &Bucket) -> Ordering {
    let slots = (a.2.0, a.1.rank()).cmp(&(b.2.0, b.1.rank()));
    slots.then_with(|| a.0.order(&b.0))
}
