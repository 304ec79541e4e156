//! Every short reference to an attribute, against a statement of the rule.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::AttributeReference;

const LETTERS: [&str; 6] = ["/", "~", "0", "1", "a", "é"];
const LONGEST: usize = 6;

/// Every text of at most [`LONGEST`] of the letters.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..LONGEST {
        let longer = last.iter().flat_map(|text| LETTERS.map(|letter| format!("{text}{letter}")));
        last = longer.collect();
        texts.extend_from_slice(&last);
    }
    texts
}

/// The components that a text addresses: text manipulation alone, in another order than the parser.
fn components(text: &str) -> Option<Vec<String>> {
    let Some(path) = text.strip_prefix('/') else {
        return (!text.is_empty()).then(|| vec![text.to_owned()]);
    };
    let is_valid = path.split('/').all(|part| !part.is_empty());
    let is_escaped = path.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    let unescape = |part: &str| part.replace("~1", "/").replace("~0", "~");
    (is_valid && is_escaped).then(|| path.split('/').map(unescape).collect())
}

#[test]
fn every_short_reference_is_read_and_printed_as_the_rule_says() {
    let mut by_components: BTreeMap<Vec<String>, AttributeReference> = BTreeMap::new();
    for text in texts() {
        let parsed = AttributeReference::parse(&Arc::from(&*text)).ok();
        let expected = components(&text);
        assert_eq!(parsed.is_some(), expected.is_some(), "{text}");
        let (Some(parsed), Some(expected)) = (parsed, expected) else { continue };
        assert_eq!(Some(parsed.name()), expected.first().map(String::as_str), "{text}");
        assert_eq!(parsed.is(&text), expected == [&*text], "{text}");
        let again = AttributeReference::parse(&Arc::from(parsed.to_string())).unwrap();
        assert_eq!(again, parsed, "{text} is printed as {parsed}");
        assert!(parsed.overlaps(&parsed) && parsed.overlaps(&again));
        // Two references are equal exactly if their components are.
        if let Some(other) = by_components.get(&expected) {
            assert_eq!(*other, parsed, "{text}");
        }
        by_components.insert(expected, parsed);
    }
    let short = by_components.iter().filter(|(names, _)| names.concat().len() < 4);
    let short: Vec<_> = short.collect();
    for (one, reference) in &short {
        for (other, reference_of_other) in &short {
            let overlaps = one.starts_with(other) || other.starts_with(one);
            assert_eq!(reference.overlaps(reference_of_other), overlaps, "{one:?} {other:?}");
            assert_eq!(reference == reference_of_other, one == other);
        }
    }
}
