//! Records an evaluation as a trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::context::PrivateAttributes;
use crate::evaluate::{
    BoundContext, Bucket, BucketSeen, ClauseObservation, Observer, Outcome, PrerequisiteSeen,
    SegmentSeen,
};
use crate::json::{Object, Value};
use crate::limits::{self, Budget};
use crate::model::{
    Attribute, AttributeSlot, Bucketing, Clause, Condition, Flag, FlagState, Model, Prerequisite,
    Targets,
};

/// Builds the trace: a frame for each entered part, closed when it is left.
pub(super) struct Recorder<'a> {
    model: &'a Model,
    bound_context: &'a BoundContext,
    frames: Vec<Frame>,
    names: Names,
    trace: Value,
    /// The attributes that the context marks private, by kind.
    private: BTreeMap<u32, PrivateAttributes>,
    /// The remaining budget for values of the context.
    left: Budget,
    /// The attributes whose value exceeded the budget, which is measured once.
    elided: BTreeSet<u32>,
}

/// An object of the trace that is under construction.
struct Frame {
    /// Its position in the parent object.
    position: Position,
    members: Vec<(&'static str, Value)>,
    lists: Vec<(&'static str, Vec<Value>)>,
}

#[derive(Clone, Copy)]
enum Position {
    Member(&'static str),
    ElementOf(&'static str),
}

impl Frame {
    fn into_value(self, names: &mut Names) -> Value {
        let lists = self.lists.into_iter().map(|(name, list)| (name, Value::from(list)));
        let members = self.members.into_iter().chain(lists);
        let members = members.map(|(name, value)| (names.share(name), value)).collect();
        Object::from_members(members).into()
    }
}

/// The names of members, each allocated once: a trace may have a million members.
#[derive(Default)]
struct Names(BTreeMap<&'static str, Arc<str>>);

impl Names {
    fn share(&mut self, name: &'static str) -> Arc<str> {
        Arc::clone(self.0.entry(name).or_insert_with(|| Arc::from(name)))
    }
}

impl<'a> Recorder<'a> {
    pub(super) fn new(model: &'a Model, bound_context: &'a BoundContext) -> Recorder<'a> {
        Recorder {
            model,
            bound_context,
            frames: Vec::new(),
            names: Names::default(),
            trace: Value::Null,
            private: BTreeMap::new(),
            left: Budget::new(limits::TRACE_BYTES),
            elided: BTreeSet::new(),
        }
    }

    /// Returns the trace. A part that is still open contains something malformed that ended the
    /// evaluation.
    pub(super) fn into_trace(mut self) -> Value {
        while !self.frames.is_empty() {
            self.set("malformed", true);
            self.close();
        }
        self.trace
    }

    fn open(&mut self, position: Position) {
        self.frames.push(Frame { position, members: Vec::new(), lists: Vec::new() });
    }

    fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.members.push((name, value.into()));
        }
    }

    fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let position = frame.position;
        let value = frame.into_value(&mut self.names);
        match (self.frames.last_mut(), position) {
            (None, _) => self.trace = value,
            (Some(around), Position::Member(name)) => around.members.push((name, value)),
            (Some(around), Position::ElementOf(name)) => {
                match around.lists.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, list)) => list.push(value),
                    None => around.lists.push((name, vec![value])),
                }
            }
        }
    }

    fn kind_name(&self, attribute: &Attribute) -> Value {
        Value::String(Arc::clone(self.model.tables().kinds.key(attribute.kind.0)))
    }

    fn attribute(&self, slot: AttributeSlot) -> Option<&'a Attribute> {
        self.model.tables().attributes.get(slot)
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

    fn set_bucket(&mut self, bucketing: &Bucketing, bucket: Bucket) {
        self.set("bucket", bucket.number);
        if let Some(attribute) = bucketing.by.and_then(|(slot, _)| self.attribute(slot)) {
            self.set("contextKind", self.kind_name(attribute));
            self.set("bucketBy", attribute.reference.to_string());
        }
        if let Some(hash) = bucket.hashed {
            self.set("hash", hash.as_str());
        }
    }
}

