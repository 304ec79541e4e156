//! A feature-flag profile of AppConfig is never loaded as flags, and a flag document is never taken
//! for a profile.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generated_documents;

use std::sync::Arc;

use generated_documents::documents;
use isoflag::{DocumentError, Flags, Object, Value};
use proptest::prelude::*;

const PROFILES: &[&str] = &[
    // As retrieved.
    r#"{"x": {"enabled": true}}"#,
    r#"{"x": {"enabled": false}, "y": {"enabled": true, "limit": 3, "names": ["a"]}}"#,
    r#"{"x": {"enabled": true, "_variant": "beta", "_deprecation": {"status": "planned"}}}"#,
    // Malformed entries beside a well-formed one.
    r#"{"x": {"enabled": true}, "y": {"enabled": "yes"}, "z": 1, "w": {}, "v": null}"#,
    // Attributes and flags named as members of documents.
    r#"{"x": {"enabled": true, "on": true, "key": "x", "version": 3, "deleted": true}}"#,
    r#"{"x": {"enabled": true, "variations": ["a", "b"], "rules": ["c"], "offVariation": "d"}}"#,
    r#"{"flags": {"enabled": true}, "segments": {"enabled": false}, "meta": {"enabled": true}}"#,
    r#"{"flags": {"enabled": true, "color": "red"}}"#,
    r#"{"flagValues": {"enabled": true}, "x": {"enabled": true}}"#,
    r#"{"enabled": {"enabled": true}}"#,
    // The response for one flag.
    r#"{"enabled": true, "color": "red"}"#,
    r#"{"enabled": false}"#,
    // As defined.
    r#"{"version": "1", "flags": {"x": {"name": "X"}}, "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"x": {"name": "X"}}, "values": {"x": {"enabled": false, "n": 1}}}"#,
    r#"{"flags": {"x": {}}, "values": {"x": {"enabled": true}, "y": 1}}"#,
    r#"{"version": "1", "flags": {}, "values": {"x": {"enabled": true}}}"#,
    r#"{"version": "1", "flags": {"x": {"name": "X"}}, "values": {}}"#,
    r#"{"version": "1", "flags": {"x": {"name": "X", "attributes": {"on": {"constraints": {"type": "boolean"}}}}}}"#,
    r#"{"version": "1", "flags": {"x": {"name": "X"}}, "values": {"x": {"_variants": [{"name": "a", "enabled": true}]}}}"#,
];

const DOCUMENTS: &[&str] = &[
    r#"{"flags": {}}"#,
    r#"{"flags": {}, "values": {}}"#,
    r#"{"version": "1", "flags": {}, "values": {}}"#,
    r#"{"flags": null, "enabled": true}"#,
    r#"{"flags": {}, "segments": {}, "version": "1", "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {}, "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"x": {}}, "values": {"y": {"enabled": true}}}"#,
    r#"{"flags": {"x": 7}}"#,
    r#"{"flags": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"enabled": {}}}"#,
    r#"{"flags": {"enabled": true, "x": {"on": true}}}"#,
    r#"{"flags": {"on": false}}"#,
    r#"{"flags": {}, "meta": {"enabled": true}}"#,
    r#"{"flags": {"x": {"key": "x", "name": "X", "on": false, "variations": [1]}}, "version": "1", "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"x": {"enabled": true, "on": false, "variations": ["a", "b"]}}, "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"x": {"enabled": true, "variations": ["a"], "offVariation": 0}}, "values": {"x": {"enabled": true}}}"#,
    r#"{"flags": {"x": {"key": "x", "version": 2, "deleted": true}}, "values": {"x": {"enabled": true}}}"#,
    r#"{"flagValues": {"enabled": true}}"#,
    r#"{"flagValues": {"x": {"enabled": true}, "y": {"enabled": false}}}"#,
    r#"{"segments": {}}"#,
];

/// In a bare map one of these isolates a malformed item beside it.
const FLAGS: &[&str] = &[
    r#"{"on": true}"#,
    r#"{"variations": [true]}"#,
    r#"{"key": "f", "version": 2, "deleted": true}"#,
    r#"{"enabled": true, "on": false, "variations": [true, false]}"#,
    r#"{"enabled": true, "variations": [true, false], "offVariation": 0}"#,
    r#"{"enabled": true, "fallthrough": {"variation": 0}}"#,
];

fn is_profile(loaded: Result<Flags, DocumentError>) -> bool {
    loaded.is_err_and(|error| {
        assert_eq!(error.message().contains("from_appconfig"), error.is_appconfig_profile());
        error.is_appconfig_profile()
    })
}

