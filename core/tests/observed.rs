//! An explained answer, and one of many that are evaluated at once, is the same as any other.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generated_evaluations;

use generated_evaluations::{
    FLAGS, bound_to_stale_memberships, context, document, flag, list, object, scalar, segment,
};
use isoflag::model::{DecidingProperties, Section};
use isoflag::{AllFlagsOptions, Answer, Context, Flags, Object, Value, ValueType};
use proptest::prelude::*;
use proptest::sample::select;

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
    fn a_constant_answer_is_the_answer_of_every_context(
        document in document(),
        contexts in prop::collection::vec(context(), 3),
    ) {
        let flags = Flags::from_value(document).unwrap();
        let context = |value: &Value| Context::from_value(value.clone()).unwrap();
        let contexts: Vec<_> = contexts.iter().map(context).collect();
        for key in FLAGS {
            let bound = contexts.iter().flat_map(|context| {
                [flags.bind(context), bound_to_stale_memberships(&flags, context)]
            });
            let answers: Vec<_> = bound.map(|bound| bound.evaluate(key)).collect();
            let constant = answers[0].is_constant();
            prop_assert!(answers.iter().all(|answer| answer.is_constant() == constant));
            prop_assert!(!constant || answers.iter().all(|answer| *answer == answers[0]));
            let typed = answers[0].expecting(&flags, ValueType::Bool);
            prop_assert_eq!(typed.is_constant(), constant);
        }
    }

    #[test]
    fn an_explained_answer_is_the_answer(document in document(), context in context()) {
        let flags = Flags::from_value(document).unwrap();
        let context = Context::from_value(context).unwrap();
        let bound = bound_to_stale_memberships(&flags, &context);
        for key in FLAGS {
            let detail = bound.variation_detail(key, Value::Null);
            let explanation = bound.explain(key);
            let text = explanation.to_string();
            let status = detail.reason.as_object().unwrap().get("bigSegmentsStatus");
            let reason = flags.reason_of(&bound.evaluate(key));
            prop_assert_eq!(reason.members().count(), detail.reason.as_object().unwrap().len());
            prop_assert_eq!(text.contains("; big segments: "), status.is_some());
            let answer = object([
                ("value", detail.value),
                ("variationIndex", detail.variation_index.map(Value::from).unwrap_or_default()),
                ("reason", detail.reason),
            ]);
            // An explanation contains what the bound context has cached.
            let first = bound_to_stale_memberships(&flags, &context).explain(key);
            prop_assert_eq!(explanation.to_json(), first.to_json());
            let explained = explanation.to_value();
            prop_assert_eq!(explained.as_object().unwrap().get("answer"), Some(&answer));
            let head = format!("flag \"{key}\"");
            prop_assert!(text.starts_with(&head));
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
fn answers_that_depend_on_no_context_are_constant() {
    let rest = r#""variations": [0, 1], "offVariation": 1"#;
    let on = r#""on": true, "fallthrough": {"variation": 0}"#;
    let split = r#"{"rollout": {"variations": [{"variation": 0, "weight": 100000}]}}"#;
    let cases = [
        ("off", r#""on": false"#.to_owned(), true),
        ("fallthrough", on.to_owned(), true),
        ("without-off-variation", r#""on": false, "offVariation": null"#.to_owned(), true),
        ("malformed", r#""on": true, "fallthrough": {"variation": 9}"#.to_owned(), true),
        ("every-context", format!(r#"{on}, "rules": [{{"variation": 1, "clauses": []}}]"#), true),
        ("failed", format!(r#"{on}, "prerequisites": [{{"key": "off", "variation": 1}}]"#), true),
        (
            "met",
            format!(r#"{on}, "prerequisites": [{{"key": "fallthrough", "variation": 0}}]"#),
            true,
        ),
        ("cycle", format!(r#"{on}, "prerequisites": [{{"key": "cycle", "variation": 0}}]"#), true),
        ("target", format!(r#"{on}, "targets": [{{"variation": 1, "values": ["ada"]}}]"#), false),
        (
            "depending",
            format!(r#"{on}, "prerequisites": [{{"key": "target", "variation": 0}}]"#),
            false,
        ),
        ("rollout", format!(r#""on": true, "fallthrough": {split}"#), false),
        (
            "rule",
            format!(
                r#"{on}, "rules": [{{"variation": 1, "clauses": [
                    {{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}]"#
            ),
            false,
        ),
        (
            "segment",
            format!(
                r#"{on}, "rules": [{{"variation": 1, "clauses": [
                    {{"op": "segmentMatch", "values": ["big"]}}]}}]"#
            ),
            false,
        ),
    ];
    let flags: Vec<_> = cases
        .iter()
        .map(|(key, members, _)| format!(r#""{key}": {{"key": "{key}", {rest}, {members}}}"#))
        .collect();
    let document = format!(
        r#"{{"flags": {{{}}}, "segments": {{"big": {{"key": "big", "unbounded": true, "generation": 1}}}}}}"#,
        flags.join(", ")
    );
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let bound = flags.bind(&Context::builder("ada").build().unwrap());
    for (key, _, constant) in cases {
        assert_eq!(bound.evaluate(key).is_constant(), constant, "{key}");
    }
    assert!(!bound.evaluate("missing").is_constant());
    assert!(!flags.bind_with(None, None).evaluate("off").is_constant());
}

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

#[test]
fn an_explanation_of_a_cycle_ends_where_it_closes() {
    let text = br#"{"flags": {
        "f": {"key": "f", "on": true, "variations": [0], "prerequisites": [{"key": "g", "variation": 0}]},
        "g": {"key": "g", "on": true, "variations": [0], "prerequisites": [{"key": "f", "variation": 0}]},
        "h": {"key": "h", "on": true, "variations": [0], "rules": [
            {"clauses": [{"op": "segmentMatch", "values": ["s"]}], "variation": 0}]}},
        "segments": {"s": {"key": "s", "rules": [{"clauses": [{"op": "segmentMatch", "values": ["s"]}]}]}}}"#;
    let flags = Flags::from_json(text).unwrap();
    let ada = Context::builder("ada").build().unwrap();
    for (key, part, times) in [("f", r#""flag":"g""#, 2), ("h", r#""segment":"s""#, 2)] {
        let explanation = flags.explain(key, &ada).to_json();
        assert_eq!(explanation.matches(part).count(), times, "{explanation}");
    }
}
