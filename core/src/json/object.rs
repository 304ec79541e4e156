//! JSON objects: members sorted by RFC 8785.

use std::sync::Arc;

use super::order::utf16_order;
use super::value::Value;

/// The members of a JSON object, sorted by RFC 8785 (by UTF-16 code units of the name).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Arc<[Member]>);

pub(crate) type Member = (Arc<str>, Value);

impl Object {
    /// Sorts members; of duplicate names the last wins.
    #[must_use]
    pub fn from_members(members: Vec<(Arc<str>, Value)>) -> Object {
        Object::sorted(members).0
    }

    /// Returns an object with these members: one function, however many there are.
    pub(crate) fn of(named: &[(&str, Value)]) -> Object {
        let mut members = Vec::new();
        for (name, value) in named {
            members.push((Arc::from(*name), value.clone()));
        }
        Object::from_members(members)
    }

    /// Collects members: one function for all iterators.
    fn from_each(next: &mut dyn FnMut() -> Option<Member>) -> Object {
        let mut members = Vec::new();
        while let Some(member) = next() {
            members.push(member);
        }
        Object::from_members(members)
    }

    /// Returns this object with a member added or replaced.
    #[must_use]
    pub fn with(&self, name: &str, value: Value) -> Object {
        let mut members = self.0.to_vec();
        members.push((Arc::from(name), value));
        Object::from_members(members)
    }

    /// Sorts members, and returns the names that occurred twice.
    pub(crate) fn sorted(mut members: Vec<Member>) -> (Object, Vec<Arc<str>>) {
        let mut duplicates = Vec::new();
        let object = Object::take_sorted(&mut members, 0, &mut duplicates);
        (object, duplicates)
    }

    /// Takes the members from an index on and sorts them; names that occurred twice are added to
    /// `duplicates`.
    pub(super) fn take_sorted(
        members: &mut Vec<Member>,
        start: usize,
        duplicates: &mut Vec<Arc<str>>,
    ) -> Object {
        let Some(own) = members.get_mut(start..).filter(|own| !own.is_empty()) else {
            return Object::default();
        };
        own.sort_by(|(a, _), (b, _)| utf16_order(a, b));
        // Duplicates are in the order of the text, so that the last one wins.
        let mut kept = start;
        for next in start + 1..members.len() {
            if let Ok([kept, later]) = members.get_disjoint_mut([kept, next])
                && kept.0 == later.0
            {
                duplicates.push(Arc::clone(&kept.0));
                std::mem::swap(&mut kept.1, &mut later.1);
            } else {
                kept += 1;
                members.swap(kept, next);
            }
        }
        members.truncate(kept + 1);
        Object(members.drain(start..).collect())
    }

    /// Returns the member with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let member = if self.0.len() <= FEW {
            // Lengths mostly differ, and are compared first, here: that needs no call in `core.wasm`.
            let is_it = |text: &str| text.len() == name.len() && text == name;
            self.0.iter().find(|(candidate, _)| is_it(candidate))
        } else {
            let index = self.0.binary_search_by(|(candidate, _)| utf16_order(candidate, name));
            index.ok().and_then(|index| self.0.get(index))
        };
        member.map(|(_, value)| value)
    }

    /// Name and value of each member, in RFC 8785 order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// The members, in RFC 8785 order.
    pub(crate) fn members(&self) -> &[Member] {
        &self.0
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

/// Up to this length a linear search is fastest.
const FEW: usize = 24;

impl FromIterator<(Arc<str>, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Object {
        let mut members = members.into_iter();
        Object::from_each(&mut || members.next())
    }
}

impl<'a> FromIterator<(&'a str, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (&'a str, Value)>>(members: I) -> Object {
        let mut members = members.into_iter();
        Object::from_each(&mut || members.next().map(|(name, value)| (Arc::from(name), value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
