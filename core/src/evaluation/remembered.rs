//! Caches of a bound context, shared by its evaluations.

use std::sync::atomic::{AtomicU32, Ordering};

/// Capacity of each cache of a bound context.
const PLACES: usize = 32;

/// A cache of results that every later evaluation for the same bound context would compute again,
/// by slot; each result is a number of `BITS` bits.
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
pub(super) struct Remembered<const BITS: u32>(Box<[AtomicU32]>);

impl<const BITS: u32> Remembered<BITS> {
    /// Creates a cache for a document with this number of slots.
    pub(super) fn new(slots: usize) -> Remembered<BITS> {
        let places = if slots == 0 { 0 } else { slots.next_power_of_two().min(PLACES) };
        Remembered((0..places).map(|_| AtomicU32::new(0)).collect())
    }

    /// Returns the entry of a slot, and the tag above a result there, which identifies the slot
    /// among those that share the entry. `None` for slots beyond those that a tag can identify.
    fn place(&self, slot: u32) -> Option<(&AtomicU32, u32)> {
        let place = self.0.get(slot as usize & self.0.len().wrapping_sub(1))?;
        let sharer = slot / PLACES as u32 + 1;
        (sharer >> (32 - BITS) == 0).then_some((place, sharer))
    }

    pub(super) fn get(&self, slot: u32) -> Option<u32> {
        let (place, sharer) = self.place(slot)?;
        // Relaxed: no other memory depends on it.
        let known = place.load(Ordering::Relaxed);
        (known >> BITS == sharer).then_some(known & ((1 << BITS) - 1))
    }

    pub(super) fn set(&self, slot: u32, result: u32) {
        if let Some((place, sharer)) = self.place(slot) {
            place.store(sharer << BITS | result, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_found_until_its_place_is_taken() {
        let remembered = Remembered::<17>::new(1000);
        let (largest, taken_by) = ((1 << 17) - 1, PLACES as u32);
        assert_eq!(remembered.get(0), None);
        remembered.set(0, 7);
        remembered.set(1, 0);
        assert_eq!((remembered.get(0), remembered.get(1)), (Some(7), Some(0)));
        assert_eq!(remembered.get(taken_by), None);
        remembered.set(taken_by, largest);
        assert_eq!((remembered.get(0), remembered.get(taken_by)), (None, Some(largest)));
    }

    #[test]
    fn slots_that_cannot_be_told_apart_are_not_remembered() {
        let remembered = Remembered::<24>::new(1 << 20);
        let last = 255 * PLACES as u32 - 1;
        for slot in [last, last + 1, last + 1 + (256 * PLACES as u32)] {
            remembered.set(slot, 7);
            assert_eq!(remembered.get(slot), (slot == last).then_some(7));
        }
    }

    #[test]
    fn where_there_is_nothing_to_remember_nothing_is() {
        let remembered = Remembered::<17>::new(0);
        remembered.set(0, 7);
        assert_eq!(remembered.get(0), None);
    }
}
