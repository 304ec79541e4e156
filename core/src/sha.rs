//! SHA-1 and SHA-256 optimized for size: a page downloads a fifth of the size of the crates. Other
//! builds use the faster crates; the tests compare both.

/// A message in two parts, padded to whole blocks of 64 bytes.
struct Message<'a> {
    first: &'a [u8],
    second: &'a [u8],
}

impl Message<'_> {
    fn length(&self) -> usize {
        self.first.len() + self.second.len()
    }

    fn padded(&self) -> usize {
        (self.length() + 9).next_multiple_of(64)
    }

    /// The offsets at which blocks begin.
    fn blocks(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.padded()).step_by(64)
    }

    /// The words of the block at an offset.
    fn words(&self, at: usize) -> [u32; 16] {
        let mut block = [0; 64];
        let end = if at + 64 == self.padded() {
            (self.length() as u64 * 8).to_be_bytes()
        } else {
            [0; 8]
        };
        let parts = [
            (at + 56, &end[..]),
            (self.length(), &[0x80]),
            (0, self.first),
            (self.first.len(), self.second),
        ];
        for (offset, part) in parts {
            let source = part.get(at.saturating_sub(offset)..).unwrap_or_default();
            let place = block.get_mut(offset.saturating_sub(at)..).unwrap_or_default();
            place.iter_mut().zip(source).for_each(|(place, byte)| *place = *byte);
        }
        let mut words = [0; 16];
        for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        words
    }
}

/// One of the last sixteen words; those of later rounds overwrite the earlier ones.
fn word(words: &[u32; 16], round: usize) -> u32 {
    words.get(round & 15).copied().unwrap_or_default()
}

fn put(words: &mut [u32; 16], round: usize, word: u32) {
    if let Some(place) = words.get_mut(round & 15) {
        *place = word;
    }
}

fn add<const N: usize>(state: &mut [u32; N], block: [u32; N]) {
    for (old, new) in state.iter_mut().zip(block) {
        *old = old.wrapping_add(new);
    }
}

/// The first 64 bits of the SHA-1 of two texts, one after the other.
pub(crate) fn first_sha1_bits(first: &[u8], second: &[u8]) -> u64 {
    let message = Message { first, second };
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in message.blocks() {
        let mut words = message.words(block);
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for round in 0..80 {
            let before = |place| word(&words, round + place);
            let mut next = before(0);
            if round > 15 {
                next = (next ^ before(2) ^ before(8) ^ before(13)).rotate_left(1);
                put(&mut words, round, next);
            }
            let (mixed, constant) = match round {
                ..20 => (d ^ (b & (c ^ d)), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (d & (b | c)), 0x8f1b_bcdc_u32),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e);
            (e, d, c, b) = (d, c, b.rotate_left(30), a);
            a = sum.wrapping_add(constant).wrapping_add(next);
        }
        add(&mut state, [a, b, c, d, e]);
    }
    let [first, second, ..] = state;
    u64::from(first) << 32 | u64::from(second)
}

/// The SHA-256 of a text.
pub(crate) fn sha256(text: &[u8]) -> [u8; 32] {
    #[rustfmt::skip]
    const ROUNDS: [u32; 64] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ];
    let message = Message { first: text, second: &[] };
    let mut state: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    for block in message.blocks() {
        let mut words = message.words(block);
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (round, constant) in ROUNDS.iter().enumerate() {
            let before = |place| word(&words, round + place);
            let mut next = before(0);
            if round > 15 {
                let (far, near) = (before(1), before(14));
                let far = far.rotate_right(7) ^ far.rotate_right(18) ^ far >> 3;
                let near = near.rotate_right(17) ^ near.rotate_right(19) ^ near >> 10;
                next = next.wrapping_add(far).wrapping_add(before(9)).wrapping_add(near);
                put(&mut words, round, next);
            }
            let turned = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let chosen = g ^ (e & (f ^ g));
            let sum = h.wrapping_add(turned).wrapping_add(chosen);
            let sum = sum.wrapping_add(*constant).wrapping_add(next);
            let turned = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let majority = (a & b) | (c & (a | b));
            (h, g, f, e) = (g, f, e, d.wrapping_add(sum));
            (d, c, b, a) = (c, b, a, sum.wrapping_add(turned).wrapping_add(majority));
        }
        add(&mut state, [a, b, c, d, e, f, g, h]);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(state.map(u32::to_be_bytes).as_flattened());
    hash
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha1::{Digest, Sha1};
    use sha2::Sha256;

    proptest! {
        #[test]
        fn hashes_equal_those_of_the_crates(
            first in prop::collection::vec(any::<u8>(), 0..150),
            second in prop::collection::vec(any::<u8>(), 0..150),
        ) {
            let theirs = Sha1::new().chain_update(&first).chain_update(&second).finalize();
            let ours = super::first_sha1_bits(&first, &second).to_be_bytes();
            prop_assert!(theirs.starts_with(&ours));
            prop_assert_eq!(&super::sha256(&first)[..], &Sha256::digest(&first)[..]);
        }
    }
}
