//! Groups of contexts by the value of an attribute.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{AttributeReference, Context, PublicAttribute, ReferenceError, Value, utf16_order};

use super::{GroupedBy, IMPACT_GROUPS};

/// An attribute by which an impact groups contexts: `country`, `/address/city`, or `org.plan` for
/// another kind than `user`. An attribute whose name has a dot is `/app.version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupBy {
    text: Arc<str>,
    kind: Option<Arc<str>>,
    reference: AttributeReference,
}

impl GroupBy {
    /// Parses an attribute. Without a kind it is that of `user`, or of the only kind of a context.
    ///
    /// # Errors
    /// If the reference is invalid.
    pub fn parse(text: &str) -> Result<GroupBy, ReferenceError> {
        let (kind, name) = match text.split_once('.') {
            Some((kind, name)) if !kind.starts_with('/') => (Some(Arc::from(kind)), name),
            _ => (None, text),
        };
        let reference = AttributeReference::parse(&Arc::from(name))?;
        Ok(GroupBy { text: Arc::from(text), kind, reference })
    }
}

/// A group of contexts.
#[derive(Clone, Debug, PartialEq)]
pub enum Group {
    /// The attribute has this value.
    Value(Value),
    /// The context does not have the attribute.
    Absent,
    /// The context marks the attribute private.
    Private,
    /// Values beyond the first [`IMPACT_GROUPS`], and long ones.
    Other,
}

/// The longest text of a value that is a group of its own, in bytes.
const LONGEST_VALUE: usize = 256;

/// The groups of one attribute, by the order in which they were found.
#[derive(Debug)]
pub(super) struct Groups {
    by: GroupBy,
    values: BTreeMap<String, usize>,
    found: Vec<(Group, u64)>,
}

impl Groups {
    pub(super) fn new(by: &GroupBy) -> Groups {
        let found = vec![(Group::Absent, 0), (Group::Private, 0), (Group::Other, 0)];
        Groups { by: by.clone(), values: BTreeMap::new(), found }
    }

    /// Counts a context, and returns the index of its group.
    pub(super) fn count(&mut self, context: &Context) -> usize {
        const ABSENT: usize = 0;
        const PRIVATE: usize = 1;
        const OTHER: usize = 2;
        let index = match context.public_attribute(self.by.kind.as_deref(), &self.by.reference) {
            PublicAttribute::Absent => ABSENT,
            PublicAttribute::Private => PRIVATE,
            PublicAttribute::Value(value) => self.of_value(value).unwrap_or(OTHER),
        };
        if let Some((_, count)) = self.found.get_mut(index) {
            *count += 1;
        }
        index
    }

    fn of_value(&mut self, value: Value) -> Option<usize> {
        if value.canonical_length() > LONGEST_VALUE {
            return None;
        }
        let text = value.to_canonical_json();
        if let Some(known) = self.values.get(&text) {
            return Some(*known);
        }
        if self.values.len() >= IMPACT_GROUPS {
            return None;
        }
        self.values.insert(text, self.found.len());
        self.found.push((Group::Value(value), 0));
        Some(self.found.len() - 1)
    }

    /// Returns the groups that have contexts, the largest first, and the index of each.
    pub(super) fn into_sorted(self) -> (GroupedBy, Vec<usize>) {
        let text = |group: &Group| match group {
            Group::Value(value) => value.to_canonical_json(),
            _ => String::new(),
        };
        let mut sorted: Vec<(usize, (Group, u64))> =
            self.found.into_iter().enumerate().filter(|(_, (_, count))| *count > 0).collect();
        // Equal counts are sorted by value. The groups without a value have distinct indices.
        sorted.sort_by(|(index, (group, count)), (other_index, (other, other_count))| {
            let by_text = || utf16_order(&text(group), &text(other));
            other_count.cmp(count).then_with(by_text).then(index.cmp(other_index))
        });
        let (indices, groups) = sorted.into_iter().unzip();
        (GroupedBy { attribute: self.by.text, groups }, indices)
    }
}
