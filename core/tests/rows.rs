//! A bound context that rows overwrite, or with the attributes of one flag, returns the answers of binding everything.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use isoflag::{Context, FlagHandle, Flags, Marks, Object, RowBinding, Value};
use proptest::prelude::*;

const KINDS: [&str; 2] = ["org", "user"];
const ATTRIBUTES: [&str; 6] = ["address", "anonymous", "level", "name", "plan", "since"];

fn object(members: Vec<(&str, Value)>) -> Value {
    members.into_iter().collect::<Object>().into()
}

/// Text that operators read as a plan, a version and a date, and a key of a list.
fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(vec!["a", "b", "", "1.2.3", "2.0", "2026-01-31T00:00:00Z", "u1"])
        .prop_map(Value::from)
}

fn value() -> impl Strategy<Value = Value> {
    let city = prop_oneof![text(), Just(Value::Null)];
    prop_oneof![
        4 => text(),
        2 => (0..3_i32).prop_map(Value::from),
        1 => Just(Value::from(1.5)),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        1 => Just(Value::NO_JSON_FORM),
        1 => prop::collection::vec(text(), 0..3).prop_map(Value::from),
        1 => Just(Value::from(vec![Value::from("a"), Value::NO_JSON_FORM])),
        2 => city.prop_map(|city| object(vec![("city", city)])),
    ]
}

/// Mostly values of built-in attributes that are valid.
fn member(name: &'static str) -> BoxedStrategy<Value> {
    match name {
        "name" => prop_oneof![20 => text(), 5 => Just(Value::Null), 1 => value()].boxed(),
        "anonymous" => prop_oneof![20 => any::<bool>().prop_map(Value::Bool), 1 => value()].boxed(),
        _ => value().boxed(),
    }
}

fn clause() -> impl Strategy<Value = Value> {
    let names = vec![
        "plan",
        "plan",
        "level",
        "since",
        "name",
        "anonymous",
        "key",
        "kind",
        "_meta",
        "/address",
        "/address/city",
        "/name/x",
        "/key/x",
    ];
    let operators = vec![
        "in",
        "in",
        "startsWith",
        "lessThan",
        "before",
        "semVerEqual",
        "segmentMatch",
        "matches",
    ];
    let kinds = vec!["user", "user", "org", "device", ""];
    let values = prop_oneof![
        3 => value().prop_filter("JSON", |value| value.canonical_length() < 100),
        1 => prop::sample::select(KINDS.to_vec()).prop_map(Value::from),
        1 => (0..2_i32).prop_map(|index| Value::from(format!("s{index}"))),
    ];
    let values = prop::collection::vec(values, 1..3);
    let choices = [names, operators, kinds].map(|choices| prop::sample::select(choices).boxed());
    (choices, any::<bool>(), values).prop_map(|([name, operator, kind], negate, values)| {
        let values: Vec<Value> = values.into_iter().map(finite).collect();
        object(vec![
            ("attribute", name.into()),
            ("op", operator.into()),
            ("contextKind", kind.into()),
            ("negate", negate.into()),
            ("values", values.into()),
        ])
    })
}

/// A document has no marks.
fn finite(value: Value) -> Value {
    match value {
        Value::Array(_) => Value::from(vec![Value::from("a")]),
        Value::Number(number) if !number.is_finite() => Value::from(7),
        value => value,
    }
}

fn served() -> impl Strategy<Value = (&'static str, Value)> {
    let by = prop::sample::select(vec!["key", "plan", "level", "/address/city", "anonymous"]);
    let kind = prop::sample::select(KINDS.to_vec());
    prop_oneof![
        (0..3_i32).prop_map(|index| ("variation", Value::from(index))),
        (by, kind, 0..100_000_i32).prop_map(|(by, kind, weight)| {
            let entry = |variation: i32, weight: i32| {
                object(vec![("variation", variation.into()), ("weight", weight.into())])
            };
            let entries = vec![entry(0, weight), entry(1, 100_000 - weight)];
            let rollout = object(vec![
                ("bucketBy", by.into()),
                ("contextKind", kind.into()),
                ("variations", entries.into()),
            ]);
            ("rollout", rollout)
        }),
    ]
}

fn document() -> impl Strategy<Value = Value> {
    let rule = (clause(), served())
        .prop_map(|(clause, served)| object(vec![("clauses", vec![clause].into()), served]));
    let rules = prop::collection::vec(rule, 0..4);
    let flag = (rules, served(), prop::option::of(0..4_i32)).prop_map(|(rules, served, after)| {
        let target = object(vec![("variation", 2.into()), ("values", vec!["u1".into()].into())]);
        let after = after
            .map(|key| object(vec![("key", format!("f{key}").into()), ("variation", 0.into())]));
        object(vec![
            ("on", true.into()),
            ("variations", vec![Value::from(1), Value::from("x"), Value::from(true)].into()),
            ("salt", "salt".into()),
            ("targets", vec![target].into()),
            ("prerequisites", after.into_iter().collect()),
            ("rules", rules.into()),
            ("fallthrough", object(vec![served])),
        ])
    });
    let segment = (clause(), prop::option::of(0..100_000_i32)).prop_map(|(clause, weight)| {
        let weight = weight.map_or(Value::Null, Value::from);
        let rule = object(vec![("clauses", vec![clause].into()), ("weight", weight)]);
        object(vec![("included", vec!["u2".into()].into()), ("rules", vec![rule].into())])
    });
    let named = |letter: char, items: Vec<Value>| -> Value {
        let named = items.into_iter().enumerate();
        let named = named.map(|(index, item)| (Arc::from(format!("{letter}{index}")), item));
        Value::Object(named.collect())
    };
    (prop::collection::vec(flag, 4), prop::collection::vec(segment, 2)).prop_map(
        move |(flags, segments)| {
            object(vec![("flags", named('f', flags)), ("segments", named('s', segments))])
        },
    )
}

