//! Conversions of doubles: to integers, to canonical text, and to the digits that are hashed.

use super::decimal;

/// The largest magnitude up to which every integer has its own double.
const SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The integer that equals a double, if there is one and an `i64` holds it.
pub(crate) fn to_integer(number: f64) -> Option<i64> {
    // 2^63 is a double; the largest i64 is not.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (number.trunc().total_cmp(&number).is_eq() && (-LIMIT..LIMIT).contains(&number))
        .then_some(number as i64)
}

/// The integer that equals a double, if its magnitude is at most 2^53 - 1.
pub(crate) fn to_safe_integer(number: f64) -> Option<i64> {
    to_integer(number).filter(|_| number.abs() <= SAFE_INTEGER)
}

/// Whether a double is an integer so large that other integers in a text may have rounded to it.
pub(crate) fn is_imprecise(number: f64) -> bool {
    number.abs() > SAFE_INTEGER + 1.0 && number.trunc().total_cmp(&number).is_eq()
}

/// The decimal digits of an integer.
pub(crate) fn integer(number: i64) -> String {
    let mut text = String::new();
    write_integer(number, &mut |digit| text.push(char::from(digit)));
    text
}

fn write_integer(number: i64, write: &mut dyn FnMut(u8)) {
    if number < 0 {
        write(b'-');
    }
    let magnitude = number.unsigned_abs();
    let mut power = 1;
    while magnitude / power > 9 {
        power *= 10;
    }
    while power > 0 {
        write(b'0' + (magnitude / power % 10) as u8);
        power /= 10;
    }
}

/// Writes every decimal digit of an integral double, for a bucket's hash.
pub(crate) fn write_integer_digits(number: f64, write: &mut dyn FnMut(u8)) {
    if let Some(integer) = to_integer(number) {
        return write_integer(integer, write);
    }
    if number.is_sign_negative() {
        write(b'-');
    }
    decimal::integral_digits(number.abs()).into_iter().for_each(write);
}

/// Writes a double as ECMAScript's `Number::toString` does, which RFC 8785 prescribes.
pub(crate) fn write_canonical(number: f64, out: &mut String) {
    let write = &mut |digit| out.push(char::from(digit));
    if let Some(integer) = to_safe_integer(number) {
        return write_integer(integer, write);
    }
    if number.is_sign_negative() {
        write(b'-');
    }
    let (mut digits, power) = decimal::shortest_digits(number.abs());
    // A double needs 17 of them at most.
    let mut buffer = [b'0'; 17];
    let mut count = 0;
    for digit in buffer.iter_mut().rev() {
        if digits == 0 {
            break;
        }
        *digit = b'0' + (digits % 10) as u8;
        digits /= 10;
        count += 1;
    }
    let (_, digits) = buffer.split_at_checked(buffer.len() - count).unwrap_or_default();
    let count = count as i64;
    let point = count + i64::from(power);
    // The number of digits before the point, and the exponent at the end.
    let (whole, exponent) = match point {
        _ if count <= point && point <= 21 => return write_padded(digits, point as usize, write),
        1..=21 => (point as usize, None),
        -5..=0 => {
            write_padded(b"0.", (2 - point) as usize, write);
            return write_padded(digits, 0, write);
        }
        _ => (1, Some(point - 1)),
    };
    let (whole, fraction) = digits.split_at_checked(whole).unwrap_or((digits, &[]));
    write_padded(whole, 0, write);
    if !fraction.is_empty() {
        write(b'.');
    }
    write_padded(fraction, 0, write);
    if let Some(exponent) = exponent {
        write(b'e');
        if exponent > 0 {
            write(b'+');
        }
        write_integer(exponent, write);
    }
}

/// Writes digits, and zeros after them up to a width.
fn write_padded(digits: &[u8], width: usize, write: &mut dyn FnMut(u8)) {
    let zeros = std::iter::repeat_n(&b'0', width.saturating_sub(digits.len()));
    digits.iter().chain(zeros).for_each(|digit| write(*digit));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(number: f64) -> String {
        let mut text = String::new();
        write_canonical(number, &mut text);
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
            write_integer_digits(number, &mut |digit| text.push(char::from(digit)));
            assert_eq!(text, digits);
        }
    }
}
