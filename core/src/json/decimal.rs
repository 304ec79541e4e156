//! Exact conversions between decimal digits and doubles: only the last step rounds, so that every
//! host runtime reads and writes the same bits and digits.
//!
//! Both directions multiply by the first 128 bits of a power of ten. Parsing computes a lower and
//! an upper bound; if they round to different doubles, all digits are compared with the midpoint.

use std::cmp::Ordering;

use super::natural::Natural;
use super::power_of_ten::{first_bits, floor_log2, is_exact};

/// Digits beyond these change the rounding only by not being zero: a midpoint between two doubles
/// has at most 767.
const DIGITS: usize = 768;

/// A number in decimal notation.
#[derive(Clone, Copy, Default)]
pub(super) struct Decimal<'t> {
    /// The text of its digits, which may contain a point.
    pub(super) source: &'t [u8],
    /// The power of ten of the last one.
    pub(super) exponent: i64,
    /// Its first 19 digits after leading zeros.
    pub(super) significand: u64,
    /// The number of digits after those.
    pub(super) dropped: i64,
    /// Whether one of those is not zero.
    pub(super) inexact: bool,
}

impl Decimal<'_> {
    /// Returns the nearest double; of two equally near, the even one. Infinite if the number is out
    /// of range.
    pub(super) fn to_double(self) -> f64 {
        let exponent = self.exponent.saturating_add(self.dropped);
        if self.significand == 0 || exponent < -342 {
            return 0.0;
        }
        let power = match i32::try_from(exponent) {
            Ok(power) if power <= 308 => power,
            _ => return f64::INFINITY,
        };
        let round = |significand: u64, power_bits: u128| {
            let low = u128::from(significand) * u128::from(power_bits as u64);
            let high = u128::from(significand) * (power_bits >> 64) + (low >> 64);
            nearest(high, low as u64 > 0, floor_log2(power) - 63)
        };
        let bits = first_bits(power);
        let lower = round(self.significand, bits);
        let upper =
            round(self.significand + u64::from(self.inexact), bits + u128::from(!is_exact(power)));
        f64::from_bits(if lower == upper || self.is_lower(lower) { lower } else { upper })
    }

    /// Whether a double is nearer than the next higher one.
    fn is_lower(self, bits: u64) -> bool {
        let (mantissa, exponent) = parts(bits);
        let mut halfway = Natural::from(mantissa * 2 + 1);
        let (mut digits, power) = self.all_digits();
        digits.multiply_by_power_of_five(power.max(0).unsigned_abs());
        halfway.multiply_by_power_of_five(power.min(0).unsigned_abs());
        let shift = power - (exponent - 1);
        digits.shift(shift.max(0).unsigned_abs());
        halfway.shift(shift.min(0).unsigned_abs());
        match digits.cmp(&halfway) {
            Ordering::Less => true,
            Ordering::Equal => bits & 1 == 0,
            Ordering::Greater => false,
        }
    }

    /// All digits that matter, and the power of ten of the last one.
    fn all_digits(self) -> (Natural, i32) {
        let mut natural = Natural::default();
        let digits = self.source.iter().filter(|byte| byte.is_ascii_digit());
        let mut digits = digits.skip_while(|digit| **digit == b'0');
        // Nine digits at a time, which 32 bits hold.
        let (mut factor, mut chunk) = (1, 0);
        for digit in digits.by_ref().take(DIGITS) {
            (factor, chunk) = (factor * 10, chunk * 10 + u32::from(digit - b'0'));
            if factor == 1_000_000_000 {
                natural.multiply(factor, chunk);
                (factor, chunk) = (1, 0);
            }
        }
        natural.multiply(factor, chunk);
        let (mut dropped, mut inexact) = (0, false);
        for digit in digits {
            dropped += 1;
            inexact |= *digit > b'0';
        }
        if inexact {
            natural.multiply(10, 1);
            dropped -= 1;
        }
        // It is within the range of a double, and so is the power of its last digit that matters.
        (natural, i32::try_from(self.exponent.saturating_add(dropped)).unwrap_or(0))
    }
}

/// The bits of the double nearest to `number` times two to the power of `exponent`; `more` states
/// that the number is slightly larger.
fn nearest(number: u128, more: bool, exponent: i32) -> u64 {
    const INFINITE: u64 = 2047 << 52;
    let highest = 127 - number.leading_zeros() as i32 + exponent;
    // The value of the last bit that a double keeps here: its 53rd, or the smallest there is.
    let last = (highest - 52).max(-1074);
    let dropped = last - exponent;
    if dropped > 128 {
        return 0;
    }
    let kept = number.checked_shr(dropped as u32).unwrap_or(0) as u64;
    let below = number << (128 - dropped);
    let half = 1 << 127;
    let up = below > half || below == half && (more || kept & 1 == 1);
    // A carry out of the mantissa is a carry into the exponent, up to infinity.
    match u64::try_from(last + 1074) {
        Ok(biased) if biased < 2046 => (biased << 52) + kept + u64::from(up),
        _ => INFINITE,
    }
}

