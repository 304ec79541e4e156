//! Groups of contexts by the value of an attribute.

use std::cmp::Ordering;
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

    /// The name of the attribute, without the path in it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reference.name()
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

/// The groups of one attribute, in the order in which they were found.
#[derive(Debug)]
pub(super) struct Groups {
    by: GroupBy,
    found: Vec<(Group, u64)>,
}

impl Groups {
    pub(super) fn new(by: &GroupBy) -> Groups {
        Groups { by: by.clone(), found: Vec::new() }
    }

    /// Counts a context, and returns the index of its group.
    pub(super) fn count(&mut self, context: &Context) -> usize {
        let group = match context.public_attribute(self.by.kind.as_deref(), &self.by.reference) {
            PublicAttribute::Absent => Group::Absent,
            PublicAttribute::Private => Group::Private,
            PublicAttribute::Value(value) if value.canonical_length() > LONGEST_VALUE => {
                Group::Other
            }
            PublicAttribute::Value(value) => Group::Value(value),
        };
        let is_value = |group: &Group| matches!(group, Group::Value(_));
        let values = || self.found.iter().filter(|(group, _)| is_value(group)).count();
        let index = |group: &Group| self.found.iter().position(|(known, _)| known == group);
        let (group, index) = match index(&group) {
            None if is_value(&group) && values() >= IMPACT_GROUPS => {
                (Group::Other, index(&Group::Other))
            }
            index => (group, index),
        };
        let index = index.unwrap_or(self.found.len());
        match self.found.get_mut(index) {
            Some((_, count)) => *count += 1,
            None => self.found.push((group, 1)),
        }
        index
    }

    /// Returns the groups, the largest first, and the index of each.
    pub(super) fn sorted(&self) -> (GroupedBy, Vec<usize>) {
        let mut order: Vec<usize> = Vec::new();
        for index in 0..self.found.len() {
            // They are few; equal counts are sorted by value, the groups without one first.
            let is_before = |other: &usize| self.order(*other, index).is_lt();
            order.insert(order.partition_point(is_before), index);
        }
        let groups = order.iter().filter_map(|index| self.found.get(*index)).cloned().collect();
        (GroupedBy { attribute: Arc::clone(&self.by.text), groups }, order)
    }

    fn order(&self, one: usize, other: usize) -> Ordering {
        let (Some((one, count)), Some((other, other_count))) =
            (self.found.get(one), self.found.get(other))
        else {
            return Ordering::Equal;
        };
        let rank = |group: &Group| match group {
            Group::Absent => (0, String::new()),
            Group::Private => (1, String::new()),
            Group::Other => (2, String::new()),
            Group::Value(value) => (3, value.to_canonical_json()),
        };
        let by_text = || {
            let ((rank, text), (other_rank, other_text)) = (rank(one), rank(other));
            rank.cmp(&other_rank).then_with(|| utf16_order(&text, &other_text))
        };
        other_count.cmp(count).then_with(by_text)
    }
}
