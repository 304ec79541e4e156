//! `changed_answers`: it never misses a flag whose answer differs, and names no flag for what
//! decides nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use isoflag::{Context, Flags, Object, Value};
use proptest::prelude::*;

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

fn changed(old: &str, new: &str) -> Vec<String> {
    flags(old).changed_answers(&flags(new)).iter().map(ToString::to_string).collect()
}

/// A document of the flag `f`, which asks the flag `p` and the segment `s`, which asks `t`.
fn linked(f: &str, p: &str, s: &str, t: &str, meta: &str) -> String {
    format!(
        r#"{{"meta": {{{meta}}}, "flags": {{
        "f": {{"on": true, "variations": [true, false], "offVariation": 1,
               "prerequisites": [{{"key": "p", "variation": 0}}],
               "rules": [{{"variation": 0, "clauses": [{{"op": "segmentMatch", "values": ["s"]}}]}}],
               "fallthrough": {{"variation": 1}}{f}}},
        "p": {{"on": true, "variations": [1, 2], "offVariation": 1, "fallthrough": {{"variation": 0}}{p}}},
        "z": {{"on": true, "variations": [1, 2], "fallthrough": {{"variation": 0}}}}}},
        "segments": {{"s": {{"rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["t"]}}]}}]{s}}},
                     "t": {{"included": ["ada"]{t}}}}}}}"#
    )
}

