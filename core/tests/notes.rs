//! The cases of `conformance/notes`: the notes on evaluations that return the default, and on parts
//! of a context that are ignored.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Flags, Object, ReasonKind, Value, ValueType};

fn file() -> Object {
    let file = Value::parse(include_bytes!("../../conformance/notes/cases.json")).unwrap();
    file.as_object().unwrap().clone()
}

fn cases(kind: &str) -> Vec<Object> {
    listed(file().get(kind).unwrap())
}

fn listed(cases: &Value) -> Vec<Object> {
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 2);
    cases.iter().map(|case| case.as_object().unwrap().clone()).collect()
}

/// The note on an evaluation, if it returns the default.
fn note(flags: &Flags, case: &Object) -> Option<String> {
    let text = |member: &str| case.get(member).and_then(Value::as_str).unwrap();
    let context = match Context::from_value(case.get("context").unwrap().clone()) {
        Ok(context) => context,
        Err(error) => return Some(Context::note_on_invalid(&error.to_string())),
    };
    let wanted = match text("type") {
        "bool" => ValueType::Bool,
        _ => ValueType::Any,
    };
    let answer = flags.bind(&context).evaluate(text("key")).expecting(flags, wanted);
    match flags.reason_of(&answer).kind() {
        ReasonKind::Error { kind } => kind.note_on_flag(text("key")),
        _ => None,
    }
}

#[test]
fn a_default_has_its_reason() {
    let file = file();
    let evaluations = file.get("evaluations").unwrap().as_object().unwrap();
    let document = evaluations.get("document").unwrap().to_canonical_json();
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    for case in listed(evaluations.get("cases").unwrap()) {
        let note = note(&flags, &case);
        assert_eq!(note.as_deref(), case.get("note").and_then(Value::as_str), "{case:?}");
    }
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
