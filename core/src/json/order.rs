//! The order of names in RFC 8785, and a sort of numbers.

use std::cmp::Ordering;

/// Compares two strings by their UTF-16 code units, reading only UTF-8.
#[must_use]
pub fn utf16_order(a: &str, b: &str) -> Ordering {
    // Bytes order UTF-8 by code point. UTF-16 differs in one thing: a surrogate pair (a character
    // of four bytes, first byte 0xF0 and up) sorts below U+E000..U+FFFF (first bytes 0xEE, 0xEF).
    fn rank(byte: u8) -> u8 {
        if matches!(byte, 0xEE | 0xEF) { byte.saturating_add(0x10) } else { byte }
    }
    match a.bytes().zip(b.bytes()).find(|(x, y)| x != y) {
        Some((x, y)) => rank(x).cmp(&rank(y)),
        None => a.len().cmp(&b.len()),
    }
}

/// Sorts numbers by a comparison; equal ones keep their order. It is not generic, so that a page's
/// module contains it once.
pub(crate) fn sort_numbers(numbers: &mut [u32], compare: &dyn Fn(u32, u32) -> Ordering) {
    numbers.sort_by(|a, b| compare(*a, *b));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_is_that_of_utf16(a in "\\PC{0,6}", b in "\\PC{0,6}") {
            prop_assert_eq!(utf16_order(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
        }
    }

    #[test]
    fn surrogate_pairs_sort_below_private_use() {
        assert_eq!(utf16_order("\u{10000}", "\u{e000}"), Ordering::Less);
        assert_eq!(utf16_order("\u{ffff}", "\u{10ffff}"), Ordering::Greater);
        assert_eq!(utf16_order("\u{d7ff}", "\u{10000}"), Ordering::Less);
    }
}
