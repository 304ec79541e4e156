//! Records an evaluation as a trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::trace::{
    AttributeTrace, Choice, ClauseResult, ClauseTrace, Ending, EntryTrace, FlagTrace, Operand,
    PrerequisiteResult, PrerequisiteServed, PrerequisiteTrace, RolloutTrace, RuleTrace,
    SegmentResult, SegmentTrace, ShownValue, TargetTrace,
};
use crate::context::PrivateAttributes;
use crate::evaluate::{
    BoundContext, Bucket, BucketSeen, ClauseObservation, Observer, Outcome, PrerequisiteSeen,
    SegmentSeen,
};
use crate::json::Value;
use crate::limits::{self, Budget};
use crate::model::{
    Attribute, AttributeSlot, Bucketing, Clause, Condition, Flag, FlagState, KindSlot, Model,
    Prerequisite, Targets,
};

/// Builds the trace: a part is opened when it is entered, and moved into its parent when it is left.
pub(super) struct Recorder<'a> {
    model: &'a Model,
    bound_context: &'a BoundContext,
    open: Vec<Part>,
    trace: Option<FlagTrace>,
    /// The attributes that the context marks private, by kind.
    private: BTreeMap<u32, PrivateAttributes>,
    /// The remaining budget for values of the context.
    left: Budget,
    /// The attributes whose value exceeded the budget, which is measured once.
    elided: BTreeSet<u32>,
}

/// A part of the trace that is under construction.
enum Part {
    Flag(FlagTrace),
    Prerequisite(PrerequisiteTrace),
    Rule(RuleTrace),
    Clause(ClauseTrace),
    Segment(SegmentTrace),
}

impl<'a> Recorder<'a> {
    pub(super) fn new(model: &'a Model, bound_context: &'a BoundContext) -> Recorder<'a> {
        Recorder {
            model,
            bound_context,
            open: Vec::new(),
            trace: None,
            private: BTreeMap::new(),
            left: Budget::new(limits::TRACE_BYTES),
            elided: BTreeSet::new(),
        }
    }

    /// Returns the trace; `None` if no flag was evaluated. A part that is still open contains
    /// something malformed that ended the evaluation.
    pub(super) fn into_trace(mut self) -> Option<FlagTrace> {
        while !self.open.is_empty() {
            self.close();
        }
        self.trace
    }

    /// Moves the innermost part into the one around it.
    fn close(&mut self) {
        let Some(part) = self.open.pop() else { return };
        match (self.open.last_mut(), part) {
            (None, Part::Flag(flag)) => self.trace = Some(flag),
            (Some(Part::Prerequisite(around)), Part::Flag(flag)) => {
                around.trace = Some(Box::new(flag));
            }
            (Some(Part::Flag(around)), Part::Prerequisite(one)) => around.prerequisites.push(one),
            (Some(Part::Flag(around)), Part::Rule(rule)) => around.rules.push(rule),
            (Some(Part::Segment(around)), Part::Rule(rule)) => around.rules.push(rule),
            (Some(Part::Rule(around)), Part::Clause(clause)) => around.clauses.push(clause),
            (Some(Part::Clause(around)), Part::Segment(segment)) => around.segments.push(segment),
            // No other part is evaluated within another.
            _ => {}
        }
    }

    fn open_rule(&mut self, index: u32, id: &str) {
        self.open.push(Part::Rule(RuleTrace {
            index,
            id: Arc::from(id),
            clauses: Vec::new(),
            share: None,
            ending: Ending::Malformed,
        }));
    }

    fn close_rule(&mut self, matches: bool) {
        if let Some(Part::Rule(rule)) = self.open.last_mut() {
            rule.ending = Ending::Result(matches);
        }
        self.close();
    }

    fn kind(&self, slot: KindSlot) -> Arc<str> {
        Arc::clone(self.model.tables().kinds.key(slot.0))
    }

    fn attribute(&self, slot: AttributeSlot) -> Option<&'a Attribute> {
        self.model.tables().attributes.get(slot)
    }

    fn attribute_trace(&self, attribute: &Attribute) -> AttributeTrace {
        let reference = Arc::from(attribute.reference.to_string());
        AttributeTrace { context_kind: self.kind(attribute.kind), reference }
    }

    /// Whether the context marks an attribute private.
    fn hides(&mut self, attribute: &Attribute) -> bool {
        let context = self.bound_context.valid();
        let individual = context.and_then(|context| context.individual(attribute.kind));
        individual.is_some_and(|individual| {
            let private = self.private.entry(attribute.kind.0);
            let private = private.or_insert_with(|| PrivateAttributes::of(individual));
            private.hide(&attribute.reference)
        })
    }

    /// Whether a value of the context fits the remaining budget, which it then uses up.
    fn fits(&mut self, slot: AttributeSlot, value: &Value) -> bool {
        if self.elided.contains(&slot.0) {
            return false;
        }
        let mut left = self.left.clone();
        let fits = spend(value, &mut left);
        if fits {
            self.left = left;
        } else {
            self.elided.insert(slot.0);
        }
        fits
    }

    fn bucket(&self, bucketing: &Bucketing, bucket: Bucket, choice: Choice) -> Box<RolloutTrace> {
        let attribute = bucketing.by.and_then(|(slot, _)| self.attribute(slot));
        let by = attribute.map(|attribute| self.attribute_trace(attribute));
        Box::new(RolloutTrace { bucket: bucket.number, by, hash: bucket.hashed, choice })
    }
}

