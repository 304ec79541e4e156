//! The example documents are clean, and the shop uses every feature.

use std::collections::BTreeSet;

use isoflag::Value;

use crate::program::isoflag;

const SHOP: &str = include_str!("../../examples/shop/flags.json");

/// Collects the members with this name, at any depth.
fn every<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| every(element, name, found)),
        Value::Object(members) => {
            for (member, value) in members.iter() {
                if &**member == name {
                    found.push(value);
                }
                every(value, name, found);
            }
        }
        _ => {}
    }
}

fn texts(document: &Value, name: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    every(document, name, &mut found);
    found.into_iter().map(Value::to_string).collect()
}

#[test]
fn the_examples_are_clean() {
    for file in [
        "examples/first/flags.json",
        "examples/stack/flags.json",
        "examples/shop/flags.json",
        "examples/testing/flags.development.json",
        "examples/testing/flags.staging.json",
        "examples/testing/flags.production.json",
    ] {
        // Some flags have a cleanup date, which is a warning once it has passed.
        let ran = isoflag(&["check", file, "--deny", "warnings", "--now", "1790000000"]);
        assert_eq!(ran.code, 0, "{}", ran.out);
    }
}

#[test]
fn the_shop_uses_every_feature() {
    let shop = Value::parse(SHOP.as_bytes()).unwrap();
    let operators: BTreeSet<String> = [
        "in",
        "startsWith",
        "endsWith",
        "contains",
        "matches",
        "lessThan",
        "lessThanOrEqual",
        "greaterThan",
        "greaterThanOrEqual",
        "before",
        "after",
        "semVerEqual",
        "semVerLessThan",
        "semVerGreaterThan",
        "segmentMatch",
    ]
    .map(|operator| Value::from(operator).to_string())
    .into();
    assert_eq!(texts(&shop, "op"), operators);
    for name in [
        "prerequisites",
        "targets",
        "contextTargets",
        "rollout",
        "seed",
        "untracked",
        "bucketBy",
        "negate",
        "included",
        "excluded",
        "includedContexts",
        "excludedContexts",
        "weight",
        "rolloutContextKind",
        "unbounded",
        "generation",
        "clientSideAvailability",
        "clientSide",
        "trackEvents",
        "trackEventsFallthrough",
        "debugEventsUntilDate",
        "lifecycle",
        "owner",
        "stakeholder",
        "status",
        "created",
        "cleanup",
    ] {
        assert!(!texts(&shop, name).is_empty(), "no `{name}`");
    }
    assert!(texts(&shop, "kind").contains("\"experiment\""));

    let mut hashes = Vec::new();
    every(&shop, "hash", &mut hashes);
    assert_eq!(
        hashes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["\"sha1\"", "\"murmur3\""]
    );

    let flags = isoflag::Flags::from_json(SHOP.as_bytes()).unwrap();
    assert!(flags.len() >= 12, "{} flags", flags.len());
}

#[test]
fn the_contexts_bring_out_every_kind_of_reason() {
    let flags = isoflag::Flags::from_json(SHOP.as_bytes()).unwrap();
    let people = include_str!("../../examples/shop/contexts.json");
    let people = Value::parse(people.as_bytes()).unwrap();
    let mut kinds = BTreeSet::new();
    let mut experiments = 0;
    for person in people.as_array().unwrap() {
        let person = person.as_object().unwrap();
        let context = isoflag::Context::from_value(person.get("context").unwrap().clone()).ok();
        let big_segments = person
            .get("bigSegments")
            .map(|big| isoflag::BigSegments::from_value(big).ok().unwrap());
        let bound = flags.bind_with(context.as_ref(), big_segments.as_ref());
        for key in flags.keys() {
            let reason = flags.reason_of(&bound.evaluate(key)).to_value();
            let reason = reason.as_object().unwrap();
            kinds.insert(reason.get("kind").unwrap().to_string());
            experiments += i32::from(reason.get("inExperiment").is_some());
        }
    }
    let every: BTreeSet<String> =
        ["OFF", "TARGET_MATCH", "RULE_MATCH", "FALLTHROUGH", "PREREQUISITE_FAILED", "ERROR"]
            .map(|kind| Value::from(kind).to_string())
            .into();
    assert_eq!(kinds, every);
    assert!(experiments > 0);
}