#[test]
fn what_is_asked_changes_who_asks() {
    let old = linked("", "", "", "", "");
    for (new, expected) in [
        (linked("", "", "", "", ""), &[][..]),
        (linked(r#", "offVariation": 0"#, "", "", "", ""), &["f"]),
        (linked("", r#", "offVariation": 0"#, "", "", ""), &["f", "p"]),
        (linked("", r#", "on": false"#, "", "", ""), &["f", "p"]),
        (linked("", "", r#", "excluded": ["bob"]"#, "", ""), &["f"]),
        (linked("", "", "", r#", "excluded": ["bob"]"#, ""), &["f"]),
        (linked("", "", "", r#", "rules": 7"#, ""), &["f"]),
    ] {
        assert_eq!(changed(&old, &new), expected, "{new}");
        assert_eq!(changed(&new, &old), expected, "{new}");
    }
}

#[test]
fn what_decides_nothing_changes_nothing() {
    let old = linked("", "", "", "", "");
    let aside = r#", "version": 9, "description": "x", "trackEvents": true, "salt": "other",
        "lifecycle": {"owner": "a"}, "clientSideAvailability": {"usingEnvironmentId": true},
        "contextTargets": [], "targets": null"#;
    let segment_aside = r#", "version": 9, "salt": "other", "excluded": []"#;
    let meta = r#""hash": "murmur3", "version": 3, "lastModifiedTimestamp": 1"#;
    assert_eq!(changed(&old, &linked(aside, aside, segment_aside, segment_aside, meta)), [""; 0]);
}

#[test]
fn a_flag_that_is_off_answers_by_its_off_variation_alone() {
    let off = |rest: &str| {
        format!(
            r#"{{"flags": {{"f": {{"on": false, "variations": ["a", "b"], "offVariation": 0{rest}}}}}}}"#
        )
    };
    for (rest, differs) in [
        (r#", "rules": [{"variation": 1}], "salt": "x""#, false),
        (r#", "variations": ["a", "c", "d"]"#, false),
        (r#", "variations": ["c", "b"]"#, true),
        (r#", "offVariation": 1"#, true),
        (r#", "offVariation": null"#, true),
        (r#", "offVariation": 5"#, true),
        (r#", "on": true"#, true),
        (r#", "deleted": true"#, true),
    ] {
        assert_eq!(changed(&off(""), &off(rest)).len(), usize::from(differs), "{rest}");
    }
}

#[test]
fn buckets_change_with_what_they_are_hashed_from() {
    let rollout = |rest: &str, meta: &str| {
        format!(
            r#"{{"meta": {{{meta}}}, "flags": {{"f": {{"on": true, "variations": [1, 2], "salt": "s",
            "fallthrough": {{"rollout": {{"variations": [{{"variation": 0, "weight": 1}}]}}}}{rest}}}}}}}"#
        )
    };
    let old = rollout("", "");
    assert_eq!(changed(&old, &rollout(r#", "salt": "t""#, "")), ["f"]);
    assert_eq!(changed(&old, &rollout(r#", "key": "g""#, "")), ["f"]);
    assert_eq!(changed(&old, &rollout(r#", "key": "f""#, "")), [""; 0]);
    assert_eq!(changed(&old, &rollout("", r#""hash": "murmur3""#)), ["f"]);
}

#[test]
fn keys_of_either_document_in_order() {
    let old = r#"{"flags": {"b": {}, "gone": {"on": false}, "é": {"on": false}}}"#;
    let new = r#"{"flags": {"b": {}, "a": {"on": false}, "10": {"on": false}}}"#;
    assert_eq!(changed(old, new), ["10", "a", "gone", "é"]);
}

fn object(members: Vec<(&str, Value)>) -> Value {
    members.into_iter().collect::<Object>().into()
}

fn clause() -> impl Strategy<Value = Value> {
    (any::<bool>(), 0..3_i32, any::<bool>(), any::<bool>()).prop_map(
        |(segment, which, negate, other)| {
            let value =
                if segment { format!("s{which}") } else { format!("v{}", i32::from(other)) };
            object(vec![
                ("attribute", "plan".into()),
                ("op", if segment { "segmentMatch" } else { "in" }.into()),
                ("values", vec![Value::from(value)].into()),
                ("negate", negate.into()),
            ])
        },
    )
}

fn served() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    prop_oneof![
        (0..4_i32).prop_map(|index| vec![("variation", Value::from(index))]),
        (0..100_000_i32).prop_map(|weight| {
            let entry = |variation: i32, weight: i32| {
                object(vec![("variation", variation.into()), ("weight", weight.into())])
            };
            let entries = vec![entry(0, weight), entry(1, 100_000 - weight)];
            vec![("rollout", object(vec![("variations", entries.into())]))]
        }),
    ]
}

fn flag() -> impl Strategy<Value = Value> {
    let rule = (clause(), served()).prop_map(|(clause, mut members)| {
        members.push(("clauses", vec![clause].into()));
        object(members)
    });
    let prerequisite = (0..4_i32, 0..2_i32).prop_map(|(key, index)| {
        object(vec![("key", format!("f{key}").into()), ("variation", index.into())])
    });
    (
        (prop::bool::weighted(0.8), prop::bool::weighted(0.05), 0..4_i32, 0..3_i32),
        prop::collection::vec(rule, 0..3),
        prop::collection::vec(prerequisite, 0..2),
        served(),
    )
        .prop_map(|((on, malformed, off, salt), rules, prerequisites, fallthrough)| {
            object(vec![
                ("on", on.into()),
                ("variations", vec![Value::from(1), Value::from(2), Value::from("x")].into()),
                ("offVariation", off.into()),
                ("salt", format!("salt{salt}").into()),
                ("version", salt.into()),
                ("rules", if malformed { Value::from(7) } else { rules.into() }),
                ("prerequisites", prerequisites.into()),
                ("fallthrough", object(fallthrough)),
            ])
        })
}

fn segment() -> impl Strategy<Value = Value> {
    let rule = (clause(), prop::option::of(0..100_000_i32)).prop_map(|(clause, weight)| {
        let weight = weight.map_or(Value::Null, Value::from);
        object(vec![("clauses", vec![clause].into()), ("weight", weight)])
    });
    (prop::collection::vec(0..6_i32, 0..3), prop::collection::vec(rule, 0..2), 0..2_i32).prop_map(
        |(included, rules, salt)| {
            let keys = included.iter().map(|key| Value::from(format!("u{key}")));
            object(vec![
                ("included", keys.collect()),
                ("rules", rules.into()),
                ("salt", format!("salt{salt}").into()),
            ])
        },
    )
}

/// Two documents, of which the second differs in some places.
fn documents() -> impl Strategy<Value = [Value; 2]> {
    let changes = prop::collection::vec(prop::bool::weighted(0.25), 8);
    let parts = || (prop::collection::vec(flag(), 4), prop::collection::vec(segment(), 3));
    (parts(), parts(), changes).prop_map(|(old, new, changes)| {
        let mixed = |offset: usize, old: &[Value], new: &[Value]| -> Vec<Value> {
            let both = old.iter().zip(new).zip(changes.iter().skip(offset));
            both.map(|((old, new), taken)| if *taken { new.clone() } else { old.clone() }).collect()
        };
        let other = (mixed(0, &old.0, &new.0), mixed(4, &old.1, &new.1));
        [build(old, false), build(other, changes.last() == Some(&true))]
    })
}

fn build((flags, segments): (Vec<Value>, Vec<Value>), murmur3: bool) -> Value {
    let named = |letter: char, items: Vec<Value>| -> Value {
        let named = items.into_iter().enumerate();
        let named = named.map(|(index, item)| (Arc::from(format!("{letter}{index}")), item));
        Value::Object(named.collect())
    };
    let hash = if murmur3 { "murmur3" } else { "sha1" };
    object(vec![
        ("flags", named('f', flags)),
        ("segments", named('s', segments)),
        ("meta", object(vec![("hash", hash.into())])),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_flag_that_is_not_named_answers_as_before([old, new] in documents()) {
        let (old, new) = (Flags::from_value(old).unwrap(), Flags::from_value(new).unwrap());
        let changed = old.changed_answers(&new);
        for user in 0..6 {
            let plan = Value::from(format!("v{}", user % 3));
            let context = Context::builder(&format!("u{user}")).attribute("plan", plan).build().unwrap();
            let (before, after) = (old.bind(&context), new.bind(&context));
            for key in old.keys().filter(|key| !changed.iter().any(|known| **known == **key)) {
                prop_assert_eq!(
                    before.variation_detail(key, Value::Null),
                    after.variation_detail(key, Value::Null),
                    "{}", key
                );
            }
        }
    }
}
