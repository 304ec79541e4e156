//! Formats an explanation as indented text.

use std::fmt::{self, Formatter, Write};

use crate::json::Value;
use crate::printable::printable;

/// Writes the whole explanation; lines are joined by newlines, with no newline at the end.
pub(super) fn write(explanation: &Value, f: &mut Formatter<'_>) -> fmt::Result {
    let mut lines = Lines { text: String::new(), depth: 0 };
    let answer = member(explanation, "answer");
    let key = member(explanation, "flag");
    match member(answer, "variationIndex") {
        Value::Null => lines.add(format_args!("flag {key}: the default is served")),
        index => {
            let value = member(answer, "value");
            lines.add(format_args!("flag {key}: variation {index}, {value}"));
        }
    }
    lines.add(format_args!("because {}", reason(member(answer, "reason"))));
    match member(explanation, "contextKey") {
        Value::Null => lines.add(format_args!("the context is invalid")),
        key => lines.add(format_args!("context {key}")),
    }
    if let trace @ Value::Object(_) = member(explanation, "trace") {
        lines.flag(trace);
    }
    f.write_str(lines.text.trim_end())
}

static NOTHING: Value = Value::Null;

fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.as_object().and_then(|object| object.get(name)).unwrap_or(&NOTHING)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    member(value, name).as_array().unwrap_or_default()
}

fn is(value: &Value, name: &str) -> bool {
    member(value, name).as_bool().unwrap_or(false)
}

