//! `SimulationCounter` counts answers, and `raised` moves as few contexts as possible.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use isoflag::{Context, Flags, Value};
use isoflag_tools::{Impact, RaiseError, Simulation, SimulationCounter, impact, raised};

fn flags(weights: &[i32], more: &str) -> Flags {
    let entries = weights.iter().enumerate();
    let entries: Vec<String> = entries
        .map(|(index, weight)| format!(r#"{{"variation": {index}, "weight": {weight}}}"#))
        .collect();
    let entries = entries.join(",");
    let text = format!(
        r#"{{"flags": {{"f": {{"on": true, "variations": ["a", "b", "c", "d"], "salt": "s",
        "rules": [{{"variation": 3, "clauses": [{{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}],
        "fallthrough": {{"rollout": {{{more} "variations": [{entries}]}}}}}},
        "off": {{"on": false, "variations": [1]}}}}}}"#
    );
    Flags::from_json(text.as_bytes()).unwrap()
}

fn user(number: u32) -> Option<Context> {
    let country = Value::from(if number.is_multiple_of(3) { "NO" } else { "DE" });
    Context::builder(&format!("user-{number}")).attribute("country", country).build().ok()
}

fn simulated(flags: &Flags, contexts: impl IntoIterator<Item = Option<Context>>) -> Simulation {
    let mut counter = SimulationCounter::new(flags, "f").unwrap();
    contexts.into_iter().for_each(|context| counter.add(context.as_ref()));
    counter.finish()
}