/// Deducts a value from the budget, unless it exceeds it.
fn spend(value: &Value, left: &mut Budget) -> bool {
    match value {
        Value::String(text) => left.spend(text.len()),
        Value::Array(elements) => {
            left.spend(1) && elements.iter().all(|element| spend(element, left))
        }
        Value::Object(object) => {
            left.spend(1)
                && object.iter().all(|(name, value)| left.spend(name.len()) && spend(value, left))
        }
        _ => left.spend(1),
    }
}

impl Observer for Recorder<'_> {
    fn enter_flag(&mut self, slot: u32, flag: &Flag) {
        self.open.push(Part::Flag(FlagTrace {
            key: Arc::clone(self.model.flag_key(slot)),
            on: match flag.state {
                FlagState::On(..) => Some(true),
                FlagState::Off(_) => Some(false),
                FlagState::Malformed => None,
            },
            prerequisites: Vec::new(),
            targets: Vec::new(),
            rules: Vec::new(),
            rollout: None,
            ending: Ending::Malformed,
        }));
    }

    fn leave_flag(&mut self, outcome: &Outcome) {
        if let Some(Part::Flag(flag)) = self.open.last_mut() {
            flag.ending = Ending::Result(outcome.variation);
        }
        self.close();
    }

    fn enter_prerequisite(&mut self, prerequisite: &Prerequisite) {
        self.open.push(Part::Prerequisite(PrerequisiteTrace {
            flag: Arc::clone(self.model.flag_key(prerequisite.flag)),
            required_variation: prerequisite.variation,
            trace: None,
            ending: Ending::Malformed,
        }));
    }

    fn leave_prerequisite(&mut self, seen: PrerequisiteSeen, holds: bool) {
        let served = match seen {
            PrerequisiteSeen::Missing => PrerequisiteServed::Missing,
            PrerequisiteSeen::Evaluated { outcome, repeated } => {
                PrerequisiteServed::Variation { index: outcome.variation, repeated }
            }
        };
        if let Some(Part::Prerequisite(prerequisite)) = self.open.last_mut() {
            prerequisite.ending = Ending::Result(PrerequisiteResult { served, holds });
        }
        self.close();
    }

    fn targets(&mut self, targets: &Targets, matching: Option<u32>) {
        let searched = matching.map_or(targets.lists.len(), |position| position as usize + 1);
        let traces = (0..).zip(targets.lists.iter().take(searched));
        let traces: Vec<_> = traces
            .map(|(position, list)| TargetTrace {
                context_kind: self.kind(list.kind),
                variation: list.variation,
                matches: matching == Some(position),
            })
            .collect();
        if let Some(Part::Flag(flag)) = self.open.last_mut() {
            flag.targets = traces;
        }
    }

    fn enter_rule(&mut self, index: u32, id: &str) {
        self.open_rule(index, id);
    }

    fn leave_rule(&mut self, matches: bool) {
        self.close_rule(matches);
    }

    fn enter_clause(&mut self, clause: &Clause) {
        let operand = match &clause.condition {
            Condition::Attribute(slot, _) => match self.attribute(*slot) {
                Some(attribute) => Operand::Attribute(self.attribute_trace(attribute)),
                None => Operand::Unnamed,
            },
            Condition::Kinds(_) => Operand::Kinds,
            Condition::Segments(_) | Condition::InvalidReference => Operand::Unnamed,
        };
        self.open.push(Part::Clause(ClauseTrace {
            operator: Arc::clone(&clause.operator),
            negate: clause.negate,
            operand,
            segments: Vec::new(),
            ending: Ending::Malformed,
        }));
    }

    fn leave_clause(&mut self, clause: &Clause, observation: ClauseObservation<'_>, matches: bool) {
        let matching = observation.matching.and_then(|index| clause.values.get(index));
        let attribute = match &clause.condition {
            Condition::Attribute(slot, _) => self.attribute(*slot).map(|known| (*slot, known)),
            _ => None,
        };
        let hidden = attribute.is_some_and(|(_, attribute)| self.hides(attribute));
        let shown = |value: &Value| match hidden {
            true => ShownValue::Private,
            false => ShownValue::Value(value.clone()),
        };
        let context_value = attribute.and_then(|(slot, _)| {
            let value = observation.value?;
            let fits = hidden || self.fits(slot, value);
            Some(if fits { shown(value) } else { ShownValue::Elided })
        });
        let matching_value = matching.map(shown);
        if let Some(Part::Clause(clause)) = self.open.last_mut() {
            clause.ending = Ending::Result(ClauseResult { context_value, matching_value, matches });
        }
        self.close();
    }

    fn enter_segment(&mut self, slot: u32) {
        self.open.push(Part::Segment(SegmentTrace {
            key: Arc::clone(self.model.segment_key(slot)),
            rules: Vec::new(),
            ending: Ending::Malformed,
        }));
    }

    fn leave_segment(&mut self, decided_by: SegmentSeen, member: bool) {
        if let Some(Part::Segment(segment)) = self.open.last_mut() {
            segment.ending = Ending::Result(SegmentResult { decided_by, member });
        }
        self.close();
    }

    fn enter_segment_rule(&mut self, index: u32) {
        self.open_rule(index, "");
    }

    fn segment_weight(&mut self, bucketing: &Bucketing, bucket: Bucket, weight: i64) {
        let share = self.bucket(bucketing, bucket, Choice::Share { weight });
        if let Some(Part::Rule(rule)) = self.open.last_mut() {
            rule.share = Some(share);
        }
    }

    fn leave_segment_rule(&mut self, matches: bool) {
        self.close_rule(matches);
    }

    fn rollout(&mut self, seen: BucketSeen<'_>) {
        let BucketSeen { rollout, bucket, chosen, in_experiment } = seen;
        let entries = rollout.entries.iter().enumerate().map(|(index, entry)| EntryTrace {
            variation: entry.variation,
            weight: entry.weight,
            cumulative_weight: entry.cumulative_weight,
            untracked: entry.untracked,
            chosen: index == chosen,
        });
        let entries = entries.collect();
        let choice = Choice::Entry { experiment: rollout.experiment, entries, in_experiment };
        let trace = self.bucket(&rollout.bucketing, bucket, choice);
        if let Some(Part::Flag(flag)) = self.open.last_mut() {
            flag.rollout = Some(trace);
        }
    }
}
