//! The order of names in RFC 8785, and sorts that a module contains once.

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

/// Sorts items by a comparison; equal ones keep their order. It sorts their indices, so that a module
/// contains the standard library's sort, of 5 KB, once and not for each type.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    if items.len() < 2 {
        return;
    }
    let mut order: Vec<u32> = (0..).take(items.len()).collect();
    sort_numbers(&mut order, &|a, b| match (items.get(a as usize), items.get(b as usize)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    // Each cycle of the permutation moves through its places once.
    for start in 0..order.len() {
        let mut at = start;
        while let Some(from) = order.get_mut(at) {
            let from = std::mem::replace(from, u32::try_from(at).unwrap_or(u32::MAX)) as usize;
            if from == start {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn items_are_sorted_and_equal_ones_keep_their_order(keys in prop::collection::vec(0..9_u8, 0..40)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by(&mut items, |(one, _), (other, _)| one.cmp(other));
            prop_assert_eq!(items, expected);
        }

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
