//! Foresees from two documents alone which answers change, where, and in which shares.
//!
//! A flag decides step by step: prerequisites, targets, rules, fallthrough. Contexts pass the first
//! steps alike as long as these have the same conditions in both documents. From the first step
//! that differs, the parts of one document can be paired with those of the other only if one of
//! them decides the rest in one part.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isoflag::model::{
    Clause, Condition, Flag, FlagState, Model, OffVariation, Section, Segment, Served, Targeting,
};
use isoflag::{Flags, Object, Value};

use super::decision::{Decision, Differs, Joint, hashed};
use super::{ServedAnswer, Variations};
use crate::analysis::{ChangedParts, FLAGS, Failing, Part, SEGMENTS};
use crate::diff::Words;
use crate::percentage::WHOLE;

/// The part of a flag that decides an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DecidingPart {
    /// The document does not have the flag.
    Missing,
    /// The flag is malformed.
    Malformed,
    /// The flag is off.
    Off,
    /// This prerequisite, if it fails.
    Prerequisite(usize),
    /// The target lists.
    Targets,
    /// This rule, if it matches.
    Rule(usize),
    /// The rest.
    Fallthrough,
}

impl fmt::Display for DecidingPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecidingPart::Missing => f.write_str("missing"),
            DecidingPart::Malformed => f.write_str("malformed"),
            DecidingPart::Off => f.write_str("off"),
            DecidingPart::Prerequisite(index) => write!(f, "prerequisites[{index}]"),
            DecidingPart::Targets => f.write_str("targets"),
            DecidingPart::Rule(index) => write!(f, "rules[{index}]"),
            DecidingPart::Fallthrough => f.write_str("fallthrough"),
        }
    }
}

/// A change of answers that follows from the documents: of the contexts that one part of the flag
/// decided on and another one does now.
#[derive(Clone, Debug)]
pub struct ForeseenChange {
    /// The part that decided.
    pub from: DecidingPart,
    /// The part that decides now.
    pub to: DecidingPart,
    /// Whether these are all valid contexts, for certain.
    pub everyone: bool,
    /// The kind whose keys the shares count; `None` if no buckets decide.
    pub kind: Option<Arc<str>>,
    /// The answers before and after of contexts without this kind, if their value differs. They
    /// are all in bucket 0, and no share counts them.
    pub without_kind: Option<(ServedAnswer, ServedAnswer)>,
    /// The shares, if they follow from the documents.
    pub shares: Foreseen,
}

/// The number of pairs of answers of a flag that are listed, so that the cost is linear.
const MOST_PAIRS: usize = 1_000;

/// The shares of a foreseen change.
#[derive(Clone, Debug)]
pub enum Foreseen {
    /// Exact, from the arithmetic of buckets; those whose value does not change are included.
    Exact(Vec<ExactShare>),
    /// They depend on the attributes of the contexts, for this reason.
    Attributes(Because),
}

/// The reason for which a share depends on attributes.
#[derive(Clone, Debug)]
pub struct Because(pub(super) Words);

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An exact share of contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExactShare {
    /// The answer before.
    pub from: ServedAnswer,
    /// The answer after.
    pub to: ServedAnswer,
    /// Whether the value differs.
    pub changed: bool,
    /// How many of 10,000,000,000 pairs of buckets: 100,000 before times 100,000 after.
    pub pairs: u64,
}

impl ExactShare {
    /// The share, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        // Both are integers that a double holds.
        self.pairs as f64 / WHOLE as f64
    }
}

impl ForeseenChange {
    /// The exact share that changes; `None` if it depends on attributes.
    #[must_use]
    pub fn changed_share(&self) -> Option<f64> {
        self.changed_pairs().map(|pairs| pairs as f64 / WHOLE as f64)
    }

    /// The same as a number of pairs of buckets.
    pub(super) fn changed_pairs(&self) -> Option<u64> {
        let Foreseen::Exact(shares) = &self.shares else { return None };
        Some(shares.iter().filter(|share| share.changed).map(|share| share.pairs).sum())
    }
}

/// A document, and for each prefix of a bucket's hash the flags and segments that use it.
pub(super) struct Side<'a> {
    flags: &'a Flags,
    users: BTreeMap<Part<'a>, Vec<Part<'a>>>,
    failing: RefCell<Failing<'a>>,
}

/// The condition that stops a context at a step.
#[derive(PartialEq)]
enum Guard<'a> {
    Prerequisite(&'a str, i64),
    Targets([Value; 2]),
    Clauses(Value),
}

/// A condition, and the decision for the contexts that it stops.
struct Step<'a> {
    guard: Guard<'a>,
    /// Whether no flag or segment that the condition refers to has changed.
    stable: bool,
    /// Whether it refers to any.
    refers: bool,
    part: DecidingPart,
    decision: Decision<'a>,
}

/// The steps of a flag, and the decision for the contexts that pass all of them.
struct Course<'a> {
    steps: Vec<Step<'a>>,
    part: DecidingPart,
    rest: Decision<'a>,
}

