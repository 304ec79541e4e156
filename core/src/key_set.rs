//! Sets of keys with stable slots.

use std::sync::Arc;

use crate::hash_index::{HashIndex, hash};
use crate::json::utf16_order;

/// Keys with a slot each, in the order of insertion.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeySet {
    keys: Vec<Arc<str>>,
    index: HashIndex,
    nameless: Arc<str>,
}

impl KeySet {
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    fn get(&self, place: u32) -> Option<&Arc<str>> {
        self.keys.get(place as usize)
    }

    /// Returns the key in this slot, empty if the slot is free.
    pub(crate) fn key(&self, place: u32) -> &Arc<str> {
        self.get(place).unwrap_or(&self.nameless)
    }

    pub(crate) fn place(&self, key: &str) -> Option<u32> {
        self.find(hash(key), key)
    }

    fn find(&self, hash: u32, key: &str) -> Option<u32> {
        self.index.find(hash, |place| (**self.key(place)).cmp(key))
    }

    /// Sorts slots by the RFC 8785 order of their keys.
    pub(crate) fn sort(&self, slots: &mut [u32]) {
        slots.sort_by(|a, b| utf16_order(self.key(*a), self.key(*b)));
    }

    /// The keys in the order of their slots.
    pub(crate) fn into_keys(self) -> Vec<Arc<str>> {
        self.keys
    }

    /// The slot of a key, which is added if it is not there yet.
    #[cfg(feature = "authoring")]
    pub(crate) fn intern(&mut self, key: &str) -> u32 {
        self.place(key).unwrap_or_else(|| self.add(&Arc::from(key)))
    }

    /// Adds a key that is not there yet.
    pub(crate) fn add(&mut self, key: &Arc<str>) -> u32 {
        self.push(hash(key), Arc::clone(key))
    }

    fn push(&mut self, hash: u32, key: Arc<str>) -> u32 {
        // A document is at most 256 MiB, so its keys are fewer than 2^32.
        let place = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key);
        let key = |place: u32| self.keys.get(place as usize);
        self.index.insert(hash, place, &|a, b| key(a).cmp(&key(b)));
        place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_keeps_its_slot(keys in proptest::collection::vec("[a-c]{0,3}", 0..60)) {
            let mut set = KeySet::default();
            let mut known: Vec<String> = Vec::new();
            for key in keys {
                let place = known.iter().position(|other| *other == key);
                prop_assert_eq!(set.place(&key).map(|place| place as usize), place);
                if place.is_none() {
                    prop_assert_eq!(set.add(&Arc::from(&*key)) as usize, known.len());
                    known.push(key);
                }
            }
            prop_assert_eq!(set.len(), known.len());
        }
    }
}
