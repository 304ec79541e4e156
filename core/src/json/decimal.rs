//! Exact steps between decimal digits and doubles: no rounding but the last, so that every host
//! reads and writes the same bits and digits. Small rather than fast; common numbers take a short
//! way past it.

/// More digits than these never change how a number rounds, except by not being zero.
const DIGITS: usize = 800;

/// The double nearest to `significand` times ten to the power of `exponent`; of two equally near,
/// the even one. Infinite where no double is.
pub(super) fn to_double(significand: u64, exponent: i64) -> f64 {
    // Both sides are exact, as is every power on the way, so that one operation rounds once.
    if significand <= 1 << 53 && (-22..=22).contains(&exponent) {
        let power = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        let significand = significand as f64;
        return if exponent < 0 { significand / power } else { significand * power };
    }
    round(Natural::from(significand), exponent)
}

/// As [`to_double`], for any number of digits; other characters among them are skipped.
pub(super) fn digits_to_double(digits: impl Iterator<Item = u8>, exponent: i64) -> f64 {
    let mut significand = Natural::default();
    let mut exponent = exponent;
    let mut count = 0;
    let mut more = false;
    for digit in digits.filter(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0')) {
        if count < DIGITS {
            significand.multiply(10, digit);
            count += usize::from(count > 0 || digit > 0);
        } else {
            more |= digit > 0;
            exponent = exponent.saturating_add(1);
        }
    }
    if more {
        significand.multiply(10, 1);
        exponent = exponent.saturating_sub(1);
    }
    round(significand, exponent)
}

fn round(mut significand: Natural, exponent: i64) -> f64 {
    // Bounds that no significand of so many digits comes back from.
    let Some(length) = significand.bits() else { return 0.0 };
    if exponent > 400 {
        return f64::INFINITY;
    }
    if exponent < -400 - DIGITS as i64 {
        return 0.0;
    }
    let mut scale = 0;
    let mut inexact = false;
    for _ in 0..exponent {
        significand.multiply(10, 0);
    }
    if exponent < 0 {
        // Leaves more than 64 bits after the division.
        scale = (exponent.abs() * 4 + 66 - length).max(0);
        significand.shift(scale);
        for _ in exponent..0 {
            inexact |= significand.divide(10) > 0;
        }
    }
    let Some(length) = significand.bits() else { return 0.0 };
    // The value of the last bit that a double keeps here: its 53rd, or the smallest there is.
    let last = (length - 1 - scale - 52).max(-1074);
    let dropped = last + scale;
    let mut mantissa = if dropped <= 0 {
        significand.shift(-dropped);
        significand.bits_from(0)
    } else {
        significand.bits_from(dropped)
    };
    if dropped > 0 && significand.bits_from(dropped - 1) & 1 == 1 {
        let past_half = inexact || significand.any_below(dropped - 1);
        mantissa += u64::from(past_half || mantissa & 1 == 1);
    }
    // A carry out of the mantissa is a carry into the exponent, up to infinity.
    match u64::try_from(last + 1074) {
        Ok(biased) if biased < 2046 => f64::from_bits((biased << 52) + mantissa),
        _ => f64::INFINITY,
    }
}

/// All decimal digits of a positive double, and how many of them stand before the point.
pub(super) fn exact_digits(number: f64) -> (Vec<u8>, i64) {
    let bits = number.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let biased = (bits >> 52) as i64;
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    let mut natural = Natural::from(mantissa);
    natural.shift(exponent.max(0));
    for _ in exponent..0 {
        // A half is five tenths.
        natural.multiply(5, 0);
    }
    let mut digits = natural.into_digits();
    let point = digits.len() as i64 + exponent.min(0);
    while digits.pop_if(|last| *last == b'0').is_some() {}
    (digits, point)
}

/// The shortest digits that read back as this positive double, and how many of them stand before
/// the point; of two equally short, the nearer, then the one with an even last digit.
pub(super) fn shortest_digits(number: f64) -> (Vec<u8>, i64) {
    let (exact, point) = exact_digits(number);
    for count in 1..=17_i64 {
        let Some((kept, rest)) = exact.split_at_checked(count as usize) else { break };
        let below = kept.iter().fold(0, |all, digit| all * 10 + u64::from(digit - b'0'));
        let reads_back = |digits| to_double(digits, point - count).total_cmp(&number).is_eq();
        let digits = match (reads_back(below), reads_back(below + 1)) {
            (false, false) => continue,
            (true, false) => below,
            (false, true) => below + 1,
            (true, true) => match rest.cmp(b"5") {
                std::cmp::Ordering::Less => below,
                std::cmp::Ordering::Equal => below + (below & 1),
                std::cmp::Ordering::Greater => below + 1,
            },
        };
        let mut text = Natural::from(digits).into_digits();
        let point = point + text.len() as i64 - count;
        while text.pop_if(|last| *last == b'0').is_some() {}
        return (text, point);
    }
    (exact, point)
}

/// A natural number of any size: 32 bits a place, the lowest first, no zero on top.
#[derive(Default)]
struct Natural(Vec<u32>);

