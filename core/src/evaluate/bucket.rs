//! Computes buckets in integers from 0 to 99999, so that testing a share of 100000 is a comparison.

use std::io::Read;

use sha1::{Digest, Sha1};

use super::observer::Observer;
use super::{Evaluation, Malformed};
use crate::json::{self, Value};
use crate::limits;
use crate::model::{AttributeSlot, Bucketing, Hash, is_integral};

/// The bucket of a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// 0 to 99999.
    pub(crate) number: i64,
    /// Whether there was something to hash. Without it the bucket is 0.
    pub(crate) hashed: Option<Hash>,
    /// Whether the context has the kind that the rollout applies to.
    pub(crate) kind_present: bool,
}

impl<O: Observer> Evaluation<'_, O> {
    pub(crate) fn bucket(&mut self, bucketing: &Bucketing) -> Result<Bucket, Malformed> {
        self.steps.take(1)?;
        let (attribute, slot) = bucketing.by.ok_or(Malformed)?;
        let hash = bucketing.hash.resolve(self.model.hash()).ok_or(Malformed)?;
        let cached = self.context.read().buckets.get(slot.0).filter(|_| O::USES_CACHE);
        let number = match cached {
            Some(cached) => cached.checked_sub(1),
            None => {
                let (number, steps) = self.hashed(hash, &bucketing.prefix.text, attribute)?;
                // A result that took more steps is computed again, so that they are counted again.
                if O::USES_CACHE && steps == 0 {
                    self.context.read().buckets.set(slot.0, number.map_or(0, |number| number + 1));
                }
                number
            }
        };
        Ok(Bucket {
            number: i64::from(number.unwrap_or(0)),
            hashed: number.map(|_| hash),
            kind_present: self.context.read().individual(bucketing.kind).is_some(),
        })
    }

    /// Returns the bucket's number, if there is something to hash, and counts the steps of a long
    /// text.
    fn hashed(
        &mut self,
        hash: Hash,
        prefix: &str,
        attribute: AttributeSlot,
    ) -> Result<(Option<u32>, u32), Malformed> {
        let digits;
        let text: &str =
            match self.context.read().attribute(attribute).map(|attribute| &attribute.value) {
                Some(Value::String(text)) => text,
                Some(Value::Number(number)) if is_integral(*number) => {
                    digits = Digits::of(*number);
                    digits.as_str()
                }
                _ => return Ok((None, 0)),
            };
        let left = self.steps.left();
        let exceeding = (prefix.len() + text.len()).saturating_sub(limits::BUCKET_BYTES);
        self.steps.take_with_bytes(0, exceeding)?;
        Ok((Some(bucket_of_text(hash, prefix, text)), self.steps.taken_since(left)))
    }
}

fn bucket_of_text(hash: Hash, prefix: &str, text: &str) -> u32 {
    match hash {
        Hash::Sha1 => sha1_bucket(prefix, text),
        Hash::Murmur3 => murmur3_bucket(prefix, text),
    }
}

/// Scales the first 60 bits of the hash: `n * 100000 < weight * 2^60` holds for an integer weight
/// exactly if `floor(n * 100000 / 2^60) < weight` does.
fn sha1_bucket(prefix: &str, text: &str) -> u32 {
    let digest = Sha1::new().chain_update(prefix).chain_update(text).finalize();
    let first = digest.first_chunk().copied().unwrap_or_default();
    scaled_sha1(u64::from_be_bytes(first) >> 4)
}

#[inline]
fn scaled_sha1(bits: u64) -> u32 {
    let scaled = (u128::from(bits) * 100_000) >> 60;
    u32::try_from(scaled).unwrap_or(0)
}

/// Scales murmur3 (x86, 32 bits, seed 0) to 100000.
fn murmur3_bucket(prefix: &str, text: &str) -> u32 {
    let mut both = prefix.as_bytes().chain(text.as_bytes());
    // Reading bytes from memory does not fail.
    scaled_murmur3(murmur3::murmur3_32(&mut both, 0).unwrap_or_default())
}

#[inline]
fn scaled_murmur3(hash: u32) -> u32 {
    ((u64::from(hash) * 100_000) >> 32) as u32
}

/// The decimal digits of an integral double, without an allocation.
struct Digits {
    /// The largest double has 309, after a sign.
    bytes: [u8; 320],
    length: usize,
}

impl Digits {
    fn of(number: f64) -> Digits {
        let mut digits = Digits { bytes: [0; 320], length: 0 };
        json::write_integer_digits(number, &mut |digit| {
            if let Some(byte) = digits.bytes.get_mut(digits.length) {
                *byte = digit;
                digits.length += 1;
            }
        });
        digits
    }

    fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn long_and_short_inputs_are_hashed_alike(prefix in "\\PC{0,120}", text in "\\PC{0,120}") {
            let joined = format!("{prefix}{text}");
            prop_assert_eq!(sha1_bucket(&prefix, &text), sha1_bucket(&joined, ""));
            prop_assert_eq!(murmur3_bucket(&prefix, &text), murmur3_bucket(&joined, ""));
            prop_assert!((0..100_000).contains(&sha1_bucket(&prefix, &text)));
            prop_assert!((0..100_000).contains(&murmur3_bucket(&prefix, &text)));
        }
    }

    /// The least hash of a bucket, and the greatest one of the bucket below it, of `range` hashes.
    fn boundary(bucket: u32, range: u128) -> (u64, Option<u64>) {
        let first = (u128::from(bucket) * range).div_ceil(100_000);
        let first = u64::try_from(first).unwrap();
        (first, first.checked_sub(1))
    }

    #[test]
    fn every_bucket_begins_and_ends_at_the_exact_hash() {
        for bucket in 0..100_000 {
            let (first, below) = boundary(bucket, 1 << 60);
            assert_eq!(scaled_sha1(first), bucket);
            assert_eq!(below.map(scaled_sha1), bucket.checked_sub(1));
            let (first, below) = boundary(bucket, 1 << 32);
            let scaled = |hash: u64| scaled_murmur3(u32::try_from(hash).unwrap());
            assert_eq!(scaled(first), bucket);
            assert_eq!(below.map(scaled), bucket.checked_sub(1));
        }
        assert_eq!((scaled_sha1((1 << 60) - 1), scaled_murmur3(u32::MAX)), (99_999, 99_999));
    }
}
