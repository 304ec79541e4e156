//! `changed_answers` never misses a flag whose answer differs, and ignores members that decide
//! nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::{Context, Flags, Value};
use isoflag_tools::changed_answers;
use proptest::prelude::*;

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

fn changed(old: &str, new: &str) -> Vec<String> {
    changed_answers(&flags(old), &flags(new)).iter().map(ToString::to_string).collect()
}

/// Returns a document with the flag `f`, which depends on the flag `p` and the segment `s`, which
/// refers to `t`.
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
fn a_changed_dependency_changes_its_dependents() {
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
fn members_that_decide_nothing_change_no_answer() {
    let old = linked("", "", "", "", "");
    let aside = r#", "version": 9, "description": "x", "trackEvents": true, "salt": "other",
        "lifecycle": {"owner": "a"}, "clientSideAvailability": {"usingEnvironmentId": true},
        "contextTargets": [], "targets": null"#;
    let segment_aside = r#", "version": 9, "salt": "other", "excluded": []"#;
    let meta = r#""hash": "murmur3", "version": 3, "lastModifiedTimestamp": 1"#;
    assert_eq!(changed(&old, &linked(aside, aside, segment_aside, segment_aside, meta)), [""; 0]);
}

#[test]
fn only_the_off_variation_decides_a_flag_that_is_off() {
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
fn buckets_change_with_their_hash_inputs() {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_flag_that_is_not_named_answers_as_before([old, new] in documents()) {
        let (old, new) = (Flags::from_value(old).unwrap(), Flags::from_value(new).unwrap());
        let changed = changed_answers(&old, &new);
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
