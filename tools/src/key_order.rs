//! The order of keys in every output.

use std::cmp::Ordering;

/// The order of RFC 8785: by UTF-16 code units.
pub(crate) fn key_order(one: &str, other: &str) -> Ordering {
    one.encode_utf16().cmp(other.encode_utf16())
}
