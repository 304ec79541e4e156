//! A projection answers as the whole document does, and shows no private value.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_evaluations/mod.rs"]
mod generated_evaluations;

use std::sync::Arc;

use generated_evaluations::{context, document, object};
use isoflag::{AllFlagsOptions, BigSegments, Context, Flags, Object, Value};
use isoflag_tools::{ProjectionOptions, parent_digest, project};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn big_segments() -> impl Strategy<Value = Option<BigSegments>> {
    let statuses = vec!["", "HEALTHY", "STALE", "STORE_ERROR", "NOT_CONFIGURED"];
    select(statuses).prop_map(|status| {
        let members = object([("s.g1", true.into()), ("t.g0", false.into())]);
        let memberships = object([("k", members)]);
        let stored = object([("status", status.into()), ("memberships", memberships)]);
        BigSegments::from_value(&stored).ok()
    })
}

/// The kinds and attributes of a context that are known.
fn selection() -> impl Strategy<Value = Vec<(&'static str, Vec<&'static str>)>> {
    let names = subsequence(vec!["key", "n", "o", "absent", "anonymous", "name"], 0..=6);
    let kinds = subsequence(vec!["user", "org", "device"], 0..=3);
    (kinds, prop::collection::vec(names, 3))
        .prop_map(|(kinds, names)| kinds.into_iter().zip(names).collect())
}

/// What is known of a context, and another context with the same known attributes.
fn known_of(
    context: &Value,
    other: &Value,
    selection: &[(&'static str, Vec<&'static str>)],
) -> (Value, Value) {
    let mut known = Vec::new();
    let mut agreeing = other.as_object().unwrap().clone();
    for (kind, names) in selection {
        let Some(individual) = context.as_object().unwrap().get(kind).and_then(Value::as_object)
        else {
            continue;
        };
        let mut attributes = Vec::new();
        let mut changed =
            agreeing.get(kind).and_then(Value::as_object).unwrap_or(individual).clone();
        for name in names {
            let value = individual.get(name).cloned().unwrap_or_default();
            if *name == "anonymous" {
                attributes.push((*name, Value::Bool(false)));
                changed = changed.with(name, Value::Bool(false));
            } else {
                attributes.push((*name, value.clone()));
                changed = changed.with(name, value);
            }
        }
        known.push((*kind, Value::Object(attributes.into_iter().collect())));
        agreeing = agreeing.with(kind, changed.into());
    }
    (Value::Object(known.into_iter().collect()), agreeing.into())
}

fn cases() -> u32 {
    std::env::var("ISOFLAG_PROJECTION_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5_000)
}

fn options(known: &Value) -> ProjectionOptions {
    ProjectionOptions { known: known.clone(), private: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    /// Two contexts for each document: the one whose attributes are known, and another that agrees.
    #[test]
    fn a_projection_answers_as_the_whole_document(
        document in document(),
        context in context(),
        other in context(),
        selection in selection(),
        big in big_segments(),
    ) {
        let (known, agreeing) = known_of(&context, &other, &selection);
        let flags = Flags::from_value(document).unwrap();
        let projected = project(&flags, &options(&known)).unwrap().flags;
        let all = AllFlagsOptions {
            client_side_only: true, with_reasons: true, ..AllFlagsOptions::default()
        };
        for context in [context, agreeing] {
            let context = Context::from_value(context).unwrap();
            let whole = flags.bind_with(Some(&context), big.as_ref());
            let folded = projected.bind_with(Some(&context), big.as_ref());
            for key in projected.keys() {
                prop_assert_eq!(
                    folded.variation_detail(key, "default".into()),
                    whole.variation_detail(key, "default".into()),
                    "{} with {} in {}", key, known, projected.document()
                );
            }
            // Every available flag, with its metadata.
            prop_assert_eq!(folded.all_flags_state(&all), whole.all_flags_state(&all));
        }
        let again = project(&projected, &options(&known)).unwrap().flags;
        prop_assert_eq!(again.document(), projected.document());
        prop_assert_eq!(parent_digest(&again), Some(flags.digest()));
    }
}
