//! Contexts of 1 MiB, parsed, bound to an ordinary document and evaluated.

use super::{TEXTS, filled, flag, ruled, text, user};
use crate::case::{Call, Case};
use crate::{Genome, Random};

const BYTES: usize = (1 << 20) - 200;

fn ordinary() -> String {
    ruled(concat!(
        r#"{"attribute":"x","op":"in","values":[1,2,"a"]},"#,
        r#"{"attribute":"y","op":"semVerGreaterThan","values":["2.0.0"]},"#,
        r#"{"attribute":"z","op":"after","values":["2026-01-31T00:00:00Z"]}"#
    ))
}

fn of(members: &str) -> Case {
    Case::new(Call::Context, ordinary(), user(members))
}

/// Numbers in one format.
pub fn numbers(genome: &Genome) -> Case {
    of(&format!(r#""x":[{}]"#, filled(BYTES, |index| number(genome, index))))
}

pub fn number(genome: &Genome, index: usize) -> String {
    let digits = genome.count(0, 1, 800);
    let exponent = genome.count(1, 0, 340) as i64 * genome.choose(2, &[-1, 1]);
    let digit = genome.choose(3, &['1', '3', '5', '9']);
    let varied = if genome.choose(4, &[false, true]) { index % 1000 } else { 0 };
    let fraction: String = std::iter::repeat_n(digit, digits).collect();
    match genome.choose(5, &[0, 1, 2]) {
        0 => format!("{digit}e{exponent}"),
        1 => format!("{digit}.{varied}{fraction}e{exponent}"),
        _ => format!("0.{fraction}{varied}"),
    }
}

/// Different names of equal length.
pub fn keys(genome: &Genome) -> Case {
    let prefix = genome.choose(0, TEXTS).repeat(genome.count(1, 0, 60));
    let value = genome.choose(2, &["1", "{}", "[]", r#""a""#, "null"]);
    of(&filled(BYTES, |index| format!(r#""{prefix}{index}":{value}"#)))
}

/// Names with equal hashes, computed by inverting the last multiplication.
pub fn colliding(_: &Genome) -> Case {
    let names = colliding_keys(40_000);
    of(&filled(BYTES, |index| match names.get(index) {
        Some(name) => format!(r#""{name}":1"#),
        None => " ".repeat(BYTES),
    }))
}

/// Keys of sixteen bytes with equal hashes: the second word is computed from the first.
pub fn colliding_keys(count: usize) -> Vec<String> {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = Random::new(7);
    let start = 16_u64.wrapping_mul(FACTOR).rotate_left(23);
    let mut keys = Vec::with_capacity(count);
    while keys.len() < count {
        let first = random.next() & 0x0f0f_0f0f_0f0f_0f0f | 0x6060_6060_6060_6060;
        let second = (start ^ first).wrapping_mul(FACTOR).rotate_left(23) ^ 0x4d4d_4d4d_4d4d_4d4d;
        let bytes = [first.to_le_bytes(), second.to_le_bytes()].concat();
        let plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte));
        if let Some(key) = String::from_utf8(bytes).ok().filter(|_| plain) {
            keys.push(key);
        }
    }
    keys
}

/// Repeated arrays and objects of a given depth.
pub fn nested(genome: &Genome) -> Case {
    let depth = genome.count(0, 1, 125);
    let (open, close) = genome.choose(1, &[("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")]);
    let levels = depth / open.matches(['[', '{']).count().max(1);
    let part = format!("{}1{}", open.repeat(levels), close.repeat(levels));
    of(&format!(r#""x":[{}]"#, filled(BYTES, |_| part.clone())))
}

/// Long texts that are compared as dates and versions.
pub fn texts(genome: &Genome) -> Case {
    let long = text(genome, BYTES);
    let members = match genome.choose(0, &[0, 1, 2]) {
        0 => format!(r#""y":"1.0.0-{}""#, "x".repeat(BYTES)),
        1 => format!(r#""z":"2026-01-31T00:00:00.{}Z""#, "1".repeat(BYTES)),
        _ => format!(r#""x":"{long}""#),
    };
    of(&members)
}

/// A long text and an ordinary pattern.
pub fn pattern(genome: &Genome) -> Case {
    let pattern = genome.choose(
        0,
        &[
            "(?i)bot|crawl|spider|slurp|bing|yandex|baidu|duckduck|facebook|twitter|linkedin|whatsapp|telegram|curl",
            r"^[A-Za-z0-9._%+-]+@example\\.(com|org)$",
            r"@(?:example|test)\\.com$",
            r"\\bbeta\\b",
            r"^(?:[0-9]{1,3}\\.){3}[0-9]{1,3}$",
        ],
    );
    let text = genome.choose(
        1,
        &["bobobo", "a", "é", "crawlcrawspideslurbinyande", "1.1.1.1", "bet", "a@example.", "x y "],
    );
    let document = flag(&format!(
        r#""rules":[{{"variation":1,"clauses":[{{"attribute":"x","op":"matches","values":["{pattern}"]}}]}}]"#
    ));
    let text = text.repeat(BYTES / text.len().max(1));
    Case::new(Call::Context, document, user(&format!(r#""x":"{text}""#)))
}
