use std::sync::atomic::{AtomicU64, Ordering};

/// At most so many results of one sort are remembered for a bound context.
const PLACES: usize = 64;

/// Results that any later evaluation for the same bound context would compute again, by slot.
///
/// A slot has one place, which it shares with others where the document has more slots than there
/// are places; the last one computed stays. So what a context keeps is bounded whatever the
/// document's size, a look costs one load, and no lock or allocation is met while evaluating: a
/// place for every slot, made when first needed, cost the first evaluation more than all that it
/// could save. A result is one word, so that threads see all of it or nothing.
///
/// What is remembered must not depend on what was evaluated before. Hence it is only the bucket,
/// which is one step, and the membership of a segment that asks no other segment, with all the
/// steps that it takes: what a segment costs that asks others depends on which of them have been
/// asked already. Whoever finds a result takes the steps that computing it would have taken.
#[derive(Debug)]
pub(super) struct Remembered(Box<[AtomicU64]>);

impl Remembered {
    /// For a document of so many slots.
    pub(super) fn new(slots: usize) -> Remembered {
        let places = if slots == 0 { 0 } else { slots.next_power_of_two().min(PLACES) };
        Remembered((0..places).map(|_| AtomicU64::new(0)).collect())
    }

    fn place(&self, slot: u32) -> Option<&AtomicU64> {
        self.0.get(slot as usize & self.0.len().wrapping_sub(1))
    }

    pub(super) fn get(&self, slot: u32) -> Option<u32> {
        // Nothing else is read because of it.
        let known = self.place(slot)?.load(Ordering::Relaxed);
        (known >> 32 == u64::from(slot) + 1).then_some(known as u32)
    }

    pub(super) fn set(&self, slot: u32, result: u32) {
        if let Some(place) = self.place(slot) {
            place.store((u64::from(slot) + 1) << 32 | u64::from(result), Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_found_until_its_place_is_taken() {
        let remembered = Remembered::new(1000);
        let taken_by = PLACES as u32;
        assert_eq!(remembered.get(0), None);
        remembered.set(0, 7);
        remembered.set(1, 0);
        assert_eq!((remembered.get(0), remembered.get(1)), (Some(7), Some(0)));
        assert_eq!(remembered.get(taken_by), None);
        remembered.set(taken_by, u32::MAX);
        assert_eq!((remembered.get(0), remembered.get(taken_by)), (None, Some(u32::MAX)));
    }

    #[test]
    fn where_there_is_nothing_to_remember_nothing_is() {
        let remembered = Remembered::new(0);
        remembered.set(0, 7);
        assert_eq!(remembered.get(0), None);
    }
}