/// Describes a reason.
fn reason(reason: &Value) -> String {
    let experiment = if is(reason, "inExperiment") { ", in an experiment" } else { "" };
    let text = match member(reason, "kind").as_str().unwrap_or_default() {
        "OFF" => "the flag is off".to_owned(),
        "TARGET_MATCH" => "a target list names the context".to_owned(),
        "FALLTHROUGH" => format!("no target list and no rule matches{experiment}"),
        "RULE_MATCH" => {
            let id = match member(reason, "ruleId") {
                Value::Null => String::new(),
                id => format!(" ({id})"),
            };
            format!("rule {}{id} matches{experiment}", member(reason, "ruleIndex"))
        }
        "PREREQUISITE_FAILED" => {
            format!("the prerequisite {} does not hold", member(reason, "prerequisiteKey"))
        }
        _ => match member(reason, "errorKind").as_str().unwrap_or_default() {
            "FLAG_NOT_FOUND" => "there is no such flag".to_owned(),
            "USER_NOT_SPECIFIED" => "the context is invalid".to_owned(),
            _ => "the flag, or what it needs, is malformed".to_owned(),
        },
    };
    match member(reason, "bigSegmentsStatus").as_str() {
        Some(status) => format!("{text}; big segments: {status}"),
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

    fn flag(&mut self, flag: &Value) {
        let state = match member(flag, "on") {
            Value::Bool(true) => "is on",
            Value::Bool(false) => "is off",
            _ => "cannot be read",
        };
        self.add(format_args!("{} {state}", member(flag, "flag")));
        self.within(|lines| {
            list(flag, "prerequisites").iter().for_each(|each| lines.prerequisite(each));
            list(flag, "targets").iter().for_each(|each| lines.target(each));
            list(flag, "rules").iter().for_each(|each| lines.rule(each));
            lines.rollout(member(flag, "rollout"));
            lines.malformed(flag);
        });
    }

    fn malformed(&mut self, part: &Value) {
        if is(part, "malformed") {
            self.add(format_args!("malformed here"));
        }
    }

    fn prerequisite(&mut self, prerequisite: &Value) {
        let (key, wanted) =
            (member(prerequisite, "flag"), member(prerequisite, "requiredVariation"));
        let served = match member(prerequisite, "variationIndex") {
            _ if is(prerequisite, "missing") => "there is no such flag".to_owned(),
            Value::Null => "serves none".to_owned(),
            index => format!("serves {index}"),
        };
        let holds = if is(prerequisite, "holds") { "holds" } else { "does not hold" };
        self.add(format_args!("prerequisite {key}: needs variation {wanted}, {served}: {holds}"));
        self.within(|lines| {
            if let trace @ Value::Object(_) = member(prerequisite, "trace") {
                lines.flag(trace);
            }
            lines.malformed(prerequisite);
        });
    }

    fn target(&mut self, target: &Value) {
        let (kind, index) = (member(target, "contextKind"), member(target, "variationIndex"));
        let matches = matches(target);
        self.add(format_args!("target list of {kind} for variation {index}: {matches}"));
    }

    fn rule(&mut self, rule: &Value) {
        let id = match member(rule, "id") {
            Value::Null => String::new(),
            id => format!(" ({id})"),
        };
        self.add(format_args!("rule {}{id}: {}", member(rule, "index"), matches(rule)));
        self.within(|lines| {
            list(rule, "clauses").iter().for_each(|clause| lines.clause(clause));
            lines.rollout(member(rule, "rollout"));
            lines.malformed(rule);
        });
    }

    fn clause(&mut self, clause: &Value) {
        let mut line = String::new();
        if let Some(attribute) = member(clause, "attribute").as_str() {
            match member(clause, "contextKind").as_str() {
                Some(kind) => line.push_str(&format!("{kind} {attribute} ")),
                None => line.push_str(&format!("{attribute} ")),
            }
        }
        if is(clause, "negate") {
            line.push_str("not ");
        }
        line.push_str(member(clause, "op").as_str().unwrap_or_default());
        match (member(clause, "matchingValue"), member(clause, "contextValue")) {
            (Value::Null, Value::Null) => {}
            (Value::Null, value) => line.push_str(&format!(", given {value}")),
            (matching, Value::Null) => line.push_str(&format!(" {matching}")),
            (matching, value) => line.push_str(&format!(" {matching}, given {value}")),
        }
        self.add(format_args!("{line}: {}", matches(clause)));
        self.within(|lines| {
            list(clause, "segments").iter().for_each(|segment| lines.segment(segment));
            lines.malformed(clause);
        });
    }

    fn segment(&mut self, segment: &Value) {
        let member_of = if is(segment, "member") { "in" } else { "not in" };
        let by = match member(segment, "decidedBy").as_str().unwrap_or_default() {
            "missing" => ": there is no such segment",
            "repeated" => ", as found above",
            "included" => ": it is included",
            "excluded" => ": it is excluded",
            "store" => ": according to the store of big segments",
            "notStored" => ": a big segment that cannot be queried",
            "rule" => ": a rule matches",
            "noRule" => ": no rule matches",
            _ => "",
        };
        self.add(format_args!("{member_of} segment {}{by}", member(segment, "segment")));
        self.within(|lines| {
            list(segment, "rules").iter().for_each(|rule| lines.rule(rule));
            lines.malformed(segment);
        });
    }

    fn rollout(&mut self, rollout: &Value) {
        if rollout.is_null() {
            return;
        }
        let what = member(rollout, "kind").as_str().unwrap_or("share");
        let bucket = member(rollout, "bucket");
        let by = format!(
            "{} {}",
            member(rollout, "contextKind").as_str().unwrap_or_default(),
            member(rollout, "bucketBy").as_str().unwrap_or_default(),
        );
        let hash = match member(rollout, "hash").as_str() {
            Some(hash) => format!("{hash} of {by}"),
            None => format!("nothing to hash in {by}"),
        };
        let limit = match member(rollout, "threshold") {
            Value::Null => String::new(),
            threshold => format!(", needs less than {threshold}"),
        };
        self.add(format_args!("{what}: bucket {bucket} by {hash}{limit}"));
        self.within(|lines| {
            for entry in list(rollout, "entries") {
                let chosen = if is(entry, "chosen") { " <- chosen" } else { "" };
                let (index, below) = (member(entry, "variationIndex"), member(entry, "threshold"));
                lines.add(format_args!("variation {index} below {below}{chosen}"));
            }
        });
    }
}

fn matches(part: &Value) -> &'static str {
    if is(part, "match") { "matches" } else { "does not match" }
}
