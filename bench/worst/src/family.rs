//! Families of inputs that may be slow. Each builds an input from a genome.

mod context;
mod document;
mod evaluation;

use crate::case::Case;
use crate::genome::Genome;

pub struct Family {
    pub name: &'static str,
    pub make: fn(&Genome) -> Case,
}

pub const FAMILIES: &[Family] = &[
    Family { name: "context-numbers", make: context::numbers },
    Family { name: "context-keys", make: context::keys },
    Family { name: "context-colliding", make: context::colliding },
    Family { name: "context-nested", make: context::nested },
    Family { name: "context-texts", make: context::texts },
    Family { name: "context-pattern", make: context::pattern },
    Family { name: "load-patterns", make: document::patterns },
    Family { name: "load-refused-patterns", make: document::refused_patterns },
    Family { name: "load-numbers", make: document::numbers },
    Family { name: "load-dense", make: document::dense },
    Family { name: "load-colliding", make: document::colliding },
    Family { name: "load-findings", make: document::findings },
    Family { name: "load-repeated-members", make: document::repeated_members },
    Family { name: "load-references", make: document::references },
    Family { name: "load-values", make: document::values },
    Family { name: "load-rollouts", make: document::rollouts },
    Family { name: "evaluate-patterns", make: evaluation::patterns },
    Family { name: "evaluate-repeats", make: evaluation::repeats },
    Family { name: "evaluate-classes", make: evaluation::classes },
    Family { name: "evaluate-texts", make: evaluation::texts },
    Family { name: "evaluate-lists", make: evaluation::lists },
    Family { name: "evaluate-versions", make: evaluation::versions },
    Family { name: "evaluate-buckets", make: evaluation::buckets },
    Family { name: "evaluate-targets", make: evaluation::targets },
    Family { name: "evaluate-segments", make: evaluation::segments },
    Family { name: "evaluate-prerequisites", make: evaluation::prerequisites },
    Family { name: "explain-private", make: evaluation::private },
    Family { name: "explain-values", make: evaluation::shown },
    Family { name: "explain-references", make: evaluation::long_references },
    Family { name: "explain-prerequisites", make: evaluation::explained_prerequisites },
    Family { name: "state-shared", make: evaluation::state },
    Family { name: "replay", make: evaluation::replayed },
];

/// Joins the parts for 0, 1, … with commas, up to a number of bytes; at least one part.
fn filled(bytes: usize, mut part: impl FnMut(usize) -> String) -> String {
    let mut text = String::with_capacity(bytes);
    for index in 0.. {
        let next = part(index);
        if index > 0 {
            if text.len() + next.len() + 1 > bytes {
                break;
            }
            text.push(',');
        }
        text.push_str(&next);
    }
    text
}

/// A document of one flag with these members beside the usual ones.
fn flag(members: &str) -> String {
    format!(r#"{{"flags":{{{}}}}}"#, flag_of("flag", members))
}

fn flag_of(key: &str, members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(
        r#""{key}":{{"on":true,"variations":[0,1],"offVariation":0,"salt":"s","fallthrough":{{"variation":0}}{comma}{members}}}"#
    )
}

/// A document of one flag with rules of these clauses each.
fn ruled(clauses: &str) -> String {
    flag(&format!(r#""rules":[{}]"#, rules(clauses)))
}

fn rules(clauses: &str) -> String {
    format!(r#"{{"variation":1,"clauses":[{clauses}]}}"#)
}

fn user(members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(r#"{{"kind":"user","key":"ada"{comma}{members}}}"#)
}

/// Pieces of hostile patterns.
const PIECES: &[&str] = &[
    "a",
    "b",
    ".",
    ".*",
    "a*",
    "(?:a|b)",
    "(?:a|aa)",
    "[a-c]",
    r"\w",
    r"\W",
    r"\b",
    "(?i)",
    "a?",
    "(?:.*a)",
    "(?:a?b?)",
    ".{0,99}",
    "a{99}",
    "(?:ab|cd|ef)",
    "[^x]",
    "é",
    "[à-ÿ]",
    "$",
    r"\B",
    "(?:a*)*",
    "(?:(?:a|b)*c)",
    "z",
];

/// A pattern of pieces that the genome chooses; the last one does not match.
fn pattern(genome: &Genome) -> String {
    let pieces: String = (0..6).map(|place| genome.choose(place, PIECES)).collect();
    let count = genome.count(6, 1, 20_000);
    match genome.choose(7, &[0, 1, 2]) {
        0 => format!("{pieces}!"),
        1 => format!("(?:{pieces}){{{count}}}!"),
        _ => format!("(?:{pieces}){{0,{count}}}!"),
    }
}

const TEXTS: &[&str] = &["a", "ab", "abc", "aab", "é", "aé", "\u{2003}", "a b", "xyz", "abcdef"];

/// A text of about this length.
fn text(genome: &Genome, bytes: usize) -> String {
    let part = genome.choose(8, TEXTS);
    part.repeat(bytes / part.len().max(1))
}