#[test]
fn a_profile_is_rejected_and_the_error_names_the_function_that_loads_it() {
    for text in PROFILES {
        assert!(is_profile(Flags::from_json(text.as_bytes())), "{text}");
        assert!(is_profile(Flags::from_flag_map_json(text.as_bytes())), "{text}");
        let stream = format!(r#"{{"path": "/", "data": {text}}}"#);
        assert!(is_profile(Flags::from_json(stream.as_bytes())), "{text}");
        let none = Flags::from_json(br#"{"flags": {}}"#).unwrap();
        let patched = none.apply(text.as_bytes());
        assert_eq!(patched.as_ref().map_err(DocumentError::code).err(), Some("not-a-patch"));
        assert!(is_profile(patched), "{text}");
    }
    let error = Flags::from_json(PROFILES.first().unwrap().as_bytes()).unwrap_err();
    assert_eq!((error.code(), error.path()), ("not-a-document", ""));
}

#[test]
fn a_document_is_loaded_whatever_its_unknown_members_are() {
    for text in DOCUMENTS {
        let loaded = Flags::from_json(text.as_bytes());
        assert!(loaded.is_ok(), "{text}: {loaded:?}");
    }
    for text in ["{}", r#"{"x": 1}"#, r#"{"x": {}}"#, r#"{"x": {"enabled": "yes"}}"#] {
        let loaded = Flags::from_flag_map_json(text.as_bytes());
        assert!(loaded.is_ok(), "{text}: {loaded:?}");
        assert!(Flags::from_json(text.as_bytes()).unwrap_err().message().contains("from_flag_map"));
    }
    for flag in FLAGS {
        for text in [
            format!(r#"{{"f": {flag}, "x": {{"enabled": true}}, "enabled": true}}"#),
            format!(r#"{{"flags": {flag}, "values": {{"enabled": true}}}}"#),
        ] {
            let loaded = Flags::from_flag_map_json(text.as_bytes());
            assert!(loaded.is_ok(), "{text}: {loaded:?}");
        }
    }
}

#[test]
fn a_configuration_is_a_profile_or_a_document() {
    for text in PROFILES.iter().chain(&["{}"]) {
        let loaded = Flags::from_configuration_json(text.as_bytes());
        let profile = Flags::from_appconfig_json(text.as_bytes());
        match (loaded, profile) {
            (Ok(loaded), Ok(profile)) => assert_eq!(loaded.digest(), profile.digest(), "{text}"),
            (loaded, profile) => assert_eq!(loaded.err(), profile.err(), "{text}"),
        }
    }
    for text in DOCUMENTS {
        let loaded = Flags::from_configuration_json(text.as_bytes()).unwrap();
        assert_eq!(loaded.digest(), Flags::from_json(text.as_bytes()).unwrap().digest(), "{text}");
    }
    let code = |text: &[u8]| Flags::from_configuration_json(text).unwrap_err().code();
    assert_eq!(code(b"$ion_1_0 {}"), "appconfig-ion");
    assert_eq!(code(b"{"), "not-json");
    assert_eq!(code(br#"{"x": {"on": true}}"#), "not-a-document");
}

fn attribute() -> impl Strategy<Value = (String, Value)> {
    let name = prop_oneof![
        "[a-z][a-zA-Z]{0,4}",
        prop::sample::select(vec!["key", "version", "on", "name", "rules", "deleted", "salt"])
            .prop_map(str::to_owned),
    ];
    let value = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z]{0,4}".prop_map(Value::from),
        prop::collection::vec("[a-z]{0,4}".prop_map(Value::from), 0..3).prop_map(Value::from),
    ];
    (name, value)
}

fn object(members: impl IntoIterator<Item = (String, Value)>) -> Value {
    let members = members.into_iter().map(|(name, value)| (Arc::from(name), value));
    members.collect::<Object>().into()
}

fn profile() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        "[a-z][a-zA-Z0-9_-]{0,6}",
        prop::sample::select(vec!["flags", "segments", "meta", "values", "enabled", "on"])
            .prop_map(str::to_owned),
    ];
    let entry = (any::<bool>(), prop::collection::vec(attribute(), 0..4)).prop_map(
        |(enabled, mut members)| {
            members.push(("enabled".to_owned(), enabled.into()));
            object(members)
        },
    );
    prop::collection::vec((key, entry), 1..5).prop_map(object)
}

/// Returns the document with unknown members, including `enabled` in each flag.
fn disguised(document: &Value) -> (Value, Value) {
    let members = document.as_object().unwrap();
    let flags = members.get("flags").unwrap().as_object().unwrap();
    let enabled = flags.iter().map(|(key, flag)| {
        let more = [("enabled".into(), true.into()), ("name".into(), "F".into())];
        let flag =
            flag.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone()));
        (key.clone(), Value::Object(flag.chain(more).collect()))
    });
    let enabled: Value = Value::Object(enabled.collect());
    let values = flags
        .iter()
        .map(|(key, _)| (key.to_string(), object([("enabled".to_owned(), true.into())])));
    let document = object([
        ("flags".to_owned(), enabled.clone()),
        ("values".to_owned(), object(values)),
        ("version".to_owned(), "1".into()),
        ("x".to_owned(), object([("enabled".to_owned(), true.into())])),
    ]);
    (document, enabled)
}

proptest! {
    #[test]
    fn no_generated_profile_is_loaded_as_flags(profile in profile()) {
        let keys = profile.as_object().unwrap();
        let definitions = keys.iter().map(|(key, _)| {
            (key.to_string(), object([("name".to_owned(), key.to_string().into())]))
        });
        let definition = object([
            ("flags".to_owned(), object(definitions)),
            ("values".to_owned(), profile.clone()),
        ]);
        prop_assert!(is_profile(Flags::from_value(profile.clone())));
        prop_assert!(is_profile(Flags::from_flag_map_value(profile)));
        prop_assert!(is_profile(Flags::from_value(definition.clone())));
        prop_assert!(is_profile(Flags::from_flag_map_value(definition)));
    }

    #[test]
    fn no_generated_document_is_taken_for_a_profile([document, _] in documents()) {
        let (whole, map) = disguised(&document);
        prop_assert!(Flags::from_value(document).is_ok());
        prop_assert!(Flags::from_value(whole).is_ok());
        prop_assert!(Flags::from_flag_map_value(map).is_ok());
    }
}
