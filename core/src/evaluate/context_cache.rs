//! Caches of a bound context, shared by its evaluations.

use std::sync::atomic::{AtomicU32, Ordering};

/// Capacity of each cache of a bound context.
const ENTRIES: usize = 32;

/// A cache of results that every later evaluation for the same bound context would compute again,
/// by slot.
///
/// Each slot maps to one entry, which it shares with other slots if the document has more slots
/// than the cache has entries; the last result is kept. The memory of a context is therefore small
/// whatever the document's size: a look-up costs one load, evaluation needs no lock or allocation,
/// and contexts that evaluate one flag remain in the processor's cache. (One entry for each slot,
/// allocated on first use, cost the first evaluation more than all that it could save.) An entry is
/// one word, so that threads see a complete result or none.
///
/// Cached results must not depend on earlier evaluations. Only two kinds are therefore cached:
/// buckets, which take one step, and memberships of segments that refer to no other segment, with
/// the steps that they take. (The steps of a segment that refers to others depend on which of those
/// have already been computed.) A cache hit takes the same steps as computing the result.
#[derive(Debug)]
pub(super) struct ContextCache {
    /// The number of bits of a result.
    bits: u32,
    entries: Box<[AtomicU32]>,
}

impl ContextCache {
    /// Creates a cache of results of some bits each, for a document with this number of slots.
    pub(super) fn new(bits: u32, slots: usize) -> ContextCache {
        let count = if slots == 0 { 0 } else { slots.next_power_of_two().min(ENTRIES) };
        ContextCache { bits, entries: (0..count).map(|_| AtomicU32::new(0)).collect() }
    }

    /// Returns the entry of a slot, and the tag above a result there, which identifies the slot
    /// among those that share the entry. `None` for slots beyond those that a tag can identify.
    fn entry(&self, slot: u32) -> Option<(&AtomicU32, u32)> {
        let entry = self.entries.get(slot as usize & self.entries.len().wrapping_sub(1))?;
        let tag = slot / ENTRIES as u32 + 1;
        (tag >> (32 - self.bits) == 0).then_some((entry, tag))
    }

    pub(super) fn get(&self, slot: u32) -> Option<u32> {
        let (entry, tag) = self.entry(slot)?;
        // Relaxed: no other memory depends on it.
        let cached = entry.load(Ordering::Relaxed);
        (cached >> self.bits == tag).then_some(cached & ((1 << self.bits) - 1))
    }

    pub(super) fn set(&self, slot: u32, result: u32) {
        if let Some((entry, tag)) = self.entry(slot) {
            entry.store(tag << self.bits | result, Ordering::Relaxed);
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.iter_mut().for_each(|entry| *entry.get_mut() = 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_found_until_another_takes_its_entry() {
        let cache = ContextCache::new(17, 1000);
        let (largest, sharer) = ((1 << 17) - 1, ENTRIES as u32);
        assert_eq!(cache.get(0), None);
        cache.set(0, 7);
        cache.set(1, 0);
        assert_eq!((cache.get(0), cache.get(1)), (Some(7), Some(0)));
        assert_eq!(cache.get(sharer), None);
        cache.set(sharer, largest);
        assert_eq!((cache.get(0), cache.get(sharer)), (None, Some(largest)));
    }

    #[test]
    fn slots_beyond_the_tags_are_not_cached() {
        let cache = ContextCache::new(24, 1 << 20);
        let last = 255 * ENTRIES as u32 - 1;
        for slot in [last, last + 1, last + 1 + (256 * ENTRIES as u32)] {
            cache.set(slot, 7);
            assert_eq!(cache.get(slot), (slot == last).then_some(7));
        }
    }

    #[test]
    fn a_cache_for_no_slots_stores_nothing() {
        let cache = ContextCache::new(17, 0);
        cache.set(0, 7);
        assert_eq!(cache.get(0), None);
    }
}