impl<'a> Side<'a> {
    pub(super) fn of(flags: &'a Flags) -> Side<'a> {
        let model = flags.model();
        let mut users: BTreeMap<Part<'a>, Vec<Part<'a>>> = BTreeMap::new();
        let mut add = |prefix: &'a str, user: Part<'a>| {
            let users = users.entry((FLAGS, prefix)).or_default();
            if users.last() != Some(&user) {
                users.push(user);
            }
        };
        for (slot, flag) in model.flags() {
            let Some(targeting) = flag.targeting() else { continue };
            let served = targeting.rules.iter().map(|rule| &rule.served);
            for served in served.chain([&targeting.fallthrough]) {
                if let Served::Rollout(rollout) = served
                    && let Some(input) = rollout.bucketing.input(model)
                {
                    add(input.prefix, (FLAGS, model.flag_key(slot)));
                }
            }
        }
        for (slot, segment) in model.segments() {
            let Segment::Readable(body) = segment else { continue };
            for (_, bucketing) in body.rules.iter().filter_map(|rule| rule.weighted.as_ref()) {
                if let Some(input) = bucketing.input(model) {
                    add(input.prefix, (SEGMENTS, model.segment_key(slot)));
                }
            }
        }
        Side { flags, users, failing: RefCell::new(Failing::of(flags)) }
    }

    /// Whether only this flag uses the buckets with this prefix.
    fn owns(&self, key: &str, prefix: &str) -> bool {
        self.users.get(&(FLAGS, prefix)).is_none_or(|users| *users == [(FLAGS, key)])
    }

    fn flag(&self, key: &str) -> Option<&'a Flag> {
        self.flags.model().flag(self.flags.handle(key)?.index())
    }

    pub(super) fn variations(&self, key: &str) -> Variations {
        self.flag(key).map(|flag| Arc::clone(&flag.variations)).unwrap_or_default()
    }

    fn course(&self, key: &str, changed: &ChangedParts<'a>) -> Course<'a> {
        let at_once =
            |part, answer| Course { steps: Vec::new(), part, rest: Decision::always(answer) };
        let Some(flag) = self.flag(key) else {
            return at_once(DecidingPart::Missing, ServedAnswer::Missing);
        };
        match &flag.state {
            FlagState::Malformed => at_once(DecidingPart::Malformed, ServedAnswer::Error),
            FlagState::Off(off) => at_once(DecidingPart::Off, off_answer(*off)),
            FlagState::On(off, targeting) => Course {
                steps: self.steps(key, off_answer(*off), targeting, changed),
                part: DecidingPart::Fallthrough,
                rest: Decision::of(&targeting.fallthrough, self.flags.model()),
            },
        }
    }

    fn steps(
        &self,
        key: &str,
        off: ServedAnswer,
        targeting: &'a Targeting,
        changed: &ChangedParts<'a>,
    ) -> Vec<Step<'a>> {
        let model = self.flags.model();
        let mut steps = Vec::new();
        for (index, prerequisite) in targeting.prerequisites.iter().enumerate() {
            let key = model.flag_key(prerequisite.flag);
            steps.push(Step {
                guard: Guard::Prerequisite(key, prerequisite.variation),
                stable: !changed.has_flag(key),
                refers: true,
                part: DecidingPart::Prerequisite(index),
                decision: Decision::always(off),
            });
        }
        let source = self.flags.source(Section::Flags, key).and_then(Value::as_object);
        let Some(source) = source else { return steps };
        if let Some(decision) = Decision::lists(targeting.targets.variations()) {
            steps.push(Step {
                guard: Guard::Targets(target_members(source)),
                stable: true,
                refers: false,
                part: DecidingPart::Targets,
                decision,
            });
        }
        for (index, (rule, clauses)) in targeting.rules.iter().zip(rule_clauses(source)).enumerate()
        {
            let segments = segments(model, &rule.clauses);
            steps.push(Step {
                guard: Guard::Clauses(clauses),
                stable: !segments.iter().any(|key| changed.has_segment(key)),
                refers: !segments.is_empty(),
                part: DecidingPart::Rule(index),
                decision: Decision::of(&rule.served, model),
            });
        }
        steps
    }
}

fn segments<'a>(model: &'a Model, clauses: &'a [Clause]) -> Vec<&'a str> {
    let referred = clauses.iter().filter_map(|clause| match &clause.condition {
        Condition::Segments(slots) => Some(slots),
        _ => None,
    });
    referred.flatten().map(|slot| &**model.segment_key(*slot)).collect()
}

/// The members of a flag's source that choose its targets.
fn target_members(flag: &Object) -> [Value; 2] {
    ["targets", "contextTargets"].map(|name| filled(flag, name))
}