/// The placeholder of a value that is not shown.
fn instead(why: &str) -> Value {
    Value::Object(Object::from_iter([(why, Value::Bool(true))]))
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
        self.open(Position::Member("trace"));
        self.set("flag", Arc::clone(self.model.flag_key(slot)));
        match flag.state {
            FlagState::On(..) => self.set("on", true),
            FlagState::Off(_) => self.set("on", false),
            FlagState::Malformed => {}
        }
    }

    fn leave_flag(&mut self, outcome: &Outcome) {
        let index = outcome.variation.map(Value::from);
        self.set("variationIndex", index.unwrap_or_default());
        self.close();
    }

    fn enter_prerequisite(&mut self, prerequisite: &Prerequisite) {
        self.open(Position::ElementOf("prerequisites"));
        self.set("flag", Arc::clone(self.model.flag_key(prerequisite.flag)));
        self.set("requiredVariation", prerequisite.variation);
    }

    fn leave_prerequisite(&mut self, seen: PrerequisiteSeen, holds: bool) {
        match seen {
            PrerequisiteSeen::Missing => self.set("missing", true),
            PrerequisiteSeen::Evaluated { outcome, repeated } => {
                let index = outcome.variation.map(Value::from);
                self.set("variationIndex", index.unwrap_or_default());
                if repeated {
                    self.set("repeated", true);
                }
            }
        }
        self.set("holds", holds);
        self.close();
    }

    fn targets(&mut self, targets: &Targets, matching: Option<u32>) {
        for (position, list) in (0..).zip(&targets.lists) {
            let matches = matching == Some(position);
            self.open(Position::ElementOf("targets"));
            let kind = self.model.tables().kinds.key(list.kind.0);
            self.set("contextKind", Arc::clone(kind));
            self.set("variationIndex", list.variation.map(Value::from).unwrap_or_default());
            self.set("match", matches);
            self.close();
            if matches {
                return;
            }
        }
    }

    fn enter_rule(&mut self, index: u32, id: &str) {
        self.open(Position::ElementOf("rules"));
        self.set("index", index);
        if !id.is_empty() {
            self.set("id", id);
        }
    }

    fn leave_rule(&mut self, matches: bool) {
        self.set("match", matches);
        self.close();
    }

    fn enter_clause(&mut self, clause: &Clause) {
        self.open(Position::ElementOf("clauses"));
        self.set("op", Arc::clone(&clause.operator));
        self.set("negate", clause.negate);
        match &clause.condition {
            Condition::Attribute(slot, _) => {
                if let Some(attribute) = self.attribute(*slot) {
                    self.set("contextKind", self.kind_name(attribute));
                    self.set("attribute", attribute.reference.to_string());
                }
            }
            Condition::Kinds(_) => self.set("attribute", "kind"),
            Condition::Segments(_) | Condition::InvalidReference => {}
        }
    }

    fn leave_clause(&mut self, clause: &Clause, observation: ClauseObservation<'_>, matches: bool) {
        let matching = observation.matching.and_then(|index| clause.values.get(index));
        if let Condition::Attribute(slot, _) = &clause.condition
            && let Some(attribute) = self.attribute(*slot)
        {
            let hidden = self.hides(attribute).then(|| instead("private"));
            let shown = |value: &Value| hidden.clone().unwrap_or_else(|| value.clone());
            let matching = matching.map(shown);
            if let Some(value) = observation.value {
                let fits = hidden.is_some() || self.fits(*slot, value);
                self.set("contextValue", if fits { shown(value) } else { instead("elided") });
            }
            if let Some(value) = matching {
                self.set("matchingValue", value);
            }
        } else if let Some(value) = matching {
            self.set("matchingValue", value.clone());
        }
        self.set("match", matches);
        self.close();
    }

    fn enter_segment(&mut self, slot: u32) {
        self.open(Position::ElementOf("segments"));
        self.set("segment", Arc::clone(self.model.segment_key(slot)));
    }

    fn leave_segment(&mut self, seen: SegmentSeen, member: bool) {
        let decided_by = match seen {
            SegmentSeen::Missing => "missing",
            SegmentSeen::Repeated => "repeated",
            SegmentSeen::Included => "included",
            SegmentSeen::Excluded => "excluded",
            SegmentSeen::Stored => "store",
            SegmentSeen::NotStored => "notStored",
            SegmentSeen::Rule => "rule",
            SegmentSeen::NoRule => "noRule",
        };
        self.set("decidedBy", decided_by);
        self.set("member", member);
        self.close();
    }

    fn enter_segment_rule(&mut self, index: u32) {
        self.open(Position::ElementOf("rules"));
        self.set("index", index);
    }

    fn segment_weight(&mut self, bucketing: &Bucketing, bucket: Bucket, weight: i64) {
        self.open(Position::Member("rollout"));
        self.set_bucket(bucketing, bucket);
        self.set("threshold", weight);
        self.close();
    }

    fn leave_segment_rule(&mut self, matches: bool) {
        self.set("match", matches);
        self.close();
    }

    fn rollout(&mut self, seen: BucketSeen<'_>) {
        let BucketSeen { rollout, bucket, chosen, in_experiment } = seen;
        self.open(Position::Member("rollout"));
        self.set("kind", if rollout.experiment { "experiment" } else { "rollout" });
        self.set_bucket(&rollout.bucketing, bucket);
        for (index, entry) in rollout.entries.iter().enumerate() {
            self.open(Position::ElementOf("entries"));
            self.set("variationIndex", entry.variation.map(Value::from).unwrap_or_default());
            self.set("weight", entry.weight);
            self.set("threshold", entry.cumulative_weight);
            if entry.untracked {
                self.set("untracked", true);
            }
            self.set("chosen", index == chosen);
            self.close();
        }
        self.set("inExperiment", in_experiment);
        self.close();
    }
}
