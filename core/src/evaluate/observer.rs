//! The interface that reports the steps of an evaluation, and the observers that ignore them.

use super::bucket::Bucket;
use super::flag::Outcome;
use crate::json::Value;
use crate::model::{Bucketing, Clause, Flag, Prerequisite, Rollout, Targets};

/// Observes an evaluation. Each entered part is also left, unless the evaluation ends there because
/// something is malformed.
pub(crate) trait Observer {
    /// Whether cached results of the bound context may be used; an observer that records needs
    /// everything computed.
    const USES_CACHE: bool = false;

    fn enter_flag(&mut self, _slot: u32, _flag: &Flag) {}
    fn leave_flag(&mut self, _outcome: &Outcome) {}
    fn enter_prerequisite(&mut self, _prerequisite: &Prerequisite) {}
    fn leave_prerequisite(&mut self, _seen: PrerequisiteSeen, _holds: bool) {}
    /// The target lists were searched; the one at the position matched.
    fn targets(&mut self, _targets: &Targets, _matching: Option<u32>) {}
    fn enter_rule(&mut self, _index: u32, _id: &str) {}
    fn leave_rule(&mut self, _matches: bool) {}
    fn enter_clause(&mut self, _clause: &Clause) {}
    fn leave_clause(&mut self, _clause: &Clause, _clues: ClauseObservation<'_>, _matches: bool) {}
    fn enter_segment(&mut self, _slot: u32) {}
    fn leave_segment(&mut self, _seen: SegmentSeen, _member: bool) {}
    fn enter_segment_rule(&mut self, _index: u32) {}
    fn segment_weight(&mut self, _bucketing: &Bucketing, _bucket: Bucket, _weight: i64) {}
    fn leave_segment_rule(&mut self, _matches: bool) {}
    fn rollout(&mut self, _seen: BucketSeen<'_>) {}
}

/// Ignores every event, at no cost.
pub(crate) struct NoObserver;

impl Observer for NoObserver {
    const USES_CACHE: bool = true;
}

/// Ignores every event, and uses no cached results.
pub(crate) struct Uncached;

impl Observer for Uncached {}

/// The result of a prerequisite.
pub(crate) enum PrerequisiteSeen {
    Missing,
    Evaluated { outcome: Outcome, repeated: bool },
}

/// The values that a clause on an attribute or on kinds compared.
#[derive(Default)]
pub(crate) struct ClauseObservation<'a> {
    /// The attribute's value.
    pub(crate) value: Option<&'a Value>,
    /// The index of the clause's value that it matches.
    pub(crate) matching: Option<usize>,
}

/// How the membership of a segment was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SegmentSeen {
    Missing,
    /// It was computed earlier in the same evaluation.
    Repeated,
    Included,
    Excluded,
    /// The store of big segments.
    Stored,
    /// A big segment for which the store was not queried.
    NotStored,
    Rule,
    NoRule,
}

/// The choice of a rollout.
pub(crate) struct BucketSeen<'a> {
    pub(crate) rollout: &'a Rollout,
    pub(crate) bucket: Bucket,
    pub(crate) chosen: usize,
    pub(crate) in_experiment: bool,
}
