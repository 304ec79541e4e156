//! Raising a share removes no context: a context keeps its variation. Only strings and integers are hashed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::model::has_value_to_hash;
use isoflag::{AttributeReference, Context, Flags, Value};
use proptest::prelude::*;
use sha1::{Digest, Sha1};

fn flags(hash: &str, salt: &str, share: u32) -> Flags {
    let document = format!(
        r#"{{"flags": {{"new-checkout": {{
            "key": "new-checkout", "version": 1, "on": true, "salt": "{salt}",
            "variations": [false, true], "offVariation": 0,
            "fallthrough": {{"rollout": {{"hash": "{hash}", "variations": [
                {{"variation": 1, "weight": {share}}},
                {{"variation": 0, "weight": {}}}]}}}}
        }}}}}}"#,
        100_000 - share
    );
    Flags::from_json(document.as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn raising_a_share_removes_no_context(
        hash in prop_oneof![Just("sha1"), Just("murmur3")],
        salt in "[a-z]{1,8}",
        shares in (0_u32..=100_000, 0_u32..=100_000),
        keys in prop::collection::vec("\\PC{1,12}", 1..40),
    ) {
        let (low, high) = (shares.0.min(shares.1), shares.0.max(shares.1));
        let (before, after) = (flags(hash, &salt, low), flags(hash, &salt, high));
        let (none, all) = (flags(hash, &salt, 0), flags(hash, &salt, 100_000));
        for key in keys {
            let context = Context::builder(&key).build().unwrap();
            let has = |flags: &Flags| flags.bool_variation("new-checkout", &context, false);
            prop_assert!(!has(&before) || has(&after));
            prop_assert_eq!(has(&before), has(&before));
            prop_assert!(!has(&none) && has(&all));
        }
    }
}

#[test]
fn raising_a_share_adds_contexts() {
    for hash in ["sha1", "murmur3"] {
        let having = |share| {
            let flags = flags(hash, "salt", share);
            (0..1_000)
                .filter(|number| {
                    let context = Context::builder(&format!("user-{number}")).build().unwrap();
                    flags.bool_variation("new-checkout", &context, false)
                })
                .collect::<Vec<u32>>()
        };
        let (few, more) = (having(20_000), having(50_000));
        assert!((100..300).contains(&few.len()) && (400..600).contains(&more.len()), "{hash}");
        assert!(few.iter().all(|number| more.contains(number)), "{hash}");
    }
}

/// The bucket by SPEC.md 7, from the hexadecimal text of the hash.
fn bucket_of(text: &str) -> i64 {
    let digest = Sha1::digest(text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let hash = u128::from_str_radix(hex.get(..15).unwrap(), 16).unwrap();
    i64::try_from(hash * 100_000 / (1 << 60)).unwrap()
}

/// Every vector of at most three weights around the bucket of a context: exactly one entry has it.
#[test]
fn every_vector_of_weights_gives_a_bucket_to_one_entry() {
    for key in ["a", "b", "user-1"] {
        let bucket = bucket_of(&format!("f.salt.{key}"));
        let context = Context::builder(key).build().unwrap();
        let weights = [-1, 0, 1, bucket - 1, bucket, bucket + 1, 100_000 - bucket, 100_000];
        let one = weights.map(|weight| vec![weight]);
        let longer = |shorter: &[Vec<i64>]| -> Vec<Vec<i64>> {
            let with = |vector: &Vec<i64>| weights.map(|weight| [&**vector, &[weight]].concat());
            shorter.iter().flat_map(with).collect()
        };
        let two = longer(&one);
        let three = longer(&two);
        for vector in one.iter().chain(&two).chain(&three) {
            let entries = vector
                .iter()
                .enumerate()
                .map(|(index, weight)| format!(r#"{{"variation": {index}, "weight": {weight}}}"#));
            let entries = entries.collect::<Vec<_>>().join(",");
            let text = format!(
                r#"{{"flags": {{"f": {{"key": "f", "on": true, "salt": "salt", "variations": [0, 1, 2],
                    "fallthrough": {{"rollout": {{"variations": [{entries}]}}}}}}}}}}"#
            );
            let flags = Flags::from_json(text.as_bytes()).unwrap();
            let found = flags.variation_detail("f", &context, Value::Null).variation_index;
            // The weights are taken from the bucket one by one; the last entry has the rest.
            let mut left = bucket;
            let holds = |weight: &i64| {
                left -= weight;
                left < 0
            };
            let entry = vector.iter().position(holds).unwrap_or(vector.len() - 1);
            assert_eq!(found, u32::try_from(entry).ok(), "{key}: bucket {bucket} of {vector:?}");
        }
    }
}

