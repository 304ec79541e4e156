//! Every vector holds in Rust, so that `cargo test` alone notices a changed answer; the suite compares all host runtimes.
#![allow(clippy::disallowed_methods, reason = "the vectors are files")]

use std::fs;
use std::path::{Path, PathBuf};

use isoflag::{Object, Value};

use super::{array, case, get, number, object, read, text};

/// Returns the value with each text joined that is given in parts, of which some are repeated.
fn joined(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.len() == 1 && members.get("parts").is_some() => {
            let part = |part: &Value| match part {
                Value::String(text) => text.to_string(),
                part => text(part, "repeat").repeat(number(part, "times").unwrap() as usize),
            };
            Value::from(array(value, "parts").iter().map(part).collect::<String>())
        }
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), joined(value)));
            Value::Object(members.collect())
        }
        Value::Array(elements) => elements.iter().map(joined).collect(),
        other => other.clone(),
    }
}

/// Returns the value with its named documents.
fn with_documents(value: &Value, documents: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let named = |name: &str, value: &Value| match value {
        Value::String(key) if name == "document" => get(documents, key).unwrap().clone(),
        Value::Array(entries) if name == "history" => {
            entries.iter().map(|entry| with_documents(entry, documents)).collect()
        }
        Value::Object(_) if matches!(name, "call" | "pinned") => with_documents(value, documents),
        other => other.clone(),
    };
    let members = members.iter().map(|(name, value)| (name.clone(), named(name, value)));
    Value::Object(members.collect())
}

/// Whether a value has everything wanted: objects may have more members, arrays not more elements.
fn covers(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => wanted
            .iter()
            .all(|(name, wanted)| found.get(name).is_some_and(|found| covers(found, wanted))),
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len()
                && found.iter().zip(wanted.iter()).all(|(found, wanted)| covers(found, wanted))
        }
        (found, wanted) => found == wanted,
    }
}

fn holds(name: &str, wanted: &Value, answer: &Value, message: &str) -> bool {
    let reported =
        |wanted: &Value| array(answer, "diagnostics").iter().any(|one| covers(one, wanted));
    let list = wanted.as_array().unwrap_or_default();
    match (name, get(answer, name)) {
        ("absentDiagnostics", _) => !list.iter().any(reported),
        ("diagnostics", Some(_)) => list.iter().all(reported),
        ("error", Some(found)) => {
            let part = get(wanted, "messageContains").and_then(Value::as_str).unwrap_or_default();
            let others = wanted.as_object().unwrap().iter();
            let others = others.filter(|(name, _)| &***name != "messageContains");
            let others: Object =
                others.map(|(name, value)| (name.clone(), value.clone())).collect();
            message.contains(part) && covers(found, &others.into())
        }
        ("trace" | "retirements" | "decisions", Some(found)) => covers(found, wanted),
        (_, Some(found)) => found == wanted,
        (_, None) => false,
    }
}

/// Returns the number of cases of a file, and the ids of those that fail.
fn failures(file: &Path) -> (usize, Vec<String>) {
    let content = read(&fs::read_to_string(file).unwrap());
    let none = object([]);
    let documents = get(&content, "documents").unwrap_or(&none);
    let mut failures = Vec::new();
    let cases = array(&content, "cases");
    for case in cases {
        // Bytes in base64 are left to the suite.
        if get(case, "documentBase64").is_some() {
            continue;
        }
        let given = joined(&with_documents(case, documents));
        let (answer, message) = case::answer(&given);
        let expected = get(&given, "expect").unwrap().as_object().unwrap();
        let message = message.unwrap_or_default();
        if !expected.iter().all(|(name, wanted)| holds(name, wanted, &answer, &message)) {
            failures.push(format!("{}: {answer} {message}", text(case, "id")));
        }
    }
    (cases.len(), failures)
}

/// Returns the number of cases of the files, all of which hold.
fn cases(chosen: impl Fn(&Path) -> bool) -> usize {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let results: Vec<_> = files.filter(|file| chosen(file)).map(|file| failures(&file)).collect();
    let failed: Vec<&String> = results.iter().flat_map(|(_, failed)| failed).collect();
    assert!(failed.is_empty(), "{} vectors fail, such as {:?}", failed.len(), failed.first());
    results.iter().map(|(count, _)| count).sum()
}

#[test]
fn every_vector_holds() {
    assert!(cases(|file| !file.ends_with("limits.json")) > 5_000);
}

#[test]
#[ignore = "takes long without optimization; the suite has these vectors too"]
fn every_vector_at_a_limit_holds() {
    assert!(cases(|file| file.ends_with("limits.json")) > 20);
}

#[test]
fn a_wrong_expectation_fails() {
    let answer = read(
        r#"{"value": 1, "trace": {"on": true, "rules": [1]}, "diagnostics": [{"code": "a", "path": "b"}]}"#,
    );
    for (name, wanted, expected) in [
        ("value", "1", true),
        ("value", "2", false),
        ("version", "null", false),
        ("trace", r#"{"on": true}"#, true),
        ("trace", r#"{"rules": []}"#, false),
        ("diagnostics", r#"[{"code": "a"}]"#, true),
        ("diagnostics", r#"[{"code": "c"}]"#, false),
        ("absentDiagnostics", r#"[{"code": "a"}]"#, false),
    ] {
        assert_eq!(holds(name, &read(wanted), &answer, ""), expected, "{name} {wanted}");
    }
}
