//! Generates documents with every part that decides, contexts of several kinds, and memberships of
//! big segments.
#![allow(dead_code, reason = "each test uses some of these")]

use isoflag::{BigSegments, BoundFlags, Context, Flags, Object, Value};
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const FLAGS: [&str; 4] = ["a", "b", "c", "missing"];
pub(crate) const SEGMENTS: [&str; 4] = ["s", "t", "u", "missing"];

pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Object::from_iter(members).into()
}

pub(crate) fn list(
    elements: impl Strategy<Value = Value>,
    most: usize,
) -> impl Strategy<Value = Value> {
    prop::collection::vec(elements, 0..=most).prop_map(Value::from)
}

pub(crate) fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec!["x", "y", "2.0.0", "2026-01-01T00:00:00Z", ""]).prop_map(Value::from),
        select(vec![0.0, 1.0, 1.5, -3.0]).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

pub(crate) fn clause() -> impl Strategy<Value = Value> {
    let operators = vec![
        "in",
        "startsWith",
        "contains",
        "matches",
        "lessThan",
        "before",
        "semVerEqual",
        "unknown",
    ];
    let test = (select(operators), list(scalar(), 3)).boxed();
    let segment = list(select(SEGMENTS.to_vec()).prop_map(Value::from), 2);
    let segment = segment.prop_map(|values| ("segmentMatch", values)).boxed();
    let attributes = vec!["n", "kind", "key", "", "/o/p", "/", "absent"];
    (
        prop_oneof![2 => test, 1 => segment],
        select(attributes),
        select(vec!["", "user", "org"]),
        any::<bool>(),
    )
        .prop_map(|((operator, values), attribute, kind, negate)| {
            object([
                ("op", operator.into()),
                ("values", values),
                ("attribute", attribute.into()),
                ("contextKind", kind.into()),
                ("negate", negate.into()),
            ])
        })
}

pub(crate) fn served() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let entry =
        (0..4_i32, -10_000..60_000_i32, any::<bool>()).prop_map(|(index, weight, untracked)| {
            object([
                ("variation", index.into()),
                ("weight", weight.into()),
                ("untracked", untracked.into()),
            ])
        });
    let rollout = (
        list(entry, 3),
        select(vec!["rollout", "experiment"]),
        select(vec!["user", "org", "device"]),
        select(vec!["", "n", "/", "key"]),
        select(vec!["sha1", "murmur3", "unknown"]),
    )
        .prop_map(|(entries, kind, context_kind, by, hash)| {
            object([
                ("variations", entries),
                ("kind", kind.into()),
                ("contextKind", context_kind.into()),
                ("bucketBy", by.into()),
                ("hash", hash.into()),
            ])
        });
    prop_oneof![
        3 => (0..4_i32).prop_map(|index| vec![("variation", index.into())]),
        2 => rollout.prop_map(|rollout| vec![("rollout", rollout)]),
        1 => Just(Vec::new()),
    ]
}

pub(crate) fn rule() -> impl Strategy<Value = Value> {
    let id = select(vec![Value::Null, "r1".into(), "r2".into()]);
    (list(clause(), 2), served(), id, any::<bool>()).prop_map(|(clauses, served, id, tracked)| {
        let own = [("clauses", clauses), ("id", id), ("trackEvents", tracked.into())];
        let members = served.into_iter().chain(own);
        members.collect::<Object>().into()
    })
}

fn segment_rule() -> impl Strategy<Value = Value> {
    let weights = vec![Value::Null, 0.into(), 30_000.into(), 100_000.into()];
    (
        list(clause(), 2),
        select(weights),
        select(vec!["", "user", "org"]),
        select(vec!["", "n", "/", "key"]),
        select(vec!["sha1", "murmur3", "unknown"]),
    )
        .prop_map(|(clauses, weight, kind, by, hash)| {
            object([
                ("clauses", clauses),
                ("weight", weight),
                ("rolloutContextKind", kind.into()),
                ("bucketBy", by.into()),
                ("hash", hash.into()),
            ])
        })
}