/// Mantissa and exponent of a double that is positive.
fn parts(bits: u64) -> (u64, i32) {
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | 1 << 52, biased - 1075),
    }
}

/// All decimal digits of a positive double of at least 2^53.
pub(super) fn integral_digits(number: f64) -> Vec<u8> {
    let (mantissa, exponent) = parts(number.to_bits());
    let mut natural = Natural::from(mantissa);
    natural.shift(exponent.max(0).unsigned_abs());
    natural.into_digits()
}

/// The shortest digits that read back as this positive double, and the power of ten of the last;
/// of two equally short, the nearer, then the even one. Schubfach, by Raffaello Giulietti.
pub(super) fn shortest_digits(number: f64) -> (u64, i32) {
    let (mantissa, exponent) = parts(number.to_bits());
    // Below a power of two the next double is half as far away.
    let narrow = mantissa == 1 << 52 && exponent > -1074;
    // The power of ten that is at most the distance between the neighbours' midpoints.
    let power = (exponent * 1_262_611 - if narrow { 524_031 } else { 0 }) >> 22;
    let bits = first_bits(-power) + u128::from(!is_exact(-power));
    let shift = exponent + floor_log2(-power) + 1;
    // In quarters of that power, the last bit set where a part is lost.
    let scale = |quarters: u64| {
        let quarters = u128::from(quarters << shift);
        let low = quarters * u128::from(bits as u64);
        let product = quarters * (bits >> 64) + (low >> 64);
        (product >> 64) as u64 | u64::from(product as u64 > 1)
    };
    let exact = scale(mantissa * 4);
    let odd = mantissa & 1;
    let lower = scale(mantissa * 4 - 2 + u64::from(narrow)) + odd;
    let upper = scale(mantissa * 4 + 2) - odd;
    let reads_back = |digits: u64| lower <= digits * 4 && digits * 4 <= upper;
    let tens = exact / 40;
    let (mut digits, mut power) = match (reads_back(tens * 10), reads_back(tens * 10 + 10)) {
        (true, false) if tens > 0 => (tens, power + 1),
        (false, true) if exact >= 40 => (tens + 1, power + 1),
        _ => {
            let below = exact / 4;
            let nearer = match (reads_back(below), reads_back(below + 1)) {
                (true, false) => below,
                (false, true) => below + 1,
                _ => match (exact & 3).cmp(&2) {
                    Ordering::Less => below,
                    Ordering::Equal => below + (below & 1),
                    Ordering::Greater => below + 1,
                },
            };
            (nearer, power)
        }
    };
    while digits > 0 && digits.is_multiple_of(10) {
        digits /= 10;
        power += 1;
    }
    (digits, power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::value::Value;
    use super::*;

    fn read(text: &str) -> f64 {
        Value::parse(text.as_bytes()).unwrap().as_number().unwrap()
    }

    /// Checks that a text is parsed as by the standard library, and written as by ECMAScript.
    fn check(text: &str) {
        let expected: f64 = text.parse().unwrap();
        let number = match Value::parse(text.as_bytes()) {
            Ok(value) => value.as_number().unwrap(),
            Err(_) => f64::INFINITY,
        };
        assert_eq!(number.to_bits(), (expected + 0.0).to_bits(), "{text}");
    }

    fn check_writing(number: f64) {
        let text = Value::from(number).to_canonical_json();
        assert_eq!(text, ryu_js::Buffer::new().format_finite(number + 0.0));
        check(&text);
    }

    /// The decimal digits of the midpoint between a double and the next one, as an integer and a
    /// power of ten.
    fn halfway(bits: u64) -> (String, i32) {
        let (mantissa, exponent) = parts(bits);
        let exponent = exponent - 1;
        let mut natural = Natural::from(mantissa * 2 + 1);
        natural.shift(exponent.max(0).unsigned_abs());
        natural.multiply_by_power_of_five(exponent.min(0).unsigned_abs());
        (String::from_utf8(natural.into_digits()).unwrap(), exponent.min(0))
    }

    /// Checks the midpoint, slightly less, slightly more, and the midpoint truncated after some
    /// digits.
    fn check_halfway(bits: u64, kept: usize) {
        let (digits, power) = halfway(bits);
        let less = digits.strip_suffix('5').map(|front| [front, "4999"].concat());
        for text in [
            format!("{digits}e{power}"),
            format!("{digits}000e{}", power - 3),
            format!("{digits}{}1e{}", "0".repeat(900), power - 901),
            format!("0.000{digits}{}e{}", "0".repeat(900), power + digits.len() as i32 + 3),
            format!("{}e{}", less.unwrap_or_default() + "1", power - 4),
        ] {
            check(&text);
        }
        let (front, back) = digits.split_at(kept.min(digits.len() - 1).max(1));
        let power = power + back.len() as i32;
        let (first, rest) = front.split_at(1);
        check(&format!("{front}e{power}"));
        check(&format!("{first}.{rest}1e{}", power + rest.len() as i32));
    }

    fn any_positive() -> impl Strategy<Value = f64> {
        prop_oneof![
            (1_u64..0x7ff0_0000_0000_0000).prop_map(f64::from_bits),
            // Neighbours of powers of two, and subnormal numbers.
            (1_u64..2047, -3_i64..4)
                .prop_map(|(power, more)| f64::from_bits((power << 52).wrapping_add_signed(more))),
            (1_u64..1 << 52).prop_map(f64::from_bits),
            (1_u64..10_000_000_000, 0_i32..40).prop_map(|(n, tens)| n as f64 / 10_f64.powi(tens)),
            // Integers and halves that no 53 bits hold.
            (1_u64 << 51..1 << 63).prop_map(|number| number as f64 / 8.0),
        ]
        .prop_filter("finite", |number| number.is_finite())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn reading_agrees_with_the_standard_library(
            significand in prop_oneof![any::<u64>(), 0_u64..100_000, (1_u64 << 53)..(1 << 54)],
            exponent in -400_i64..350,
        ) {
            check(&format!("{significand}e{exponent}"));
        }

        #[test]
        fn writing_agrees_with_ecmascript(number in any_positive()) {
            check_writing(number);
            check_writing(-number);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn many_digits_are_read_exactly(
            whole in "[1-9][0-9]{0,900}", fraction in "[0-9]{1,900}", exponent in -1300_i64..310,
        ) {
            check(&format!("{whole}.{fraction}e{exponent}"));
            check(&format!("0.{fraction}{whole}e{exponent}"));
        }

        #[test]
        fn a_midpoint_rounds_to_the_even_double(number in any_positive(), kept in 1_usize..40) {
            check_halfway(number.to_bits(), kept);
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        for (text, expected) in [
            ("17976931348623157e292", f64::MAX),
            ("5e-324", f64::from_bits(1)),
            ("2e-324", 0.0),
            ("2.47e-324", 0.0),
            ("2.48e-324", f64::from_bits(1)),
            ("0e99999999999999999999", 0.0),
            ("1e-99999999999999999999", 0.0),
        ] {
            assert_eq!(read(text).to_bits(), expected.to_bits(), "{text}");
        }
        for text in ["17976931348623159e292", "1e309", "1e99999999999999999999"] {
            assert!(Value::parse(text.as_bytes()).is_err(), "{text}");
        }
        for bits in [0, 1, 2, (1 << 52) - 1, 1 << 52, f64::MAX.to_bits() - 1] {
            check_halfway(bits, 20);
        }
    }

    #[test]
    fn of_two_equally_short_and_near_the_even_one_is_written() {
        for (number, text) in [
            (read("1424953923781206.25"), "1424953923781206.2"),
            (9.5367431640625e-7, "9.5367431640625e-7"),
            (5e-324, "5e-324"),
            (f64::from_bits(3), "1.5e-323"),
        ] {
            assert_eq!(Value::from(number).to_canonical_json(), text);
        }
    }

    #[test]
    fn a_million_digits_are_one_number() {
        let zeros = "0".repeat(1 << 20);
        let nines = "9".repeat(1 << 20);
        assert_eq!(read(&format!("1{zeros}e-{}", 1 << 20)).to_bits(), 1_f64.to_bits());
        assert_eq!(read(&format!("0.{zeros}1e{}", (1 << 20) + 1)).to_bits(), 1_f64.to_bits());
        assert_eq!(read(&format!("0.{nines}")).to_bits(), 1_f64.to_bits());
        assert_eq!(
            read(&format!("9007199254740992.{nines}")).to_bits(),
            9_007_199_254_740_992_f64.to_bits()
        );
        assert_eq!(
            read(&format!("9007199254740993.{zeros}1")).to_bits(),
            9_007_199_254_740_994_f64.to_bits()
        );
    }

    /// Long: `cargo test -p isoflag --release --lib -- --ignored every_kind_of_number`.
    #[test]
    #[ignore = "takes minutes; the properties above are its short form"]
    fn every_kind_of_number_millions_of_times() {
        let mut state = 1_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d)
        };
        for _ in 0..5_000_000 {
            let bits = random() % f64::INFINITY.to_bits();
            check_writing(f64::from_bits(bits));
            check_writing(f64::from_bits(bits & ((1 << 52) - 1)));
            check_writing(f64::from_bits((bits >> 52 << 52) + random() % 3));
            check_writing((random() >> 1) as f64 / 4.0);
            check(
                &format!("{}e{}", random() >> (random() % 60), random() % 700).replace('e', "e-"),
            );
            check(&format!("{}e{}", random() >> (random() % 60), random() % 320));
            check(&format!("{}.{:020}e-{}", random(), random(), random() % 340));
        }
        for _ in 0..200_000 {
            check_halfway(random() % f64::MAX.to_bits(), 15 + (random() % 8) as usize);
        }
    }
}
