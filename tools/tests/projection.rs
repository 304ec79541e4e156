//! A projection answers as the whole document does, and shows no private value.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "a long run has more cases; the shop is a file")]

#[path = "../../core/tests/generated_evaluations/mod.rs"]
mod generated_evaluations;

use std::collections::BTreeSet;
use std::sync::Arc;

use generated_evaluations::{context, document, object};
use isoflag::{AllFlagsOptions, BigSegments, Context, Flags, Path, Value};
use isoflag_tools::{Projection, ProjectionOptions, VisibleString, project};
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

/// Returns the known part of a context, and another context with the same known attributes.
fn known_of(
    context: &Value,
    other: &Value,
    selection: &[(&'static str, Vec<&'static str>)],
) -> (Value, Value) {
    let mut known = Vec::new();
    let mut agreeing = other.as_object().unwrap().clone();
    for (kind, names) in selection {
        let individual = context.as_object().unwrap().get(kind).and_then(Value::as_object);
        let Some(individual) = individual else {
            // `kind` and this kind are not all of its members.
            if agreeing.len() > 2 || agreeing.get(kind).is_none() {
                let others = agreeing.iter().filter(|(name, _)| &***name != *kind);
                let others = others.map(|(name, value)| (Arc::clone(name), value.clone()));
                agreeing = others.collect();
                known.push((*kind, Value::Null));
            }
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

#[allow(clippy::disallowed_methods, reason = "the number of cases of a long run")]
fn cases() -> u32 {
    std::env::var("PROJECTIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(5_000)
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
        prop_assert_eq!(again.parent_digest(), Some(flags.digest()));
    }

    #[test]
    fn no_projection_shows_a_private_value(
        document in document(),
        context in context(),
        other in context(),
        selection in selection(),
        references in subsequence(PRIVATE.to_vec(), 1..=3),
    ) {
        let (known, agreeing) = known_of(&context, &other, &selection);
        let flags = Flags::from_value(with_secrets(&document)).unwrap();
        let private = references.iter().map(|(reference, _)| Arc::from(*reference)).collect();
        let options = ProjectionOptions { known, private };
        let Projection { flags: projected, refused, .. } = project(&flags, &options).unwrap();
        let text = projected.document().to_canonical_json();
        for (reference, secret) in references {
            prop_assert!(!text.contains(secret), "{} in {}", reference, text);
        }
        let context = Context::from_value(agreeing).unwrap();
        for key in projected.keys() {
            prop_assert_eq!(
                projected.variation_detail(key, &context, Value::Null),
                flags.variation_detail(key, &context, Value::Null)
            );
        }
        // An available flag is either kept or refused.
        let all = AllFlagsOptions { client_side_only: true, ..AllFlagsOptions::default() };
        let available = |flags: &Flags| -> Vec<String> {
            let bound = flags.bind(&context);
            let included = flags.keys().filter(|key| bound.flag_state(key, &all).is_some());
            included.map(str::to_owned).collect()
        };
        let mut expected = available(&projected);
        expected.extend(refused.iter().map(|refused| refused.key.to_string()));
        expected.sort();
        prop_assert_eq!(available(&flags), expected);
        let again = project(&projected, &options).unwrap().flags;
        prop_assert_eq!(again.document(), projected.document());
    }
}

/// References, and a value of each in generated documents.
const PRIVATE: [(&str, &str); 3] =
    [("user.n", "secret n"), ("user.key", "secret key"), ("user./o/p", "secret p")];

/// Adds a secret to each list of values of a private reference.
fn with_secrets(value: &Value) -> Value {
    let Value::Object(object) = value else {
        return match value {
            Value::Array(elements) => elements.iter().map(with_secrets).collect(),
            other => other.clone(),
        };
    };
    let text = |name| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_user = matches!(text("contextKind"), "" | "user");
    let reference = match (text("op"), text("attribute")) {
        ("", _) => "user.key".to_owned(),
        ("segmentMatch", _) => String::new(),
        // Without a kind, the text is a name.
        (_, "/o/p") if text("contextKind").is_empty() => String::new(),
        (_, attribute) => format!("user.{attribute}"),
    };
    let secret = PRIVATE.iter().find(|(known, _)| *known == reference && is_user);
    let members = object.iter().map(|(name, value)| {
        let secret = match &**name {
            "included" | "excluded" => Some(PRIVATE[1].1),
            "values" => secret.map(|(_, secret)| *secret),
            _ => None,
        };
        let value = match (value, secret) {
            (Value::Array(elements), Some(secret)) => {
                elements.iter().cloned().chain([Value::from(secret)]).collect()
            }
            (value, _) => with_secrets(value),
        };
        (Arc::clone(name), value)
    });
    Value::Object(members.collect())
}

fn parse(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn projected(document: &str, known: &str, private: &[&str]) -> Projection {
    let flags = Flags::from_json(document.as_bytes()).unwrap();
    let private = private.iter().map(|text| Arc::from(*text)).collect();
    project(&flags, &ProjectionOptions { known: parse(known), private }).unwrap()
}

/// The flag `f` of the projection of a document with other parts.
fn folded(flag: &str, known: &str) -> String {
    let document = format!(
        r#"{{"flags": {{"f": {{"key": "f", "clientSide": true, "on": true, "salt": "s",
            "variations": ["a", "b", "c"], "offVariation": 0, "fallthrough": {{"variation": 1}},
            "description": "why", "lifecycle": {{"owner": "team"}}, {flag}}}}},
        "segments": {{
            "beta": {{"included": ["ada", "bob"], "excluded": ["eve"],
                "rules": [{{"clauses": [{{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}]}},
            "loop": {{"rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["loop"]}}]}}]}},
            "big": {{"key": "big", "unbounded": true, "generation": 3}}}}}}"#
    );
    let projection = projected(&document, known, &[]);
    let document = projection.flags.document();
    document
        .as_object()
        .unwrap()
        .get("flags")
        .unwrap()
        .as_object()
        .unwrap()
        .get("f")
        .unwrap()
        .to_string()
}

const RULE: &str = r#""rules": [
    {"id": "in beta", "variation": 0, "clauses": [{"attribute": "", "op": "segmentMatch", "values": ["beta"]}]},
    {"id": "german pro", "variation": 2, "clauses": [
        {"attribute": "country", "op": "in", "values": ["DE"]},
        {"attribute": "plan", "op": "in", "values": ["pro", "team"]}]}]"#;

#[test]
fn a_clause_that_is_true_disappears_and_a_rule_that_is_false_becomes_a_placeholder() {
    let never = r#"{"clauses":[{"attribute":"kind","op":"in","values":[]}],"variation":0}"#;
    assert_eq!(
        folded(RULE, r#"{"user": {"key": "eve", "plan": "team"}}"#),
        format!(
            r#"{{"clientSide":true,"fallthrough":{{"variation":1}},"key":"f","on":true,"rules":[{never},{{"clauses":[{{"attribute":"country","op":"in","values":["DE"]}}],"id":"german pro","variation":2}}],"variations":[null,"b","c"]}}"#
        )
    );
    // The last rules need no placeholders.
    assert_eq!(
        folded(RULE, r#"{"user": {"key": "eve", "country": null}}"#),
        r#"{"clientSide":true,"fallthrough":{"variation":1},"key":"f","on":true,"variations":[null,"b"]}"#
    );
}

#[test]
fn a_decided_flag_becomes_its_answer() {
    let known = r#"{"user": {"key": "ada"}}"#;
    assert_eq!(
        folded(RULE, known),
        r#"{"clientSide":true,"fallthrough":{"variation":0},"key":"f","on":true,"rules":[{"clauses":[],"id":"in beta","variation":0}],"variations":["a"]}"#
    );
    let rollout = r#""fallthrough": {"rollout": {"variations": [
        {"variation": 0, "weight": 50000}, {"variation": 2, "weight": 50000}]}}"#;
    assert_eq!(
        folded(rollout, known),
        r#"{"clientSide":true,"fallthrough":{"variation":2},"key":"f","on":true,"variations":[null,null,"c"]}"#
    );
    let targets = r#""targets": [{"variation": 2, "values": ["bob", "ada", "eve"]}]"#;
    assert_eq!(
        folded(targets, known),
        r#"{"clientSide":true,"fallthrough":{"variation":0},"key":"f","on":true,"targets":[{"values":["ada"],"variation":2}],"variations":[null,null,"c"]}"#
    );
}

#[test]
fn a_malformed_flag_is_still_malformed_and_has_no_text() {
    assert_eq!(
        folded(r#""rules": "secret""#, "{}"),
        r#"{"clientSide":true,"key":"f","on":true,"variations":false}"#
    );
    let invalid = r#""rules": [{"clauses": [{"attribute": "/secret//", "contextKind": "user", "op": "in", "values": ["secret"]}]}]"#;
    assert!(!folded(invalid, "{}").contains("secret"));
}

#[test]
fn parts_that_can_be_observed_are_kept() {
    let rule = |segment: &str| {
        format!(
            r#""rules": [{{"variation": 2, "clauses": [{{"op": "segmentMatch", "values": ["{segment}"]}},
                {{"attribute": "plan", "op": "in", "values": ["pro"]}}]}}]"#
        )
    };
    // The status of the store is in the reason, and a cycle is an error.
    for segment in ["big", "loop"] {
        let folded = folded(&rule(segment), r#"{"user": {"plan": "free"}}"#);
        let expected = format!(
            r#""rules":[{{"clauses":[{{"op":"segmentMatch","values":["{segment}"]}},{{"attribute":"kind","op":"in","values":[]}}],"variation":0}}]"#
        );
        assert!(folded.contains(&expected), "{folded}");
    }
}