pub(crate) fn flag() -> impl Strategy<Value = Value> {
    let prerequisite = (select(FLAGS.to_vec()), 0..3_i32).prop_map(|(key, variation)| {
        object([("key", key.into()), ("variation", variation.into())])
    });
    let target = (
        select(vec!["user", "org"]),
        list(select(vec!["k", "l"]).prop_map(Value::from), 2),
        0..4_i32,
    )
        .prop_map(|(kind, values, variation)| {
            object([
                ("contextKind", kind.into()),
                ("values", values),
                ("variation", variation.into()),
            ])
        });
    let target = target.boxed();
    (
        prop::bool::weighted(0.85),
        list(prerequisite, 2),
        list(target.clone(), 2),
        list(target, 2),
        list(rule(), 3),
        served(),
        (-1..4_i32, prop::bool::weighted(0.8), any::<bool>(), select(vec![Value::Null, 7.into()])),
    )
        .prop_map(|(on, prerequisites, targets, context_targets, rules, fallthrough, rest)| {
            let (off, client_side, tracked, version) = rest;
            let fallthrough: Object = fallthrough.into_iter().collect();
            object([
                ("version", 1.into()),
                ("clientSide", client_side.into()),
                ("trackEvents", tracked.into()),
                ("trackEventsFallthrough", tracked.into()),
                ("debugEventsUntilDate", version),
                ("description", "a description".into()),
                ("on", on.into()),
                ("prerequisites", prerequisites),
                ("targets", targets),
                ("contextTargets", context_targets),
                ("rules", rules),
                ("fallthrough", fallthrough.into()),
                ("offVariation", off.into()),
                ("variations", vec![Value::from("v0"), Value::from(1), Value::Null].into()),
            ])
        })
}

pub(crate) fn segment() -> impl Strategy<Value = Value> {
    (
        list(select(vec!["k", "l"]).prop_map(Value::from), 1),
        list(select(vec!["k", "l"]).prop_map(Value::from), 1),
        list(segment_rule(), 2),
        (prop::bool::weighted(0.2), prop::option::of(0..2_i32), select(vec!["user", "org"])),
        any::<bool>(),
    )
        .prop_map(|(included, excluded, rules, (unbounded, generation, kind), of_kind)| {
            let of_kind = if of_kind { kind } else { "device" };
            let keys = object([
                ("contextKind", of_kind.into()),
                ("values", vec![Value::from("m")].into()),
            ]);
            object([
                ("includedContexts", vec![keys].into()),
                ("unboundedContextKind", kind.into()),
                ("version", 1.into()),
                ("included", included),
                ("excluded", excluded),
                ("rules", rules),
                ("unbounded", unbounded.into()),
                ("generation", generation.map(Value::from).unwrap_or_default()),
            ])
        })
}

pub(crate) fn document() -> impl Strategy<Value = Value> {
    ([flag(), flag(), flag()], [segment(), segment(), segment()]).prop_map(|(flags, segments)| {
        let flags: Object = FLAGS.into_iter().zip(flags).collect();
        let segments: Object = SEGMENTS.into_iter().zip(segments).collect();
        object([("flags", flags.into()), ("segments", segments.into())])
    })
}

pub(crate) fn context() -> impl Strategy<Value = Value> {
    let single = (select(vec!["k", "l", "m"]), scalar(), list(scalar(), 3), any::<bool>())
        .prop_map(|(key, n, p, as_list)| {
            object([
                ("key", key.into()),
                ("n", if as_list { p.clone() } else { n }),
                ("o", object([("p", p)])),
                ("_meta", object([("privateAttributes", vec![Value::from("/o")].into())])),
            ])
        });
    let single = single.boxed();
    prop::sample::subsequence(vec!["user", "org", "device"], 1..=3).prop_flat_map(move |kinds| {
        prop::collection::vec(single.clone(), kinds.len()).prop_map(move |parts| {
            let members = kinds.iter().copied().zip(parts).chain([("kind", Value::from("multi"))]);
            members.collect::<Object>().into()
        })
    })
}

pub(crate) fn bound_to_stale_memberships(flags: &Flags, context: &Context) -> BoundFlags {
    let stored = object([("k", object([("s.g1", true.into()), ("t.g0", false.into())]))]);
    let stored = object([("status", "STALE".into()), ("memberships", stored)]);
    flags.bind_with(Some(context), Some(&BigSegments::from_value(&stored).unwrap()))
}
