//! The hash murmur3.

/// Murmur3, x86, 32 bits, seed 0, over bytes that arrive in parts.
///
/// Our own, because millions of buckets are computed with it: the crate that the tests compare it
/// with reads byte by byte from a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Murmur3 {
    hash: u32,
    /// The bytes after the last whole block of four, from the lowest up.
    tail: u32,
    length: u32,
}

impl Murmur3 {
    pub(super) fn with(mut self, part: &[u8]) -> Murmur3 {
        let (blocks, rest) = part.as_chunks::<4>();
        let shift = self.length % 4 * 8;
        for block in blocks {
            let both = u64::from(self.tail) | u64::from(u32::from_le_bytes(*block)) << shift;
            self.block(both as u32);
            self.tail = (both >> 32) as u32;
        }
        // The hashed text is part of a document or a context, both far below 2^32 bytes.
        self.length = self.length.wrapping_add((blocks.len() * 4) as u32);
        for byte in rest {
            self.tail |= u32::from(*byte) << (self.length % 4 * 8);
            self.length = self.length.wrapping_add(1);
            if self.length.is_multiple_of(4) {
                self.block(self.tail);
                self.tail = 0;
            }
        }
        self
    }

    fn block(&mut self, block: u32) {
        let mixed = (self.hash ^ scrambled(block)).rotate_left(13);
        self.hash = mixed.wrapping_mul(5).wrapping_add(0xe654_6b64);
    }

    pub(super) fn finish(self) -> u32 {
        // An empty tail is 0, which scrambles to 0.
        let mut hash = self.hash ^ scrambled(self.tail) ^ self.length;
        hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
        hash ^ hash >> 16
    }
}

fn scrambled(block: u32) -> u32 {
    block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_hashes() {
        for (text, hash) in [
            ("", 0),
            ("hello", 0x248b_fa47),
            ("The quick brown fox jumps over the lazy dog", 0x2e4f_f723),
        ] {
            assert_eq!(Murmur3::default().with(text.as_bytes()).finish(), hash);
        }
    }

    proptest! {
        #[test]
        fn parts_are_hashed_as_one(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..5),
        ) {
            let hash = parts.iter().fold(Murmur3::default(), |hash, part| hash.with(part)).finish();
            let theirs = murmur3::murmur3_32(&mut &*parts.concat(), 0).unwrap();
            prop_assert_eq!(hash, theirs);
        }
    }
}
