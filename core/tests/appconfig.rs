//! AppConfig's feature-flag profiles, as retrieved and as defined: they are loaded as such, and no flag document is taken for one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generated_documents;

use std::sync::Arc;

use generated_documents::documents;
use isoflag::{Context, Diagnostic, DocumentError, Flags, Gate, Object, Value};
use proptest::prelude::*;

const RETRIEVED: &[u8] = br#"{
    "background_worker": {"enabled": true, "num_threads": 4, "queue_name": "work"},
    "emergency_shutoff": {"enabled": false},
    "isFeatureXEnabled": {"enabled": true, "_variant": "beta"}
}"#;

const DEFINED: &[u8] = br#"{
    "version": "1",
    "flags": {
        "background_worker": {"name": "Worker", "attributes": {"num_threads": {}, "queue_name": {}}},
        "emergency_shutoff": {"name": "Off", "_deprecation": {"status": "planned"}},
        "isFeatureXEnabled": {"name": "X"}
    },
    "values": {
        "background_worker": {
            "_updatedAt": "2026-01-01T00:00:00Z",
            "enabled": true, "num_threads": 4, "queue_name": "work"
        },
        "emergency_shutoff": {"enabled": false},
        "isFeatureXEnabled": {"enabled": true}
    }
}"#;

fn answer(flags: &Flags, key: &str) -> String {
    let context = Context::builder("ada").build().unwrap();
    let detail = flags.variation_detail(key, &context, Value::from("default"));
    format!("{} {}", detail.value.to_canonical_json(), detail.reason)
}

#[test]
fn enabled_is_a_boolean_flag_and_attributes_are_a_json_flag() {
    let flags = Flags::from_appconfig_json(RETRIEVED).unwrap();
    assert_eq!(flags.diagnostics(), []);
    let answers: Vec<_> =
        flags.keys().map(|key| format!("{key} {}", answer(&flags, key))).collect();
    assert_eq!(
        answers,
        [
            r#"background_worker true {"kind":"FALLTHROUGH"}"#,
            r#"background_worker.attributes {"num_threads":4,"queue_name":"work"} {"kind":"FALLTHROUGH"}"#,
            r#"emergency_shutoff false {"kind":"OFF"}"#,
            r#"emergency_shutoff.attributes "default" {"kind":"OFF"}"#,
            r#"isFeatureXEnabled true {"kind":"FALLTHROUGH"}"#,
            r#"isFeatureXEnabled.attributes {} {"kind":"FALLTHROUGH"}"#,
        ]
    );
}

#[test]
fn a_definition_and_a_retrieved_profile_are_the_same_document() {
    let retrieved = Flags::from_appconfig_json(RETRIEVED).unwrap();
    let defined = Flags::from_appconfig_json(DEFINED).unwrap();
    let parsed = Flags::from_appconfig_value(Value::parse(RETRIEVED).unwrap()).unwrap();
    assert_eq!(defined.digest(), retrieved.digest());
    assert_eq!(parsed.digest(), retrieved.digest());
    let written = retrieved.document().to_canonical_json();
    assert_eq!(Flags::from_json(written.as_bytes()).unwrap().digest(), retrieved.digest());
}

