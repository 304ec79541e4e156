//! AppConfig's feature-flag profiles, as retrieved and as defined.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Diagnostic, Flags, Gate, Value};

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
        ("955", (false, Some(0.0), None)),
        // A fraction of a second is rounded up.
        ("954.5", (false, Some(0.0), None)),
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
