//! A projection is identified by its own digest and by that of the whole document: receipts are
//! replayed with either, and patches lead from one projection to the next.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_evaluations/mod.rs"]
mod generated_evaluations;

use std::sync::Arc;

use generated_evaluations::{context, document, object};
use isoflag::limits::MEMORY;
use isoflag::model::Section;
use isoflag::{Context, Flags, Object, Value};
use isoflag_tools::{ProjectionOptions, patch_between, project, projected_json, receipt, replay};
use proptest::prelude::*;
use proptest::sample::subsequence;

fn projection(flags: &Flags, known: &Value) -> Flags {
    let options = ProjectionOptions { known: known.clone(), private: Vec::new() };
    let projected = project(flags, &options).unwrap().flags;
    assert_eq!(projected_json(flags, &options).unwrap(), projected.document().to_canonical_json());
    projected
}

/// The whole context of each of these kinds that it has.
fn known_of(context: &Value, kinds: &[&'static str]) -> Value {
    let whole = |kind: &&'static str| {
        let individual = context.as_object()?.get(kind)?.as_object()?;
        individual.get("anonymous").is_none().then(|| (*kind, individual.clone().into()))
    };
    Value::Object(kinds.iter().filter_map(whole).collect())
}

/// A later document: some flags and segments change, with or without a higher version.
fn changed(document: &Value, choices: &[u8]) -> Value {
    let mut choices = choices.iter().cycle();
    let mut section = |name: &str| -> Value {
        let items = document.as_object().unwrap().get(name).and_then(Value::as_object);
        let change = |(key, item): (&Arc<str>, &Value)| {
            let choice = *choices.next()?;
            let item = match item.as_object() {
                None => item.clone(),
                Some(members) => {
                    let version = members.get("version").and_then(Value::as_integer).unwrap_or(0);
                    let off = members.with("on", false.into());
                    match choice {
                        0 => return None,
                        1 => off.with("rules", Value::Array([].into())).into(),
                        2 | 3 => off.with("version", ((version + 1) as f64).into()).into(),
                        4 => members.with("version", ((version + 7) as f64).into()).into(),
                        _ => item.clone(),
                    }
                }
            };
            Some((Arc::clone(key), item))
        };
        items.into_iter().flat_map(Object::iter).filter_map(change).collect::<Object>().into()
    };
    let (flags, segments) = (section("flags"), section("segments"));
    let later = document.as_object().unwrap().with("flags", flags).with("segments", segments);
    later.into()
}

fn version(item: &Value) -> i64 {
    item.as_object().and_then(|item| item.get("version")?.as_integer()).unwrap_or(0)
}

/// Whether a patch leads from one document to the other, by the rules of patches.
fn is_patchable(held: &Flags, next: &Flags) -> bool {
    [Section::Flags, Section::Segments].into_iter().all(|section| {
        let items = |flags: &Flags| -> Vec<(Arc<str>, Value)> {
            let document = flags.document();
            let items = document.as_object().unwrap().get(section.name()).unwrap();
            let items = items.as_object().unwrap().iter();
            items.map(|(key, item)| (Arc::clone(key), item.clone())).collect()
        };
        let is_kept = |(key, _): &(Arc<str>, Value)| next.source(section, key).is_some();
        let is_newer = |(key, item): &(Arc<str>, Value)| match held.source(section, key) {
            Some(before) => before == item || version(item) > version(before),
            None => true,
        };
        items(held).iter().all(is_kept) && items(next).iter().all(is_newer)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_patch_leads_to_the_digest_of_the_next_projection_if_any_does(
        document in document(),
        context in context(),
        other in context(),
        kinds in subsequence(vec!["user", "org", "device"], 0..=3),
        choices in prop::collection::vec(0_u8..9, 1..12),
        is_same_visitor in prop::bool::weighted(0.9),
    ) {
        let known = known_of(&context, &kinds);
        let next_known = if is_same_visitor { known.clone() } else { known_of(&other, &kinds) };
        let next = Flags::from_value(changed(&document, &choices)).unwrap();
        let held = projection(&Flags::from_value(document).unwrap(), &known);
        let next = projection(&next, &next_known);
        let patch = patch_between(&held, &next);
        prop_assert_eq!(patch.is_some(), is_patchable(&held, &next));
        let Some(patch) = patch else { return Ok(()) };
        let text = patch.to_canonical_json();
        let patched = held.apply(text.as_bytes()).unwrap();
        prop_assert_eq!(patched.digest(), next.digest());
        prop_assert_eq!(patched.parent_digest(), next.parent_digest());
        prop_assert!(text.len() <= next.document().canonical_length());
    }

    #[test]
    fn a_receipt_is_replayed_with_the_projection_and_with_the_whole_document(
        document in document(),
        context in context(),
        kinds in subsequence(vec!["user", "org", "device"], 0..=3),
    ) {
        let known = known_of(&context, &kinds);
        let whole = Flags::from_value(document).unwrap();
        let projected = projection(&whole, &known);
        let unknown = projection(&whole, &Value::Null);
        let context = Context::from_value(context).unwrap();
        for key in projected.keys() {
            for claimed in [&whole, &projected, &unknown] {
                let claim = receipt(claimed, key, Some(&context), None).to_json();
                for flags in [&whole, &projected, &unknown] {
                    let own = receipt(flags, key, Some(&context), None);
                    prop_assert_eq!(replay(claim.as_bytes(), flags, Some(&context), None), Ok(own));
                }
            }
        }
    }
}

const DOCUMENT: &str = r#"{"flags": {
    "f": {"clientSide": true, "on": true, "version": 3, "variations": ["a", "b"], "offVariation": 0,
        "fallthrough": {"variation": 0}, "rules": [{"variation": 1, "clauses": [
            {"attribute": "plan", "op": "in", "values": ["pro"]}]}]}}}"#;

