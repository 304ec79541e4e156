use std::cmp::Ordering;
use std::sync::Arc;

use super::value::Value;

/// The members of a JSON object, sorted by RFC 8785 (by UTF-16 code units of the name).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Arc<[(Arc<str>, Value)]>);

impl Object {
    /// Sorts members; of duplicate names the last wins.
    #[must_use]
    pub fn from_members(members: Vec<(Arc<str>, Value)>) -> Object {
        Object::sorted(members).0
    }

    /// Sorts members, and tells the names that occurred twice.
    pub(crate) fn sorted(mut members: Vec<(Arc<str>, Value)>) -> (Object, Vec<Arc<str>>) {
        let mut duplicates = Vec::new();
        // A stable sort keeps duplicates in the order of the text, so that the last can win.
        members.sort_by(|(a, _), (b, _)| utf16_order(a, b));
        members.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
                duplicates.push(Arc::clone(&earlier.0));
            }
            same
        });
        (Object(Arc::from(members)), duplicates)
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let index = self.0.binary_search_by(|(candidate, _)| utf16_order(candidate, name));
        index.ok().and_then(|index| self.0.get(index)).map(|(_, value)| value)
    }

    /// Name and value of each member, in RFC 8785 order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Object {
        Object::from_members(members.into_iter().collect())
    }
}

impl<'a> FromIterator<(&'a str, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (&'a str, Value)>>(members: I) -> Object {
        members.into_iter().map(|(name, value)| (Arc::from(name), value)).collect()
    }
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

    #[test]
    fn surrogate_pairs_sort_below_private_use() {
        assert_eq!(utf16_order("\u{10000}", "\u{e000}"), Ordering::Less);
        assert_eq!(utf16_order("\u{ffff}", "\u{10ffff}"), Ordering::Greater);
        assert_eq!(utf16_order("\u{d7ff}", "\u{10000}"), Ordering::Less);
    }

    #[test]
    fn the_last_duplicate_wins() {
        let members = [("a", 1), ("b", 2), ("a", 3)];
        let (object, duplicates) = Object::sorted(
            members.map(|(name, value)| (Arc::from(name), Value::from(value))).to_vec(),
        );
        assert_eq!(duplicates, [Arc::from("a")]);
        assert_eq!(object.get("a"), Some(&Value::from(3)));
        assert_eq!(object.len(), 2);
    }
}
