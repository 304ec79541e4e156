//! Evaluating allocates nothing: all memory is allocated when the context is bound.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;

use isoflag::{Context, Flags, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const DOCUMENT: &[u8] = br#"{
    "flags": {
        "off": {"key": "off", "on": false, "variations": [1, 2], "offVariation": 1},
        "targets": {"key": "targets", "on": true, "variations": [1, 2],
            "targets": [{"variation": 1, "values": ["a", "b", "c", "d", "e", "f", "g", "ada"]}],
            "fallthrough": {"variation": 0}},
        "rules": {"key": "rules", "on": true, "variations": [1, 2], "fallthrough": {"variation": 0},
            "rules": [{"variation": 1, "clauses": [
                {"attribute": "plan", "op": "in", "values": ["pro", "team"]},
                {"attribute": "plan", "op": "startsWith", "values": ["p"]},
                {"attribute": "seats", "op": "greaterThan", "values": [3]},
                {"attribute": "since", "op": "before", "values": ["2026-01-31T00:00:00Z"]},
                {"attribute": "version", "op": "semVerGreaterThan", "values": ["2.0.0"]},
                {"attribute": "groups", "op": "in", "values": [1, 2, 3, 4, 5, 6, 7, "eng"]},
                {"attribute": "email", "op": "matches", "values": ["@example\\.(com|org)$"]},
                {"op": "segmentMatch", "values": ["staff"]}]}]},
        "sha1": {"key": "sha1", "on": true, "salt": "s", "variations": [1, 2],
            "fallthrough": {"rollout": {"variations": [
                {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}},
        "murmur3": {"key": "murmur3", "on": true, "salt": "s", "variations": [1, 2],
            "fallthrough": {"rollout": {"hash": "murmur3", "bucketBy": "seats", "variations": [
                {"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}},
        "prerequisites": {"key": "prerequisites", "on": true, "variations": [1, 2],
            "prerequisites": [{"key": "rules", "variation": 1}, {"key": "targets", "variation": 1}],
            "fallthrough": {"variation": 1}, "offVariation": 0}
    },
    "segments": {
        "staff": {"key": "staff", "included": ["a", "b", "c", "d", "e", "f", "g", "h"], "salt": "s",
            "rules": [{"weight": 100000, "clauses": [
                {"attribute": "email", "op": "endsWith", "values": ["@example.com"]}]}]}
    }
}"#;

#[test]
fn evaluating_allocates_nothing() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let ada = br#"{"kind": "user", "key": "ada", "plan": "pro", "seats": 40, "version": "2.1.3",
        "since": "2025-05-01T12:00:00+02:00", "groups": ["ops", "eng"], "email": "ada@example.com"}"#;
    let bound = flags.bind(&Context::from_json(ada).unwrap());
    let keys: Vec<&str> = flags.keys().collect();
    let region = Region::new(ALLOCATOR);
    drop(std::hint::black_box(String::from("the counter counts")));
    assert_eq!(region.change().allocations, 1);
    for key in keys {
        // Once before, for what a library initializes on first use.
        let _ = bound.evaluate(key);
        let region = Region::new(ALLOCATOR);
        let answer = bound.evaluate(key);
        let value = flags.value_of(&answer);
        assert_eq!(region.change().allocations, 0, "{key}");
        // A malformed flag, or one that returns early, would allocate nothing either.
        let wanted = if key == "sha1" || key == "murmur3" { value } else { Some(&Value::from(2)) };
        assert!(value.is_some() && value == wanted, "{key}: {value:?}");
    }
}