fn shop() -> (Flags, Flags, Context) {
    let whole = Flags::from_json(DOCUMENT.as_bytes()).unwrap();
    let known = Value::parse(br#"{"user": {"key": "ada", "plan": "pro"}}"#).unwrap();
    let projected = projection(&whole, &known);
    let ada = Context::from_json(br#"{"kind": "user", "key": "ada", "plan": "pro"}"#).unwrap();
    (whole, projected, ada)
}

#[test]
fn the_receipt_of_a_projection_has_both_digests() {
    let (whole, projected, ada) = shop();
    let members = receipt(&projected, "f", Some(&ada), None).to_value();
    let member = |name: &str| members.as_object().unwrap().get(name).and_then(Value::as_str);
    assert_eq!(member("digest"), Some(projected.digest()));
    assert_eq!(member("parentDigest"), Some(whole.digest()));
    assert!(!receipt(&whole, "f", Some(&ada), None).to_json().contains("parentDigest"));
}

#[test]
fn a_receipt_of_a_related_document_is_rejected_for_another_answer_context_or_document() {
    let (whole, projected, ada) = shop();
    let claim = receipt(&projected, "f", Some(&ada), None).to_json();
    let code = |claim: &str, flags: &Flags, context: &Context| {
        let error = replay(claim.as_bytes(), flags, Some(context), None).unwrap_err();
        (error.code(), error.path().to_owned())
    };
    let forged = claim.replace(r#""value":"b""#, r#""value":"a""#);
    assert_eq!(code(&forged, &whole, &ada), ("other-answer", "answer.value".to_owned()));
    let eve = Context::builder("eve").build().unwrap();
    assert_eq!(code(&claim, &whole, &eve), ("other-context", "contextHash".to_owned()));
    let other = Flags::from_json(DOCUMENT.replace("team", "x").replace("pro", "x").as_bytes());
    let other = other.unwrap();
    assert_eq!(code(&claim, &other, &ada), ("other-document", "digest".to_owned()));
    // With its own document the trace is verified too, and so is the other digest.
    let forged = claim.replace(r#""on":true"#, r#""on":false"#);
    assert_eq!(code(&forged, &projected, &ada).0, "other-answer");
    let forged = claim.replace(whole.digest(), other.digest());
    assert_eq!(code(&forged, &projected, &ada), ("other-document", "parentDigest".to_owned()));
}

#[test]
fn there_is_no_patch_for_another_visitor_or_for_a_flag_that_was_removed() {
    let (whole, projected, _) = shop();
    let known = Value::parse(br#"{"user": {"key": "eve", "plan": "free"}}"#).unwrap();
    assert_eq!(patch_between(&projected, &projection(&whole, &known)), None);
    let without = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    assert_eq!(patch_between(&projected, &projection(&without, &known)), None);
    assert_eq!(patch_between(&projected, &projected), Some(object([])));
}

/// `projected_json` does not examine the memory of a text of this length.
#[test]
fn the_densest_text_that_is_not_examined_loads() {
    let before = r#"{"flags": {"f": {"clientSide": true, "rules": [{"clauses": ["#;
    let after = r#"]}]}}}"#;
    let count = (MEMORY / 141 - before.len() - after.len()) / 3;
    let clauses = vec!["{}"; count].join(",");
    assert!(Flags::from_json([before, &clauses, after].concat().as_bytes()).is_ok());
}
