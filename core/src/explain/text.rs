//! Formats an explanation as indented text.

use std::fmt::{self, Formatter, Write};

use super::Explanation;
use super::trace::{
    Choice, ClauseTrace, Ending, FlagTrace, Operand, PrerequisiteServed, PrerequisiteTrace,
    RolloutTrace, RuleTrace, SegmentTrace, ShownValue, TargetTrace,
};
use crate::evaluate::{ErrorKind, Reason, ReasonKind, SegmentSeen};
use crate::json::Value;
use crate::printable::printable;

/// Writes the whole explanation; lines are joined by newlines, with no newline at the end.
pub(super) fn write(explanation: &Explanation, f: &mut Formatter<'_>) -> fmt::Result {
    let mut lines = Lines { text: String::new(), depth: 0 };
    let (key, answer) = (quoted(&explanation.flag), &explanation.answer);
    match answer.variation {
        None => lines.add(format_args!("flag {key}: the default is served")),
        Some(index) => {
            let value = explanation.value.as_ref().unwrap_or(&Value::Null);
            lines.add(format_args!("flag {key}: variation {index}, {value}"));
        }
    }
    lines.add(format_args!("because {}", reason(&answer.reason_named(&explanation.reason_name))));
    match &explanation.context_key {
        None => lines.add(format_args!("the context is invalid")),
        Some(key) => lines.add(format_args!("context {}", quoted(key))),
    }
    if let Some(trace) = &explanation.trace {
        lines.flag(trace);
    }
    f.write_str(lines.text.trim_end())
}

/// The text as a JSON string.
fn quoted(text: &str) -> Value {
    Value::from(text)
}

/// The index of a variation; `null` if no variation is served.
fn shown_index(index: Option<u32>) -> Value {
    index.map(Value::from).unwrap_or_default()
}

fn rule_id(id: &str) -> String {
    if id.is_empty() { String::new() } else { format!(" ({})", quoted(id)) }
}

/// Describes a reason.
fn reason(reason: &Reason<'_>) -> String {
    let note = |in_experiment| if in_experiment { ", in an experiment" } else { "" };
    let text = match reason.kind() {
        ReasonKind::Off => "the flag is off".to_owned(),
        ReasonKind::TargetMatch => "a target list names the context".to_owned(),
        ReasonKind::Fallthrough { in_experiment } => {
            format!("no target list and no rule matches{}", note(in_experiment))
        }
        ReasonKind::RuleMatch { rule_index, rule_id: id, in_experiment } => {
            format!("rule {rule_index}{} matches{}", rule_id(id), note(in_experiment))
        }
        ReasonKind::PrerequisiteFailed { prerequisite_key } => {
            format!("the prerequisite {} does not hold", quoted(prerequisite_key))
        }
        ReasonKind::Error { kind } => match kind {
            ErrorKind::FlagNotFound => "there is no such flag".to_owned(),
            ErrorKind::UserNotSpecified => "the context is invalid".to_owned(),
            ErrorKind::MalformedFlag | ErrorKind::WrongType => {
                "the flag, or what it needs, is malformed".to_owned()
            }
        },
    };
    match reason.big_segments_status() {
        Some(status) => format!("{text}; big segments: {}", status.as_str()),
        None => text,
    }
}

struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    fn add(&mut self, line: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let line = line.to_string();
        let width = self.depth * 2;
        let _ = writeln!(self.text, "{:width$}{}", "", printable(&line));
    }

    fn within(&mut self, write: impl FnOnce(&mut Lines)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn flag(&mut self, flag: &FlagTrace) {
        let state = match flag.on {
            Some(true) => "is on",
            Some(false) => "is off",
            None => "cannot be read",
        };
        self.add(format_args!("{} {state}", quoted(&flag.key)));
        self.within(|lines| {
            flag.prerequisites.iter().for_each(|each| lines.prerequisite(each));
            flag.targets.iter().for_each(|each| lines.target(each));
            flag.rules.iter().for_each(|each| lines.rule(each));
            flag.rollout.iter().for_each(|rollout| lines.rollout(rollout));
            lines.ending(&flag.ending);
        });
    }

    /// Marks the part in which the evaluation ended.
    fn ending<T>(&mut self, ending: &Ending<T>) {
        if matches!(ending, Ending::Malformed) {
            self.add(format_args!("malformed here"));
        }
    }

    fn prerequisite(&mut self, prerequisite: &PrerequisiteTrace) {
        let (served, holds) = match prerequisite.ending {
            Ending::Malformed => (None, false),
            Ending::Result(result) => (Some(result.served), result.holds),
        };
        let served = match served {
            Some(PrerequisiteServed::Missing) => "there is no such flag".to_owned(),
            Some(PrerequisiteServed::Variation { index: Some(index), .. }) => {
                format!("serves {index}")
            }
            Some(PrerequisiteServed::Variation { index: None, .. }) | None => {
                "serves none".to_owned()
            }
        };
        let (key, wanted) = (quoted(&prerequisite.flag), prerequisite.required_variation);
        let wanted = Value::from(wanted);
        let holds = if holds { "holds" } else { "does not hold" };
        self.add(format_args!("prerequisite {key}: needs variation {wanted}, {served}: {holds}"));
        self.within(|lines| {
            prerequisite.trace.iter().for_each(|trace| lines.flag(trace));
            lines.ending(&prerequisite.ending);
        });
    }

    fn target(&mut self, target: &TargetTrace) {
        let (kind, index) = (quoted(&target.context_kind), shown_index(target.variation));
        let matches = matches(target.matches);
        self.add(format_args!("target list of {kind} for variation {index}: {matches}"));
    }

    fn rule(&mut self, rule: &RuleTrace) {
        let matches = matches(matches!(rule.ending, Ending::Result(true)));
        self.add(format_args!("rule {}{}: {matches}", rule.index, rule_id(&rule.id)));
        self.within(|lines| {
            rule.clauses.iter().for_each(|clause| lines.clause(clause));
            rule.share.iter().for_each(|share| lines.rollout(share));
            lines.ending(&rule.ending);
        });
    }

    fn clause(&mut self, clause: &ClauseTrace) {
        let mut line = match &clause.operand {
            Operand::Attribute(attribute) => {
                format!("{} {} ", attribute.context_kind, attribute.reference)
            }
            Operand::Kinds => "kind ".to_owned(),
            Operand::Unnamed => String::new(),
        };
        if clause.negate {
            line.push_str("not ");
        }
        line.push_str(&clause.operator);
        let mut holds = false;
        if let Ending::Result(result) = &clause.ending {
            holds = result.matches;
            let is_null = |value: &&ShownValue| **value == ShownValue::Value(Value::Null);
            if let Some(matching) = result.matching_value.as_ref().filter(|value| !is_null(value)) {
                line.push_str(&format!(" {matching}"));
            }
            if let Some(value) = &result.context_value {
                line.push_str(&format!(", given {value}"));
            }
        }
        self.add(format_args!("{line}: {}", matches(holds)));
        self.within(|lines| {
            clause.segments.iter().for_each(|segment| lines.segment(segment));
            lines.ending(&clause.ending);
        });
    }

    fn segment(&mut self, segment: &SegmentTrace) {
        let (member, by) = match segment.ending {
            Ending::Malformed => (false, ""),
            Ending::Result(result) => (result.member, decided_by(result.decided_by)),
        };
        let member_of = if member { "in" } else { "not in" };
        self.add(format_args!("{member_of} segment {}{by}", quoted(&segment.key)));
        self.within(|lines| {
            segment.rules.iter().for_each(|rule| lines.rule(rule));
            lines.ending(&segment.ending);
        });
    }

    fn rollout(&mut self, rollout: &RolloutTrace) {
        let by = match &rollout.by {
            Some(by) => format!("{} {}", by.context_kind, by.reference),
            None => " ".to_owned(),
        };
        let hash = match rollout.hash {
            Some(hash) => format!("{} of {by}", hash.as_str()),
            None => format!("nothing to hash in {by}"),
        };
        let bucket = rollout.bucket;
        match &rollout.choice {
            Choice::Share { weight } => {
                let weight = Value::from(*weight);
                self.add(format_args!(
                    "share: bucket {bucket} by {hash}, needs less than {weight}"
                ));
            }
            Choice::Entry { experiment, entries, .. } => {
                let what = if *experiment { "experiment" } else { "rollout" };
                self.add(format_args!("{what}: bucket {bucket} by {hash}"));
                self.within(|lines| {
                    for entry in entries {
                        let chosen = if entry.chosen { " <- chosen" } else { "" };
                        let index = shown_index(entry.variation);
                        let below = Value::from(entry.cumulative_weight);
                        lines.add(format_args!("variation {index} below {below}{chosen}"));
                    }
                });
            }
        }
    }
}

impl fmt::Display for ShownValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ShownValue::Value(value) => value.fmt(f),
            ShownValue::Private => f.write_str("{\"private\":true}"),
            ShownValue::Elided => f.write_str("{\"elided\":true}"),
        }
    }
}

fn decided_by(seen: SegmentSeen) -> &'static str {
    match seen {
        SegmentSeen::Missing => ": there is no such segment",
        SegmentSeen::Repeated => ", as found above",
        SegmentSeen::Included => ": it is included",
        SegmentSeen::Excluded => ": it is excluded",
        SegmentSeen::Stored => ": according to the store of big segments",
        SegmentSeen::NotStored => ": a big segment that cannot be queried",
        SegmentSeen::Rule => ": a rule matches",
        SegmentSeen::NoRule => ": no rule matches",
    }
}

fn matches(matches: bool) -> &'static str {
    if matches { "matches" } else { "does not match" }
}