/// The members that decide of the clauses of each rule of a flag's source.
fn rule_clauses(flag: &Object) -> Vec<Value> {
    const MEMBERS: [&str; 5] = ["attribute", "contextKind", "op", "values", "negate"];
    let clause = |clause: &Value| match clause.as_object() {
        Some(clause) => MEMBERS.iter().map(|name| filled(clause, name)).collect(),
        None => clause.clone(),
    };
    let clauses = |rule: &Value| {
        let clauses = rule.as_object().and_then(|rule| rule.get("clauses"));
        clauses.and_then(Value::as_array).unwrap_or_default().iter().map(clause).collect()
    };
    let rules = flag.get("rules").and_then(Value::as_array);
    rules.unwrap_or_default().iter().map(clauses).collect()
}

/// Returns a member, null if it has the value that an absent member is read as.
fn filled(object: &Object, name: &str) -> Value {
    match object.get(name) {
        None | Some(Value::Bool(false)) => Value::Null,
        Some(Value::Array(elements)) if elements.is_empty() => Value::Null,
        Some(value) => value.clone(),
    }
}

fn off_answer(off: OffVariation) -> ServedAnswer {
    match off {
        OffVariation::Default => ServedAnswer::Default,
        OffVariation::Variation(index) => ServedAnswer::Variation(index),
        OffVariation::OutOfRange => ServedAnswer::Error,
    }
}

/// Pairs the parts of a flag in two documents. Pairs that serve equal values are left out.
pub(super) fn foresee<'a>(
    old: &Side<'a>,
    new: &Side<'a>,
    changed: &ChangedParts<'a>,
    key: &str,
    differs: Differs<'_>,
) -> Vec<ForeseenChange> {
    let (before, after) = (old.course(key, changed), new.course(key, changed));
    let everyone = before.steps.is_empty() && after.steps.is_empty();
    let refers = before.steps.iter().chain(&after.steps).any(|step| step.refers);
    let mut found = Vec::new();
    let mut left = MOST_PAIRS;
    let mut pair = |from: DecidingPart, one: &Decision<'a>, to, other: &Decision<'a>, alike| {
        let buckets = [one.bucket(), other.bucket()].into_iter().flatten();
        let kind = buckets.clone().map(|input| Arc::clone(input.kind)).next();
        let is_shared = |prefix| refers && !(old.owns(key, prefix) && new.owns(key, prefix));
        let shared = buckets.into_iter().find(|input| is_shared(input.prefix));
        let steps = one.steps(other);
        let joint = match left.checked_sub(steps) {
            None => Joint::Possible(Words::new("the flag has too many pairs of answers to list")),
            Some(rest) => {
                left = rest;
                one.joint(other, alike, differs)
            }
        };
        let shares = match (joint, shared) {
            (Joint::Unchanged, _) => return,
            (Joint::Possible(because), _) => Foreseen::Attributes(Because(because)),
            (Joint::Exact(shares), None) => Foreseen::Exact(shares),
            (Joint::Exact(_), Some(input)) => {
                let because = "a prerequisite or a segment may use the same buckets of ";
                Foreseen::Attributes(Because(hashed(Words::new(because), input)))
            }
        };
        let changes = |pair: &(ServedAnswer, ServedAnswer)| differs(pair.0, pair.1);
        let without_kind = match (&kind, &shares) {
            (Some(_), Foreseen::Exact(_)) => {
                Some((one.of_bucket_0(), other.of_bucket_0())).filter(changes)
            }
            _ => None,
        };
        found.push(ForeseenChange { from, to, everyone, kind, without_kind, shares });
    };
    let alike = |(one, other): &(&Step<'_>, &Step<'_>)| {
        one.guard == other.guard && one.stable && other.stable
    };
    let common = before.steps.iter().zip(&after.steps).take_while(alike).count();
    for (one, other) in before.steps.iter().zip(&after.steps).take(common) {
        pair(one.part, &one.decision, other.part, &other.decision, true);
    }
    let (rest_before, rest_after) = (
        before.steps.get(common..).unwrap_or_default(),
        after.steps.get(common..).unwrap_or_default(),
    );
    let ends = (rest_before.first(), rest_after.first());
    let fails = |side: &Side<'_>| {
        let handle = side.flags.handle(key);
        handle.is_some_and(|handle| side.failing.borrow_mut().includes(handle))
    };
    let because = match ends {
        (Some(_), Some(_)) => Some("the conditions differ from here on"),
        (None, None) => None,
        _ if fails(old) || fails(new) => Some("some evaluations may fail"),
        _ => None,
    };
    if let Some(because) = because {
        found.push(ForeseenChange {
            from: ends.0.map_or(before.part, |step| step.part),
            to: ends.1.map_or(after.part, |step| step.part),
            everyone: false,
            kind: None,
            without_kind: None,
            shares: Foreseen::Attributes(Because(Words::new(because))),
        });
        return found;
    }
    match ends {
        (_, None) => {
            for step in rest_before {
                pair(step.part, &step.decision, after.part, &after.rest, false);
            }
            pair(before.part, &before.rest, after.part, &after.rest, false);
        }
        (_, Some(_)) => {
            for step in rest_after {
                pair(before.part, &before.rest, step.part, &step.decision, false);
            }
            pair(before.part, &before.rest, after.part, &after.rest, false);
        }
    }
    found
}
