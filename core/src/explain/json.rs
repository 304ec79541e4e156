//! The JSON of an explanation; `docs/explanation.schema.json` describes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Explanation;
use super::trace::{
    AttributeTrace, Choice, ClauseTrace, Ending, EntryTrace, FlagTrace, Operand,
    PrerequisiteServed, PrerequisiteTrace, RolloutTrace, RuleTrace, SegmentTrace, ShownValue,
    TargetTrace,
};
use crate::evaluate::SegmentSeen;
use crate::json::{Object, Value};

pub(super) fn value(explanation: &Explanation) -> Value {
    let mut names = Names::default();
    let trace = explanation.trace.as_ref().map(|trace| names.flag(trace));
    let answer = &explanation.answer;
    Value::Object(Object::of(&[
        ("flag", string(&explanation.flag)),
        ("contextKey", explanation.context_key.as_ref().map(string).unwrap_or_default()),
        ("specVersion", Value::from(crate::SPEC_VERSION)),
        (
            "answer",
            Value::Object(Object::of(&[
                ("value", explanation.value.clone().unwrap_or_default()),
                ("variationIndex", index(answer.variation)),
                ("reason", answer.reason_named(&explanation.reason_name).to_value()),
            ])),
        ),
        ("trace", trace.unwrap_or_default()),
    ]))
}

fn string(text: &Arc<str>) -> Value {
    Value::String(Arc::clone(text))
}

/// The index of a variation; null if no variation is served.
fn index(index: Option<u32>) -> Value {
    index.map(Value::from).unwrap_or_default()
}

fn shown(value: &ShownValue) -> Value {
    let placeholder = |name| Value::Object(Object::from_iter([(name, Value::Bool(true))]));
    match value {
        ShownValue::Value(value) => value.clone(),
        ShownValue::Private => placeholder("private"),
        ShownValue::Elided => placeholder("elided"),
    }
}

fn decided_by(seen: SegmentSeen) -> &'static str {
    match seen {
        SegmentSeen::Missing => "missing",
        SegmentSeen::Repeated => "repeated",
        SegmentSeen::Included => "included",
        SegmentSeen::Excluded => "excluded",
        SegmentSeen::Stored => "store",
        SegmentSeen::NotStored => "notStored",
        SegmentSeen::Rule => "rule",
        SegmentSeen::NoRule => "noRule",
    }
}

