use std::fmt::{self, Write};

/// The largest magnitude below which every integer is a double of its own.
const SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The integer that a double is, if it is one and an `i64` holds it.
pub(crate) fn to_integer(number: f64) -> Option<i64> {
    // 2^63 is a double; the largest i64 is not.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (number.trunc().total_cmp(&number).is_eq() && (-LIMIT..LIMIT).contains(&number))
        .then_some(number as i64)
}

/// The integer that a double is, if its magnitude is at most 2^53 - 1.
pub(crate) fn to_safe_integer(number: f64) -> Option<i64> {
    to_integer(number).filter(|_| number.abs() <= SAFE_INTEGER)
}

/// Whether a double is an integer so large that its neighbours in a text may have rounded to it.
pub(crate) fn is_imprecise(number: f64) -> bool {
    number.abs() > SAFE_INTEGER + 1.0 && number.trunc().total_cmp(&number).is_eq()
}

/// Writes every decimal digit of an integral double: what a bucket's hash reads.
pub(crate) fn write_integer_digits(number: f64, out: &mut impl Write) -> fmt::Result {
    match to_integer(number) {
        Some(integer) => write!(out, "{integer}"),
        None => write!(out, "{number:.0}"),
    }
}

/// Writes a double as ECMAScript's `Number::toString` does, which RFC 8785 prescribes.
pub(crate) fn write_canonical(number: f64, out: &mut String) -> fmt::Result {
    if let Some(integer) = to_safe_integer(number) {
        return write!(out, "{integer}");
    }
    if number.is_sign_negative() {
        out.push('-');
    }
    let (digits, point) = shortest_digits(number.abs());
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    match point {
        _ if count <= point && point <= 21 => write!(out, "{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
            write!(out, "{whole}.{fraction}")
        }
        -5..=0 => write!(out, "0.{}{digits}", zeros(-point)),
        _ => {
            let sign = if point > 0 { '+' } else { '-' };
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            write!(out, "{first}{dot}{rest}e{sign}{}", (point - 1).abs())
        }
    }
}

/// The shortest digits that read back as this double, and how many of them stand before the point.
fn shortest_digits(number: f64) -> (String, i32) {
    let (digits, point) = scientific(&format!("{number:e}"));
    (round_half_even(number, digits), point)
}

/// Takes `d.ddde±x` apart.
fn scientific(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let digits = mantissa.chars().filter(|c| *c != '.').collect();
    (digits, exponent.parse::<i32>().unwrap_or(0) + 1)
}

/// Where two shortest texts are equally near, ECMAScript takes the one with an even last digit and
/// Rust's formatter either.
fn round_half_even(number: f64, mut digits: String) -> String {
    let count = digits.len();
    // Fewer digits cannot be half-way between two doubles' texts.
    if count < 16 || !digits.ends_with(['1', '3', '5', '7', '9']) {
        return digits;
    }
    let (exact, _) = scientific(&format!("{number:.*e}", count + 40));
    let Some((kept, rest)) = exact.split_at_checked(count) else { return digits };
    if rest.trim_end_matches('0') != "5" {
        return digits;
    }
    let lower = kept == digits;
    let last = digits.pop().and_then(|last| last.to_digit(10)).unwrap_or(0);
    let even = if lower { last + 1 } else { last - 1 };
    digits.extend(char::from_digit(even, 10));
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(number: f64) -> String {
        let mut text = String::new();
        write_canonical(number, &mut text).unwrap();
        text
    }

    #[test]
    fn canonical_numbers_are_those_of_rfc_8785() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(canonical(f64::from_bits(bits)), text);
        }
    }

    #[test]
    fn hashed_digits_have_no_exponent() {
        for (number, digits) in [
            (3.0, "3"),
            (-7.0, "-7"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (1e21, "1000000000000000000000"),
        ] {
            let mut text = String::new();
            write_integer_digits(number, &mut text).unwrap();
            assert_eq!(text, digits);
        }
    }
}
