//! An explained answer, and one of many that are evaluated at once, is the same as any other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::model::{DecidingProperties, Section};
use isoflag::{AllFlagsOptions, Answer, BigSegments, BoundFlags, Context, Flags, Object, Value};
use proptest::prelude::*;
use proptest::sample::select;

const FLAGS: [&str; 4] = ["a", "b", "c", "missing"];
const SEGMENTS: [&str; 4] = ["s", "t", "u", "missing"];

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Object::from_iter(members).into()
}

fn list(elements: impl Strategy<Value = Value>, most: usize) -> impl Strategy<Value = Value> {
    prop::collection::vec(elements, 0..=most).prop_map(Value::from)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec!["x", "y", "2.0.0", "2026-01-01T00:00:00Z", ""]).prop_map(Value::from),
        select(vec![0.0, 1.0, 1.5, -3.0]).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ]
}

fn clause() -> impl Strategy<Value = Value> {
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

fn served() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
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

fn rule() -> impl Strategy<Value = Value> {
    (list(clause(), 2), served()).prop_map(|(clauses, served)| {
        let members = served.into_iter().chain([("clauses", clauses)]);
        members.collect::<Object>().into()
    })
}

fn flag() -> impl Strategy<Value = Value> {
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
        -1..4_i32,
    )
        .prop_map(|(on, prerequisites, targets, context_targets, rules, fallthrough, off)| {
            let fallthrough: Object = fallthrough.into_iter().collect();
            object([
                ("version", 1.into()),
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

fn segment() -> impl Strategy<Value = Value> {
    (
        list(select(vec!["k", "l"]).prop_map(Value::from), 1),
        list(select(vec!["k", "l"]).prop_map(Value::from), 1),
        list(rule(), 2),
        prop::bool::weighted(0.2),
        prop::option::of(0..2_i32),
    )
        .prop_map(|(included, excluded, rules, unbounded, generation)| {
            object([
                ("version", 1.into()),
                ("included", included),
                ("excluded", excluded),
                ("rules", rules),
                ("unbounded", unbounded.into()),
                ("generation", generation.map(Value::from).unwrap_or_default()),
            ])
        })
}

fn document() -> impl Strategy<Value = Value> {
    ([flag(), flag(), flag()], [segment(), segment(), segment()]).prop_map(|(flags, segments)| {
        let flags: Object = FLAGS.into_iter().zip(flags).collect();
        let segments: Object = SEGMENTS.into_iter().zip(segments).collect();
        object([("flags", flags.into()), ("segments", segments.into())])
    })
}

fn context() -> impl Strategy<Value = Value> {
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

fn bound_to_stale_memberships(flags: &Flags, context: &Context) -> BoundFlags {
    let stored = object([("k", object([("s.g1", true.into()), ("t.g0", false.into())]))]);
    let stored = object([("status", "STALE".into()), ("memberships", stored)]);
    flags.bind_with(Some(context), Some(&BigSegments::from_value(&stored).unwrap()))
}

/// The names of properties of flags and segments, and of parts of them.
const PROPERTIES: [&str; 34] = [
    "attribute",
    "bucketBy",
    "clauses",
    "contextKind",
    "contextTargets",
    "deleted",
    "excluded",
    "excludedContexts",
    "fallthrough",
    "generation",
    "hash",
    "id",
    "included",
    "includedContexts",
    "key",
    "kind",
    "negate",
    "offVariation",
    "on",
    "op",
    "prerequisites",
    "rollout",
    "rolloutContextKind",
    "rules",
    "salt",
    "seed",
    "targets",
    "unbounded",
    "unboundedContextKind",
    "unknown",
    "values",
    "variation",
    "variations",
    "weight",
];

/// Sets a member of the object with this index, in the order of a walk.
fn with_member(value: &Value, index: &mut usize, name: &str, member: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            elements.iter().map(|one| with_member(one, index, name, member)).collect()
        }
        Value::Object(object) => {
            let is_this = *index == 0;
            *index = index.wrapping_sub(1);
            let members = object.iter().map(|(known, value)| {
                (std::sync::Arc::clone(known), with_member(value, index, name, member))
            });
            let object: Object = members.collect();
            if is_this { object.with(name, member.clone()) } else { object }.into()
        }
        other => other.clone(),
    }
}

/// The deciding properties of the only item of a section, and its compiled form.
fn compiled(section: Section, item: &Value) -> Option<(DecidingProperties, String)> {
    let document = object([(section.name(), object([("a", item.clone())]))]);
    let flags = Flags::from_value(document).unwrap();
    let model = flags.model();
    let compiled = match section {
        Section::Flags => {
            let flag = model.flag(0)?;
            format!("{:?}", (&flag.variations, &flag.state))
        }
        Section::Segments => format!("{:?}", model.segment(0)?),
    };
    Some((model.deciding_properties(section, 0)?, compiled))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn items_with_equal_deciding_properties_are_compiled_to_the_same(
        (section, item) in prop_oneof![
            flag().prop_map(|flag| (Section::Flags, flag)),
            segment().prop_map(|segment| (Section::Segments, segment)),
        ],
        index in 0..8_usize,
        name in select(PROPERTIES.to_vec()),
        member in prop_oneof![
            scalar(),
            (0..4_i32).prop_map(Value::from),
            select(vec!["user", "org", "in", "a", "murmur3"]).prop_map(Value::from),
            list(select(vec!["k", "l"]).prop_map(Value::from), 2),
        ],
    ) {
        let other = with_member(&item, &mut index.clone(), name, &member);
        if let (Some((properties, item)), Some((others, other))) =
            (compiled(section, &item), compiled(section, &other))
            && properties == others
        {
            prop_assert_eq!(item, other);
        }
    }

    #[test]
    fn a_cached_answer_is_the_answer(document in document(), context in context()) {
        let flags = Flags::from_value(document).unwrap();
        let bound = bound_to_stale_memberships(&flags, &Context::from_value(context).unwrap());
        // The second time with the caches that the first has filled.
        for key in [FLAGS, FLAGS].concat() {
            let fresh = bound.evaluate_uncached(flags.handle(key));
            prop_assert_eq!(bound.evaluate(key), fresh);
        }
    }

    #[test]
    fn an_explained_answer_is_the_answer(document in document(), context in context()) {
        let flags = Flags::from_value(document).unwrap();
        let bound = bound_to_stale_memberships(&flags, &Context::from_value(context).unwrap());
        for key in FLAGS {
            let detail = bound.variation_detail(key, Value::Null);
            let explanation = bound.explain(key);
            let answer = object([
                ("value", detail.value),
                ("variationIndex", detail.variation_index.map(Value::from).unwrap_or_default()),
                ("reason", detail.reason),
            ]);
            let explained = explanation.to_value();
            prop_assert_eq!(explained.as_object().unwrap().get("answer"), Some(&answer));
            let head = format!("flag \"{key}\"");
            prop_assert!(explanation.to_string().starts_with(&head));
        }
    }

    #[test]
    fn the_state_of_one_flag_is_its_part_of_the_whole_state(
        document in document(),
        context in context(),
        client_side_only in any::<bool>(),
    ) {
        let flags = Flags::from_value(document).unwrap();
        let context = Context::from_value(context).unwrap();
        let bound = bound_to_stale_memberships(&flags, &context);
        let options =
            AllFlagsOptions { with_reasons: true, client_side_only, ..AllFlagsOptions::default() };
        let all = bound.all_flags_state(&options);
        let all = all.as_object().unwrap();
        let entries = all.get("$flagsState").unwrap().as_object().unwrap();
        for key in FLAGS {
            let one = bound.flag_state(key, &options).map(|flag| {
                let members = flag.members().map(|(name, member)| (name, Value::from(member)));
                let entry = Value::from(Object::from_iter(members));
                (flag.value().cloned().unwrap_or_default(), entry)
            });
            let part = entries.get(key).map(|entry| (all.get(key).unwrap().clone(), entry.clone()));
            prop_assert_eq!(one, part);
        }
        prop_assert!(flags.has_big_segments() || flags.big_segment_keys(&context).is_empty());
    }

    #[test]
    fn a_document_means_the_same_after_a_round_trip(document in document(), context in context()) {
        let flags = Flags::from_value(document).unwrap();
        let again = Flags::from_json(flags.document().to_canonical_json().as_bytes()).unwrap();
        prop_assert_eq!(flags.digest(), again.digest());
        prop_assert_eq!(flags.diagnostics(), again.diagnostics());
        let context = Context::from_value(context).unwrap();
        let options = AllFlagsOptions { with_reasons: true, ..AllFlagsOptions::default() };
        let state = flags.all_flags_state(&context, &options);
        prop_assert_eq!(state, again.all_flags_state(&context, &options));
        let canonical = Context::from_value(context.to_value()).unwrap();
        prop_assert_eq!(canonical, context);
    }

    /// `core.wasm` loads documents in this way.
    #[test]
    fn notes_do_not_affect_answers(
        document in document(),
        patch in document(),
        context in context(),
    ) {
        let text = |document: &Value| {
            // Each is a note, and so is the flag that is in `flags` too.
            let text = document.to_canonical_json().replace("\"on\":", "\"on\":9007199254740993,\"on\":");
            text.replacen('{', r#"{"flagValues":{"a":1,"d":9007199254740993},"#, 1)
        };
        let (document, patch) = (text(&document), patch.to_canonical_json().replace("\"version\":1", "\"version\":2"));
        let noted = Flags::from_json(document.as_bytes()).unwrap();
        let loaded = Flags::from_json_without_notes(document.as_bytes()).unwrap();
        prop_assert!(noted.diagnostics().iter().any(|found| found.code() == "duplicate-flag"));
        prop_assert!(!loaded.diagnostics().iter().any(|found| found.code() == "duplicate-flag"));
        let patched = noted.apply(patch.as_bytes()).unwrap();
        let changed = loaded.apply_without_notes(patch.as_bytes()).unwrap();
        let context = Context::from_value(context).unwrap();
        let options = AllFlagsOptions { with_reasons: true, ..AllFlagsOptions::default() };
        for (noted, other) in [(noted, loaded), (patched, changed)] {
            prop_assert_eq!(noted.digest(), other.digest());
            prop_assert_eq!(
                noted.all_flags_state(&context, &options),
                other.all_flags_state(&context, &options)
            );
        }
    }

    #[test]
    fn a_patch_means_what_the_merged_document_means(
        document in document(),
        patch in document(),
        context in context(),
    ) {
        let flags = Flags::from_value(document).unwrap();
        let text = patch.to_canonical_json().replace("\"version\":1", "\"version\":2");
        let patched = flags.apply(text.as_bytes()).unwrap();
        let merged = Flags::from_json(text.as_bytes()).unwrap();
        prop_assert_eq!(patched.digest(), merged.digest());
        prop_assert_eq!(patched.diagnostics(), merged.diagnostics());
        let context = Context::from_value(context).unwrap();
        let options = AllFlagsOptions { with_reasons: true, ..AllFlagsOptions::default() };
        prop_assert_eq!(
            patched.all_flags_state(&context, &options),
            merged.all_flags_state(&context, &options)
        );
        // An older version changes nothing.
        let unchanged = patched.apply(flags.document().to_canonical_json().as_bytes()).unwrap();
        prop_assert_eq!(unchanged.digest(), patched.digest());
    }
}

const DOCUMENT: &[u8] = br#"{"flags": {
    "targets": {"key": "targets", "on": true, "variations": [0, 1], "fallthrough": {"variation": 0},
        "targets": [{"variation": 1, "values": ["ada"]}]},
    "off": {"key": "off", "on": false, "variations": [0, 1], "offVariation": 1}
}}"#;

#[test]
fn each_row_has_the_answers_of_its_context() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let keys = ["off", "missing", "targets", "off"];
    let contexts = ["bob", "ada", "eve"].map(|key| Context::builder(key).build().unwrap());
    let one_by_one: Vec<Vec<Answer>> = contexts
        .iter()
        .map(|context| keys.map(|key| flags.bind(context).evaluate(key)).into())
        .collect();
    assert_eq!(flags.evaluate_many(&keys, &contexts), one_by_one);
    assert_ne!(one_by_one[0], one_by_one[1], "the contexts have different answers");
    assert_eq!(flags.evaluate_many(&keys, &[]), Vec::<Vec<Answer>>::new());
    assert_eq!(flags.evaluate_many(&[] as &[&str], &contexts), vec![Vec::<Answer>::new(); 3]);
}

#[test]
fn a_row_without_a_context_and_a_handle_of_no_flag() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let handles = [flags.handle("off"), flags.handle("missing")];
    let ada = Context::builder("ada").build().unwrap();
    let rows = flags.evaluate_handles(&handles, [None, Some(&ada)], None);
    let reasons: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|answer| flags.reason_of(answer).to_string()).collect())
        .collect();
    let (off, unknown) = (r#"{"kind":"OFF"}"#, r#"{"errorKind":"FLAG_NOT_FOUND","kind":"ERROR"}"#);
    let nobody = r#"{"errorKind":"USER_NOT_SPECIFIED","kind":"ERROR"}"#;
    assert_eq!(reasons[0][0], nobody);
    assert_eq!(reasons[1], [off, unknown]);
}

#[test]
fn the_names_that_an_answer_may_depend_on() {
    let text = br#"{"flags": {"f": {"key": "f", "on": true, "variations": [0], "rules": [
        {"clauses": [{"attribute": "/address/city", "contextKind": "user", "op": "in", "values": [1]},
                     {"attribute": "plan", "op": "in", "values": ["pro"]}],
         "rollout": {"bucketBy": "account", "variations": [{"variation": 0, "weight": 100000}]}}]}}}"#;
    let flags = Flags::from_json(text).unwrap();
    for name in ["address", "plan", "account", "kind", "key", "name", "anonymous", "_meta"] {
        assert_eq!(flags.attribute_name(name).as_deref(), Some(name));
    }
    for name in ["city", "email", "", "/address/city"] {
        assert_eq!(flags.attribute_name(name), None);
    }
}