#[test]
fn a_flag_that_shows_a_private_value_is_refused_by_name() {
    let document = r#"{"flags": {
        "by-mail": {"clientSide": true, "on": true, "variations": [1], "fallthrough": {"variation": 0},
            "rules": [{"variation": 0, "clauses": [{"op": "segmentMatch", "values": ["staff"]}]}]},
        "needs-by-mail": {"clientSide": true, "on": true, "variations": [1], "fallthrough": {"variation": 0},
            "prerequisites": [{"key": "by-mail", "variation": 0}]},
        "free": {"clientSide": true, "on": false, "variations": [1], "offVariation": 0},
        "internal": {"on": true, "variations": [1], "fallthrough": {"variation": 0}}},
        "segments": {"staff": {"rules": [{"clauses": [
            {"attribute": "email", "op": "endsWith", "values": ["@shop.example"]}]}]}}}"#;
    let projection = projected(document, "null", &["user.email", "user.emial"]);
    assert_eq!(projection.flags.keys().collect::<Vec<_>>(), ["free"]);
    let report = projection.report();
    let refused = report.to_value();
    let refused = refused.as_object().unwrap().get("refused").unwrap().to_string();
    let expected = |key: &str| {
        format!(r#"{{"key":"{key}","place":"segment `staff`","private":"user.email"}}"#)
    };
    assert_eq!(refused, format!("[{},{}]", expected("by-mail"), expected("needs-by-mail")));
    assert_eq!(report.unused_private, [Arc::from("user.emial")]);
    // A known value decides, and is not shown.
    let known = r#"{"user": {"email": "ada@shop.example"}}"#;
    let projection = projected(document, known, &["user.email"]);
    assert_eq!(projection.refused, []);
    assert_eq!(projection.flags.keys().count(), 3);
    assert!(!projection.flags.document().to_string().contains("shop"));
}

