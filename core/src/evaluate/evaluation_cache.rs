//! The cache of results within one evaluation.

use crate::hash_index::HashIndex;

/// A cache of results in one evaluation, by slot, with the length of the longest path below each: a
/// path that is too long is detected wherever it is first entered.
///
/// The first few results are stored inline, so that an ordinary flag allocates nothing; their
/// entries are not initialized before the first one. The memory for the others depends on what the
/// evaluation visits, not on the size of the document.
#[derive(Debug)]
pub(super) struct EvaluationCache<T> {
    few: Option<Few<T>>,
    /// Boxed, so that an evaluation without them initializes only a pointer.
    many: Option<Box<Many<T>>>,
}

type Few<T> = [Option<(u32, Cached<T>)>; 8];

/// A cached result, and the length of the longest path below it, including itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cached<T> {
    pub(super) result: T,
    pub(super) height: usize,
}

impl<T> Default for EvaluationCache<T> {
    fn default() -> Self {
        EvaluationCache { few: None, many: None }
    }
}

impl<T: Copy> EvaluationCache<T> {
    pub(super) fn get(&self, slot: u32) -> Option<Cached<T>> {
        for entry in self.few.as_ref()? {
            match entry {
                Some((owner, cached)) if *owner == slot => return Some(*cached),
                Some(_) => {}
                None => return None,
            }
        }
        let many = self.many.as_ref()?;
        many.results.get(many.slots.find(slot)?).copied()
    }

    /// Inserts the result of a slot that has none.
    pub(super) fn insert(&mut self, slot: u32, cached: Cached<T>) {
        let few = self.few.get_or_insert([None; 8]);
        if let Some(entry) = few.iter_mut().find(|entry| entry.is_none()) {
            *entry = Some((slot, cached));
            return;
        }
        let new = || Box::new(Many { slots: Slots::default(), results: Vec::new() });
        let many = self.many.get_or_insert_with(new);
        many.slots.add(slot);
        many.results.push(cached);
    }
}

/// The results after the first few, and their slots in the same order.
#[derive(Debug)]
struct Many<T> {
    slots: Slots,
    results: Vec<Cached<T>>,
}

/// Slots in the order in which they were added.
#[derive(Debug, Default)]
struct Slots {
    slots: Vec<u32>,
    index: HashIndex,
}

/// Neighbouring slots have different buckets.
fn hash(slot: u32) -> u32 {
    slot.wrapping_mul(0x9e37_79b9).rotate_left(16)
}

impl Slots {
    fn find(&self, slot: u32) -> Option<usize> {
        let order = |at: u32| self.slots.get(at as usize).cmp(&Some(&slot));
        self.index.find(hash(slot), &order).map(|at| at as usize)
    }

    fn add(&mut self, slot: u32) {
        let at = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(slot);
        let slots = &self.slots;
        let order = |a: u32, b: u32| slots.get(a as usize).cmp(&slots.get(b as usize));
        self.index.insert(hash(slot), at, &order);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_slot_has_its_own_result() {
        let mut cache = EvaluationCache::default();
        let slots = [7, 0, 1 << 16, 2 << 16, 3, 4, 5, 6, u32::MAX, 8, 3 << 16, 9, 1];
        for (height, slot) in slots.into_iter().enumerate() {
            assert!(cache.get(slot).is_none(), "{slot}");
            cache.insert(slot, Cached { result: slot, height });
        }
        for (height, slot) in slots.into_iter().enumerate() {
            let cached = cache.get(slot).unwrap();
            assert_eq!((cached.result, cached.height), (slot, height));
        }
        assert!(cache.get(2).is_none());
    }

    /// As for the 1,000 slots after the first few: most are alone in their bucket.
    #[test]
    fn neighbouring_slots_have_different_buckets() {
        let buckets: BTreeSet<u32> = (0..1000).map(|slot| hash(slot) % 2048).collect();
        assert!(buckets.len() > 900, "{}", buckets.len());
    }
}
