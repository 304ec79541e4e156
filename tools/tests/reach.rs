//! `reach` includes every answer that a context gets, and proves constants.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the suite is in files")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::{BigSegments, Context, ErrorKind, Flags, ReasonKind, Value};
use isoflag_tools::{Constant, constant, reach};
use proptest::prelude::*;

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get(name)
}

/// Whether the answer is in the reach.
fn foreseen(flags: &Flags, key: &str, context: &Context, big: Option<&BigSegments>) -> bool {
    let answer = flags.bind_with(Some(context), big).evaluate(key);
    let reach = reach(flags, key).unwrap();
    let listed = |index| reach.served().iter().find(|each| each.variation == index);
    match (answer.variation_index(), flags.reason_of(&answer).kind()) {
        // The limit of steps is not modelled here.
        (_, ReasonKind::Error { kind: ErrorKind::MalformedFlag }) => reach.can_fail(),
        (None, _) => reach.serves_default(),
        (Some(index), _) => listed(index).is_some_and(|each| each.share > 0 || each.otherwise),
    }
}

#[test]
fn every_answer_of_the_suite_is_in_the_reach() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/vectors");
    let (mut evaluated, mut unforeseen) = (0, Vec::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::read(file.unwrap().path()).unwrap();
        let subject = Value::parse(&file).unwrap();
        if member(&subject, "subject").unwrap().as_str() == Some("limits") {
            continue;
        }
        for case in member(&subject, "cases").unwrap().as_array().unwrap() {
            let document = match member(case, "document") {
                Some(Value::String(name)) => {
                    member(member(&subject, "documents").unwrap(), name).unwrap().clone()
                }
                Some(document) => document.clone(),
                None => continue,
            };
            let Some(context) = member(case, "context") else { continue };
            let Ok(context) = Context::from_host(context.clone()) else { continue };
            let Ok(flags) = Flags::from_value(document) else { continue };
            let big = member(case, "bigSegments").map(|big| BigSegments::from_value(big).unwrap());
            for key in flags.keys() {
                evaluated += 1;
                if !foreseen(&flags, key, &context, big.as_ref()) {
                    let id = member(case, "id").unwrap();
                    unforeseen.push(format!("{id}: {key}"));
                }
            }
        }
    }
    assert!(evaluated > 3_000, "{evaluated}");
    assert_eq!(unforeseen, [""; 0]);
}

