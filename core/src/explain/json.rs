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
    Value::Object(Object::from_iter([
        ("flag", string(&explanation.flag)),
        ("contextKey", explanation.context_key.as_ref().map(string).unwrap_or_default()),
        ("specVersion", Value::from(crate::SPEC_VERSION)),
        (
            "answer",
            Value::Object(Object::from_iter([
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

type Members = Vec<(&'static str, Value)>;

/// The names of members, each allocated once: a trace may have a million members.
#[derive(Default)]
struct Names(BTreeMap<&'static str, Arc<str>>);

impl Names {
    fn object(&mut self, members: Members) -> Value {
        let mut share =
            |name: &'static str| Arc::clone(self.0.entry(name).or_insert_with(|| Arc::from(name)));
        let members = members.into_iter().map(|(name, value)| (share(name), value));
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
            let elements = elements.iter().map(|element| write(self, element)).collect();
            members.push((name, elements));
        }
    }

    fn flag(&mut self, flag: &FlagTrace) -> Value {
        let mut members = vec![("flag", string(&flag.key))];
        members.extend(flag.on.map(|on| ("on", Value::Bool(on))));
        self.list(&mut members, "prerequisites", &flag.prerequisites, Names::prerequisite);
        self.list(&mut members, "targets", &flag.targets, Names::target);
        self.list(&mut members, "rules", &flag.rules, Names::rule);
        members.extend(flag.rollout.as_ref().map(|rollout| ("rollout", self.rollout(rollout))));
        members.push(match flag.ending {
            Ending::Malformed => MALFORMED,
            Ending::Result(served) => ("variationIndex", index(served)),
        });
        self.object(members)
    }

    fn prerequisite(&mut self, prerequisite: &PrerequisiteTrace) -> Value {
        let mut members = vec![
            ("flag", string(&prerequisite.flag)),
            ("requiredVariation", Value::from(prerequisite.required_variation)),
        ];
        members.extend(prerequisite.trace.as_ref().map(|trace| ("trace", self.flag(trace))));
        match prerequisite.ending {
            Ending::Malformed => members.push(MALFORMED),
            Ending::Result(result) => {
                match result.served {
                    PrerequisiteServed::Missing => members.push(("missing", Value::Bool(true))),
                    PrerequisiteServed::Variation { index: served, repeated } => {
                        members.push(("variationIndex", index(served)));
                        members.extend(repeated.then_some(("repeated", Value::Bool(true))));
                    }
                }
                members.push(("holds", Value::Bool(result.holds)));
            }
        }
        self.object(members)
    }

    fn target(&mut self, target: &TargetTrace) -> Value {
        self.object(vec![
            ("contextKind", string(&target.context_kind)),
            ("variationIndex", index(target.variation)),
            ("match", Value::Bool(target.matches)),
        ])
    }

    fn rule(&mut self, rule: &RuleTrace) -> Value {
        let mut members = vec![("index", Value::from(rule.index))];
        members.extend((!rule.id.is_empty()).then(|| ("id", string(&rule.id))));
        self.list(&mut members, "clauses", &rule.clauses, Names::clause);
        members.extend(rule.share.as_ref().map(|share| ("rollout", self.rollout(share))));
        members.push(match rule.ending {
            Ending::Malformed => MALFORMED,
            Ending::Result(matches) => ("match", Value::Bool(matches)),
        });
        self.object(members)
    }

    fn clause(&mut self, clause: &ClauseTrace) -> Value {
        let mut members =
            vec![("op", string(&clause.operator)), ("negate", Value::Bool(clause.negate))];
        match &clause.operand {
            Operand::Attribute(attribute) => {
                members.extend(attribute_members(attribute, "attribute"));
            }
            Operand::Kinds => members.push(("attribute", Value::from("kind"))),
            Operand::Unnamed => {}
        }
        self.list(&mut members, "segments", &clause.segments, Names::segment);
        match &clause.ending {
            Ending::Malformed => members.push(MALFORMED),
            Ending::Result(result) => {
                let values = [
                    ("contextValue", &result.context_value),
                    ("matchingValue", &result.matching_value),
                ];
                members.extend(
                    values
                        .into_iter()
                        .filter_map(|(name, value)| Some((name, shown(value.as_ref()?)))),
                );
                members.push(("match", Value::Bool(result.matches)));
            }
        }
        self.object(members)
    }

    fn segment(&mut self, segment: &SegmentTrace) -> Value {
        let mut members = vec![("segment", string(&segment.key))];
        self.list(&mut members, "rules", &segment.rules, Names::rule);
        match segment.ending {
            Ending::Malformed => members.push(MALFORMED),
            Ending::Result(result) => {
                members.push(("decidedBy", Value::from(decided_by(result.decided_by))));
                members.push(("member", Value::Bool(result.member)));
            }
        }
        self.object(members)
    }

    fn rollout(&mut self, rollout: &RolloutTrace) -> Value {
        let mut members = vec![("bucket", Value::from(rollout.bucket))];
        if let Some(attribute) = &rollout.by {
            members.extend(attribute_members(attribute, "bucketBy"));
        }
        members.extend(rollout.hash.map(|hash| ("hash", Value::from(hash.as_str()))));
        match &rollout.choice {
            Choice::Share { weight } => members.push(("threshold", Value::from(*weight))),
            Choice::Entry { experiment, entries, in_experiment } => {
                let kind = if *experiment { "experiment" } else { "rollout" };
                members.push(("kind", Value::from(kind)));
                self.list(&mut members, "entries", entries, Names::entry);
                members.push(("inExperiment", Value::Bool(*in_experiment)));
            }
        }
        self.object(members)
    }

    fn entry(&mut self, entry: &EntryTrace) -> Value {
        let mut members = vec![
            ("variationIndex", index(entry.variation)),
            ("weight", Value::from(entry.weight)),
            ("threshold", Value::from(entry.cumulative_weight)),
            ("chosen", Value::Bool(entry.chosen)),
        ];
        members.extend(entry.untracked.then_some(("untracked", Value::Bool(true))));
        self.object(members)
    }
}

const MALFORMED: (&str, Value) = ("malformed", Value::Bool(true));

fn attribute_members(attribute: &AttributeTrace, name: &'static str) -> [(&'static str, Value); 2] {
    [("contextKind", string(&attribute.context_kind)), (name, string(&attribute.reference))]
}
