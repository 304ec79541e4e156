//! The trace of an evaluation: each part that was evaluated, in order, with its result.

use std::sync::Arc;

use crate::evaluate::SegmentSeen;
use crate::json::Value;
use crate::model::Hash;

/// The result of a part of an evaluation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending<T> {
    /// The evaluation ended in this part: something in it is malformed.
    #[default]
    Malformed,
    Result(T),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct FlagTrace {
    pub(super) key: Arc<str>,
    /// `None` if the flag is malformed.
    pub(super) on: Option<bool>,
    pub(super) prerequisites: Vec<PrerequisiteTrace>,
    pub(super) targets: Vec<TargetTrace>,
    pub(super) rules: Vec<RuleTrace>,
    pub(super) rollout: Option<Box<RolloutTrace>>,
    /// The served variation; `None` if the default is served.
    pub(super) ending: Ending<Option<u32>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct PrerequisiteTrace {
    pub(super) flag: Arc<str>,
    pub(super) required_variation: i64,
    /// The evaluation of the flag; `None` if it is missing or was evaluated before.
    pub(super) trace: Option<Box<FlagTrace>>,
    pub(super) ending: Ending<PrerequisiteResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PrerequisiteResult {
    pub(super) served: PrerequisiteServed,
    pub(super) holds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PrerequisiteServed {
    Missing,
    /// The served variation, and whether the flag was evaluated before.
    Variation {
        index: Option<u32>,
        repeated: bool,
    },
}

/// A target list that was searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TargetTrace {
    pub(super) context_kind: Arc<str>,
    pub(super) variation: Option<u32>,
    pub(super) matches: bool,
}

/// A rule of a flag or of a segment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RuleTrace {
    pub(super) index: u32,
    /// Empty if the document specifies none.
    pub(super) id: Arc<str>,
    pub(super) clauses: Vec<ClauseTrace>,
    /// The share of the contexts that a rule of a segment matches.
    pub(super) share: Option<Box<RolloutTrace>>,
    /// Whether it matches.
    pub(super) ending: Ending<bool>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClauseTrace {
    pub(super) operator: Arc<str>,
    pub(super) negate: bool,
    pub(super) operand: Operand,
    pub(super) segments: Vec<SegmentTrace>,
    pub(super) ending: Ending<ClauseResult>,
}

/// The operand of a clause.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// An attribute of a kind of the context.
    Attribute(AttributeTrace),
    /// The kinds of the context.
    Kinds,
    /// Segments, or an attribute whose reference is invalid.
    Unnamed,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct AttributeTrace {
    pub(super) context_kind: Arc<str>,
    pub(super) reference: Arc<str>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClauseResult {
    /// The value of the attribute.
    pub(super) context_value: Option<ShownValue>,
    /// The value of the clause that it matches.
    pub(super) matching_value: Option<ShownValue>,
    pub(super) matches: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ShownValue {
    Value(Value),
    /// The context marks the attribute private.
    Private,
    /// The values of the context before it leave no room.
    Elided,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct SegmentTrace {
    pub(super) key: Arc<str>,
    pub(super) rules: Vec<RuleTrace>,
    pub(super) ending: Ending<SegmentResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentResult {
    pub(super) decided_by: SegmentSeen,
    pub(super) member: bool,
}

/// The bucket of a context, and the choice that it makes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RolloutTrace {
    pub(super) bucket: i64,
    /// The attribute that is hashed.
    pub(super) by: Option<AttributeTrace>,
    /// `None` if there was nothing to hash.
    pub(super) hash: Option<Hash>,
    pub(super) choice: Choice,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Whether a rule of a segment matches: the bucket is below its weight.
    Share { weight: i64 },
    /// One of the entries of a rollout or an experiment.
    Entry { experiment: bool, entries: Vec<EntryTrace>, in_experiment: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EntryTrace {
    pub(super) variation: Option<u32>,
    pub(super) weight: i64,
    pub(super) cumulative_weight: i64,
    pub(super) untracked: bool,
    pub(super) chosen: bool,
}