#[test]
fn keys_are_distributed_as_the_weights() {
    let flags = flags(&[20_000, 30_000, 50_000], "");
    let pro = Context::builder("pro").attribute("plan", Value::from("pro")).build().ok();
    let device = Context::builder("x").kind("device").build().ok();
    let simulation = simulated(&flags, (0..20_000).map(user).chain([pro, device, None]));
    let [rollout] = simulation.rollouts.as_slice() else { panic!("one rollout") };
    assert_eq!((simulation.contexts, simulation.invalid), (20_002, 1));
    assert_eq!((rollout.contexts, rollout.not_hashed), (20_000, 1));
    assert_eq!(rollout.degrees_of_freedom(), 2);
    assert!(rollout.chi_square().unwrap() < rollout.chi_square_bound());
    assert_eq!(rollout.shares.iter().map(|share| share.count).sum::<u64>(), 20_000);
    insta::assert_snapshot!(simulation.to_string(), @r#"
    flag `f`: 20,002 contexts; 1 invalid
      `"a"`: 4,095 (20.473%)
      `"b"`: 5,918 (29.587%)
      `"c"`: 9,988 (49.935%)
      `"d"`: 1 (0.005%)

    fallthrough: by `key` of kind `user`, 20,000 contexts; 1 without a value to hash, in bucket 0
      `"a"`: weight 20%, 4,094 contexts (20.47%)
      `"b"`: weight 30%, 5,918 contexts (29.59%)
      `"c"`: weight 50%, 9,988 contexts (49.94%)
      fits the weights: chi-square 3.34 ≤ 23.25, degrees of freedom: 2
    "#);
    insta::assert_json_snapshot!(
        serde_json::from_str::<serde_json::Value>(&simulation.to_value().to_canonical_json())
            .unwrap(), @r#"
    {
      "answers": [
        {
          "count": 4095,
          "share": 0.20472952704729527,
          "value": "a",
          "variation": 0
        },
        {
          "count": 5918,
          "share": 0.29587041295870414,
          "value": "b",
          "variation": 1
        },
        {
          "count": 9988,
          "share": 0.49935006499350065,
          "value": "c",
          "variation": 2
        },
        {
          "count": 1,
          "share": 0.00004999500049995001,
          "value": "d",
          "variation": 3
        }
      ],
      "contexts": 20002,
      "invalid": 1,
      "key": "f",
      "rollouts": [
        {
          "attribute": "key",
          "chiSquare": 3.344066666666667,
          "chiSquareBound": 23.249354935663952,
          "contexts": 20000,
          "degreesOfFreedom": 2,
          "kind": "user",
          "notHashed": 1,
          "part": "fallthrough",
          "shares": [
            {
              "count": 4094,
              "expected": 0.2,
              "share": 0.2047,
              "value": "a",
              "variation": 0
            },
            {
              "count": 5918,
              "expected": 0.3,
              "share": 0.2959,
              "value": "b",
              "variation": 1
            },
            {
              "count": 9988,
              "expected": 0.5,
              "share": 0.4994,
              "value": "c",
              "variation": 2
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn an_attribute_that_contexts_share_is_uneven() {
    let simulation =
        simulated(&flags(&[50_000, 50_000], r#""bucketBy": "country","#), (0..1000).map(user));
    let rollout = &simulation.rollouts[0];
    assert!(rollout.chi_square().unwrap() > rollout.chi_square_bound());
    assert!(simulation.to_string().contains("  does not fit the weights: chi-square"));
}

#[test]
fn a_value_that_is_not_hashed_is_counted_as_such() {
    let by_age = flags(&[50_000, 50_000], r#""bucketBy": "age","#);
    let aged =
        |age: Value| Context::builder("ada").attribute("age", age).private("age").build().ok();
    let ages = [Value::from(7), Value::from("7"), Value::from(7.5), Value::Bool(true)];
    let rollout = simulated(&by_age, ages.map(aged)).rollouts.remove(0);
    assert_eq!((rollout.contexts, rollout.not_hashed), (2, 2));
}

#[test]
fn few_contexts_are_not_compared() {
    let simulation = simulated(&flags(&[50_000, 50_000], ""), (0..9).map(user));
    assert_eq!(simulation.rollouts[0].chi_square(), None);
    assert!(simulation.to_string().contains("too few contexts"));
    let one = simulated(&flags(&[100_000], ""), (0..9).map(user));
    assert_eq!(one.rollouts[0].chi_square(), None);
    assert!(!one.to_string().contains("too few contexts"));
}

fn raise(weights: &[i32], variation: u32, buckets: u32) -> (Vec<f64>, Impact) {
    let old = flags(weights, "");
    let new = raised(&old, "f", variation, buckets).unwrap();
    let document = new.document().to_canonical_json();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let entries = &document["flags"]["f"]["fallthrough"]["rollout"]["variations"];
    let weights = entries.as_array().unwrap().iter().map(|entry| entry["weight"].as_f64().unwrap());
    (weights.collect(), impact(&old, &new, [], &[]))
}

#[test]
fn a_raised_share_is_taken_from_the_nearest_entries() {
    for (weights, variation, buckets, expected, share) in [
        (&[10_000, 90_000][..], 0, 20_000, &[20_000.0, 80_000.0][..], 0.1),
        (&[10_000, 20_000, 70_000], 0, 20_000, &[20_000.0, 10_000.0, 70_000.0], 0.1),
        (&[10_000, 20_000, 70_000], 0, 40_000, &[40_000.0, 0.0, 60_000.0], 0.3),
        (&[10_000, 80_000, 10_000], 0, 30_000, &[30_000.0, 60_000.0, 10_000.0], 0.2),
        (&[10_000, 70_000, 20_000], 1, 95_000, &[5_000.0, 95_000.0, 0.0], 0.25),
        (&[10_000, 20_000, 70_000], 2, 75_000, &[10_000.0, 15_000.0, 75_000.0], 0.05),
        // The last entry gets the rest.
        (&[10_000, 0], 0, 50_000, &[50_000.0, 50_000.0], 0.4),
    ] {
        let (found, impact) = raise(weights, variation, buckets);
        assert_eq!(found, expected, "{weights:?}");
        let flag = &impact.flags[0];
        assert_eq!(flag.largest_share(0), Some(share), "{weights:?}");
    }
    let flags = flags(&[50_000, 50_000], "");
    let refused =
        |key: &str, variation, buckets| raised(&flags, key, variation, buckets).unwrap_err();
    assert_eq!(refused("g", 0, 1), RaiseError::NoRollout("g".into()));
    assert_eq!(refused("off", 0, 1), RaiseError::NoRollout("off".into()));
    assert_eq!(refused("f", 2, 1), RaiseError::NoVariation("f".into(), 2));
    assert_eq!(refused("f", 1, 1), RaiseError::AlreadyLarger("f".into(), 1, 50_000));
}
