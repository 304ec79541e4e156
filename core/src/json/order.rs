//! Sorting by index, and the order of names in RFC 8785.

use std::cmp::Ordering;

/// The indices of `count` names in RFC 8785 order; equal names keep their order.
pub(crate) fn sorted_names<'a>(count: usize, name: &dyn Fn(usize) -> &'a str) -> Vec<usize> {
    sorted_places(count, &|a, b| utf16_order(name(a), name(b)))
}

/// The sorted indices of `count` items; equal items keep their order.
///
/// Everything is sorted here, by index: a sort for each type would be another copy of the algorithm
/// in the module that a page loads.
pub(crate) fn sorted_places(count: usize, order: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut run = 1;
    // A bottom-up merge sort: the standard library's sorts are several times its size.
    while run < count {
        for pair in places.chunks(run * 2) {
            let (mut left, mut right) = pair.split_at(run.min(pair.len()));
            // Documents are often already sorted.
            if let ([.., a], [b, ..]) = (left, right)
                && order(*a, *b).is_le()
            {
                merged.extend_from_slice(pair);
                continue;
            }
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if order(*a, *b).is_le() {
                    merged.push(*a);
                    left = left_rest;
                } else {
                    merged.push(*b);
                    right = right_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut places, &mut merged);
        merged.clear();
        run *= 2;
    }
    places
}

/// The swaps, one after the other, that apply this order.
pub(super) fn exchanges(order: &[usize]) -> Vec<(usize, usize)> {
    let mut order = order.to_vec();
    let mut exchanges = Vec::new();
    for place in 0..order.len() {
        // Follows one cycle of the permutation.
        let mut here = place;
        while let Some(wanted) = order.get_mut(here) {
            let from = std::mem::replace(wanted, here);
            if from == here || from == place {
                break;
            }
            exchanges.push((here, from));
            here = from;
        }
    }
    exchanges
}

/// Compares two strings by their UTF-16 code units, reading only UTF-8.
pub(crate) fn utf16_order(a: &str, b: &str) -> Ordering {
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

    proptest! {
        #[test]
        fn exchanges_bring_about_an_order(order in Just((0..20).collect::<Vec<usize>>()).prop_shuffle()) {
            let mut things: Vec<usize> = (0..20).collect();
            exchanges(&order).into_iter().for_each(|(a, b)| things.swap(a, b));
            prop_assert_eq!(things, order);
        }

        #[test]
        fn places_are_sorted_and_equal_names_keep_theirs(names in proptest::collection::vec("[ab]{0,3}", 0..70)) {
            let mut expected: Vec<usize> = (0..names.len()).collect();
            expected.sort_by_key(|place| &names[*place]);
            prop_assert_eq!(sorted_names(names.len(), &|place| &names[place]), expected);
        }
    }

    #[test]
    fn surrogate_pairs_sort_below_private_use() {
        assert_eq!(utf16_order("\u{10000}", "\u{e000}"), Ordering::Less);
        assert_eq!(utf16_order("\u{ffff}", "\u{10ffff}"), Ordering::Greater);
        assert_eq!(utf16_order("\u{d7ff}", "\u{10000}"), Ordering::Less);
    }
}
