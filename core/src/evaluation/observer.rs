use super::bucket::Bucket;
use super::flag::Outcome;
use crate::json::Value;
use crate::ruleset::{Bucketing, Clause, Flag, Prerequisite, Rollout, Targets};

/// Who watches an evaluation. Everything that is entered is left, unless the evaluation ends
/// there because something is malformed.
pub(crate) trait Observer {
    /// Whether what is remembered of the bound context will do: somebody who watches wants to see
    /// everything computed.
    const RECALLS: bool = false;

    fn enter_flag(&mut self, _slot: u32, _flag: &Flag) {}
    fn leave_flag(&mut self, _outcome: &Outcome) {}
    fn enter_prerequisite(&mut self, _prerequisite: &Prerequisite) {}
    fn leave_prerequisite(&mut self, _seen: PrerequisiteSeen, _holds: bool) {}
    /// The target lists were consulted; the one at the position matched.
    fn targets(&mut self, _targets: &Targets, _matching: Option<u32>) {}
    fn enter_rule(&mut self, _index: u32, _id: &str) {}
    fn leave_rule(&mut self, _matches: bool) {}
    fn enter_clause(&mut self, _clause: &Clause) {}
    fn leave_clause(&mut self, _clause: &Clause, _clues: Clues<'_>, _matches: bool) {}
    fn enter_segment(&mut self, _slot: u32) {}
    fn leave_segment(&mut self, _seen: SegmentSeen, _member: bool) {}
    fn enter_segment_rule(&mut self, _index: u32) {}
    fn segment_weight(&mut self, _bucketing: &Bucketing, _bucket: Bucket, _weight: i64) {}
    fn leave_segment_rule(&mut self, _matches: bool) {}
    fn rollout(&mut self, _seen: BucketSeen<'_>) {}
}

/// Looks away: what it does not see costs nothing.
pub(crate) struct NoObserver;

impl Observer for NoObserver {
    const RECALLS: bool = true;
}

/// Looks away while everything is computed anew.
pub(crate) struct NoMemory;

impl Observer for NoMemory {}

/// What became of a prerequisite.
pub(crate) enum PrerequisiteSeen {
    Missing,
    Evaluated { outcome: Outcome, repeated: bool },
}

/// What a clause on an attribute or on kinds compared.
#[derive(Default)]
pub(crate) struct Clues<'a> {
    /// The attribute's value.
    pub(crate) value: Option<&'a Value>,
    /// The index of the clause's value that it matches.
    pub(crate) matching: Option<usize>,
}

/// What decided about a segment.
#[derive(Clone, Copy)]
pub(crate) enum SegmentSeen {
    Missing,
    /// It was computed before in the same evaluation.
    Repeated,
    Included,
    Excluded,
    /// The store of big segments.
    Stored,
    /// A big segment for which the store was not asked.
    NotStored,
    Rule,
    NoRule,
}

/// What a rollout chose.
pub(crate) struct BucketSeen<'a> {
    pub(crate) rollout: &'a Rollout,
    pub(crate) bucket: Bucket,
    pub(crate) chosen: usize,
    pub(crate) in_experiment: bool,
}
