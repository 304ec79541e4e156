//! The cases of `conformance/notes`: the notes on parts of a context that are ignored.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Object, Value};

fn cases(kind: &str) -> Vec<Object> {
    let cases = Value::parse(include_bytes!("../../conformance/notes/cases.json")).unwrap();
    let cases = cases.as_object().unwrap().get(kind).and_then(Value::as_array).unwrap();
    assert!(cases.len() > 2);
    cases.iter().map(|case| case.as_object().unwrap().clone()).collect()
}

#[test]
fn ignored_members_are_named() {
    for case in cases("ignoredMembers") {
        let note = Context::note_on_ignored_members(case.get("context").unwrap());
        assert_eq!(note.as_deref(), case.get("note").and_then(Value::as_str));
    }
}

#[test]
fn an_ignored_part_is_named_by_its_path() {
    for case in cases("ignoredParts") {
        let steps = case.get("path").and_then(Value::as_array).unwrap();
        let path = steps.iter().fold(String::new(), |path, step| match step.as_str() {
            None => format!("{path}[{step}]"),
            Some(name) if name.contains(' ') => format!("{path}[{step}]"),
            Some(name) if path.is_empty() => name.to_owned(),
            Some(name) => format!("{path}.{name}"),
        });
        let note = case.get("note").and_then(Value::as_str).unwrap();
        assert_eq!(Context::note_on_ignored_part(&path, "odd"), format!("{note} odd"));
    }
}
