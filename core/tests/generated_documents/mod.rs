//! Generates small documents whose flags depend on each other and on segments, with cycles.

use std::sync::Arc;

use isoflag::{Object, Value};
use proptest::prelude::*;

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

/// Two documents with some differences.
pub(crate) fn documents() -> impl Strategy<Value = [Value; 2]> {
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
