//! Documents of 10 MB that are loaded or rejected.

use super::context::{colliding_keys, number};
use super::{filled, flag, flag_of, pattern, ruled};
use crate::Genome;
use crate::case::{Call, Case};

const BYTES: usize = 10_000_000;

fn of(document: String) -> Case {
    Case::new(Call::Load, document, String::new())
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn clause(operator: &str, values: &str) -> String {
    format!(r#"{{"attribute":"x","op":"{operator}","values":[{values}]}}"#)
}

/// Patterns of which most are accepted.
pub fn patterns(genome: &Genome) -> Case {
    let own = pattern(genome);
    let text = match genome.choose(9, &[0, 1, 2, 3]) {
        0 => "a{32000}".to_owned(),
        1 => own.repeat((4000 / own.len()).clamp(1, genome.count(10, 1, 500))),
        2 => format!("[{}]", "zyxwvutsrqponmlkjihgfedcba".repeat(genome.count(10, 1, 150))),
        _ => own,
    };
    let text = quoted(&text);
    of(ruled(&clause("matches", &filled(BYTES, |_| text.clone()))))
}

/// Patterns of 4 KiB that are rejected.
pub fn refused_patterns(genome: &Genome) -> Case {
    let part = genome.choose(
        0,
        &["a{32000}|", "(?:a{9999}){9999}", "(?:a{0,3000})", "(?<n>a)", "[a-z", "(?:a|b){30000}"],
    );
    let text = quoted(&part.repeat(4000 / part.len().max(1)));
    of(ruled(&clause("matches", &filled(BYTES, |_| text.clone()))))
}

pub fn numbers(genome: &Genome) -> Case {
    of(ruled(&clause("in", &filled(BYTES, |index| number(genome, index)))))
}

/// Parts that are much larger in memory than in text.
pub fn dense(genome: &Genome) -> Case {
    let part = genome.choose(0, &["{}", "[]", "1", "[0]", r#"{"a":1}"#, r#"{"op":"in"}"#]);
    let parts = filled(genome.count(1, 1_000_000, BYTES), |_| part.to_owned());
    of(match genome.choose(2, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) {
        0 => flag(&format!(r#""targets":[{parts}]"#)),
        1 => flag(&format!(r#""rules":[{parts}]"#)),
        2 => ruled(&parts),
        3 => flag(&format!(r#""x":[{parts}]"#)),
        4 => format!(r#"{{"flags":{{}},"segments":{{"s":{{"rules":[{parts}]}}}}}}"#),
        5 => format!(r#"{{"flags":{{{}}}}}"#, filled(BYTES, |key| format!(r#""{key:x}":{{}}"#))),
        6 => numbered(&["", ""], "prerequisites", r#"{"key":"#, "}"),
        7 => numbered(&["", ""], "rules", r#"{"rollout":{"variations":[{}],"bucketBy":"#, "}}"),
        8 => numbered(&["", ""], "rules", r#"{"clauses":[{"op":"in","attribute":"#, "}]}"),
        9 => numbered(&[r#"{"clauses":["#, "]}"], "rules", r#"{"op":"in","attribute":"#, "}"),
        10 => flag(&filled(BYTES, |_| r#""x":0"#.to_owned())),
        _ => format!(r#"{{"flagValues":{{{}}}}}"#, filled(BYTES, |key| format!(r#""{key:x}":1"#))),
    })
}

/// A flag with a list of parts, each of which has a name of its own, in runs of 1,000 between two texts.
fn numbered([open, close]: &[&str; 2], list: &str, before: &str, after: &str) -> String {
    let parts = filled(BYTES, |index| {
        let start = if index % 1000 == 0 { open } else { "" };
        let end = if index % 1000 == 999 { close } else { "" };
        format!(r#"{start}{before}"{index:x}"{after}{end}"#)
    });
    let parts = match (open.is_empty(), parts.rsplit_once(close)) {
        (false, Some((whole, _))) => [whole, close].concat(),
        _ => parts,
    };
    flag(&format!(r#""{list}":[{parts}]"#))
}

/// Keys with equal hashes: of flags, of targets, or of members.
pub fn colliding(genome: &Genome) -> Case {
    let keys = colliding_keys(40_000);
    let key = |index: usize| keys.get(index).cloned();
    let end = || " ".repeat(BYTES);
    of(match genome.choose(0, &[0, 1, 2]) {
        0 => format!(
            r#"{{"flags":{{{}}}}}"#,
            filled(BYTES, |index| key(index).map_or_else(end, |key| flag_of(&key, "")))
        ),
        1 => flag(&format!(
            r#""targets":[{{"variation":1,"values":[{}]}}]"#,
            filled(BYTES, |index| key(index).map_or_else(end, |key| quoted(&key)))
        )),
        _ => flag(&filled(BYTES, |index| {
            key(index).map_or_else(end, |key| format!("{}:1", quoted(&key)))
        })),
    })
}

/// A long key with many findings below it.
pub fn findings(genome: &Genome) -> Case {
    let key = "k".repeat(genome.count(0, 1, 1_000_000));
    let value = genome.choose(1, &["9007199254740993", "{}", r#""x""#, "1e400"]);
    let values = filled(BYTES - key.len(), |_| value.to_owned());
    let operator = genome.choose(2, &["in", "lessThan", "semVerEqual", "matches", "nothing"]);
    let rules = format!(r#""rules":[{{"variation":1,"clauses":[{}]}}]"#, clause(operator, &values));
    of(format!(r#"{{"flags":{{{}}}}}"#, flag_of(&key, &rules)))
}

/// Flags with a duplicate member.
pub fn repeated_members(genome: &Genome) -> Case {
    let members = r#""version":1,"version":2"#;
    let prefix = "k".repeat(genome.count(0, 0, 1000));
    of(format!(
        r#"{{"flags":{{{}}}}}"#,
        filled(BYTES, |index| flag_of(&format!("{prefix}{index}"), members))
    ))
}

/// References into one attribute, or many attributes of one flag.
pub fn references(genome: &Genome) -> Case {
    let prefix = genome.choose(0, &["/a/x", "/a/b/c/x", "x", "/x"]);
    let operator = genome.choose(1, &["in", "before", "matches", "semVerEqual"]);
    of(ruled(&filled(BYTES, |index| {
        format!(
            r#"{{"contextKind":"user","attribute":"{prefix}{index}","op":"{operator}","values":["1"]}}"#
        )
    })))
}

/// Values of each operator.
pub fn values(genome: &Genome) -> Case {
    let operator = genome.choose(
        0,
        &[
            "in",
            "contains",
            "startsWith",
            "matches",
            "semVerEqual",
            "before",
            "lessThan",
            "segmentMatch",
        ],
    );
    let form = genome.choose(1, &["n", "s", "v", "d", "l", "[]"]);
    let length = genome.count(2, 0, 3000);
    of(ruled(&clause(
        operator,
        &filled(BYTES, |index| match form {
            "n" => index.to_string(),
            "s" => format!(r#""{index}""#),
            "v" => format!(r#""1.2.{index}-rc.{index}""#),
            "d" => format!(r#""2026-01-31T00:00:00.{index}Z""#),
            "l" => format!(r#""{index}{}""#, "aab".repeat(length)),
            other => other.to_owned(),
        }),
    )))
}

/// Entries of one or many rollouts.
pub fn rollouts(genome: &Genome) -> Case {
    let entries = genome.count(0, 1, 100_000);
    let entry = r#"{"variation":0,"weight":1}"#;
    let rollout = filled(entries * (entry.len() + 1), |_| entry.to_owned());
    of(flag(&format!(
        r#""rules":[{}]"#,
        filled(BYTES, |index| {
            format!(
                r#"{{"id":"{index}","rollout":{{"bucketBy":"a{index}","seed":{index},"variations":[{rollout}]}}}}"#
            )
        })
    )))
}
