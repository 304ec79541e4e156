//! Conversions of other tools' flags to documents.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use isoflag::{Context, Flags, Value};
use isoflag_tools::{Conversion, ConversionSource, convert};

fn powertools(text: &str) -> Conversion {
    convert(text, ConversionSource::Powertools).unwrap()
}

fn context(attributes: &str) -> Context {
    let text = format!(r#"{{"kind": "user", "key": "k"{attributes}}}"#);
    Context::from_json(text.as_bytes()).unwrap()
}

fn answer(flags: &Flags, context: &Context) -> String {
    flags.variation("f", context, Value::from("none")).to_string()
}

/// A feature with one rule, of these conditions.
fn ruled(conditions: &str) -> String {
    format!(
        r#"{{"f": {{"default": false, "rules": {{"r": {{"when_match": true, "conditions": [{conditions}]}}}}}}}}"#
    )
}

fn condition(action: &str, value: &str) -> String {
    format!(r#"{{"action": "{action}", "key": "a", "value": {value}}}"#)
}

#[test]
fn an_action_matches_the_same_values() {
    for (action, value, matching, others) in [
        ("EQUALS", "\"x\"", ["\"x\""].as_slice(), ["\"y\"", "1"].as_slice()),
        ("NOT_EQUALS", "\"x\"", &["\"y\"", "1"], &["\"x\""]),
        ("KEY_GREATER_THAN_VALUE", "5", &["6"], &["5", "\"6\""]),
        ("KEY_GREATER_THAN_OR_EQUAL_VALUE", "5", &["5"], &["4.9"]),
        ("KEY_LESS_THAN_VALUE", "5", &["4"], &["5"]),
        ("KEY_LESS_THAN_OR_EQUAL_VALUE", "5", &["5"], &["5.1"]),
        ("STARTSWITH", "\"ab\"", &["\"abc\""], &["\"cab\"", "1"]),
        ("ENDSWITH", "\"bc\"", &["\"abc\""], &["\"bca\""]),
        ("IN", "[1, \"x\"]", &["1", "\"x\""], &["2"]),
        ("KEY_IN_VALUE", "[1, \"x\"]", &["1"], &["2"]),
        ("NOT_IN", "[1, \"x\"]", &["2"], &["1"]),
        ("KEY_NOT_IN_VALUE", "[1]", &["2"], &["1"]),
        ("VALUE_IN_KEY", "1", &["[1, 2]"], &["[2]"]),
        ("VALUE_NOT_IN_KEY", "1", &["[2]", "[]"], &["[1]"]),
        ("ANY_IN_VALUE", "[1, 2]", &["[2, 3]"], &["[3]", "[]"]),
        ("NONE_IN_VALUE", "[1, 2]", &["[3]", "[]"], &["[2, 3]"]),
    ] {
        let Conversion { flags, notes } = powertools(&ruled(&condition(action, value)));
        assert!(notes.is_empty(), "{action}: {notes:?}");
        let answer = |attribute: &str| answer(&flags, &context(&format!(r#", "a": {attribute}"#)));
        for attribute in matching {
            assert_eq!(answer(attribute), "true", "{action} {attribute}");
        }
        for attribute in others {
            assert_eq!(answer(attribute), "false", "{action} {attribute}");
        }
        assert_eq!(answer("null"), "false", "{action}: absent");
    }
}

#[test]
fn the_first_rule_of_the_text_wins_and_all_its_conditions_must_match() {
    let text = r#"{"f": {"default": {"d": 1}, "boolean_type": false, "rules": {
        "z": {"when_match": ["z"], "conditions": [
            {"action": "EQUALS", "key": "a", "value": 1}, {"action": "EQUALS", "key": "b", "value": 1}]},
        "\u0061": {"when_match": ["a"], "conditions": [{"action": "EQUALS", "key": "a", "value": 1}]}}}}"#;
    let Conversion { flags, notes } = powertools(text);
    assert!(
        notes.is_empty() && flags.diagnostics().is_empty(),
        "{notes:?} {:?}",
        flags.diagnostics()
    );
    for (attributes, value) in
        [(r#", "a": 1, "b": 1"#, "[\"z\"]"), (r#", "a": 1"#, "[\"a\"]"), ("", "{\"d\":1}")]
    {
        assert_eq!(answer(&flags, &context(attributes)), value);
    }
    let off = powertools(r#"{"f": {"default": true}}"#).flags;
    assert_eq!(answer(&off, &context("")), "true");
}

#[test]
fn names_of_attributes_are_not_paths() {
    let text = ruled(r#"{"action": "EQUALS", "key": "/a~b/c", "value": 1}"#);
    let Conversion { flags, .. } = powertools(&text);
    assert_eq!(answer(&flags, &context(r#", "/a~b/c": 1"#)), "true");
    assert_eq!(answer(&flags, &context("")), "false");
}

#[test]
fn time_rules_use_the_clock() {
    let time = |start: &str, end: &str| {
        format!(
            r#"{{"action": "SCHEDULE_BETWEEN_TIME_RANGE", "key": "CURRENT_TIME", "value": {{"START": "{start}", "END": "{end}"}}}}"#
        )
    };
    let at = |flags: &Flags, milliseconds: f64| {
        let context = context("").with_clock(milliseconds, 0).unwrap();
        answer(flags, &context) == "true"
    };
    let hour = 3_600_000.0;
    let day = powertools(&ruled(&time("09:00", "17:30"))).flags;
    assert_eq!(
        [8.0, 9.0, 17.5, 17.6].map(|time| at(&day, time * hour)),
        [false, true, true, false]
    );
    assert_eq!(answer(&day, &context("")), "false");
    let night = powertools(&ruled(&time("22:00", "04:00"))).flags;
    assert_eq!(
        [3.0, 4.1, 21.9, 22.0].map(|time| at(&night, time * hour)),
        [true, false, false, true]
    );
    let days = powertools(&ruled(
        r#"{"action": "SCHEDULE_BETWEEN_DAYS_OF_WEEK", "key": "CURRENT_DAY_OF_WEEK", "value": {"DAYS": ["THURSDAY", "SUNDAY"]}}"#,
    ))
    .flags;
    // The epoch was a Thursday.
    assert_eq!([0.0, 24.0, 72.0].map(|time| at(&days, time * hour)), [true, false, true]);
    let moments = powertools(&ruled(
        r#"{"action": "SCHEDULE_BETWEEN_DATETIME_RANGE", "key": "CURRENT_DATETIME",
            "value": {"START": "1970-01-01T01:00:00", "END": "1970-01-02", "TIMEZONE": "UTC"}}"#,
    ))
    .flags;
    assert_eq!(
        [0.5, 1.0, 24.0, 24.1].map(|time| at(&moments, time * hour)),
        [false, true, true, false]
    );
}

#[test]
fn a_part_without_an_equivalent_is_left_out_and_noted() {
    let zoned = |zone: &str, action: &str| {
        format!(
            r#"{{"action": "SCHEDULE_BETWEEN_{action}", "key": "k", "value": {{"START": "09:00", "END": "10:00", "DAYS": ["MONDAY"], "TIMEZONE": "{zone}"}}}}"#
        )
    };
    let at = "f.rules.r.conditions[0]";
    for (conditions, code, path) in [
        (condition("SOMETIMES", "1"), "unknown-action", at),
        (condition("ALL_IN_VALUE", "[1]"), "untranslated-condition", at),
        (condition("MODULO_RANGE", "{}"), "untranslated-condition", at),
        (condition("EQUALS", "[1]"), "untranslated-condition", at),
        (condition("KEY_IN_VALUE", "\"text\""), "untranslated-condition", at),
        (condition("KEY_LESS_THAN_VALUE", "\"b\""), "untranslated-condition", at),
        (
            r#"{"action": "EQUALS", "key": "kind", "value": 1}"#.to_owned(),
            "untranslated-condition",
            at,
        ),
        (r#"{"action": "EQUALS"}"#.to_owned(), "untranslated-condition", at),
        ("7".to_owned(), "untranslated-condition", at),
        (String::new(), "malformed-feature", "f.rules.r.conditions"),
        (zoned("Europe/Rome", "TIME_RANGE"), "time-zone", ""),
        (zoned("Europe/Rome", "DATETIME_RANGE"), "time-zone", at),
        (
            [zoned("Europe/Rome", "DAYS_OF_WEEK"), zoned("UTC", "TIME_RANGE")].join(","),
            "time-zone",
            at,
        ),
    ] {
        let notes = powertools(&ruled(&conditions)).notes;
        assert_eq!((notes[0].code, &*notes[0].path), (code, path), "{conditions}: {notes:?}");
    }
    for (text, path) in [
        (r#"{"f": 7}"#, "f"),
        (r#"{"f": {}}"#, "f.default"),
        (r#"{"f": {"default": 1}}"#, "f.default"),
        (r#"{"f": {"default": true, "rules": [1]}}"#, "f.rules"),
        (r#"{"f": {"default": true, "rules": {"r": 1}}}"#, "f.rules.r"),
    ] {
        let notes = powertools(text).notes;
        assert_eq!((notes[0].code, &*notes[0].path), ("malformed-feature", path), "{text}");
    }
    assert!(convert("[", ConversionSource::Powertools).is_err());
    assert!(convert("[]", ConversionSource::Powertools).is_err());
}

#[test]
fn a_profile_of_appconfig_is_converted_without_variants() {
    let text = r#"{"a": {"enabled": true, "size": 3}, "b": {"_variants": []}}"#;
    let Conversion { flags, notes } = convert(text, ConversionSource::AppConfig).unwrap();
    assert_eq!(flags.keys().collect::<Vec<_>>(), ["a", "a.attributes"]);
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    assert_eq!((note.code, &*note.path), ("variants", "b._variants"));
    let text = r#"{"version": "1", "flags": {"a": {"name": "a", "attributes": {"size": {}}}}, "values": {"a": {"enabled": true}}}"#;
    let notes = convert(text, ConversionSource::AppConfig).unwrap().notes;
    assert_eq!((notes[0].code, &*notes[0].path), ("attribute-constraints", "flags.a.attributes"));
    assert!(convert(r#"{"flags": {}}"#, ConversionSource::AppConfig).is_err());
    assert!(convert("7", ConversionSource::AppConfig).is_err());
}

#[test]
fn the_text_is_indented_and_is_the_document() {
    let conversion = powertools(r#"{"f": {"default": true}}"#);
    let text = conversion.to_text();
    assert_eq!(Flags::from_json(text.as_bytes()).unwrap().digest(), conversion.flags.digest());
    assert!(text.contains("\n    \"f\": {\n      \"key\": \"f\",\n"), "{text}");
}

/// A value is deeper in the document than in the text.
#[test]
fn a_document_that_nests_too_deep_is_an_error() {
    for (source, before, after) in [
        (ConversionSource::Powertools, r#"{"f": {"default": "#, "}}"),
        (ConversionSource::AppConfig, r#"{"f": {"enabled": true, "x": "#, "}}"),
    ] {
        let mut fitting = 0;
        for levels in 1..=128 {
            let value = "[".repeat(levels) + &"]".repeat(levels);
            match convert(&format!("{before}{value}{after}"), source) {
                Ok(conversion) => {
                    Flags::from_json(conversion.to_text().as_bytes()).unwrap();
                    fitting = levels;
                }
                Err(error) => assert_eq!(error.code(), "limit", "{levels}: {error}"),
            }
        }
        assert!((120..128).contains(&fitting), "{source:?}: {fitting}");
    }
}
