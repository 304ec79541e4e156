//! Inputs for the targets: `corpus.jsonl`, and the vectors of the conformance suite.
//!
//! A line of `corpus.jsonl` is `{"target", "parts"}`. A part that is a string is a text, any other
//! part is its JSON text, and an array of numbers below 256 under `bytes` is the whole input.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{SEPARATOR, TARGETS};

/// An input of a target.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sample {
    /// The name of the target.
    pub target: String,
    /// The input.
    pub bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the kept inputs, in order.
#[must_use]
pub fn kept() -> Vec<Sample> {
    let text = fs::read_to_string(folder().join("corpus.jsonl")).unwrap();
    text.lines().map(|line| sample(&serde_json::from_str(line).unwrap())).collect()
}

fn sample(line: &Value) -> Sample {
    let target = line["target"].as_str().unwrap().to_owned();
    let bytes = match line["bytes"].as_array() {
        Some(bytes) => bytes.iter().map(|byte| byte.as_u64().unwrap() as u8).collect(),
        None => {
            let texts: Vec<String> = line["parts"].as_array().unwrap().iter().map(text).collect();
            texts.join("\u{1e}").into_bytes()
        }
    };
    Sample { target, bytes }
}

fn text(part: &Value) -> String {
    part.as_str().map_or_else(|| part.to_string(), str::to_owned)
}

/// Returns the line of `corpus.jsonl` for an input.
#[must_use]
pub fn line(target: &str, bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Err(_) => json!({"target": target, "bytes": bytes}).to_string(),
        Ok(input) => {
            // A part is written as JSON if that is the same text.
            let part = |text: &str| match serde_json::from_str::<Value>(text) {
                Ok(value) if !value.is_string() && value.to_string().as_str() == text => value,
                _ => text.into(),
            };
            let parts: Vec<Value> = input.split(char::from(SEPARATOR)).map(part).collect();
            json!({"target": target, "parts": parts}).to_string()
        }
    }
}

/// Returns an input of each target that it fits for each vector.
#[must_use]
pub fn vectors() -> Vec<Sample> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("../vectors"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut samples = BTreeSet::new();
    for file in files {
        // The documents of the limits are large; tests of the limits load them.
        if file.ends_with("limits.json") {
            continue;
        }
        of_file(&file, &mut samples);
    }
    samples.into_iter().collect()
}

fn of_file(file: &Path, samples: &mut BTreeSet<Sample>) {
    let file: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let document = match &case["document"] {
            Value::String(name) => text(&file["documents"][name]),
            Value::Null => case["documentText"].as_str().unwrap_or("{\"flags\":{}}").to_owned(),
            document => text(document),
        };
        let context = case.get("contextText").or(case.get("context")).map(text).unwrap_or_default();
        let big_segments = case.get("bigSegments").map(text).unwrap_or_default();
        let (call, arguments) = case["call"].as_object().unwrap().iter().next().unwrap();
        let argument = |name: &str| arguments.get(name).map(text).unwrap_or_default();
        let mut add = |target: &str, parts: &[&str]| {
            let bytes = parts.join("\u{1e}").into_bytes();
            samples.insert(Sample { target: target.to_owned(), bytes });
        };
        match call.as_str() {
            "apply" => {
                for patch in arguments["patches"].as_array().unwrap() {
                    let patch = patch.get("text").map_or_else(|| text(patch), text);
                    add("patch", &[&document, &patch, &context]);
                    add("diff", &[&document, &patch, &context]);
                    add("impact", &[&document, &patch, &context, "plan"]);
                    add("in-place", &[&document, &patch]);
                }
            }
            "context" | "withClock" => add("context", &[&context, &argument("nowMs")]),
            "supersedes" => add("evidence", &[&argument("evidence")]),
            "stepsBack" => add("gate", &[&document, "{}", &argument("held")]),
            "pinned" => add("history", &[&arguments.to_string()]),
            "consistency" => add("gate", &[&document, &arguments.to_string(), "", &context]),
            "parseTtl" => add("texts", &[&argument("text")]),
            "edit" => add("edit", &[&argument("text"), &argument("edits"), &argument("now")]),
            "promote" => {
                add("promote", &[&argument("from"), &argument("text"), &argument("now")]);
            }
            "convert" => add("convert", &[&argument("text")]),
            "project" => {
                add("project", &[&document, &argument("known"), &argument("private"), &context]);
            }
            "replay" => {
                add("receipt", &[&document, &context, &big_segments, &argument("receipt")]);
            }
            "retirements" => {
                let earlier = text(&arguments["history"][0]["document"]);
                add("inventory", &[&document, &earlier, &argument("activity")]);
            }
            "strategy" => add("strategy", &[&document, &argument("strategy"), &context]),
            "strategyFor" => add("strategy", &[&document, "\"Flush Out\"", &context]),
            "advance" => add("advance", &[&document, &argument("alarms"), &argument("now")]),
            "status" | "certification" | "finish" | "deployment" => {
                add("status", &[&document, &argument("now")]);
                add("check", &[&document, "{\"owners\":true,\"now\":1795172400}"]);
            }
            _ => {}
        }
        let patterns = patterns_in(&case["document"]);
        for pattern in patterns {
            let text = case["context"].as_object().into_iter().flat_map(serde_json::Map::values);
            for text in text.filter_map(Value::as_str) {
                add("patterns", &[pattern, text]);
            }
        }
        match case["container"].as_str() {
            Some("appconfig" | "flagMap") => add("appconfig", &[&document, &context]),
            _ if call == "load" => {
                add("document", &[&document]);
                add("json", &[&document]);
                add("check", &[&document]);
            }
            _ if ["evaluate", "explain", "allFlagsState"].contains(&call.as_str()) => {
                add("document", &[&document, &context, &big_segments]);
            }
            _ => {}
        }
        if case["rule"].as_str().is_some_and(|rule| rule.starts_with("12"))
            || case["id"].as_str().is_some_and(|id| id.contains("pattern"))
        {
            add("typing", &[&document]);
        }
    }
}

/// Returns the patterns of all clauses in a document.
fn patterns_in(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(patterns_in).collect(),
        Value::Object(members) if members.get("op").is_some_and(|op| op == "matches") => {
            let values = members.get("values").and_then(Value::as_array);
            values.into_iter().flatten().filter_map(Value::as_str).collect()
        }
        Value::Object(members) => members.values().flat_map(patterns_in).collect(),
        _ => Vec::new(),
    }
}

/// Returns the names and short texts in the inputs: a dictionary for libFuzzer.
#[must_use]
pub fn dictionary(samples: &[Sample]) -> String {
    let mut words: BTreeSet<&str> = BTreeSet::new();
    for sample in samples {
        let Ok(text) = std::str::from_utf8(&sample.bytes) else { continue };
        words.extend(text.split('"').filter(|word| {
            (2..24).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_. /".contains(&byte))
        }));
    }
    words.iter().map(|word| format!("\"\\\"{word}\\\"\"\n")).collect()
}

/// Returns the names of targets without any input.
#[must_use]
pub fn missing(samples: &[Sample]) -> Vec<&'static str> {
    let has = |name: &str| samples.iter().any(|sample| sample.target == name);
    TARGETS.iter().map(|target| target.name).filter(|name| !has(name)).collect()
}