#[test]
fn served_variations_and_their_shares() {
    let rules = |rest: &str| {
        format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": ["a", "b", "c"], "offVariation": 2, {rest}}},
                "on": {{"on": true, "variations": [1, 2], "fallthrough": {{"variation": 0}}}},
                "split": {{"on": true, "variations": [1, 2], "fallthrough": {{"rollout":
                    {{"variations": [{{"variation": 0, "weight": 1}}, {{"variation": 1, "weight": 99999}}]}}}}}},
                "off": {{"on": false, "variations": [1, 2], "offVariation": 0}}}},
            "segments": {{"nobody": {{}}, "some": {{"included": ["x"]}},
                "all": {{"rules": [{{"clauses": []}}]}},
                "round": {{"rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["round"]}}]}}]}}}}}}"#
        )
    };
    let in_segment = |key: &str, negate: bool| {
        format!(
            r#""rules": [{{"variation": 1, "clauses": [
                {{"op": "segmentMatch", "values": ["{key}"], "negate": {negate}}}]}}],
               "fallthrough": {{"variation": 0}}"#
        )
    };
    let needs = |key: &str, variation: u32| {
        format!(
            r#""prerequisites": [{{"key": "{key}", "variation": {variation}}}], "fallthrough": {{"variation": 0}}"#
        )
    };
    let split = |weights: &str| {
        let entries: Vec<String> = weights
            .split(' ')
            .zip(0..)
            .map(|(weight, index)| format!(r#"{{"variation": {index}, "weight": {weight}}}"#))
            .collect();
        format!(r#""fallthrough": {{"rollout": {{"variations": [{}]}}}}"#, entries.join(", "))
    };
    let clause = |clause: &str| {
        format!(
            r#""rules": [{{"variation": 1, "clauses": [{clause}]}}], "fallthrough": {{"variation": 0}}"#
        )
    };
    // Who gets what: `index:share`, with `+` if it can also be served otherwise.
    for (rest, expected) in [
        (r#""fallthrough": {"variation": 1}"#.to_owned(), "1:100000"),
        (r#""rules": [], "fallthrough": {}"#.to_owned(), "error"),
        (r#""fallthrough": {"variation": 9}"#.to_owned(), "error"),
        (
            r#""targets": [{"variation": 2, "values": ["x"]}], "fallthrough": {"variation": 0}"#
                .to_owned(),
            "0:100000 2:0+",
        ),
        (
            r#""targets": [{"variation": 2, "values": []}], "fallthrough": {"variation": 0}"#
                .to_owned(),
            "0:100000",
        ),
        (clause(""), "1:100000"),
        (
            clause(r#"{"attribute": "a", "contextKind": "user", "op": "in", "values": [1]}"#),
            "0:100000 1:0+",
        ),
        (
            clause(r#"{"attribute": "a", "contextKind": "user", "op": "in", "values": []}"#),
            "0:100000",
        ),
        (
            clause(
                r#"{"attribute": "a", "contextKind": "user", "op": "in", "values": [], "negate": true}"#,
            ),
            "0:100000 1:0+",
        ),
        (clause(r#"{"attribute": "kind", "op": "in", "values": [], "negate": true}"#), "1:100000"),
        (
            clause(r#"{"attribute": "a", "contextKind": "user", "op": "like", "values": [1]}"#),
            "0:100000",
        ),
        (
            clause(r#"{"attribute": "//", "contextKind": "user", "op": "in", "values": [1]}"#),
            "error",
        ),
        (in_segment("nobody", false), "0:100000"),
        (in_segment("nobody", true), "1:100000"),
        (in_segment("missing", false), "0:100000"),
        (in_segment("some", false), "0:100000 1:0+"),
        (in_segment("all", false), "1:100000"),
        (in_segment("all", true), "0:100000"),
        (in_segment("round", false), "0:100000 1:0+ error"),
        (split("30000 70000"), "0:30000 1:70000"),
        (split("0 100000 0"), "1:100000"),
        (split("0 60000 0"), "1:60000 2:40000"),
        (split("150000 5"), "0:100000"),
        (split("50000 -10000 40000"), "0:50000 2:50000"),
        (needs("on", 0), "0:100000"),
        (needs("on", 1), "2:0+"),
        (needs("missing", 0), "2:0+"),
        (needs("off", 0), "2:0+"),
        (needs("split", 0), "0:100000 2:0+"),
        (needs("f", 0), "0:100000 2:0+ error"),
    ] {
        let flags = Flags::from_json(rules(&rest).as_bytes()).unwrap();
        let reach = reach(&flags, "f").unwrap();
        let mut shown: Vec<String> = reach
            .served()
            .iter()
            .map(|each| {
                format!(
                    "{}:{}{}",
                    each.variation,
                    each.share,
                    if each.otherwise { "+" } else { "" }
                )
            })
            .collect();
        shown.extend(reach.serves_default().then(|| "default".to_owned()));
        shown.extend(reach.can_fail().then(|| "error".to_owned()));
        assert_eq!(shown.join(" "), expected, "{rest}");
    }
}

#[test]
fn a_constant_is_one_value_however_often_it_is_written() {
    for (flag, expected) in [
        (r#""on": false, "offVariation": 1"#, Some("2")),
        (r#""on": false"#, Some("default")),
        (r#""on": true, "fallthrough": {"variation": 0}"#, Some("1")),
        (
            r#""on": true, "targets": [{"variation": 2, "values": ["x"]}], "fallthrough": {"variation": 0}"#,
            Some("1"),
        ),
        (
            r#""on": true, "targets": [{"variation": 1, "values": ["x"]}], "fallthrough": {"variation": 0}"#,
            None,
        ),
        (r#""on": true, "fallthrough": {"variation": 7}"#, None),
        (r#""on": 1"#, None),
    ] {
        let text = format!(r#"{{"flags": {{"f": {{"variations": [1, 2, 1], {flag}}}}}}}"#);
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        let found = constant(&flags, "f").map(|constant| match constant {
            Constant::Value(value) => value.to_string(),
            Constant::Default => "default".to_owned(),
        });
        assert_eq!(found.as_deref(), expected, "{flag}");
    }
    let nothing = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    assert!(constant(&nothing, "f").is_none() && reach(&nothing, "f").is_none());
}

/// Chains of segments or prerequisites: as long as an evaluation follows them, and one longer.
#[test]
fn a_path_is_followed_as_far_as_an_evaluation_follows_it() {
    let ada = Context::builder("ada").build().unwrap();
    for (length, fails) in [(64, false), (65, true)] {
        let mut flags = String::new();
        let mut segments = String::new();
        for index in 1..=length {
            let more = (index < length).then(|| {
                format!(r#""prerequisites": [{{"key": "f{}", "variation": 0}}],"#, index + 1)
            });
            flags += &format!(
                r#""f{index}": {{"on": true, {} "variations": [1], "fallthrough": {{"variation": 0}}}},"#,
                more.unwrap_or_default()
            );
            let clause = (index < length)
                .then(|| format!(r#"{{"op": "segmentMatch", "values": ["s{}"]}}"#, index + 1));
            segments += &format!(
                r#""s{index}": {{"rules": [{{"clauses": [{}]}}]}},"#,
                clause.unwrap_or_default()
            );
        }
        let text = format!(
            r#"{{"flags": {{{flags} "f": {{"on": true, "variations": [1], "fallthrough": {{"variation": 0}},
                "prerequisites": [{{"key": "f1", "variation": 0}}]}},
               "s": {{"on": true, "variations": [1], "fallthrough": {{"variation": 0}},
                "rules": [{{"variation": 0, "clauses": [{{"op": "segmentMatch", "values": ["s1"]}}]}}]}}}},
               "segments": {{{segments} "z": {{}}}}}}"#
        );
        let flags = Flags::from_json(text.as_bytes()).unwrap();
        for key in ["f", "s"] {
            assert_eq!(reach(&flags, key).unwrap().can_fail(), fails, "{key} {length}");
            let answer = flags.bind(&ada).evaluate(key);
            assert_eq!(answer.variation_index().is_none(), fails, "{key} {length}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_of_generated_documents_is_in_the_reach([document, _] in documents()) {
        let flags = Flags::from_value(document).unwrap();
        for user in 0..6 {
            let plan = Value::from(format!("v{}", user % 3));
            let key = format!("u{user}");
            let context = Context::builder(&key).attribute("plan", plan).build().unwrap();
            for key in flags.keys() {
                prop_assert!(foreseen(&flags, key, &context, None), "{} {}", key, context.key());
            }
        }
    }
}
