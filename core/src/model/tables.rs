//! The tables of keys, kinds, attributes and buckets that link the parts of a document.

use std::cmp::Ordering;
use std::sync::Arc;

use super::attribute::{AttributeSlot, AttributeTable};
use super::hash::{HashChoice, HashPrefix};
use crate::hash_index::HashIndex;
use crate::key_set::KeySet;

/// The tables that link the parts of a document: flags, segments and kinds by key.
///
/// A key keeps its slot permanently, even if the document does not contain it, so that a
/// prerequisite on a flag that a later patch adds needs no new link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) flags: Arc<KeySet>,
    pub(crate) segments: Arc<KeySet>,
    pub(crate) kinds: Arc<KeySet>,
    pub(crate) attributes: Arc<AttributeTable>,
    pub(crate) buckets: Arc<BucketTable>,
}

/// Returns the slot of a key, adding it if needed; a table that other models share is copied
/// first.
pub(crate) fn intern(table: &mut Arc<KeySet>, key: &Arc<str>) -> u32 {
    match table.slot(key) {
        Some(slot) => slot,
        None => changed(table, |table| table.add(key)).unwrap_or(u32::MAX),
    }
}

/// Changes a table of this model; a shared one is copied first.
pub(super) fn changed<T: Clone, R>(
    table: &mut Arc<T>,
    change: impl FnOnce(&mut T) -> R,
) -> Option<R> {
    if Arc::get_mut(table).is_none() {
        *table = Arc::new(T::clone(table));
    }
    Arc::get_mut(table).map(change)
}

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
