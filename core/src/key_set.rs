//! Sets of keys: which place a key has, found by its hash.

use std::sync::Arc;

/// The hash that every set is asked with, eight bytes a step. Keys are a document's own, so that
/// nothing is won by making them collide.
pub(crate) fn hash(key: &str) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = key.as_bytes().as_chunks::<8>();
    let last = rest.iter().fold(key.len() as u64, |last, byte| last << 8 | u64::from(*byte));
    let mut hash = last.wrapping_mul(FACTOR);
    for word in words {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
    }
    // The lowest bits choose the place; of a product they know nothing of the highest of its factors.
    ((hash ^ hash >> 32).wrapping_mul(FACTOR) >> 32) as u32
}

/// The places of things by their hash; the things themselves are the owner's.
///
/// One table for all that is looked up: a generic map would be compiled once for each type of key.
#[derive(Clone, Debug, Default)]
pub(crate) struct HashIndex {
    /// A power of two of them, at most half of them taken; a place is kept plus 1.
    buckets: Vec<Bucket>,
    taken: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    hash: u32,
    place: u32,
}

impl HashIndex {
    pub(crate) fn with_capacity(count: usize) -> HashIndex {
        let mut index = HashIndex::default();
        index.grow(count);
        index
    }

    /// The first place with that hash that `is_it` accepts.
    pub(crate) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.buckets.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let bucket = self.buckets.get(at)?;
            let place = bucket.place.checked_sub(1)?;
            if bucket.hash == hash && is_it(place) {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a place; that it is not there yet is the caller's to know.
    pub(crate) fn insert(&mut self, hash: u32, place: u32) {
        if self.buckets.len() < (self.taken + 1) * 2 {
            self.grow(self.taken + 1);
        }
        self.put(Bucket { hash, place: place.saturating_add(1) });
        self.taken += 1;
    }

    fn grow(&mut self, count: usize) {
        let size = (count * 2).next_power_of_two().max(8);
        let old = std::mem::replace(&mut self.buckets, vec![Bucket::default(); size]);
        old.into_iter().filter(|bucket| bucket.place > 0).for_each(|bucket| self.put(bucket));
    }

    fn put(&mut self, new: Bucket) {
        let mask = self.buckets.len().wrapping_sub(1);
        let mut at = new.hash as usize & mask;
        while let Some(bucket) = self.buckets.get_mut(at) {
            if bucket.place == 0 {
                *bucket = new;
                return;
            }
            at = (at + 1) & mask;
        }
    }
}

/// Keys that each have a place of their own, in the order in which they came.
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

    /// The key with that place, which is empty for none.
    pub(crate) fn key(&self, place: u32) -> &Arc<str> {
        self.get(place).unwrap_or(&self.nameless)
    }

    pub(crate) fn place(&self, key: &str) -> Option<u32> {
        self.find(hash(key), key)
    }

    fn find(&self, hash: u32, key: &str) -> Option<u32> {
        self.index.find(hash, |place| self.get(place).is_some_and(|known| **known == *key))
    }

    /// The place and the one copy of a key.
    pub(crate) fn intern(&mut self, key: &str) -> (u32, Arc<str>) {
        let hash = hash(key);
        let known = self.find(hash, key).and_then(|place| Some((place, self.get(place)?)));
        known.map(|(place, key)| (place, Arc::clone(key))).unwrap_or_else(|| {
            let key = Arc::from(key);
            (self.push(hash, Arc::clone(&key)), key)
        })
    }

    /// Adds a key that is not there yet.
    pub(crate) fn add(&mut self, key: &Arc<str>) -> u32 {
        self.push(hash(key), Arc::clone(key))
    }

    fn push(&mut self, hash: u32, key: Arc<str>) -> u32 {
        // A document is at most 256 MiB, so its keys are fewer than 2^32.
        let place = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(key);
        self.index.insert(hash, place);
        place
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_that_are_counted_have_places_of_their_own() {
        // Of 10,000 balls in 16,384 boxes the boxes with any are 7,485.
        let key: [fn(u32) -> String; 6] = [
            |n| format!("{n}"),
            |n| format!("{n:08}"),
            |n| format!("{n:08}-user"),
            |n| format!("user{n:04}"),
            |n| format!("user-{n:06}"),
            |n| format!("{n:032x}"),
        ];
        for key in key {
            let places: std::collections::BTreeSet<u32> =
                (0..10_000).map(|n| hash(&key(n)) & 0x3fff).collect();
            assert!(places.len() > 7_000, "{}: {}", key(1), places.len());
        }
    }

    proptest! {
        #[test]
        fn a_key_keeps_the_place_it_came_to(keys in proptest::collection::vec("[a-c]{0,3}", 0..60)) {
            let mut set = KeySet::default();
            let mut known: Vec<String> = Vec::new();
            for key in keys {
                let place = known.iter().position(|other| *other == key);
                prop_assert_eq!(set.place(&key).map(|place| place as usize), place);
                let (at, interned) = set.intern(&key);
                prop_assert_eq!(at as usize, place.unwrap_or(known.len()));
                prop_assert_eq!(&*interned, &*key);
                if place.is_none() {
                    known.push(key);
                }
            }
            prop_assert_eq!(set.len(), known.len());
        }
    }
}