#[test]
fn a_malformed_entry_is_isolated() {
    let flags =
        Flags::from_appconfig_json(br#"{"a": {"enabled": "yes"}, "b": 1, "c": {"enabled": true}}"#)
            .unwrap();
    for key in ["a", "a.attributes", "b"] {
        let malformed = r#""default" {"errorKind":"MALFORMED_FLAG","kind":"ERROR"}"#;
        assert_eq!(answer(&flags, key), malformed, "{key}");
    }
    assert_eq!(answer(&flags, "c"), r#"true {"kind":"FALLTHROUGH"}"#);
    let paths: Vec<_> = flags.diagnostics().iter().map(|found| found.path().to_string()).collect();
    assert_eq!(paths, ["flags.a.on", "flags[\"a.attributes\"].on", "flags.b"]);
}

#[test]
fn a_response_in_ion_is_reported() {
    for text in [
        &b"'tiered_release'::[[(eq $group \"a\"), \"{}\"], \"{}\"]"[..],
        b"  tiered_release::[]",
        b"$ion_1_0 {}",
        b"\xe0\x01\x00\xea\x0f",
    ] {
        let error = Flags::from_appconfig_json(text).unwrap_err();
        assert_eq!(error.code(), "appconfig-ion", "{text:?}");
        assert!(error.message().contains("Amazon Ion"));
    }
    for text in [&b""[..], b"<html>", b"{", b"a:b", b"::", b"Service Unavailable"] {
        assert_eq!(Flags::from_appconfig_json(text).unwrap_err().code(), "not-json", "{text:?}");
    }
}

#[test]
fn an_invalid_profile_is_an_error_with_its_path() {
    for (text, expected) in [
        (&b"[]"[..], "a profile is an object, found"),
        (br#"{"enabled": true, "color": "red"}"#, "`enabled`: this is the answer for one flag"),
        (br#"{"flags": {}, "segments": {}}"#, "`flags`: expected `enabled`"),
        (br#"{"version": "1", "flags": {"a": {"name": "A"}}}"#, "`values`: expected `values`"),
        (br#"{"a": {"enabled": null}}"#, "`a`: expected `enabled`"),
        (
            br#"{"version": "1", "flags": {}, "values": {"a": {"_variants": []}}}"#,
            "`values.a._variants`: variants are for AppConfig's agent",
        ),
    ] {
        let error = Flags::from_appconfig_json(text).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert_eq!(error.code(), "not-a-document");
    }
}

#[test]
fn the_injected_attribute_is_the_time_of_the_last_change() {
    let gate = |stamp: &str| {
        let entry = format!(r#"{{"enabled": true, "lastModifiedTimestamp": {stamp}}}"#);
        let defined = format!(
            r#"{{"version": "1", "flags": {{"x": {{"name": "X"}}}}, "values": {{"x": {entry}}}}}"#
        );
        let retrieved = Flags::from_appconfig_json(format!(r#"{{"x": {entry}}}"#).as_bytes());
        let retrieved = retrieved.unwrap();
        let defined = Flags::from_appconfig_json(defined.as_bytes()).unwrap();
        assert_eq!(retrieved.digest(), defined.digest());
        let ada = Context::builder("ada").build().unwrap();
        let gate = |key| retrieved.consistency(key, &ada, &Gate::new(1_000_000.0, 45.0));
        let [found, attributes] = ["x", "x.attributes"].map(gate);
        assert_eq!(found.remaining_seconds, attributes.remaining_seconds);
        let code = found.diagnostics().first().map(Diagnostic::code);
        (found.is_backend_consistent, found.remaining_seconds, code)
    };
    for (stamp, expected) in [
        ("100", (true, Some(0.0), None)),
        ("\"100\"", (true, Some(0.0), None)),
        ("\" 100 \"", (true, Some(0.0), None)),
        ("\"1e2\"", (true, Some(0.0), None)),
        ("954", (true, Some(0.0), None)),
        ("955", (false, Some(1.0), None)),
        // A fraction of a second is rounded up.
        ("954.5", (false, Some(1.0), None)),
        ("\"953.5\"", (true, Some(0.0), None)),
        ("990", (false, Some(35.0), None)),
        ("2000", (false, None, Some("future-stamp"))),
        ("\"1795172400000\"", (false, None, Some("millisecond-stamp"))),
        ("\"yesterday\"", (false, None, Some("invalid-stamp"))),
        ("-1", (false, None, Some("invalid-stamp"))),
        ("[\"100\"]", (false, None, Some("invalid-stamp"))),
        ("null", (false, None, Some("missing-stamp"))),
    ] {
        assert_eq!(gate(stamp), expected, "{stamp}");
    }
}

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
