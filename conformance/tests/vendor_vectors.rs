//! The vendor's contract cases, if their folder is beside the checkout.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;

use isoflag::{AllFlagsOptions, BigSegments, Context, Flags, Object, Value, ValueType};

/// Removes null members from objects.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => object
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name.clone(), without_nulls(member)))
            .collect::<Object>()
            .into(),
        other => other.clone(),
    }
}

fn get<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.get(name)
}

fn value_type(case: &Value) -> ValueType {
    match get(case, "valueType").and_then(Value::as_str) {
        Some("bool") => ValueType::Bool,
        Some("int" | "double") => ValueType::Number,
        Some("string") => ValueType::String,
        Some("any") | None => ValueType::Any,
        Some(other) => panic!("unknown type {other}"),
    }
}

fn answer(case: &Value) -> (Value, Value) {
    let document = Object::from_iter([
        ("flags", get(case, "flags").cloned().unwrap_or_default()),
        ("segments", get(case, "segments").cloned().unwrap_or_default()),
    ]);
    let flags = Flags::from_value(document.into()).unwrap();
    let context = Context::from_value(get(case, "context").cloned().unwrap()).ok();
    let big_segments = get(case, "bigSegments")
        .filter(|value| !value.is_null())
        .map(|value| BigSegments::from_value(value).unwrap());
    let bound = flags.bind_with(context.as_ref(), big_segments.as_ref());
    if let Some(expected) = get(case, "expectAllFlags") {
        let option = |name| {
            let options = get(case, "options").and_then(|options| get(options, name));
            options.and_then(Value::as_bool).unwrap_or(false)
        };
        let options = AllFlagsOptions {
            client_side_only: option("clientSideOnly"),
            with_reasons: option("withReasons"),
            details_only_for_tracked_flags: option("detailsOnlyForTrackedFlags"),
            now_ms: 1_800_000_000_000.0,
        };
        // A client without a document corresponds to a host that has not loaded one.
        let ready = !option("clientNotReady");
        let state = if ready { bound.all_flags_state(&options) } else { Flags::invalid_state() };
        return (state, expected.clone());
    }
    let expected = get(case, "expect").cloned().unwrap();
    let default = get(case, "default").cloned().unwrap_or_default();
    let key = get(case, "flagKey").and_then(Value::as_str).unwrap();
    let detail = bound.variation_detail_of(key, value_type(case), default);
    let members = [
        ("value", detail.value),
        ("variationIndex", detail.variation_index.map(Value::from).unwrap_or_default()),
        ("reason", detail.reason),
    ];
    let known: Object =
        members.into_iter().filter(|(name, _)| get(&expected, name).is_some()).collect();
    (known.into(), expected)
}

#[test]
fn vendor_vectors() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no folder of vendor vectors beside the checkout");
        return;
    };
    let mut count = 0;
    let mut failures = Vec::new();
    for file in files {
        let path = file.unwrap().path();
        let suite = Value::parse(&std::fs::read(&path).unwrap()).unwrap();
        for case in get(&suite, "cases").and_then(Value::as_array).unwrap() {
            let (actual, expected) = answer(case);
            count += 1;
            if without_nulls(&actual) != without_nulls(&expected) {
                let name = get(case, "name").map(Value::to_string);
                failures.push(format!("{name:?}\n  expected {expected}\n  actual   {actual}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(count > 0, "no cases in {}", folder.display());
}
