//! Evaluations of hostile documents for hostile contexts.

use super::{filled, flag, flag_of, pattern, ruled, rules, text, user};
use crate::Genome;
use crate::case::{Call, Case};

/// The largest value of a context.
const LARGE: usize = (1 << 20) - 200;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn evaluated(document: String, members: &str) -> Case {
    Case::new(Call::Evaluate, document, user(members))
}

/// Patterns of arbitrary pieces that do not match.
pub fn patterns(genome: &Genome) -> Case {
    let text = text(genome, genome.count(9, 0, LARGE));
    let pattern = quoted(&pattern(genome));
    let patterns = filled(genome.count(10, 20, 2_000_000), |_| pattern.clone());
    let clause = format!(r#"{{"attribute":"x","op":"matches","values":[{patterns}]}}"#);
    evaluated(ruled(&clause), &format!(r#""x":{}"#, quoted(&text)))
}

/// Large programs: `.*a.{1000}z`, `.{0,9000}!`.
pub fn repeats(genome: &Genome) -> Case {
    let start = genome.choose(0, &["", ".*", "a*", "(?:a|b)*", "^"]);
    let part = genome
        .choose(1, &["a", ".", "(?:a|b)", "(?:a|b|c|d)", "[^z]", "a?", r"\w", r"(?:a\b|a\B)"]);
    let count = genome.count(2, 1, 32_000);
    let most = genome.choose(3, &["", "0,"]);
    let pattern = quoted(&format!("{start}a{part}{{{most}{count}}}!"));
    let text = text(genome, genome.count(9, 0, LARGE));
    let patterns = filled(genome.count(10, 20, 2_000_000), |_| pattern.clone());
    let clause = format!(r#"{{"attribute":"x","op":"matches","values":[{patterns}]}}"#);
    evaluated(ruled(&clause), &format!(r#""x":{}"#, quoted(&text)))
}

/// Classes of many ranges.
pub fn classes(genome: &Genome) -> Case {
    let ranges: String = (0..genome.count(0, 1, 600))
        .filter_map(|index| char::from_u32(0xe000 + 2 * index as u32))
        .collect();
    let count = genome.count(1, 1, 3000);
    let pattern = quoted(&format!("[^{ranges}a-c]{{0,{count}}}!"));
    let part = genome.choose(2, &["\u{2003}", "z", "é", "\u{f000}"]);
    let text = part.repeat(genome.count(3, 0, LARGE) / part.len().max(1));
    let clause = format!(r#"{{"attribute":"x","op":"matches","values":[{pattern}]}}"#);
    evaluated(ruled(&clause), &format!(r#""x":{}"#, quoted(&text)))
}

/// `contains`, `startsWith` and `endsWith` for long texts and long values.
pub fn texts(genome: &Genome) -> Case {
    let operator = genome.choose(0, &["contains", "startsWith", "endsWith", "in"]);
    let text = text(genome, genome.count(9, 0, LARGE));
    let length = genome.count(1, 0, text.len());
    let part: String = text.chars().take(length / 3).collect();
    let (before, after) = genome.choose(2, &[("", "!"), ("!", ""), ("", "")]);
    let value = quoted(&format!("{before}{part}{after}"));
    let values = filled(genome.count(3, 1, 5_000_000), |_| value.clone());
    let clause =
        format!(r#"{{"attribute":"x","op":"{operator}","values":[{values}],"negate":false}}"#);
    let clauses = rules(&clause);
    let all = filled(genome.count(4, 1, 5_000_000), |_| clauses.clone());
    let context = if genome.choose(5, &[true, false]) {
        format!(r#""x":[{}]"#, quoted(&text))
    } else {
        format!(r#""x":{}"#, quoted(&text))
    };
    evaluated(flag(&format!(r#""rules":[{all}]"#)), &context)
}

/// Many elements and many values.
pub fn lists(genome: &Genome) -> Case {
    let operator = genome.choose(
        0,
        &["in", "lessThan", "startsWith", "before", "semVerEqual", "contains", "matches"],
    );
    let quote = genome.choose(1, &["", "\""]);
    let elements =
        filled(genome.count(2, 1, LARGE), |index| format!("{quote}{}{quote}", index * 7));
    let values =
        filled(genome.count(3, 1, 5_000_000), |index| format!("{quote}{}{quote}", index * 7 + 1));
    let clause = rules(&format!(r#"{{"attribute":"x","op":"{operator}","values":[{values}]}}"#));
    let all = filled(genome.count(4, 1, 5_000_000), |_| clause.clone());
    evaluated(flag(&format!(r#""rules":[{all}]"#)), &format!(r#""x":[{elements}]"#))
}

/// Clauses on long elements that are versions or dates.
pub fn versions(genome: &Genome) -> Case {
    let length = genome.count(0, 1, LARGE);
    let (operator, element, value) = match genome.choose(1, &[0, 1, 2]) {
        0 => ("semVerEqual", format!("1.0.0-{}", "x".repeat(length)), "1.0.0-a".to_owned()),
        1 => {
            let identifiers = "a.".repeat(length / 2);
            ("semVerLessThan", format!("1.0.0-{identifiers}b"), format!("1.0.0-{identifiers}a"))
        }
        _ => (
            "after",
            format!("2026-01-31T00:00:00.{}Z", "1".repeat(length)),
            "2027-01-31T00:00:00Z".to_owned(),
        ),
    };
    let value = quoted(&value);
    let values = filled(genome.count(2, value.len() + 1, 5_000_000), |_| value.clone());
    let clause = rules(&format!(r#"{{"attribute":"x","op":"{operator}","values":[{values}]}}"#));
    let all = filled(genome.count(3, clause.len() + 1, 5_000_000), |_| clause.clone());
    let element = quoted(&element);
    let members = genome.choose(4, &[true, false]);
    let members = if members { format!(r#""x":[{element}]"#) } else { format!(r#""x":{element}"#) };
    evaluated(flag(&format!(r#""rules":[{all}]"#)), &members)
}

/// Rollouts over a long attribute, or with long salts.
pub fn buckets(genome: &Genome) -> Case {
    let long = text(genome, genome.count(9, 0, LARGE));
    let salt = "s".repeat(genome.count(1, 0, 1_000_000));
    let hash = genome.choose(2, &["sha1", "murmur3"]);
    let seeded = genome.choose(3, &[true, false]);
    let segments = filled(genome.count(4, 200, 5_000_000), |index| {
        let by = if seeded { format!("a{}", index % 2) } else { "a0".to_owned() };
        format!(
            r#"{{"clauses":[],"weight":0,"hash":"{hash}","rolloutContextKind":"user","bucketBy":"{by}"}}"#
        )
    });
    let document = format!(
        r#"{{"flags":{{{}}},"segments":{{"s":{{"salt":"{salt}","rules":[{segments}]}}}}}}"#,
        flag_of(
            "flag",
            &format!(r#""rules":[{}]"#, rules(r#"{"op":"segmentMatch","values":["s"]}"#))
        )
    );
    let long = quoted(&long);
    evaluated(document, &format!(r#""a0":{long}"#))
}

/// Many lists of targets.
pub fn targets(genome: &Genome) -> Case {
    let values = genome.count(0, 1, 1000);
    let list = filled(values * 8, |index| format!(r#""k{index}""#));
    let lists = filled(10_000_000, |_| format!(r#"{{"variation":1,"values":[{list}]}}"#));
    let members = genome.choose(1, &["targets", "contextTargets"]);
    evaluated(flag(&format!(r#""{members}":[{lists}]"#)), "")
}

/// Levels of segments, each of which needs all of the next level.
pub fn segments(genome: &Genome) -> Case {
    let (levels, width) = levels(genome);
    let rule = genome.choose(2, &["", r#"{"attribute":"x","op":"in","values":[2]},"#]);
    let matching = |level: usize| {
        let keys: Vec<String> = (0..width).map(|place| format!(r#""s{level}.{place}""#)).collect();
        format!(r#"{rule}{{"op":"segmentMatch","values":[{}]}}"#, keys.join(","))
    };
    let mut segments = Vec::new();
    for level in 0..levels {
        let below = matching(level + 1);
        for place in 0..width {
            segments.push(format!(
                r#""s{level}.{place}":{{"excluded":["k"],"rules":[{{"clauses":[{below}]}}]}}"#
            ));
        }
    }
    let document = format!(
        r#"{{"flags":{{{}}},"segments":{{{}}}}}"#,
        flag_of("flag", &format!(r#""rules":[{}]"#, rules(&matching(0)))),
        segments.join(",")
    );
    evaluated(document, r#""x":2"#)
}

/// Levels and the parts of each, with at most 10 MB of references between them.
fn levels(genome: &Genome) -> (usize, usize) {
    let levels = genome.count(0, 1, 60);
    let most = (330_000.0 / levels as f64).sqrt() as usize;
    (levels, genome.count(1, 1, most))
}

/// Flags that need many others.
pub fn prerequisites(genome: &Genome) -> Case {
    evaluated(needing(genome), r#""x":[1,2,3]"#)
}

/// The explanation of a flag that needs many others.
pub fn explained_prerequisites(genome: &Genome) -> Case {
    Case::new(Call::Explain, needing(genome), user(""))
}

fn needing(genome: &Genome) -> String {
    let (levels, width) = levels(genome);
    let needing = |level: usize| {
        let needed: Vec<String> = (0..width)
            .map(|place| format!(r#"{{"key":"f{level}.{place}","variation":0}}"#))
            .collect();
        format!(
            r#""prerequisites":[{}]"#,
            if level < levels { needed.join(",") } else { String::new() }
        )
    };
    let mut flags = vec![flag_of("flag", &needing(0))];
    for level in 0..levels {
        let below = needing(level + 1);
        flags.extend((0..width).map(|place| flag_of(&format!("f{level}.{place}"), &below)));
    }
    format!(r#"{{"flags":{{{}}}}}"#, flags.join(","))
}

/// Many clauses and many private attributes.
pub fn private(genome: &Genome) -> Case {
    let attribute = genome.choose(0, &["x", "/x/y", "/x/y/z"]);
    let clause = rules(&format!(
        r#"{{"contextKind":"user","attribute":"{attribute}","op":"in","values":[1]}}"#
    ));
    let all = filled(genome.count(1, 200, 2_000_000), |_| clause.clone());
    let prefix = genome.choose(2, &["p", "/x/q", "/x/y/q", "/p/q/r/s"]);
    let references =
        filled(genome.count(3, 20, LARGE - 100), |index| format!(r#""{prefix}{index}""#));
    let members =
        format!(r#""x":{{"y":{{"z":2}}}},"_meta":{{"privateAttributes":[{references}]}}"#);
    Case::new(Call::Explain, flag(&format!(r#""rules":[{all}]"#)), user(&members))
}

/// Clauses on long values.
pub fn shown(genome: &Genome) -> Case {
    let value = match genome.choose(0, &[0, 1, 2]) {
        0 => quoted(&text(genome, genome.count(9, 0, LARGE))),
        1 => format!("[{}]", filled(genome.count(9, 2, LARGE), |index| index.to_string())),
        _ => format!("[{}]", filled(genome.count(9, 2, LARGE), |_| r#"{"a":[1]}"#.to_owned())),
    };
    let operator = genome.choose(1, &["nothing", "in", "lessThan"]);
    let clause = rules(&format!(r#"{{"attribute":"x","op":"{operator}","values":[1]}}"#));
    let all = filled(genome.count(2, 200, 5_000_000), |_| clause.clone());
    Case::new(Call::Explain, flag(&format!(r#""rules":[{all}]"#)), user(&format!(r#""x":{value}"#)))
}

/// References as long as documents allow.
pub fn long_references(genome: &Genome) -> Case {
    let depth = genome.count(0, 1, 200_000);
    let reference = "/a".repeat(depth);
    let operators = ["in", "contains", "before", "semVerEqual"];
    let all = filled(genome.count(1, reference.len() + 200, 5_000_000), |index| {
        let operator = operators.get(index % 4).copied().unwrap_or_default();
        rules(&format!(
            r#"{{"contextKind":"user","attribute":"{reference}/b{index}","op":"{operator}","values":["1"]}}"#
        ))
    });
    let nested = format!("{}{}{}", r#"{"a":"#.repeat(100), "1", "}".repeat(100));
    Case::new(
        Call::Explain,
        flag(&format!(r#""rules":[{all}]"#)),
        user(&format!(r#""a":{nested}"#)),
    )
}

/// Flags that all need one costly flag, or one costly segment.
pub fn state(genome: &Genome) -> Case {
    let needs = genome.choose(0, &[true, false]);
    let elements = filled(genome.count(1, 4, 20_000), |_| r#""a""#.to_owned());
    let values = filled(genome.count(2, 4, 20_000), |_| r#""b""#.to_owned());
    let rule = rules(&format!(r#"{{"attribute":"x","op":"startsWith","values":[{values}]}}"#));
    let count = genome.count(3, 1, 5_000);
    let mut flags: Vec<String> = (0..count)
        .map(|index| {
            let members = if needs {
                r#""prerequisites":[{"key":"costly","variation":0}]"#.to_owned()
            } else {
                format!(r#""rules":[{}]"#, rules(r#"{"op":"segmentMatch","values":["outer"]}"#))
            };
            flag_of(&format!("f{index}"), &members)
        })
        .collect();
    flags.push(flag_of("costly", &format!(r#""rules":[{rule}]"#)));
    let document = format!(
        r#"{{"flags":{{{}}},"segments":{{"outer":{{"rules":[{{"clauses":[{{"op":"segmentMatch","values":["inner"]}}]}}]}},"inner":{{"rules":[{rule}]}}}}}}"#,
        flags.join(",")
    );
    Case::new(Call::State, document, user(&format!(r#""x":[{elements}]"#)))
}

/// Receipts of wide and of deep traces.
pub fn replayed(genome: &Genome) -> Case {
    let depth = genome.count(4, 1, 38);
    let document = if genome.choose(5, &[true, false]) {
        needing(genome)
    } else {
        let mut flags: Vec<String> = (0..depth)
            .map(|index| {
                let needed = format!(r#"{{"key":"f{}","variation":0}}"#, index + 1);
                let key = if index == 0 { "flag".to_owned() } else { format!("f{index}") };
                flag_of(&key, &format!(r#""prerequisites":[{needed}]"#))
            })
            .collect();
        flags.push(flag_of(&format!("f{depth}"), ""));
        format!(r#"{{"flags":{{{}}}}}"#, flags.join(","))
    };
    Case::new(Call::Replay, document, user(""))
}
