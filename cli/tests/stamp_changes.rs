//! `stamp OLD NEW` marks the flags whose answers can have changed, and no others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use isoflag::Value;
use program::{Ran, file, isoflag};

const OLD: &str = r#"{
  "meta": {"version": 4, "lastModifiedTimestamp": 100},
  "flags": {
    "asks": {"on": true, "variations": [true, false], "offVariation": 1,
      "prerequisites": [{"key": "asked", "variation": 0}], "fallthrough": {"variation": 0}},
    "asked": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 0}},
    "own": {"on": false, "lifecycle": {"owner": "a", "lastModifiedTimestamp": 50}},
    "plain": {"on": false}
  }
}
"#;

/// Returns the changed document after `stamp OLD NEW` at 200.
fn stamped(name: &str, new: &str) -> (Ran, String) {
    let (before, after) = (format!("{name}-old.json"), format!("{name}-new.json"));
    let (before, after) = (file(&before, Some(OLD)), file(&after, Some(new)));
    let ran = isoflag(&["stamp", &before, &after, "--now", "200", "--json"]);
    assert_eq!(std::fs::read_to_string(&before).unwrap(), OLD);
    let text = std::fs::read_to_string(&after).unwrap();
    // A second run changes nothing.
    assert_eq!(isoflag(&["stamp", &before, &after, "--now", "200"]).code, ran.code);
    assert_eq!(std::fs::read_to_string(&after).unwrap(), text);
    (ran, text)
}

fn keys(ran: &Ran) -> String {
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    report.as_object().and_then(|report| report.get("flags")).unwrap().to_string()
}

#[test]
fn dependents_of_a_changed_flag_are_marked_too() {
    let new = OLD.replace("\"variations\": [1, 2]", "\"variations\": [1, 3]");
    let (ran, text) = stamped("asks", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, r#"["asked","asks"]"#));
    assert_eq!(text.matches("\"lastModifiedTimestamp\": 200").count(), 2, "{text}");
    assert!(text.contains(r#""meta": {"version": 5, "lastModifiedTimestamp": 100}"#));
    assert!(text.contains(r#""owner": "a", "lastModifiedTimestamp": 50"#));
    assert!(text.contains("    \"plain\": {\"on\": false}\n"));
}

#[test]
fn changes_that_decide_nothing_mark_no_flag_and_keep_its_time() {
    let new = OLD
        .replace(r#", "lastModifiedTimestamp": 50"#, "")
        .replace(r#", "lastModifiedTimestamp": 100"#, "")
        .replace(r#""plain": {"on""#, r#""plain": {"description": "x", "on""#);
    let (ran, text) = stamped("aside", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, "[]"));
    let expected = OLD.replace("\"version\": 4", "\"version\": 5");
    assert_eq!(
        text,
        expected.replace(r#""plain": {"on""#, r#""plain": {"description": "x", "on""#)
    );
}

#[test]
fn an_equal_document_is_unchanged() {
    let (ran, text) = stamped("equal", OLD);
    assert_eq!((ran.code, keys(&ran).as_str(), text.as_str()), (0, "[]", OLD));
}

#[test]
fn an_already_raised_version_is_kept() {
    let new = OLD
        .replace("\"version\": 4", "\"version\": 9")
        .replace("\"on\": false}\n", "\"on\": true}\n");
    let (ran, text) = stamped("raised", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, r#"["plain"]"#));
    assert!(text.contains("\"version\": 9"));
}

#[test]
fn if_a_flag_cannot_hold_a_time_the_document_is_marked() {
    let new = OLD.replacen("\"flags\"", "\"flagValues\": {\"value\": true},\n  \"flags\"", 1);
    let (ran, text) = stamped("values", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, r#"["value"]"#));
    assert!(text.contains(r#""meta": {"version": 5, "lastModifiedTimestamp": 200}"#), "{text}");
}

#[test]
fn without_an_older_time_the_document_is_marked() {
    let old = file("no-time-old.json", Some(r#"{"flags": {"a": {"on": false}}}"#));
    let new = file("no-time-new.json", Some(r#"{"flags": {"a": {"on": true}}}"#));
    let ran = isoflag(&["stamp", &old, &new, "--now", "200"]);
    assert_eq!((ran.code, ran.out), (0, format!("{new}: version 1, stamped 200: `a`\n")));
    assert_eq!(
        std::fs::read_to_string(&new).unwrap(),
        r#"{"meta": {"version": 1, "lastModifiedTimestamp": 200}, "flags": {"a": {"on": true, "lifecycle": {"lastModifiedTimestamp": 200}}}}"#
    );
}

#[test]
fn a_document_that_cannot_be_marked_is_unchanged() {
    for new in ["{", r#"{"flags": {"a": {"lifecycle": 7}}}"#] {
        let (ran, text) = stamped("bad", new);
        assert_eq!((ran.code, text.as_str()), (2, new));
    }
}
