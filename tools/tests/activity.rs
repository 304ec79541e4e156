//! The cases of `conformance/activity`, which every recorder of activity must pass.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use isoflag_tools::Activity;
use serde_json::Value;

/// Returns the cases of one kind; those of `record`, which come first and contain lone surrogates,
/// are for recorders and are skipped.
fn cases(kind: &str) -> Vec<Value> {
    let text = include_str!("../../conformance/activity/cases.json");
    let (_, text) = text.split_once("\"merge\": [").unwrap();
    let cases: Value = serde_json::from_str(&format!("{{\"merge\": [{text}")).unwrap();
    let cases = cases[kind].as_array().unwrap().clone();
    assert!(cases.len() > 5);
    cases
}

fn merged<'t>(texts: impl Iterator<Item = &'t Value>) -> String {
    let mut activity = Activity::default();
    for text in texts {
        activity.merge(&Activity::from_json(text.as_str().unwrap().as_bytes()).unwrap());
    }
    activity.to_canonical_json()
}

#[test]
fn it_merges_in_any_order() {
    for case in cases("merge") {
        let texts = case["activities"].as_array().unwrap();
        assert_eq!(merged(texts.iter()), case["canonical"], "{}", case["name"]);
        assert_eq!(merged(texts.iter().rev()), case["canonical"], "{}", case["name"]);
    }
}

#[test]
fn invalid_activity_is_rejected() {
    for case in cases("refuse") {
        let text = case["activity"].as_str().unwrap();
        let error = Activity::from_json(text.as_bytes()).unwrap_err();
        assert!(!error.message().is_empty(), "{}", case["name"]);
    }
}

#[test]
fn an_error_says_where() {
    for (text, expected) in [
        ("{\n \"activity\": x}", "`activity`: not JSON: expected a value (line 2, column 14)"),
        ("[]", "expected an object"),
        (r#"{"activity":2,"flags":{}}"#, "`activity`: expected the format 1"),
        (
            r#"{"activity":1,"flags":{"a.b":{"counts":{"sha256:0e":{"on":1}},"first":1,"last":1}}}"#,
            "`flags[\"a.b\"].counts[\"sha256:0e\"].on`: expected a variation's index or `default`",
        ),
        (
            r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":1}},"first":2,"last":1}}}"#,
            "`flags.a.last`: earlier than `first`",
        ),
    ] {
        assert_eq!(Activity::from_json(text.as_bytes()).unwrap_err().to_string(), expected);
    }
}
