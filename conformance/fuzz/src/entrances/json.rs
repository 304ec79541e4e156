//! JSON, numbers, patterns and short texts, each compared with an independent implementation.

use std::sync::Arc;

use isoflag::model::Pattern;
use isoflag::{Value, limits, parse_ttl, printable, printable_lines};
use isoflag_tools::{NamePattern, Percentage, from_appconfig_key, to_appconfig_key};
use regex_lite::RegexBuilder;
use serde::Deserialize;

use crate::Input;

/// The parser against `serde_json`, and the canonical text against an implementation of RFC 8785.
pub(crate) fn json(input: &Input<'_>) {
    let text = input.bytes(0);
    let ours = Value::parse(text);
    let _ = Value::parse_host(text);
    // A byte order mark is skipped.
    let body = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let value = match (ours, theirs(body)) {
        (Ok(ours), Ok(theirs)) => {
            let expected = serde_json_canonicalizer::to_string(&doubles(theirs)).unwrap();
            assert_eq!(ours.to_canonical_json(), expected);
            ours
        }
        (Err(ours), _) if ours.code() == "limit" => return,
        (Err(ours), Err((is_out_of_range, position))) => {
            assert_eq!(ours.code() == "number-range", is_out_of_range);
            assert!(ours.line_column() == position || body.len() < text.len());
            return;
        }
        (ours, theirs) => panic!("{ours:?}, but serde_json has {theirs:?}"),
    };
    let canonical = value.to_canonical_json();
    assert_eq!(canonical.len(), value.canonical_length());
    assert_eq!(Value::parse(canonical.as_bytes()).as_ref(), Ok(&value));
    let length = Value::from(canonical.as_str()).to_canonical_json().len();
    assert_eq!(Value::canonical_length_of(&canonical), length);
}

/// A rejection: whether a number is out of range, and the line and column.
type Refusal = (bool, (usize, usize));

fn theirs(text: &[u8]) -> Result<serde_json::Value, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let value = serde_json::Value::deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let out_of_range = error.to_string().starts_with("number out of range");
        (out_of_range, (error.line(), error.column()))
    })
}

/// Converts integers, which `serde_json` keeps, to doubles.
fn doubles(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => (number.as_f64().unwrap() + 0.0).into(),
        serde_json::Value::Array(elements) => elements.into_iter().map(doubles).collect(),
        serde_json::Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, doubles(value))).collect()
        }
        other => other,
    }
}

/// Doubles: parsed as by the standard library, printed as by ECMAScript's algorithm.
pub(crate) fn numbers(input: &Input<'_>) {
    let text = input.bytes(0);
    if let (Ok(Value::Number(ours)), Some(text)) = (Value::parse(text), input.text(0)) {
        let theirs: f64 = text.trim().parse().unwrap();
        assert_eq!(ours.to_bits(), (theirs + 0.0).to_bits());
    }
    for bits in text.chunks_exact(8) {
        let number = f64::from_le_bytes(bits.try_into().unwrap());
        let Some(value) = Value::number(number) else {
            assert!(!number.is_finite());
            continue;
        };
        let printed = value.to_canonical_json();
        assert_eq!(printed, ryu_js::Buffer::new().format_finite(number + 0.0));
        let again: f64 = printed.parse().unwrap();
        assert_eq!(again.to_bits(), (number + 0.0).to_bits());
        assert_eq!(Value::parse(printed.as_bytes()), Ok(value));
    }
}

/// The sizes in bytes of `regex-lite`'s programs between which only one of the implementations may reject
/// a pattern for its size: each counts in another unit.
const PATTERN_SIZES: [usize; 2] = [1 << 15, 1 << 19];

/// The product of lengths above which a search may take more steps than an evaluation has.
const SEARCH: usize = 1 << 18;

/// The operator `matches` against `regex-lite`. Parts: the pattern, and a text.
pub(crate) fn patterns(input: &Input<'_>) {
    let (Some(pattern), Some(text)) = (input.text(0), input.text(1)) else { return };
    let [small, large] =
        PATTERN_SIZES.map(|size| RegexBuilder::new(pattern).size_limit(size).build());
    match (Pattern::read(&Arc::from(pattern)), large) {
        (Some(ours), Ok(theirs)) => {
            if pattern.len() * text.len() < SEARCH {
                assert_eq!(ours.is_found_in(text), theirs.is_match(text));
            }
        }
        (None, Ok(_)) => {
            let is_large = small.is_err() || pattern.len() > limits::REGEX_BYTES;
            assert!(is_large, "only isoflag rejects it");
        }
        (Some(_), Err(theirs)) => assert!(theirs.to_string().contains("size limit"), "{theirs}"),
        (None, Err(_)) => {}
    }
}

/// Short texts of options: times to live, percentages, keys and patterns of names.
pub(crate) fn texts(input: &Input<'_>) {
    let Some(text) = input.text(0) else { return };
    let _ = parse_ttl(text).map_err(|error| error.to_string());
    if let Ok(percentage) = text.parse::<Percentage>() {
        let again: Percentage = percentage.to_string().parse().unwrap();
        assert_eq!(again, percentage);
        assert!((0.0..=1.0).contains(&percentage.share()));
    }
    if let Some(encoded) = to_appconfig_key(text) {
        assert_eq!(from_appconfig_key(&encoded).as_deref(), Some(text));
    }
    let shown = printable(text).to_string();
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    let lines = printable_lines(text).to_string();
    assert!(!lines.chars().any(|char| char.is_control() && char != '\n'), "{lines:?}");
    match NamePattern::read(text) {
        Ok(pattern) => drop(pattern.parse(input.text(1).unwrap_or_default())),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