/// The bucket is cached by the first evaluation of a bound context.
#[test]
fn a_bound_context_has_the_same_bucket_each_time() {
    for number in 0..100 {
        let key = format!("user-{number}");
        let bucket = u32::try_from(bucket_of(&format!("new-checkout.salt.{key}"))).unwrap();
        let context = Context::builder(&key).build().unwrap();
        for (share, has) in [(bucket, false), (bucket + 1, true)] {
            let flags = flags("sha1", "salt", share);
            let bound = flags.bind(&context);
            for _ in 0..3 {
                assert_eq!(bound.bool_variation("new-checkout", !has), has, "{key}: {share}");
            }
        }
    }
}

/// An answer is part of an experiment in exactly the cases of SPEC.md 7.
#[test]
fn every_combination_of_an_experiment_has_the_reason_of_the_rule() {
    let context = Context::builder("k").build().unwrap();
    for kind in ["rollout", "experiment"] {
        for untracked in [false, true] {
            for context_kind in ["user", "org"] {
                for weight in [0, 100_000] {
                    let text = format!(
                        r#"{{"flags": {{"f": {{"key": "f", "on": true, "salt": "salt", "variations": [0],
                            "fallthrough": {{"rollout": {{"kind": "{kind}", "contextKind": "{context_kind}",
                                "variations": [{{"variation": 0, "weight": {weight},
                                    "untracked": {untracked}}}]}}}}}}}}}}"#
                    );
                    let flags = Flags::from_json(text.as_bytes()).unwrap();
                    let detail = flags.variation_detail("f", &context, Value::Null);
                    let reason = detail.reason.as_object().unwrap();
                    let found = reason.get("inExperiment") == Some(&Value::Bool(true));
                    // Beyond all weights a context takes part even without the kind.
                    let takes_part = context_kind == "user" || weight == 0;
                    let expected = kind == "experiment" && !untracked && takes_part;
                    assert_eq!(found, expected, "{text}");
                    assert_eq!(detail.variation_index, Some(0));
                }
            }
        }
    }
}

#[test]
fn strings_and_integers_are_hashed() {
    let flags = Flags::from_json(
        br#"{"flags": {"f": {"key": "f", "on": true, "salt": "s", "variations": [false, true],
        "fallthrough": {"rollout": {"bucketBy": "x", "variations": [
            {"variation": 0, "weight": 1}, {"variation": 1, "weight": 99999}]}}}}}"#,
    )
    .unwrap();
    let attribute = AttributeReference::parse(&"x".into()).unwrap();
    let values = ["\"a\"", "\"\"", "7", "-7", "7.0", "1e300", "7.5", "true", "null", "[7]", "{}"];
    let hashed = values.map(|value| {
        let value = Value::parse(value.as_bytes()).unwrap();
        let context = Context::builder("u").attribute("x", value).build().unwrap();
        let is_hashed = flags.variation("f", &context, Value::Null) == Value::Bool(true);
        assert_eq!(has_value_to_hash(&context, "user", &attribute), is_hashed);
        assert!(!has_value_to_hash(&context, "org", &attribute));
        is_hashed
    });
    assert_eq!(hashed, [true, true, true, true, true, true, false, false, false, false, false]);
}
