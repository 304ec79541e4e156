//! Counts the answers of two documents, one context after the other, in groups by attributes.
//!
//! Memory is bounded by flags × pairs of answers × groups, however many contexts there are.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{
    Answer, AttributeReference, Context, FlagHandle, Flags, PublicAttribute, ReasonKind,
    ReferenceError, Value, utf16_order,
};

use super::foresee::{ForeseenChange, Side, foresee};
use super::{
    FlagImpact, GroupedBy, IMPACT_GROUPS, IMPACT_SAMPLE, Impact, Move, ServedAnswer, Variations,
    differs,
};
use crate::analysis::changed_parts;

/// The longest key that is kept as an example, in bytes.
const LONGEST_KEY: usize = 256;

/// Counts the impact of a new document over a stream of contexts.
#[derive(Debug)]
pub struct ImpactCounter {
    old: Flags,
    new: Flags,
    contexts: u64,
    invalid: u64,
    changed: u64,
    groups: Vec<Groups>,
    flags: Vec<CountedFlag>,
}

#[derive(Debug)]
struct CountedFlag {
    key: Arc<str>,
    before: Evaluated,
    after: Evaluated,
    foreseen: Vec<ForeseenChange>,
    without_big_segments: u64,
    moves: BTreeMap<(ServedAnswer, ServedAnswer), Cell>,
}

/// A flag in one of the documents.
#[derive(Debug)]
struct Evaluated {
    handle: Option<FlagHandle>,
    variations: Variations,
}

#[derive(Debug)]
struct Cell {
    changed: bool,
    count: u64,
    sample: Vec<Arc<str>>,
    /// For each attribute, the number of contexts in each group.
    groups: Vec<Vec<u64>>,
}

impl ImpactCounter {
    /// Prepares the count of a new document against an old one, grouped by attributes.
    #[must_use]
    pub fn new(old: &Flags, new: &Flags, by: &[GroupBy]) -> ImpactCounter {
        let changed = changed_parts(old, new);
        let (before, after) = (Side::of(old), Side::of(new));
        let flags = changed.flags().into_iter().map(|key| {
            let (variations_before, variations_after) =
                (before.variations(&key), after.variations(&key));
            let foreseen = foresee(&before, &after, &changed, &key, &|from, to| {
                differs((from, &variations_before), (to, &variations_after))
            });
            CountedFlag {
                before: Evaluated { handle: old.handle(&key), variations: variations_before },
                after: Evaluated { handle: new.handle(&key), variations: variations_after },
                key,
                foreseen,
                without_big_segments: 0,
                moves: BTreeMap::new(),
            }
        });
        ImpactCounter {
            flags: flags.collect(),
            old: old.clone(),
            new: new.clone(),
            contexts: 0,
            invalid: 0,
            changed: 0,
            groups: by.iter().map(Groups::new).collect(),
        }
    }

    /// Evaluates the changed flags of both documents for one more context; `None` is an invalid
    /// one.
    pub fn add(&mut self, context: Option<&Context>) {
        let Some(context) = context else {
            self.invalid += 1;
            return;
        };
        self.contexts += 1;
        let groups: Vec<usize> = self.groups.iter_mut().map(|each| each.count(context)).collect();
        if self.flags.is_empty() {
            return;
        }
        let (old, new) = (self.old.bind(context), self.new.bind(context));
        let mut any_changed = false;
        for flag in &mut self.flags {
            let answers =
                (old.evaluate_handle(flag.before.handle), new.evaluate_handle(flag.after.handle));
            let unknown =
                |flags: &Flags, answer| flags.reason_of(answer).big_segments_status().is_some();
            if unknown(&self.old, &answers.0) || unknown(&self.new, &answers.1) {
                flag.without_big_segments += 1;
            }
            let from = served_answer(&self.old, flag.before.handle, &answers.0);
            let to = served_answer(&self.new, flag.after.handle, &answers.1);
            any_changed |= flag.count(from, to, context, &groups);
        }
        self.changed += u64::from(any_changed);
    }