type Row = [Vec<Value>; KINDS.len()];

/// The keys, then the attributes, of each kind.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let key = prop::sample::select(vec!["u0", "u1", "u2", "u3", ""]).prop_map(Value::from);
    let one = (key, ATTRIBUTES.map(member)).prop_map(|(key, attributes)| {
        let mut members = vec![key];
        members.extend(attributes);
        members
    });
    prop::collection::vec([one.clone().boxed(), one.boxed()], 1..6)
}

/// Builds the context of a row; `None` if it is invalid.
fn context(row: &Row, kinds: &[&str]) -> Option<Context> {
    let mut members = Vec::new();
    for (kind, values) in KINDS.iter().zip(row).filter(|(kind, _)| kinds.contains(kind)) {
        let names = ["key"].iter().chain(&ATTRIBUTES);
        let present = names.zip(values).filter(|(_, value)| !value.is_null());
        let one = present.map(|(name, value)| (*name, value.clone())).collect::<Object>();
        members.push((*kind, Value::Object(one)));
    }
    let value = if let [(kind, one)] = &members[..] {
        one.as_object().unwrap().with("kind", (*kind).into()).into()
    } else {
        members.push(("kind", "multi".into()));
        object(members)
    };
    Context::from_host_value(&value, Marks::Possible).ok()
}

/// Overwrites the row; false if its context is invalid.
fn overwrite(binding: &mut RowBinding, row: &Row, kinds: &[&str]) -> bool {
    let mut is_valid = true;
    for (kind, values) in KINDS.iter().zip(row).filter(|(kind, _)| kinds.contains(kind)) {
        binding.set_key(kind, values[0].as_str().unwrap());
        for (name, value) in ATTRIBUTES.iter().zip(&values[1..]) {
            // Validity does not depend on whether a flag reads the attribute.
            is_valid &= match (*name, value) {
                ("name", value) => matches!(value, Value::Null | Value::String(_)),
                ("anonymous", value) => matches!(value, Value::Null | Value::Bool(_)),
                _ => true,
            };
            if let Some(attribute) = binding.attribute(kind, name) {
                match attribute.value(value) {
                    Some(value) => binding.set(&attribute, &value),
                    None => assert!(!is_valid),
                }
            }
        }
    }
    is_valid
}

proptest! {
    #[test]
    fn rows_are_answered_like_bound_contexts(
        document in document(),
        rows in rows(),
        kinds in prop::sample::subsequence(KINDS.to_vec(), 1..=2),
        flags_read in prop::sample::subsequence(vec!["f0", "f1", "f2", "f3", "none"], 1..=5),
    ) {
        let flags = Flags::from_value(document).unwrap();
        let handles: Vec<Option<FlagHandle>> =
            flags_read.iter().map(|key| flags.handle(key)).collect();
        let first = KINDS.map(|_| vec![Value::from("k")]);
        let mut binding = flags.bind_rows(&context(&first, &kinds).unwrap(), &handles);
        for row in &rows {
            let is_valid = overwrite(&mut binding, row, &kinds);
            let context = context(row, &kinds);
            let bound = flags.bind_with(context.as_ref(), None);
            prop_assert!(is_valid || context.is_none());
            for handle in &handles {
                let part = flags.bind_part(&flags.dependencies_of(*handle), context.as_ref());
                prop_assert_eq!(part.evaluate_handle(*handle), bound.evaluate_handle(*handle));
            }
            for handle in handles.iter().filter(|_| is_valid) {
                let answer = binding.evaluate_handle(*handle);
                prop_assert_eq!(answer, bound.evaluate_handle(*handle), "{:?}", context);
                prop_assert_eq!(answer, binding.evaluate_handle(*handle), "evaluated twice");
            }
        }
    }
}

#[test]
fn built_in_attributes_other_than_name_and_anonymity_are_not_replaced() {
    let flags = Flags::from_json(
        br#"{"flags": {"f": {"key": "f", "on": true, "variations": [0], "rules": [{"variation": 0, "clauses": [
        {"attribute": "key", "op": "in", "values": ["u"]}, {"attribute": "_meta", "op": "in", "values": ["u"]},
        {"attribute": "name", "op": "in", "values": ["u"]}, {"attribute": "plan", "op": "in", "values": ["u"]}]}]}}}"#,
    )
    .unwrap();
    let user = Context::builder("u").build().unwrap();
    let row = flags.bind_rows(&user, &[flags.handle("f")]);
    let is_replaced = |name| row.attribute("user", name).is_some();
    assert!(["key", "kind", "_meta", "email"].iter().all(|name| !is_replaced(name)));
    assert!(["name", "plan"].iter().all(|name| is_replaced(name)));
    assert!(row.attribute("org", "plan").is_none());
    assert!(flags.bind_rows(&user, &[None]).attribute("user", "plan").is_none());
}

/// Only the key of a legacy user may be empty.
#[test]
fn a_legacy_user_without_a_key_is_evaluated_until_a_row_has_an_empty_key() {
    let flags = Flags::from_json(
        br#"{"flags": {"f": {"key": "f", "on": true, "variations": [0], "fallthrough": {"variation": 0}}}}"#,
    )
    .unwrap();
    let handle = flags.handle("f");
    let user = Context::from_json(br#"{"key": ""}"#).unwrap();
    let mut row = flags.bind_rows(&user, &[handle]);
    assert_eq!(row.evaluate_handle(handle), flags.bind(&user).evaluate_handle(handle));
    for (key, is_valid) in [("", false), ("u", true)] {
        row.set_key("user", key);
        assert_eq!(row.evaluate_handle(handle).variation_index().is_some(), is_valid);
    }
}
