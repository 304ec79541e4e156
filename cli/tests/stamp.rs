//! `stamp` changes the version and the time in `meta`; `stamp OLD NEW` also marks the flags whose answers can have changed.

use isoflag::{Flags, Value};

use crate::program::{Ran, file, isoflag, isoflag_reading};

#[test]
fn only_the_two_members_change() {
    let before = include_str!("../../examples/shop/flags.json");
    let shop = file("shop.json", Some(before));
    let ran = isoflag(&["stamp", &shop, "--now", "1795172999"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let after = std::fs::read_to_string(&shop).unwrap();
    let changed: Vec<_> =
        before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(
        changed,
        [
            ("    \"version\": 118,", "    \"version\": 119,"),
            (
                "    \"lastModifiedTimestamp\": 1795172400,",
                "    \"lastModifiedTimestamp\": 1795172999,"
            ),
        ]
    );
    assert!(after.contains("\"hash\": \"murmur3\""));
}

#[test]
fn a_plain_launchdarkly_document_gets_no_hash() {
    let ran = isoflag_reading(&["stamp", "-", "--now", "7"], r#"{"flags":{},"segments":{}}"#);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.out,
        r#"{"meta":{"version": 1, "lastModifiedTimestamp": 7},"flags":{},"segments":{}}"#
    );
}

#[test]
fn the_report_matches_the_document() {
    let first = file("first.json", Some(include_str!("../../examples/first/flags.json")));
    let ran = isoflag(&["stamp", &first, "--now", "1795172400", "--json"]);
    let digest = isoflag(&["digest", &first]).out;
    assert_eq!(
        ran.out,
        format!(
            "{{\"digest\":\"{}\",\"file\":{},\"lastModifiedTimestamp\":1795172400,\"version\":2}}\n",
            digest.trim_end(),
            isoflag::Value::from(first.as_str()),
        )
    );
}

#[test]
fn the_time_defaults_to_the_clock() {
    let ran = isoflag_reading(&["stamp", "-"], r#"{"flags":{}}"#);
    assert_eq!(ran.code, 0);
    // After the beginning of 2024, and in seconds.
    let document = isoflag::Value::parse(ran.out.as_bytes()).unwrap();
    let stamp = document
        .as_object()
        .and_then(|document| document.get("meta")?.as_object()?.get("lastModifiedTimestamp"))
        .and_then(isoflag::Value::as_integer);
    assert!(stamp.is_some_and(|stamp| (1_704_067_200..100_000_000_000).contains(&stamp)));
}

#[test]
fn a_document_that_cannot_be_stamped_is_unchanged() {
    for text in ["{", r#"{"flags":{},"meta":[]}"#, r#"{"a":{"on":true}}"#] {
        let bad = file("bad.json", Some(text));
        assert_eq!(isoflag(&["stamp", &bad, "--now", "7"]).code, 2, "{text}");
        assert_eq!(std::fs::read_to_string(&bad).unwrap(), text);
    }
}

const OLD: &str = r#"{
  "meta": {"version": 4, "lastModifiedTimestamp": 100},
  "flags": {
    "parent": {"on": true, "variations": [true, false], "offVariation": 1,
      "prerequisites": [{"key": "child", "variation": 0}], "fallthrough": {"variation": 0}},
    "child": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 0}},
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
    let (ran, text) = stamped("parent", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, r#"["child","parent"]"#));
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
    let (ran, text) = stamped("description", &new);
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
fn if_a_flag_is_removed_the_document_is_marked() {
    // The time of a flag that is not there is that of the document.
    let new = OLD.replace(",\n    \"plain\": {\"on\": false}", "");
    let (ran, text) = stamped("removed", &new);
    assert_eq!((ran.code, keys(&ran).as_str()), (0, r#"["plain"]"#));
    assert!(text.contains(r#""meta": {"version": 5, "lastModifiedTimestamp": 200}"#), "{text}");
    assert!(text.contains(r#""owner": "a", "lastModifiedTimestamp": 50"#), "{text}");
    let [before, after] = [OLD, &text].map(|text| Flags::from_json(text.as_bytes()).unwrap());
    assert!(!after.steps_back_from(&before));
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