    /// The keys of the flags whose answers can change, which alone are evaluated.
    pub fn flags(&self) -> impl Iterator<Item = &str> {
        self.flags.iter().map(|flag| &*flag.key)
    }

    /// The number of contexts so far, valid or not.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.contexts + self.invalid
    }

    /// Returns the impact on the contexts so far.
    #[must_use]
    pub fn finish(&self) -> Impact {
        let sorted = self.groups.iter().map(Groups::sorted);
        let (by, order): (Vec<GroupedBy>, Vec<Vec<usize>>) = sorted.unzip();
        Impact {
            from: Arc::from(self.old.digest()),
            to: Arc::from(self.new.digest()),
            contexts: self.contexts,
            invalid: self.invalid,
            changed: self.changed,
            by,
            flags: self.flags.iter().map(|flag| flag.finish(&order)).collect(),
        }
    }
}

/// Converts an answer for the flag with this handle.
pub(crate) fn served_answer(
    flags: &Flags,
    handle: Option<FlagHandle>,
    answer: &Answer,
) -> ServedAnswer {
    match (answer.variation_index(), handle) {
        (Some(index), _) => ServedAnswer::Variation(index),
        (None, None) => ServedAnswer::Missing,
        (None, Some(_)) => match flags.reason_of(answer).kind() {
            ReasonKind::Error { .. } => ServedAnswer::Error,
            _ => ServedAnswer::Default,
        },
    }
}

impl Evaluated {
    fn differs(&self, from: ServedAnswer, after: &Evaluated, to: ServedAnswer) -> bool {
        let variations: [&[Value]; 2] = [&self.variations, &after.variations];
        let [before, after] = variations;
        differs((from, before), (to, after))
    }
}

impl CountedFlag {
    /// Counts one context, and returns whether its value changes.
    fn count(
        &mut self,
        from: ServedAnswer,
        to: ServedAnswer,
        context: &Context,
        groups: &[usize],
    ) -> bool {
        let cell = self.moves.entry((from, to)).or_insert_with(|| Cell {
            changed: self.before.differs(from, &self.after, to),
            count: 0,
            sample: Vec::new(),
            groups: vec![Vec::new(); groups.len()],
        });
        cell.count += 1;
        if cell.sample.len() < IMPACT_SAMPLE
            && let Some(key) = context.public_key().filter(|key| key.len() <= LONGEST_KEY)
        {
            cell.sample.push(Arc::from(key));
        }
        for (counts, group) in cell.groups.iter_mut().zip(groups) {
            if counts.len() <= *group {
                counts.resize(group + 1, 0);
            }
            if let Some(count) = counts.get_mut(*group) {
                *count += 1;
            }
        }
        cell.changed
    }

    fn finish(&self, order: &[Vec<usize>]) -> FlagImpact {
        let moves = self.moves.iter().map(|((from, to), cell)| Move {
            from: *from,
            to: *to,
            changed: cell.changed,
            count: cell.count,
            sample: cell.sample.clone(),
            groups: cell
                .groups
                .iter()
                .zip(order)
                .map(|(counts, order)| {
                    order.iter().map(|group| counts.get(*group).copied().unwrap_or(0)).collect()
                })
                .collect(),
        });
        let moves: Vec<Move> = moves.collect();
        FlagImpact {
            key: Arc::clone(&self.key),
            variations_before: Arc::clone(&self.before.variations),
            variations_after: Arc::clone(&self.after.variations),
            foreseen: self.foreseen.clone(),
            changed: moves.iter().filter(|each| each.changed).map(|each| each.count).sum(),
            without_big_segments: self.without_big_segments,
            moves,
        }
    }
}

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
struct Groups {
    by: GroupBy,
    found: Vec<(Group, u64)>,
}

impl Groups {
    fn new(by: &GroupBy) -> Groups {
        Groups { by: by.clone(), found: Vec::new() }
    }

    /// Counts a context, and returns the index of its group.
    fn count(&mut self, context: &Context) -> usize {
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
    fn sorted(&self) -> (GroupedBy, Vec<usize>) {
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