impl From<u64> for Natural {
    fn from(number: u64) -> Natural {
        let mut places = vec![number as u32, (number >> 32) as u32];
        while places.pop_if(|top| *top == 0).is_some() {}
        Natural(places)
    }
}

impl Natural {
    /// How many bits it has; none for zero.
    fn bits(&self) -> Option<i64> {
        let top = self.0.last()?;
        Some(self.0.len() as i64 * 32 - i64::from(top.leading_zeros()))
    }

    fn multiply(&mut self, factor: u32, add: u32) {
        let mut carry = u64::from(add);
        for place in &mut self.0 {
            let product = u64::from(*place) * u64::from(factor) + carry;
            *place = product as u32;
            carry = product >> 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Divides and gives the remainder.
    fn divide(&mut self, divisor: u32) -> u32 {
        let mut rest = 0;
        for place in self.0.iter_mut().rev() {
            let dividend = rest << 32 | u64::from(*place);
            *place = (dividend / u64::from(divisor)) as u32;
            rest = dividend % u64::from(divisor);
        }
        while self.0.pop_if(|top| *top == 0).is_some() {}
        rest as u32
    }

    /// Multiplies by two to the power of `bits`.
    fn shift(&mut self, bits: i64) {
        self.multiply(1 << (bits % 32), 0);
        if !self.0.is_empty() {
            let mut places = vec![0; (bits / 32) as usize];
            places.append(&mut self.0);
            self.0 = places;
        }
    }

    /// The 64 bits from this one up.
    fn bits_from(&self, bit: i64) -> u64 {
        let mut places = self.0.iter().skip((bit / 32) as usize).map(|place| u128::from(*place));
        let mut next = || places.next().unwrap_or(0);
        ((next() | next() << 32 | next() << 64) >> (bit % 32)) as u64
    }

    fn any_below(&self, bit: i64) -> bool {
        let (whole, rest) = ((bit / 32) as usize, bit % 32);
        self.0.iter().take(whole).any(|place| *place > 0)
            || self.0.get(whole).is_some_and(|place| place & ((1 << rest) - 1) > 0)
    }

    fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::new();
        while !self.0.is_empty() {
            digits.push(b'0' + self.divide(10) as u8);
        }
        digits.reverse();
        digits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_positive() -> impl Strategy<Value = f64> {
        prop_oneof![
            (1_u64..0x7ff0_0000_0000_0000).prop_map(f64::from_bits),
            (0_u64..2046, 0_u64..4).prop_map(|(power, more)| f64::from_bits((power << 52) + more)),
            (1_u32..10_000_000, 0_i32..9).prop_map(|(n, tens)| f64::from(n) / 10_f64.powi(tens)),
        ]
        .prop_filter("zero", |number| *number > 0.0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn reading_is_what_the_standard_library_does(
            significand in prop_oneof![any::<u64>(), 0_u64..100_000, (1_u64 << 53)..(1 << 54)],
            exponent in -400_i64..350,
        ) {
            let expected: f64 = format!("{significand}e{exponent}").parse().unwrap();
            prop_assert_eq!(to_double(significand, exponent).to_bits(), expected.to_bits());
        }

        #[test]
        fn many_digits_are_read_exactly(digits in "[0-9]{1,900}", exponent in -1300_i64..310) {
            let expected: f64 = format!("{digits}e{exponent}").parse().unwrap();
            prop_assert_eq!(digits_to_double(digits.bytes(), exponent).to_bits(), expected.to_bits());
        }

        #[test]
        fn exact_digits_read_back(number in any_positive()) {
            let (digits, point) = exact_digits(number);
            let exponent = point - digits.len() as i64;
            let read = digits_to_double(digits.into_iter(), exponent);
            prop_assert_eq!(read.to_bits(), number.to_bits());
        }

        #[test]
        fn writing_is_the_shortest(number in any_positive()) {
            let (digits, point) = shortest_digits(number);
            let digits = String::from_utf8(digits).unwrap();
            let read: f64 = format!("0.{digits}e{point}").parse().unwrap();
            prop_assert_eq!(read.to_bits(), number.to_bits());
            let theirs: String = format!("{number:e}").chars().filter(|c| *c != '.').collect();
            let theirs = theirs.split('e').next().unwrap();
            // Of two equally near the standard library takes either, ECMAScript the even one.
            let even = digits.len() == theirs.len() && digits.ends_with(['0', '2', '4', '6', '8']);
            prop_assert!(digits == theirs || even, "{} {}", digits, theirs);
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        for (significand, exponent, expected) in [
            (17_976_931_348_623_157, 292, f64::MAX),
            (17_976_931_348_623_159, 292, f64::INFINITY),
            (5, -324, f64::from_bits(1)),
            (2, -324, 0.0),
            (0, i64::MAX, 0.0),
            (1, i64::MAX, f64::INFINITY),
            (1, i64::MIN + 1, 0.0),
        ] {
            assert_eq!(to_double(significand, exponent).to_bits(), expected.to_bits());
        }
    }
}
