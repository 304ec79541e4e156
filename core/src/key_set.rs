//! Sets of keys with stable slots.

use std::sync::Arc;

use crate::hash_index::{HashIndex, hash};
use crate::json::{sort_numbers, utf16_order};

/// Keys with a slot each, in the order of insertion.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    keys: Vec<Arc<str>>,
    index: HashIndex,
    /// The key of a free slot.
    empty: Arc<str>,
}

impl KeySet {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns the key in this slot, empty if the slot is free.
    pub(crate) fn key(&self, slot: u32) -> &Arc<str> {
        self.keys.get(slot as usize).unwrap_or(&self.empty)
    }

    /// Returns the slot of a key.
    pub(crate) fn slot(&self, key: &str) -> Option<u32> {
        self.index.find(hash(key), &|slot| (**self.key(slot)).cmp(key))
    }

    /// Sorts slots by the RFC 8785 order of their keys.
    pub(crate) fn sort(&self, slots: &mut [u32]) {
        sort_numbers(slots, &|a, b| utf16_order(self.key(a), self.key(b)));
    }

    /// The keys in the order of their slots.
    pub(crate) fn into_keys(self) -> Vec<Arc<str>> {
        self.keys
    }

    /// Adds a key that is not in the set, and returns its slot.
    pub(crate) fn add(&mut self, key: &Arc<str>) -> u32 {
        // A document is at most 256 MiB, so its keys are fewer than 2^32.
        let slot = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(Arc::clone(key));
        let keys = &self.keys;
        let order = |a: u32, b: u32| keys.get(a as usize).cmp(&keys.get(b as usize));
        self.index.insert(hash(key), slot, &order);
        slot
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_keeps_its_slot_and_slots_are_sorted_by_key(keys in proptest::collection::vec("[a-c]{0,3}", 0..60)) {
            let mut set = KeySet::default();
            let mut known: Vec<String> = Vec::new();
            for key in keys {
                let slot = known.iter().position(|other| *other == key);
                prop_assert_eq!(set.slot(&key).map(|slot| slot as usize), slot);
                if slot.is_none() {
                    prop_assert_eq!(set.add(&Arc::from(&*key)) as usize, known.len());
                    known.push(key);
                }
            }
            prop_assert_eq!(set.len(), known.len());
            let mut slots: Vec<u32> = (0..).take(known.len()).collect();
            set.sort(&mut slots);
            known.sort();
            let sorted: Vec<&str> = slots.iter().map(|slot| &**set.key(*slot)).collect();
            prop_assert_eq!(sorted, known);
        }
    }
}
