//! Families of inputs that may be slow. Each builds an input from a genome.

mod context;
mod document;
mod evaluation;

use crate::Genome;
use crate::case::Case;

pub struct Family {
    pub name: &'static str,
    pub make: fn(&Genome) -> Case,
    /// Whether the search is for memory instead of time.
    pub by_memory: bool,
}

const fn by_time(name: &'static str, make: fn(&Genome) -> Case) -> Family {
    Family { name, make, by_memory: false }
}

const fn by_memory(name: &'static str, make: fn(&Genome) -> Case) -> Family {
    Family { name, make, by_memory: true }
}

pub const FAMILIES: &[Family] = &[
    by_time("context-numbers", context::numbers),
    by_time("context-keys", context::keys),
    by_time("context-colliding", context::colliding),
    by_time("context-nested", context::nested),
    by_time("context-texts", context::texts),
    by_time("context-pattern", context::pattern),
    by_time("load-patterns", document::patterns),
    by_time("load-refused-patterns", document::refused_patterns),
    by_time("load-numbers", document::numbers),
    by_memory("load-dense", document::dense),
    by_time("load-colliding", document::colliding),
    by_time("load-findings", document::findings),
    by_time("load-repeated-members", document::repeated_members),
    by_time("load-references", document::references),
    by_time("load-values", document::values),
    by_time("load-rollouts", document::rollouts),
    by_time("evaluate-patterns", evaluation::patterns),
    by_time("evaluate-repeats", evaluation::repeats),
    by_time("evaluate-classes", evaluation::classes),
    by_time("evaluate-texts", evaluation::texts),
    by_time("evaluate-lists", evaluation::lists),
    by_time("evaluate-versions", evaluation::versions),
    by_time("evaluate-buckets", evaluation::buckets),
    by_time("evaluate-targets", evaluation::targets),
    by_time("evaluate-segments", evaluation::segments),
    by_time("evaluate-prerequisites", evaluation::prerequisites),
    by_time("explain-private", evaluation::private),
    by_time("explain-values", evaluation::shown),
    by_time("explain-references", evaluation::long_references),
    by_time("explain-prerequisites", evaluation::explained_prerequisites),
    by_time("state-shared", evaluation::state),
    by_time("replay", evaluation::replayed),
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
