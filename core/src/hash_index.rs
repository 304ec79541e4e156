//! An index of slots by hash, with a bounded number of comparisons whatever the hashes are.

use std::cmp::Ordering;

use crate::balanced_tree::BalancedTree;

/// The hash of every index, eight bytes a step. It is fixed, so anyone can choose keys that
/// collide; see [`PROBES`].
pub(crate) fn hash(key: &str) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = key.as_bytes().as_chunks::<8>();
    let last = rest.iter().fold(key.len() as u64, |last, byte| last << 8 | u64::from(*byte));
    let mut hash = last.wrapping_mul(FACTOR);
    for word in words {
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR);
    }
    // The lowest bits choose the bucket; in a product they do not depend on the highest bits of its
    // factors.
    ((hash ^ hash >> 32).wrapping_mul(FACTOR) >> 32) as u32
}

/// The maximum number of buckets that a look-up visits. Ordinary keys need fewer; keys that find
/// these taken are kept in a balanced tree, so that keys chosen to collide cost a logarithm.
const PROBES: usize = 16;

/// An index of items that its owner stores, each in a slot.
///
/// One table for all look-ups: a generic map would be compiled once for each type of key.
#[derive(Clone, Debug, Default)]
pub(crate) struct HashIndex {
    /// Their number is a power of two, at most half of them taken; each contains a slot plus 1.
    buckets: Vec<Bucket>,
    taken: usize,
    crowded: BalancedTree,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    hash: u32,
    slot: u32,
}

impl HashIndex {
    /// Indexes the items in the first slots that have a hash; of equal items the first counts.
    pub(crate) fn of(
        count: u32,
        hash: &dyn Fn(u32) -> Option<u32>,
        order: &dyn Fn(u32, u32) -> Ordering,
    ) -> HashIndex {
        let mut index = HashIndex::default();
        index.grow(count as usize, order);
        for slot in 0..count {
            let Some(hash) = hash(slot) else { continue };
            match index.lookup(hash, &|known| order(known, slot)) {
                Lookup::Free(at) => index.fill(at, hash, slot),
                Lookup::Crowded => index.crowded.insert(hash, slot, &|known| order(known, slot)),
                Lookup::Found(_) => {}
            }
        }
        index
    }

    /// Returns the slot of the item that has this hash and compares as equal.
    pub(crate) fn find(&self, hash: u32, compare: &dyn Fn(u32) -> Ordering) -> Option<u32> {
        match self.lookup(hash, compare) {
            Lookup::Found(slot) => Some(slot),
            Lookup::Free(_) => None,
            Lookup::Crowded => self.crowded.find(hash, compare),
        }
    }

    /// Inserts a slot whose item is not indexed yet; `order` compares the items of two slots.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32, order: &dyn Fn(u32, u32) -> Ordering) {
        if self.buckets.len() < (self.taken + 1) * 2 {
            self.grow(self.taken + 1, order);
        }
        self.put(hash, slot, order);
    }

    /// Makes room, and moves every entry: an entry is in the tree only if its buckets are full.
    fn grow(&mut self, count: usize, order: &dyn Fn(u32, u32) -> Ordering) {
        let size = (count * 2).next_power_of_two().max(8);
        let buckets = std::mem::replace(&mut self.buckets, vec![Bucket::default(); size]);
        let crowded = std::mem::take(&mut self.crowded);
        self.taken = 0;
        for bucket in buckets.into_iter().filter(|bucket| bucket.slot > 0) {
            self.put(bucket.hash, bucket.slot - 1, order);
        }
        crowded.iter().for_each(|(hash, slot)| self.put(hash, slot, order));
    }

    fn put(&mut self, hash: u32, slot: u32, order: &dyn Fn(u32, u32) -> Ordering) {
        match self.lookup(hash, &|_| Ordering::Less) {
            Lookup::Free(at) => self.fill(at, hash, slot),
            // It takes no bucket: more buckets would not help keys with one hash.
            Lookup::Crowded | Lookup::Found(_) => {
                self.crowded.insert(hash, slot, &|known| order(known, slot));
            }
        }
    }

    fn fill(&mut self, at: usize, hash: u32, slot: u32) {
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket = Bucket { hash, slot: slot.saturating_add(1) };
            self.taken += 1;
        }
    }

    /// The bucket of an item with this hash, or the free bucket for it.
    fn lookup(&self, hash: u32, compare: &dyn Fn(u32) -> Ordering) -> Lookup {
        let mask = self.buckets.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        for _ in 0..PROBES {
            let bucket = self.buckets.get(at).copied().unwrap_or_default();
            let Some(slot) = bucket.slot.checked_sub(1) else { return Lookup::Free(at) };
            if bucket.hash == hash && compare(slot).is_eq() {
                return Lookup::Found(slot);
            }
            at = (at + 1) & mask;
        }
        Lookup::Crowded
    }
}

enum Lookup {
    Found(u32),
    Free(usize),
    /// All buckets that a look-up visits are taken.
    Crowded,
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn numbered_keys_spread_over_the_buckets() {
        // Random hashes would take 7,485 of the 16,384 buckets.
        let key: [fn(u32) -> String; 6] = [
            |n| format!("{n}"),
            |n| format!("{n:08}"),
            |n| format!("{n:08}-user"),
            |n| format!("user{n:04}"),
            |n| format!("user-{n:06}"),
            |n| format!("{n:032x}"),
        ];
        for key in key {
            let buckets: std::collections::BTreeSet<u32> =
                (0..10_000).map(|n| hash(&key(n)) & 0x3fff).collect();
            assert!(buckets.len() > 7_000, "{}: {}", key(1), buckets.len());
        }
    }

    /// Whatever the hashes and the order of insertion are.
    #[test]
    fn a_look_up_takes_a_logarithmic_number_of_comparisons() {
        const COUNT: u32 = 20_000;
        let hashes: [fn(u32) -> u32; 4] =
            [|_| 7, |n| n << 20, |n| n % 3, |n| n.wrapping_mul(0x9e37_79b9)];
        let orders: [fn(u32) -> u32; 3] =
            [|n| n, |n| 1_000_000 - n, |n| n.wrapping_mul(7919) % 20_011];
        for (hash, order) in hashes.iter().flat_map(|hash| orders.map(|order| (hash, order))) {
            let compared = Cell::new(0);
            let compare = |a: u32, b: u32| {
                compared.set(compared.get() + 1);
                order(a).cmp(&order(b))
            };
            let mut index = HashIndex::default();
            for slot in 0..COUNT {
                index.insert(hash(slot), slot, &compare);
            }
            // Everything moves whenever the buckets grow, which doubles them.
            assert!(compared.get() < COUNT * 3 * 32, "{}", compared.get());
            compared.set(0);
            for slot in 0..COUNT {
                assert_eq!(index.find(hash(slot), &|known| compare(known, slot)), Some(slot));
            }
            assert!(compared.get() < COUNT * (PROBES as u32 + 32), "{}", compared.get());
            assert_eq!(index.find(7, &|known| order(known).cmp(&u32::MAX)), None);
            compared.set(0);
            // Each item twice.
            let half = |slot: u32| order(slot / 2);
            let index = HashIndex::of(COUNT, &|slot| Some(hash(slot / 2)), &|a, b| {
                compared.set(compared.get() + 1);
                half(a).cmp(&half(b))
            });
            assert!(compared.get() < COUNT * (PROBES as u32 + 64), "{}", compared.get());
            for slot in 0..COUNT {
                let found = index.find(hash(slot / 2), &|known| half(known).cmp(&half(slot)));
                assert_eq!(found, Some(slot / 2 * 2));
            }
        }
    }
}
