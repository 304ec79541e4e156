//! SHA-1 where size counts: a page loads a third of what the crate `sha1` would bring. Elsewhere
//! that crate is faster, and the tests hold one against the other.

/// The first 64 bits of the hash of two texts, one after the other.
pub(super) fn first_bits(prefix: &[u8], text: &[u8]) -> u64 {
    let length = prefix.len() + text.len();
    let padded = (length + 9).next_multiple_of(64);
    let bits = length as u64 * 8;
    let byte = |at: usize| match prefix.get(at).or_else(|| text.get(at - prefix.len())) {
        Some(byte) => *byte,
        None if at == length => 0x80,
        None if at + 8 >= padded => (bits >> (8 * (padded - 1 - at))) as u8,
        None => 0,
    };
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in (0..padded).step_by(64) {
        let mut words = [0_u32; 80];
        for place in 0..80 {
            let before = |back: usize| words.get(place - back).copied().unwrap_or_default();
            let word = if place < 16 {
                let at = block + place * 4;
                u32::from_be_bytes([byte(at), byte(at + 1), byte(at + 2), byte(at + 3)])
            } else {
                (before(3) ^ before(8) ^ before(14) ^ before(16)).rotate_left(1)
            };
            if let Some(place) = words.get_mut(place) {
                *place = word;
            }
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (round, word) in words.iter().enumerate() {
            let (mixed, constant) = match round / 20 {
                0 => (d ^ (b & (c ^ d)), 0x5a82_7999),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (d & (b | c)), 0x8f1b_bcdc_u32),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e);
            (e, d, c, b) = (d, c, b.rotate_left(30), a);
            a = sum.wrapping_add(constant).wrapping_add(*word);
        }
        for (old, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *old = old.wrapping_add(new);
        }
    }
    let [first, second, ..] = state;
    u64::from(first) << 32 | u64::from(second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha1::{Digest, Sha1};

    proptest! {
        #[test]
        fn the_bits_are_those_of_the_crate(
            prefix in prop::collection::vec(any::<u8>(), 0..150),
            text in prop::collection::vec(any::<u8>(), 0..150),
        ) {
            let theirs = Sha1::new().chain_update(&prefix).chain_update(&text).finalize();
            let ours = super::first_bits(&prefix, &text).to_be_bytes();
            prop_assert!(theirs.starts_with(&ours));
        }
    }
}
