//! The impact of a new document: which answers change, from what to what, and for how many contexts.
//!
//! [`foresee`] derives it from the documents alone, [`count`] counts it over contexts; [`text`] and
//! [`json`] print it.

mod count;
mod decision;
mod foresee;
mod json;
mod text;

use std::sync::Arc;

use isoflag::{Context, Flags, Value};

use crate::percentage::WHOLE;

pub use crate::percentage::{Percentage, PercentageError};
pub(crate) use count::served_answer;
pub use count::{Group, GroupBy, ImpactCounter};
pub(crate) use decision::{buckets, entry_buckets, rollout_ranges};
pub use foresee::{Because, DecidingPart, ExactShare, Foreseen, ForeseenChange};
pub(crate) use json::Answers;
pub use text::percent;
pub(crate) use text::{Names, Style, count as printed_count};

/// The number of values of an attribute that are counted apart; all later ones are one group.
pub const IMPACT_GROUPS: usize = 100;

/// The number of keys that are kept as examples of a move.
pub const IMPACT_SAMPLE: usize = 5;

type Variations = Arc<[Value]>;

/// The answer that a flag gives a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServedAnswer {
    /// The variation with this index.
    Variation(u32),
    /// The caller's default: the flag is off and has no `offVariation`.
    Default,
    /// The caller's default, because of an error.
    Error,
    /// The caller's default: there is no such flag.
    Missing,
}

/// The impact of a new document on the answers of an old one.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The digest of the old document.
    pub from: Arc<str>,
    /// The digest of the new document.
    pub to: Arc<str>,
    /// The number of valid contexts that were evaluated.
    pub contexts: u64,
    /// The number of invalid contexts. They get the caller's default from every document.
    pub invalid: u64,
    /// The number of contexts for which the value of any flag changes.
    pub changed: u64,
    /// The attributes by which the contexts were grouped.
    pub by: Vec<GroupedBy>,
    /// Each flag whose answers can change, in RFC 8785 order of the keys.
    pub flags: Vec<FlagImpact>,
}

/// An attribute, and the groups of contexts by its value, largest first.
#[derive(Clone, Debug)]
pub struct GroupedBy {
    /// The attribute as the caller wrote it.
    pub attribute: Arc<str>,
    /// Each group with its number of contexts.
    pub groups: Vec<(Group, u64)>,
}

/// The impact on one flag.
#[derive(Clone, Debug)]
pub struct FlagImpact {
    /// The key of the flag.
    pub key: Arc<str>,
    /// The values of its variations before.
    pub variations_before: Arc<[Value]>,
    /// The values of its variations after.
    pub variations_after: Arc<[Value]>,
    /// The changes that follow from the documents; none if only reasons can change.
    pub foreseen: Vec<ForeseenChange>,
    /// The number of contexts whose value changes.
    pub changed: u64,
    /// The number of contexts whose answer needed big segments, which an impact does not have.
    pub without_big_segments: u64,
    /// The counted moves: one for each pair of answers, changed or not.
    pub moves: Vec<Move>,
}

/// The contexts with one answer before and one after.
#[derive(Clone, Debug)]
pub struct Move {
    /// The answer before.
    pub from: ServedAnswer,
    /// The answer after.
    pub to: ServedAnswer,
    /// Whether the value differs. It does not if both are the caller's default.
    pub changed: bool,
    /// The number of contexts.
    pub count: u64,
    /// The keys of the first [`IMPACT_SAMPLE`] of them, without those that are private.
    pub sample: Vec<Arc<str>>,
    /// For each attribute and each of its groups, in the order of [`Impact::by`], the number of
    /// these contexts.
    pub groups: Vec<Vec<u64>>,
}

/// Returns the impact of a new document: derived from the documents, and counted over contexts, of
/// which `None` is an invalid one.
///
/// ```
/// use isoflag::{Context, Flags};
/// use isoflag_tools::impact;
/// let flags = |weight: u32| Flags::from_json(format!(r#"{{"flags": {{"checkout": {{
///     "on": true, "variations": [true, false], "salt": "a", "fallthrough": {{"rollout": {{
///         "variations": [{{"variation": 0, "weight": {weight}}},
///                        {{"variation": 1, "weight": {}}}]}}}}}}}}}}"#, 100_000 - weight).as_bytes());
/// let impact = impact(&flags(10_000)?, &flags(15_000)?, [], &[]);
/// let checkout = impact.flags.first().ok_or("no flag")?;
/// assert_eq!(checkout.largest_share(0), Some(0.05));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn impact(
    old: &Flags,
    new: &Flags,
    contexts: impl IntoIterator<Item = Option<Context>>,
    by: &[GroupBy],
) -> Impact {
    let mut counter = ImpactCounter::new(old, new, by);
    contexts.into_iter().for_each(|context| counter.add(context.as_ref()));
    counter.finish()
}

impl ServedAnswer {
    /// The value; `None` if it is the caller's default.
    #[must_use]
    pub fn value(self, variations: &[Value]) -> Option<&Value> {
        match self {
            ServedAnswer::Variation(index) => variations.get(index as usize),
            _ => None,
        }
    }
}

/// Whether the caller gets another value.
fn differs(from: (ServedAnswer, &[Value]), to: (ServedAnswer, &[Value])) -> bool {
    from.0.value(from.1) != to.0.value(to.1)
}

impl Impact {
    /// The flags of which more than this share of the contexts may get another value, and the
    /// largest possible share: of the counted contexts, if there are any, else from the documents.
    /// `None` is a share that depends on the contexts, if none were counted.
    pub fn exceeding(&self, bound: Percentage) -> impl Iterator<Item = (&FlagImpact, Option<f64>)> {
        let exceeds = move |flag: &&FlagImpact| {
            let largest = flag.largest_part(self.contexts);
            largest.is_none_or(|(part, whole)| bound.is_exceeded_by(part, whole))
        };
        let flags = self.flags.iter().filter(exceeds);
        flags.map(|flag| (flag, flag.largest_share(self.contexts)))
    }
}

impl FlagImpact {
    /// The share of `contexts` counted contexts that gets another value; without any, the largest
    /// share of any part of the flag, `None` if one depends on attributes, or on the number of
    /// contexts without the kind whose keys it counts.
    #[must_use]
    pub fn largest_share(&self, contexts: u64) -> Option<f64> {
        self.largest_part(contexts).map(|(part, whole)| share(part, whole))
    }

    /// The same as a part of a whole.
    fn largest_part(&self, contexts: u64) -> Option<(u64, u64)> {
        if contexts > 0 {
            return Some((self.changed, contexts));
        }
        let mut changes = self.foreseen.iter();
        let largest = changes.try_fold(0, |largest: u64, change| match change.without_kind {
            // The contexts with the kind change in this share, the others all or not at all.
            None => Some(largest.max(change.changed_pairs()?)),
            Some(_) => None,
        });
        largest.map(|pairs| (pairs, WHOLE))
    }
}

/// A count as a share of a whole, from 0 to 1.
fn share(count: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { count as f64 / whole as f64 }
}
