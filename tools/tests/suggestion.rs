//! `suggest` finds a context that gets a variation, by the fewest changes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the shop's document is a file")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::{BigSegments, Context, Flags, Value};
use isoflag_tools::{Suggestion, reach, suggest};
use proptest::prelude::*;

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

fn context(text: &str) -> Context {
    Context::from_json(text.as_bytes()).unwrap()
}

/// Returns the changes as a line, after evaluating them; or `unreachable`, or `not-found`.
fn found(flags: &Flags, key: &str, given: &Context, wanted: u32) -> String {
    match suggest(flags, key, given, wanted, None).unwrap() {
        Suggestion::Changes { changes, context } => {
            assert_eq!(flags.bind(&context).evaluate(key).variation_index(), Some(wanted));
            let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
            changes.join(", ")
        }
        Suggestion::Unreachable => "unreachable".to_owned(),
        Suggestion::NotFound => "not-found".to_owned(),
    }
}

/// A flag that serves 1 to contexts that match the clauses, and 0 to all others.
fn one_rule(clauses: &str) -> Flags {
    flags(&format!(
        r#"{{"flags": {{"f": {{"on": true, "variations": [0, 1],
            "rules": [{{"variation": 1, "clauses": [{clauses}]}}], "fallthrough": {{"variation": 0}}}}}},
          "segments": {{
            "listed": {{"included": ["ann", "bob"], "excluded": ["eve"]}},
            "by-plan": {{"rules": [{{"clauses": [{{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}]}},
            "nested": {{"rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["by-plan"]}}]}}]}},
            "tenth": {{"salt": "s", "rules": [{{"weight": 10000, "clauses": []}}]}}}}}}"#
    ))
}

#[test]
fn a_clause_is_met_and_left_by_its_operator() {
    let mia = context(
        r#"{"kind": "user", "key": "mia-2041", "email": "mia@post.example", "orders": 3, "beta": false,
            "groups": ["a", "b"], "address": {"city": "Hamburg"}, "since": "2026-05-01T00:00:00Z"}"#,
    );
    for (clause, expected) in [
        (
            r#""attribute": "plan", "op": "in", "values": ["pro", "team"]"#,
            r#"user.plan: absent to "pro""#,
        ),
        (r#""attribute": "beta", "op": "in", "values": [true]"#, "user.beta: false to true"),
        (
            r#""attribute": "beta", "op": "in", "values": [false], "negate": true"#,
            "user.beta: false to true",
        ),
        (
            r#""attribute": "key", "op": "in", "values": ["ann"]"#,
            r#"user.key: "mia-2041" to "ann""#,
        ),
        (
            r#""attribute": "plan", "op": "in", "values": ["pro"], "negate": true"#,
            r#"user.plan: absent to "other""#,
        ),
        (
            r#""attribute": "email", "op": "endsWith", "values": ["@shop.example"]"#,
            r#"user.email: "mia@post.example" to "mia@shop.example""#,
        ),
        (
            r#""attribute": "name", "op": "startsWith", "values": ["Mi"]"#,
            r#"user.name: absent to "Mi""#,
        ),
        (
            r#""attribute": "plan", "op": "contains", "values": ["pro"]"#,
            r#"user.plan: absent to "pro""#,
        ),
        (
            r#""attribute": "email", "op": "matches", "values": ["^[a-z]+@(shop|club)\\.example$"]"#,
            r#"user.email: "mia@post.example" to "a@shop.example""#,
        ),
        (r#""attribute": "orders", "op": "greaterThan", "values": [9]"#, "user.orders: 3 to 10"),
        (r#""attribute": "orders", "op": "lessThanOrEqual", "values": [2]"#, "user.orders: 3 to 2"),
        (
            r#""attribute": "since", "op": "before", "values": ["2026-01-31T00:00:00Z"]"#,
            r#"user.since: "2026-05-01T00:00:00Z" to "2025-01-31T00:00:00Z""#,
        ),
        (
            r#""attribute": "seen", "op": "after", "values": [1000]"#,
            "user.seen: absent to 86401000",
        ),
        (
            r#""attribute": "app", "op": "semVerGreaterThan", "values": ["2.3"]"#,
            r#"user.app: absent to "2.3.1""#,
        ),
        (
            r#""attribute": "app", "op": "semVerLessThan", "values": ["2.3.0"]"#,
            r#"user.app: absent to "2.2.0""#,
        ),
        (
            r#""attribute": "groups", "op": "in", "values": ["c"]"#,
            r#"user.groups: ["a","b"] to ["a","b","c"]"#,
        ),
        (
            r#""attribute": "groups", "op": "in", "values": ["a"], "negate": true"#,
            r#"user.groups: ["a","b"] to ["b"]"#,
        ),
        (
            r#""contextKind": "user", "attribute": "/address/city", "op": "in", "values": ["Bremen"]"#,
            r#"user./address/city: "Hamburg" to "Bremen""#,
        ),
        (
            r#""contextKind": "device", "attribute": "os", "op": "in", "values": ["iOS"]"#,
            r#"device.key: absent to "device-1", device.os: absent to "iOS""#,
        ),
        (
            r#""attribute": "kind", "op": "in", "values": ["device"]"#,
            r#"device.key: absent to "device-1""#,
        ),
        (r#""op": "segmentMatch", "values": ["listed"]"#, r#"user.key: "mia-2041" to "ann""#),
        (r#""op": "segmentMatch", "values": ["nested"]"#, r#"user.plan: absent to "pro""#),
        (r#""op": "segmentMatch", "values": ["missing"]"#, "unreachable"),
        (r#""attribute": "plan", "op": "in", "values": []"#, "unreachable"),
        (r#""attribute": "plan", "op": "matches", "values": ["(?=a)"]"#, "not-found"),
    ] {
        let flags = one_rule(&format!("{{{clause}}}"));
        assert_eq!(found(&flags, "f", &mia, 1), expected, "{clause}");
        // And back again.
        if let Suggestion::Changes { context, .. } = suggest(&flags, "f", &mia, 1, None).unwrap() {
            let back = found(&flags, "f", &context, 0);
            assert!(!back.contains(',') || back.contains('['), "{clause}: {back}");
            assert_ne!(back, "not-found", "{clause}");
        }
    }
}

#[test]
fn one_value_meets_all_clauses_on_an_attribute() {
    let ada = context(r#"{"kind": "user", "key": "ada", "orders": 40, "plan": "free"}"#);
    for (clauses, expected) in [
        (
            r#"{"attribute": "orders", "op": "greaterThan", "values": [3]},
               {"attribute": "orders", "op": "lessThan", "values": [4]}"#,
            "user.orders: 40 to 3.5",
        ),
        (
            r#"{"attribute": "plan", "op": "startsWith", "values": ["pro"]},
               {"attribute": "plan", "op": "endsWith", "values": ["-2026"]}"#,
            r#"user.plan: "free" to "pro-2026""#,
        ),
        (
            r#"{"attribute": "plan", "op": "in", "values": ["pro", "team"]},
               {"attribute": "plan", "op": "in", "values": ["pro"], "negate": true}"#,
            r#"user.plan: "free" to "team""#,
        ),
        (
            r#"{"attribute": "plan", "op": "in", "values": ["pro"]},
               {"attribute": "orders", "op": "lessThan", "values": [3]}"#,
            r#"user.orders: 40 to 2, user.plan: "free" to "pro""#,
        ),
        (
            r#"{"attribute": "plan", "op": "in", "values": ["pro"]},
               {"attribute": "plan", "op": "in", "values": ["team"]}"#,
            "not-found",
        ),
    ] {
        assert_eq!(found(&one_rule(clauses), "f", &ada, 1), expected, "{clauses}");
    }
}

#[test]
fn every_part_of_a_flag_is_a_route() {
    let flags = flags(
        r#"{"flags": {
            "f": {"on": true, "variations": ["a", "b", "c", "d"], "offVariation": 3,
                "prerequisites": [{"key": "needed", "variation": 1}],
                "targets": [{"variation": 2, "values": ["ann"]}],
                "rules": [
                    {"variation": 0, "clauses": [{"attribute": "country", "op": "in", "values": ["DE"]}]},
                    {"variation": 1, "clauses": [{"attribute": "country", "op": "in", "values": ["DE", "AT"]}]}],
                "fallthrough": {"variation": 2}},
            "needed": {"on": true, "variations": [false, true],
                "rules": [{"variation": 1, "clauses": [
                    {"attribute": "beta", "op": "in", "values": [true]}]}],
                "fallthrough": {"variation": 0}},
            "off": {"on": false, "variations": [0, 1], "offVariation": 0, "fallthrough": {"variation": 1}}}}"#,
    );
    let ready = context(r#"{"kind": "user", "key": "bob", "country": "DE", "beta": true}"#);
    for (wanted, expected) in [
        (0, ""),
        // The earlier rule takes `DE`.
        (1, r#"user.country: "DE" to "AT""#),
        (2, r#"user.country: "DE" to absent"#),
        (3, "user.beta: true to false"),
    ] {
        assert_eq!(found(&flags, "f", &ready, wanted), expected, "{wanted}");
    }
    let unready = context(r#"{"kind": "user", "key": "bob", "country": "FR"}"#);
    assert_eq!(found(&flags, "f", &unready, 2), "user.beta: absent to true");
    assert_eq!(
        found(&flags, "f", &unready, 1),
        r#"user.beta: absent to true, user.country: "FR" to "AT""#
    );
    // A list names her, so she needs another key for any rule.
    let ann = context(r#"{"kind": "user", "key": "ann", "country": "DE", "beta": true}"#);
    assert_eq!(found(&flags, "f", &ann, 0), r#"user.key: "ann" to "ann-1""#);
    assert_eq!(found(&flags, "off", &ann, 1), "unreachable");
}

#[test]
fn a_bucket_is_reached_by_another_key() {
    let flags = flags(
        r#"{"flags": {
            "by-key": {"on": true, "salt": "s", "variations": [0, 1, 2], "fallthrough": {"rollout":
                {"variations": [{"variation": 0, "weight": 98900}, {"variation": 1, "weight": 1000},
                    {"variation": 2, "weight": 0}, {"variation": 0, "weight": 100}]}}},
            "by-organization": {"on": true, "salt": "s", "variations": [0, 1], "fallthrough": {"rollout":
                {"bucketBy": "organization", "variations": [
                    {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}}}}"#,
    );
    let mia = context(r#"{"kind": "user", "key": "mia-0099", "organization": "lumen"}"#);
    let key = |number: u32| format!("mia-{number:04}");
    let gets_1 = |number: &u32| {
        let context = Context::builder(&key(*number)).build().unwrap();
        flags.bind(&context).evaluate("by-key").variation_index() == Some(1)
    };
    let first = key((100..).find(gets_1).unwrap());
    assert_eq!(found(&flags, "by-key", &mia, 1), format!(r#"user.key: "mia-0099" to "{first}""#));
    assert_eq!(found(&flags, "by-key", &mia, 2), "unreachable");
    let wanted = 1 - flags.bind(&mia).evaluate("by-organization").variation_index().unwrap();
    assert!(found(&flags, "by-organization", &mia, wanted).starts_with("user.organization: "));
    let tenth = one_rule(r#"{"op": "segmentMatch", "values": ["tenth"]}"#);
    assert!(found(&tenth, "f", &mia, 1).starts_with(r#"user.key: "mia-0099" to "mia-01"#));
}

#[test]
fn a_search_makes_no_more_bytes_of_contexts_than_its_limit() {
    let rare = flags(
        r#"{"flags": {"f": {"on": true, "salt": "s", "variations": [0, 1], "fallthrough": {"rollout":
            {"variations": [{"variation": 0, "weight": 99500}, {"variation": 1, "weight": 500}]}}}}}"#,
    );
    let note = "x".repeat(1_000_000);
    for (note, is_found) in [("", true), (&*note, false)] {
        let given = format!(r#"{{"kind": "user", "key": "mia-0000", "note": "{note}"}}"#);
        let found = suggest(&rare, "f", &context(&given), 1, None).unwrap();
        assert_eq!(found != Suggestion::NotFound, is_found);
    }
}

#[test]
fn a_key_may_end_in_any_number_of_digits() {
    let split = flags(
        r#"{"flags": {"f": {"on": true, "variations": [0, 1], "salt": "s", "fallthrough": {"rollout":
            {"variations": [{"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}}}}"#,
    );
    for key in ["00041".to_owned(), "0".repeat(70_000), "9".repeat(70_000)] {
        let mia = context(&format!(r#"{{"kind": "user", "key": "{key}"}}"#));
        let found = [0, 1].map(|variation| found(&split, "f", &mia, variation));
        assert!(!found.contains(&"not-found".to_owned()), "{found:?}");
    }
}

#[test]
fn private_attributes_are_kept() {
    let flags = one_rule(r#"{"attribute": "plan", "op": "in", "values": ["pro"]}"#);
    let given = context(
        r#"{"kind": "user", "key": "ada", "email": "a@b.example", "_meta": {"privateAttributes": ["email"]}}"#,
    );
    let Suggestion::Changes { context, .. } = suggest(&flags, "f", &given, 1, None).unwrap() else {
        panic!("nothing found");
    };
    assert_eq!(
        context.to_string(),
        r#"{"_meta":{"privateAttributes":["email"]},"email":"a@b.example","key":"ada","kind":"user","plan":"pro"}"#
    );
}

#[test]
fn unknown_flags_and_variations_are_errors() {
    let flags = one_rule("");
    let ada = context(r#"{"kind": "user", "key": "ada"}"#);
    let error =
        |key: &str, wanted| suggest(&flags, key, &ada, wanted, None).unwrap_err().to_string();
    assert_eq!(error("g", 0), "there is no flag `g`");
    assert_eq!(error("f", 2), "flag `f` has no variation 2: it has 2");
}

#[test]
fn a_legacy_user_without_a_key_is_not_changed() {
    let flags = one_rule(r#"{"attribute": "plan", "op": "in", "values": ["pro"]}"#);
    assert_eq!(found(&flags, "f", &context(r#"{"key": ""}"#), 1), "not-found");
}

#[test]
fn a_prerequisite_fails_by_an_invalid_variation() {
    let flags = flags(
        r#"{"flags": {
            "f": {"on": true, "variations": ["a", "b"], "offVariation": 1,
                "prerequisites": [{"key": "needed", "variation": 0}], "fallthrough": {"variation": 0}},
            "needed": {"on": true, "variations": [true],
                "rules": [{"variation": 7, "clauses": [
                    {"attribute": "plan", "op": "in", "values": ["pro"]}]}],
                "fallthrough": {"variation": 0}}}}"#,
    );
    let ada = context(r#"{"kind": "user", "key": "ada"}"#);
    assert_eq!(found(&flags, "f", &ada, 1), r#"user.plan: absent to "pro""#);
}

/// Segments that each refer twice to the next: the paths through them are exponential.
#[test]
fn a_search_ends() {
    let clause = |to: u32| format!(r#"{{"op": "segmentMatch", "values": ["s{to}", "s{to}"]}}"#);
    let segments = (0..60).map(|n| {
        let clause = clause(n + 1);
        format!(r#""s{n}": {{"rules": [{{"clauses": [{clause}]}}, {{"clauses": [{clause}]}}]}},"#)
    });
    let rules: Vec<String> = (0..300)
        .map(|n| format!(r#"{{"variation": {}, "clauses": [{}]}}"#, (n + 1) % 2, clause(0)))
        .collect();
    let text = format!(
        r#"{{"flags": {{"f": {{"on": true, "variations": [0, 1], "rules": [{}],
            "fallthrough": {{"variation": 0}}}}}},
          "segments": {{{} "s60": {{"rules": [{{"clauses": [
            {{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}]}}}}}}"#,
        rules.join(","),
        segments.collect::<String>(),
    );
    let ada = context(r#"{"kind": "user", "key": "ada"}"#);
    assert_eq!(found(&flags(&text), "f", &ada, 1), r#"user.plan: absent to "pro""#);
}

/// An evaluation fails on such a chain; the search must not follow it to its end.
#[test]
fn a_chain_of_prerequisites_is_not_followed_forever() {
    let flag = |n: u32| {
        let next = n + 1;
        format!(
            r#""f{n}": {{"on": true, "variations": [0, 1], "fallthrough": {{"variation": 1}},
                "prerequisites": [{{"key": "f{next}", "variation": 1}}]}}"#
        )
    };
    let chain: Vec<String> = (0..50_000).map(flag).collect();
    let text = format!(r#"{{"flags": {{{}}}}}"#, chain.join(","));
    let ada = context(r#"{"kind": "user", "key": "ada"}"#);
    assert_eq!(found(&flags(&text), "f0", &ada, 1), "not-found");
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get(name)
}

/// Every variation of the shop for every visitor: found, or proven to be out of reach.
#[test]
fn every_variation_of_the_shop_is_found() {
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/shop");
    let read = |name: &str| std::fs::read(format!("{shop}/{name}")).unwrap();
    let flags = Flags::from_json(&read("flags.json")).unwrap();
    let (mut searched, mut missed) = (0, Vec::new());
    for preset in Value::parse(&read("contexts.json")).unwrap().as_array().unwrap() {
        let Ok(given) = Context::from_value(member(preset, "context").unwrap().clone()) else {
            continue;
        };
        let big = member(preset, "bigSegments").map(|big| BigSegments::from_value(big).unwrap());
        for key in flags.keys() {
            let source = flags.source(isoflag::model::Section::Flags, key).unwrap();
            let count = member(source, "variations").unwrap().as_array().unwrap().len();
            for wanted in 0..u32::try_from(count).unwrap() {
                searched += 1;
                match suggest(&flags, key, &given, wanted, big.as_ref()).unwrap() {
                    Suggestion::Changes { context, .. } => {
                        let bound = flags.bind_with(Some(&context), big.as_ref());
                        assert_eq!(bound.evaluate(key).variation_index(), Some(wanted));
                    }
                    Suggestion::Unreachable => {}
                    Suggestion::NotFound => missed.push(format!("{key} {wanted} {}", given.key())),
                }
            }
        }
    }
    assert!(searched > 250, "{searched}");
    assert_eq!(missed, [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// If one value of the only attribute leads to a variation, at most one change is suggested.
    #[test]
    fn a_suggestion_is_no_larger_than_one_found_by_trying_all([document, _] in documents()) {
        let flags = Flags::from_value(document).unwrap();
        let plans = [None, Some("v0"), Some("v1"), Some("v2")];
        let made = |plan: Option<&str>| {
            let builder = Context::builder("u1");
            match plan {
                Some(plan) => builder.attribute("plan", Value::from(plan)).build().unwrap(),
                None => builder.build().unwrap(),
            }
        };
        for key in flags.keys() {
            let served: Vec<Option<u32>> = plans
                .iter()
                .map(|plan| flags.bind(&made(*plan)).evaluate(key).variation_index())
                .collect();
            for wanted in 0..3 {
                for plan in plans {
                    let Ok(suggestion) = suggest(&flags, key, &made(plan), wanted, None) else {
                        continue;
                    };
                    match suggestion {
                        Suggestion::Changes { changes, context } => {
                            let answer = flags.bind(&context).evaluate(key);
                            prop_assert_eq!(answer.variation_index(), Some(wanted));
                            prop_assert!(changes.len() <= 1 || !served.contains(&Some(wanted)));
                        }
                        Suggestion::Unreachable => {
                            let reach = reach(&flags, key).unwrap();
                            prop_assert!(!served.contains(&Some(wanted)));
                            prop_assert!(reach.served().iter().all(|each| each.variation != wanted));
                        }
                        Suggestion::NotFound => prop_assert!(
                            !served.contains(&Some(wanted)), "{} {} {:?}", key, wanted, plan
                        ),
                    }
                }
            }
        }
    }
}
