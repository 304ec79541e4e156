use std::sync::atomic::{AtomicU32, Ordering};

/// At most so many results of one sort are remembered for a bound context.
const PLACES: usize = 32;

/// Results that any later evaluation for the same bound context would compute again, by slot; each
/// is a number of so many bits.
///
/// A slot has one place, which it shares with others where the document has more slots than there
/// are places; the last one computed stays. So what a context keeps is small whatever the
/// document's size: a look costs one load, no lock or allocation is met while evaluating, and
/// contexts of which one flag is asked stay in the processor's cache. (A place for every slot, made
/// when first needed, cost the first evaluation more than all that it could save.) A place is one
/// word, so that threads see all of a result or nothing.
///
/// What is remembered must not depend on what was evaluated before. Hence it is only the bucket,
/// which is one step, and the membership of a segment that asks no other segment, with all the
/// steps that it takes: what a segment costs that asks others depends on which of them have been
/// asked already. Whoever finds a result takes the steps that computing it would have taken.
#[derive(Debug)]
pub(super) struct Remembered<const BITS: u32>(Box<[AtomicU32]>);

impl<const BITS: u32> Remembered<BITS> {
    /// For a document of so many slots.
    pub(super) fn new(slots: usize) -> Remembered<BITS> {
        let places = if slots == 0 { 0 } else { slots.next_power_of_two().min(PLACES) };
        Remembered((0..places).map(|_| AtomicU32::new(0)).collect())
    }

    /// The place of a slot, and what stands above a result there: which of the slots that share the
    /// place it is of. None for the slots beyond those that can be told apart.
    fn place(&self, slot: u32) -> Option<(&AtomicU32, u32)> {
        let place = self.0.get(slot as usize & self.0.len().wrapping_sub(1))?;
        let sharer = slot / PLACES as u32 + 1;
        (sharer >> (32 - BITS) == 0).then_some((place, sharer))
    }

    pub(super) fn get(&self, slot: u32) -> Option<u32> {
        let (place, sharer) = self.place(slot)?;
        // Nothing else is read because of it.
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