#[test]
fn the_report_has_every_string_whatever_the_keys_are() {
    for key in ["a", "rollout", "checkout.rollout", "x.prerequisites[0", "values", ""] {
        let item = r#"{"clientSide": true, "on": true, "variations": ["blue"], "salt": "s",
            "fallthrough": {"rollout": {"bucketBy": "team", "variations": [{"variation": 0, "weight": 1}]}},
            "rules": [{"id": "r", "variation": 0, "clauses": [{"op": "segmentMatch", "values": ["KEY"]}]}]}"#;
        let segment = r#"{"included": ["ada"], "rules": [{"clauses": [
            {"attribute": "plan", "op": "in", "values": ["pro"]}]}]}"#;
        let document = format!(
            r#"{{"flags": {{"{key}": {}}}, "segments": {{"{key}": {segment}}}}}"#,
            item.replace("KEY", key)
        );
        let report = projected(&document, "null", &[]).report();
        let shown = |string: &VisibleString| format!("{}: {}", string.what, string.text);
        let shown: BTreeSet<String> = report.strings.iter().map(shown).collect();
        for expected in [
            "variation value: blue",
            "attribute name: plan",
            "clause value: pro",
            "rule id: r",
            "key in a segment: ada",
        ] {
            assert!(shown.contains(expected), "{key}: {shown:?}");
        }
        let path = |text: &str| {
            report
                .strings
                .iter()
                .find(|string| *string.text == *text)
                .map(|string| string.path.clone())
        };
        let variations =
            Path::Root.member("flags").member(key).member("variations").element(0).to_string();
        assert_eq!(path("blue"), Some(variations));
    }
}