/// The names of members, each allocated once: a trace may have a million members.
#[derive(Default)]
struct Names(BTreeMap<&'static str, Arc<str>>);

/// The members of one object of the trace.
#[derive(Default)]
struct Members(Vec<(&'static str, Value)>);

impl Members {
    /// Adds a member. Inlined everywhere, it would be most of the code of explanations.
    #[inline(never)]
    fn set(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    fn set_flag(&mut self, name: &'static str, value: bool) {
        self.set(name, Value::Bool(value));
    }

    fn set_attribute(&mut self, attribute: &AttributeTrace, name: &'static str) {
        self.set("contextKind", string(&attribute.context_kind));
        self.set(name, string(&attribute.reference));
    }

    fn set_malformed(&mut self) {
        self.set_flag("malformed", true);
    }
}

impl Names {
    fn object(&mut self, members: Members) -> Value {
        let mut share =
            |name: &'static str| Arc::clone(self.0.entry(name).or_insert_with(|| Arc::from(name)));
        let members = members.0.into_iter().map(|(name, value)| (share(name), value));
        Object::from_members(members.collect()).into()
    }

    /// Adds a list, unless it is empty.
    fn list<T>(
        &mut self,
        members: &mut Members,
        name: &'static str,
        elements: &[T],
        write: fn(&mut Names, &T) -> Value,
    ) {
        if !elements.is_empty() {
            members.set(name, elements.iter().map(|element| write(self, element)).collect());
        }
    }

    fn flag(&mut self, flag: &FlagTrace) -> Value {
        let mut members = Members::default();
        members.set("flag", string(&flag.key));
        if let Some(on) = flag.on {
            members.set_flag("on", on);
        }
        self.list(&mut members, "prerequisites", &flag.prerequisites, Names::prerequisite);
        self.list(&mut members, "targets", &flag.targets, Names::target);
        self.list(&mut members, "rules", &flag.rules, Names::rule);
        if let Some(rollout) = &flag.rollout {
            members.set("rollout", self.rollout(rollout));
        }
        match flag.ending {
            Ending::Malformed => members.set_malformed(),
            Ending::Result(served) => members.set("variationIndex", index(served)),
        }
        self.object(members)
    }

    fn prerequisite(&mut self, prerequisite: &PrerequisiteTrace) -> Value {
        let mut members = Members::default();
        members.set("flag", string(&prerequisite.flag));
        members.set("requiredVariation", Value::from(prerequisite.required_variation));
        if let Some(trace) = &prerequisite.trace {
            members.set("trace", self.flag(trace));
        }
        match prerequisite.ending {
            Ending::Malformed => members.set_malformed(),
            Ending::Result(result) => {
                match result.served {
                    PrerequisiteServed::Missing => members.set_flag("missing", true),
                    PrerequisiteServed::Variation { index: served, repeated } => {
                        members.set("variationIndex", index(served));
                        if repeated {
                            members.set_flag("repeated", true);
                        }
                    }
                }
                members.set_flag("holds", result.holds);
            }
        }
        self.object(members)
    }

    fn target(&mut self, target: &TargetTrace) -> Value {
        let mut members = Members::default();
        members.set("contextKind", string(&target.context_kind));
        members.set("variationIndex", index(target.variation));
        members.set_flag("match", target.matches);
        self.object(members)
    }

    fn rule(&mut self, rule: &RuleTrace) -> Value {
        let mut members = Members::default();
        members.set("index", Value::from(rule.index));
        if !rule.id.is_empty() {
            members.set("id", string(&rule.id));
        }
        self.list(&mut members, "clauses", &rule.clauses, Names::clause);
        if let Some(share) = &rule.share {
            members.set("rollout", self.rollout(share));
        }
        match rule.ending {
            Ending::Malformed => members.set_malformed(),
            Ending::Result(matches) => members.set_flag("match", matches),
        }
        self.object(members)
    }

    fn clause(&mut self, clause: &ClauseTrace) -> Value {
        let mut members = Members::default();
        members.set("op", string(&clause.operator));
        members.set_flag("negate", clause.negate);
        match &clause.operand {
            Operand::Attribute(attribute) => members.set_attribute(attribute, "attribute"),
            Operand::Kinds => members.set("attribute", Value::from("kind")),
            Operand::Unnamed => {}
        }
        self.list(&mut members, "segments", &clause.segments, Names::segment);
        match &clause.ending {
            Ending::Malformed => members.set_malformed(),
            Ending::Result(result) => {
                if let Some(value) = &result.context_value {
                    members.set("contextValue", shown(value));
                }
                if let Some(value) = &result.matching_value {
                    members.set("matchingValue", shown(value));
                }
                members.set_flag("match", result.matches);
            }
        }
        self.object(members)
    }

    fn segment(&mut self, segment: &SegmentTrace) -> Value {
        let mut members = Members::default();
        members.set("segment", string(&segment.key));
        self.list(&mut members, "rules", &segment.rules, Names::rule);
        match segment.ending {
            Ending::Malformed => members.set_malformed(),
            Ending::Result(result) => {
                members.set("decidedBy", Value::from(decided_by(result.decided_by)));
                members.set_flag("member", result.member);
            }
        }
        self.object(members)
    }

    fn rollout(&mut self, rollout: &RolloutTrace) -> Value {
        let mut members = Members::default();
        members.set("bucket", Value::from(rollout.bucket));
        if let Some(attribute) = &rollout.by {
            members.set_attribute(attribute, "bucketBy");
        }
        if let Some(hash) = rollout.hash {
            members.set("hash", Value::from(hash.as_str()));
        }
        match &rollout.choice {
            Choice::Share { weight } => members.set("threshold", Value::from(*weight)),
            Choice::Entry { experiment, entries, in_experiment } => {
                let kind = if *experiment { "experiment" } else { "rollout" };
                members.set("kind", Value::from(kind));
                self.list(&mut members, "entries", entries, Names::entry);
                members.set_flag("inExperiment", *in_experiment);
            }
        }
        self.object(members)
    }

    fn entry(&mut self, entry: &EntryTrace) -> Value {
        let mut members = Members::default();
        members.set("variationIndex", index(entry.variation));
        members.set("weight", Value::from(entry.weight));
        members.set("threshold", Value::from(entry.cumulative_weight));
        members.set_flag("chosen", entry.chosen);
        if entry.untracked {
            members.set_flag("untracked", true);
        }
        self.object(members)
    }
}