#[test]
fn options_are_validated() {
    let flags = Flags::from_json(br#"{"flags": {}}"#).unwrap();
    let error = |known: &str, private: &str| {
        let private = vec![Arc::from(private)];
        let options = ProjectionOptions { known: parse(known), private };
        project(&flags, &options).unwrap_err().to_string()
    };
    let expected = "expected an object for each kind, such as `{\"user\": {\"plan\": \"pro\"}}`";
    assert_eq!(error("[]", "user.a"), format!("invalid `known`: {expected}, found an array"));
    for known in [r#"{"kind": "user", "key": "ada"}"#, r#"{"kind": {}}"#] {
        assert_eq!(
            error(known, "user.a"),
            format!(
                "invalid `known`: `{}`: {expected}",
                if known.contains("ada") { "key" } else { "kind" }
            )
        );
    }
    assert!(error(r#"{"user": {"key": 7}}"#, "user.a").starts_with("invalid `known`: "));
    assert!(error(r#"{"no kind": {}}"#, "user.a").starts_with("invalid `known`: "));
    for private in ["email", "user.", ".email", "user./a//b", ""] {
        assert_eq!(
            error("null", private),
            format!(
                "invalid private reference `{private}`: expected a kind, a dot and an attribute, such as `user.email`"
            )
        );
    }
}

#[test]
fn the_shops_document_for_a_visitor_is_less_than_a_fifth() {
    let shop = |name: &str| {
        let path = format!("{}/../examples/shop/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(path).unwrap()
    };
    let flags = Flags::from_json(&shop("flags.json")).unwrap();
    let known = r#"{"device": null, "organization": null, "user": {
        "key": "mia-2041", "name": "Mia Lindqvist", "email": "mia@post.example", "country": "DE", "orders": 3,
        "equipment": ["gooseneck-kettle", "hand-mill"], "consent": "all", "anonymous": false,
        "address": {"city": "Hamburg", "postalCode": "20457"}}}"#;
    let projection = project(&flags, &options(&parse(known))).unwrap();
    let bytes = projection.flags.document().to_canonical_json().len();
    assert!(bytes * 5 < shop("flags.json").len(), "{bytes}");
}
