//! Edits of flags in the text of a document.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::{Context, Flags, Object, Value};
use isoflag_tools::{EditError, edit, patch_between};
use proptest::prelude::*;

const NOW: f64 = 99.0;

fn value(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn edited(text: &str, edits: &str) -> Result<String, EditError> {
    edit(text, &value(edits), NOW)
}

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

const SHOP: &str = r#"{
  "meta": { "version": 7, "lastModifiedTimestamp": 5 },
  "flags": {
    "checkout": {
      "key": "checkout", "version": 3, "on": true, "salt": "a",
      "variations": [ true, false ],
      "fallthrough": { "variation": 1 }, "offVariation": 1
    },
    "banner": {"version": 1e0, "on": true, "variations": ["a", "b", "c"], "offVariation": 2,
      "prerequisites": [{"key": "checkout", "variation": 0}],
      "fallthrough": {"rollout": {"variations": [
        {"variation": 0, "weight": 20000}, {"variation": 1, "weight": 30000, "untracked": true},
        {"variation": 2, "weight": 50000}]}}},
    "broken": {"on": true, "variations": 7},
    "hidden": {"on": false, "variations": [1], "prerequisites": [{"key": "banner"}]}
  }
}
"#;

/// The parts of the shop's text that an edit replaces: before and after.
fn parts(edits: &str, replaced: &[(&str, &str)]) {
    let mut expected = SHOP.to_owned();
    for (before, after) in replaced {
        assert_eq!(expected.matches(before).count(), 1, "{before}");
        expected = expected.replace(before, after);
    }
    assert_eq!(edited(SHOP, edits).unwrap(), expected, "{edits}");
}

const VERSION: (&str, &str) = (r#"{ "version": 7,"#, r#"{ "version": 8,"#);

#[test]
fn only_the_edited_members_change() {
    let checkout = (r#""version": 3"#, r#""version": 4"#);
    let time = (
        "\"offVariation\": 1\n",
        "\"offVariation\": 1, \"lifecycle\": {\"lastModifiedTimestamp\": 99}\n",
    );
    let banner = (r#""version": 1e0"#, r#""version": 2"#);
    let banner_time = ("]}}},", "]}},\n      \"lifecycle\": {\"lastModifiedTimestamp\": 99}},");
    // The time of the document counts for `banner`, which has `checkout` as a prerequisite.
    let document_time = (r#"Timestamp": 5 }"#, r#"Timestamp": 99 }"#);
    parts(
        r#"[{"op": "off", "key": "checkout", "force": true}]"#,
        &[VERSION, document_time, checkout, ("true, \"salt\"", "false, \"salt\""), time],
    );
    parts(
        r#"[{"op": "rollout", "key": "checkout", "percent": 25}]"#,
        &[
            VERSION,
            document_time,
            checkout,
            (
                r#"{ "variation": 1 }"#,
                r#"{ "rollout": {"variations": [{"variation": 0, "weight": 25000}, {"variation": 1, "weight": 75000}]} }"#,
            ),
            time,
        ],
    );
    parts(
        r#"[{"op": "rollout", "key": "banner", "percent": 40, "variation": 0}]"#,
        &[
            VERSION,
            banner,
            banner_time,
            (r#""weight": 20000"#, r#""weight": 40000"#),
            (r#""weight": 30000"#, r#""weight": 10000"#),
        ],
    );
}

#[test]
fn an_edit_that_changes_nothing_raises_no_version() {
    for edits in [
        "[]",
        r#"[{"op": "on", "key": "checkout"}]"#,
        r#"[{"op": "off", "key": "hidden"}]"#,
        r#"[{"op": "rollout", "key": "banner", "weights": [{"variation": 2, "weight": 50000},
            {"variation": 0, "weight": 20000}, {"variation": 1, "weight": 30000}]}]"#,
        r#"[{"op": "target", "key": "banner", "variation": null, "values": ["ada"]}]"#,
    ] {
        assert_eq!(edited(SHOP, edits).as_deref(), Ok(SHOP), "{edits}");
    }
}

#[test]
fn every_edit_raises_versions_however_large_they_are() {
    // Nanoseconds since the epoch are beyond 2^53, where adding one changes nothing.
    for version in ["1", "9007199254740991", "9007199254740992", "1795172400000000000"] {
        let mut text = format!(
            r#"{{"flags": {{"f": {{"version": {version}, "on": true, "variations": [1], "fallthrough": {{"variation": 0}}}}}},
            "meta": {{"version": {version}}}}}"#
        );
        for op in ["off", "on", "off"] {
            let after = edited(&text, &format!(r#"[{{"op": "{op}", "key": "f"}}]"#)).unwrap();
            let (before, next) = (flags(&text), flags(&after));
            assert!(next.version() > before.version(), "{after}");
            let patch = patch_between(&before, &next).unwrap();
            let patched = before.apply(patch.to_canonical_json().as_bytes()).unwrap();
            assert_eq!(patched.digest(), next.digest());
            text = after;
        }
    }
}

#[test]
fn a_flag_with_malformed_rules_is_turned_off() {
    let text = r#"{"flags": {"f": {"on": true, "variations": [1], "rules": 7}}}"#;
    let after = edited(text, r#"[{"op": "off", "key": "f"}]"#).unwrap();
    assert!(after.contains(r#"{"on": false, "variations": [1], "rules": 7,"#), "{after}");
    // Without a `lifecycle` that is an object, the time of the document counts.
    let malformed = text.replace("\"rules\"", "\"lifecycle\"");
    let after = edited(&malformed, r#"[{"op": "off", "key": "f"}]"#).unwrap();
    assert!(after.contains(r#""lastModifiedTimestamp": 99}, "flags""#), "{after}");
    let error = edited(text, r#"[{"op": "rollout", "key": "f", "percent": 5}]"#).unwrap_err();
    assert_eq!((error.code(), error.path()), ("malformed-flag", "flags.f.rules"));
}

#[test]
fn several_edits_are_one_step() {
    let text = edited(
        SHOP,
        r#"[{"op": "off", "key": "checkout"}, {"op": "off", "key": "banner"},
            {"op": "target", "key": "banner", "variation": 1, "values": ["ada"]},
            {"op": "off", "key": "checkout"}, {"op": "remove", "key": "hidden"},
            {"op": "add", "key": "new"}, {"op": "on", "key": "new"}]"#,
    )
    .unwrap();
    let after = flags(&text);
    assert_eq!(after.version(), Some(8));
    assert_eq!(after.keys().collect::<Vec<_>>(), ["banner", "broken", "checkout", "new"]);
    let ada = Context::builder("ada").build().unwrap();
    assert!(after.bool_variation("new", &ada, false));
    let version = |key| flag(&text, key).get("version").and_then(Value::as_integer);
    assert_eq!(["banner", "checkout", "new"].map(version), [Some(2), Some(4), Some(1)]);
}

fn flag(text: &str, key: &str) -> Object {
    let document = value(text);
    let flags = document.as_object().unwrap().get("flags").unwrap().as_object().unwrap();
    flags.get(key).unwrap().as_object().unwrap().clone()
}

#[test]
fn an_edit_that_does_not_fit_is_rejected_with_a_place() {
    let refused = [
        (
            r#"[{"op": "on", "key": "nothing"}]"#,
            "unknown-flag",
            "`flags.nothing`: there is no flag `nothing`; add it first",
        ),
        (
            r#"[{"op": "add", "key": "banner"}]"#,
            "existing-flag",
            "`flags.banner`: there is a flag `banner` already; choose another key",
        ),
        (
            r#"[{"op": "off", "key": "checkout"}]"#,
            "required-flag",
            "`flags.checkout`: flags that are on require it: `banner`; turn them off too, or force it",
        ),
        (
            r#"[{"op": "remove", "key": "banner"}]"#,
            "required-flag",
            "`flags.banner`: it is a prerequisite of `hidden`; remove the prerequisite first",
        ),
        (
            r#"[{"op": "on", "key": "checkout"}, {"op": "off", "key": "checkout"}]"#,
            "conflicting-edits",
            "`edits[1]`: `off` and `edits[0]` disagree about the flag `checkout`; keep one of them",
        ),
        (
            r#"[{"op": "off", "key": "broken"}]"#,
            "malformed-flag",
            "`flags.broken.variations`: expected an array, found the number 7; fix it first",
        ),
        (
            r#"[{"op": "on", "key": "hidden"}]"#,
            "malformed-flag",
            "`flags.hidden.fallthrough`: no fallthrough; a context that nothing else matches gets an error; fix it first",
        ),
        (
            r#"[{"op": "rollout", "key": "checkout", "percent": 5, "variation": 2}]"#,
            "unknown-variation",
            "`edits[0]`: there is no variation 2; the flag `checkout` has 2",
        ),
        (
            r#"[{"op": "target", "key": "checkout", "values": ["ada"], "variation": 2}]"#,
            "unknown-variation",
            "`edits[0]`: there is no variation 2; the flag `checkout` has 2",
        ),
        (
            r#"[{"op": "rollout", "key": "banner", "weights": [{"variation": 0, "weight": 1000}]}]"#,
            "invalid-edit",
            "`edits[0].weights`: the weights sum to 1000; they must sum to 100000",
        ),
        (
            r#"[{"op": "rollout", "key": "banner", "percent": 100.5}]"#,
            "invalid-edit",
            "`edits[0].percent`: expected a percentage from 0 to 100 with at most 3 decimals",
        ),
        (
            r#"[{"op": "rollout", "key": "banner"}]"#,
            "invalid-edit",
            "`edits[0]`: expected `percent`, with or without `variation`, or `weights`",
        ),
        (
            r#"[{"op": "on", "key": "banner", "force": true}]"#,
            "invalid-edit",
            "`edits[0].force`: unknown member; remove it",
        ),
        (
            r#"[{"op": "toggle", "key": "banner"}]"#,
            "invalid-edit",
            "`edits[0].op`: expected `add`, `on`, `off`, `rollout`, `target` or `remove`",
        ),
        (r#"[{"op": "on"}]"#, "invalid-edit", "`edits[0].key`: expected the key of a flag"),
        (r#"[7]"#, "invalid-edit", "`edits[0]`: expected an object, found a number"),
        ("{}", "invalid-edit", "`edits`: expected an array of edits"),
        (
            r#"[{"op": "target", "key": "banner", "values": [], "variation": 1}]"#,
            "invalid-edit",
            "`edits[0].values`: expected an array of keys of contexts",
        ),
        (
            r#"[{"op": "target", "key": "banner", "values": ["ada"]}]"#,
            "invalid-edit",
            "`edits[0].variation`: expected the index of a variation, or null to remove the keys",
        ),
        (
            r#"[{"op": "add", "key": "new", "flag": {"variations": 7}}]"#,
            "malformed-flag",
            "`flags.new.variations`: expected an array, found the number 7; fix it first",
        ),
        (
            r#"[{"op": "add", "key": "new", "flag": {"key": "old"}}]"#,
            "invalid-edit",
            "`edits[0].flag.key`: expected the key of the edit, `new`, or no key",
        ),
    ];
    for (edits, code, message) in refused {
        let error = edited(SHOP, edits).unwrap_err();
        assert_eq!((error.code(), &*error.to_string()), (code, message), "{edits}");
    }
    let values = edited(r#"{"flagValues": {"a": true}}"#, r#"[{"op": "off", "key": "a"}]"#);
    assert_eq!(values.unwrap_err().code(), "not-editable");
    let error = edited("{\"flags\": {\n]", "[]").unwrap_err();
    assert_eq!((error.code(), error.line_column()), ("not-json", Some((2, 1))));
    let named = r#"{"flags": {"a": {"variations": [1]}}, "meta": {"strategies": {"development": [{"strategy": "Custom", "on": ["a"]}]}}}"#;
    let error = edited(named, r#"[{"op": "remove", "key": "a"}]"#).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`flags.a`: `meta.strategies.development` names it; remove it there first"
    );
}

#[test]
fn edits_of_one_flag_that_disagree_are_rejected() {
    for (one, other) in [
        (r#""op": "remove""#, r#""op": "on""#),
        (r#""op": "add""#, r#""op": "add", "flag": {"on": true}"#),
        (r#""op": "rollout", "percent": 5"#, r#""op": "rollout", "percent": 6"#),
        (
            r#""op": "target", "variation": 1, "values": ["a", "b"]"#,
            r#""op": "target", "variation": 0, "values": ["b"]"#,
        ),
    ] {
        let edits = format!(r#"[{{"key": "x", {one}}}, {{"key": "x", {other}}}]"#);
        assert_eq!(edited(SHOP, &edits).unwrap_err().code(), "conflicting-edits", "{edits}");
    }
}

#[test]
fn a_new_flag_is_off_and_its_on_variation_differs_from_its_off_variation() {
    for (members, off, on) in [
        ("{}", "false", "true"),
        (r#"{"variations": [true, false]}"#, "false", "true"),
        (r#"{"variations": ["a", "b", "c"]}"#, "\"a\"", "\"b\""),
        (r#"{"variations": ["a"]}"#, "\"a\"", "\"a\""),
        (
            r#"{"variations": ["a", "b"], "offVariation": 1, "fallthrough": {"variation": 0}}"#,
            "\"b\"",
            "\"a\"",
        ),
    ] {
        let edits = format!(r#"[{{"op": "add", "key": "new", "flag": {members}}}]"#);
        let text =
            edited(r#"{"flags": {"new": {"version": 6, "deleted": true}}}"#, &edits).unwrap();
        let ada = Context::builder("ada").build().unwrap();
        let answer = |text: &str| flags(text).variation("new", &ada, Value::Null).to_string();
        assert_eq!(answer(&text), off, "{members}");
        assert_eq!(
            answer(&edited(&text, r#"[{"op": "on", "key": "new"}]"#).unwrap()),
            on,
            "{members}"
        );
        assert_eq!(flag(&text, "new").get("version"), Some(&Value::from(7)));
    }
}

/// The variation and weight of each entry after edits of `banner`.
fn entries(shares: &[&str]) -> String {
    let text = shares.iter().fold(SHOP.to_owned(), |text, share| {
        edited(&text, &format!(r#"[{{"op": "rollout", "key": "banner", {share}}}]"#)).unwrap()
    });
    let banner = Value::Object(flag(&text, "banner")).to_string();
    let (_, entries) = banner.split_once(r#""rollout":{"variations":"#).unwrap();
    entries
        .split_once(']')
        .unwrap()
        .0
        .replace(['"', '[', '{', '}'], "")
        .replace("variation:", "")
        .replace("weight:", "")
}

#[test]
fn a_changed_share_moves_as_few_contexts_as_possible() {
    assert_eq!(
        entries(&[r#""percent": 40, "variation": 0"#]),
        "0,40000,untracked:true,1,10000,2,50000"
    );
    assert_eq!(
        entries(&[r#""percent": 90, "variation": 0"#]),
        "0,90000,untracked:true,1,0,2,10000"
    );
    // A smaller share leaves the rest to the variation that is served if the flag is off.
    assert_eq!(
        entries(&[r#""percent": 5, "variation": 0"#]),
        "0,5000,untracked:true,1,30000,2,65000"
    );
    let weights =
        r#""weights": [{"variation": 2, "weight": 10000}, {"variation": 0, "weight": 90000}]"#;
    assert_eq!(entries(&[weights]), "0,90000,untracked:true,1,0,2,10000");
    assert_eq!(
        entries(&[weights, r#""percent": 100, "variation": 1"#]),
        "0,0,untracked:true,1,100000,2,0"
    );
}

#[test]
fn targets_get_their_variation_and_others_keep_theirs() {
    let held = r#"{"flags": {"f": {"on": true, "variations": ["a", "b", "c"], "fallthrough": {"variation": 2},
        "targets": [{"variation": 1, "values": ["ada"]}, {"variation": 0, "values": ["grace"]}]}}}"#;
    let context = |kind: &str, key: &str| Context::builder(key).kind(kind).build().unwrap();
    let people = ["ada", "grace", "mia"].map(|key| context("user", key));
    let answers = |text: &str, orgs: bool| -> String {
        let orgs =
            if orgs { vec![context("org", "acme"), context("org", "ada")] } else { Vec::new() };
        let flags = flags(text);
        let answers = people
            .iter()
            .chain(&orgs)
            .map(|each| flags.variation("f", each, Value::Null).to_string());
        answers.collect::<String>().replace('"', "")
    };
    let target = |text: &str, rest: &str| {
        edited(text, &format!(r#"[{{"op": "target", "key": "f", {rest}}}]"#)).unwrap()
    };
    assert_eq!(answers(held, true), "baccc");
    let moved = target(held, r#""variation": 0, "values": ["ada", "mia"]"#);
    assert_eq!(answers(&moved, false), "aaa");
    let org = target(&moved, r#""variation": 1, "values": ["acme"], "contextKind": "org""#);
    assert_eq!(answers(&org, true), "aaabc");
    let user = target(&org, r#""variation": 2, "values": ["mia"]"#);
    assert_eq!(answers(&user, true), "aacbc");
    let org =
        target(&user, r#""variation": null, "values": ["acme", "ada"], "contextKind": "org""#);
    assert_eq!(answers(&org, true), "aaccc");
    assert_eq!(
        answers(&target(&org, r#""variation": null, "values": ["ada", "grace"]"#), false),
        "ccc"
    );
}

#[test]
fn a_flag_that_another_one_changes_is_marked() {
    let text = r#"{"meta": {"lastModifiedTimestamp": 5}, "flags": {
        "a": {"on": false, "variations": [1], "fallthrough": {"variation": 0}, "lifecycle": {"lastModifiedTimestamp": 4}},
        "b": {"on": true, "variations": [1], "fallthrough": {"variation": 0}, "prerequisites": [{"key": "a"}],
            "lifecycle": {"lastModifiedTimestamp": 3}},
        "c": {"on": true, "variations": [1], "fallthrough": {"variation": 0}, "lifecycle": {"lastModifiedTimestamp": 2}}}}"#;
    let after = edited(text, r#"[{"op": "on", "key": "a"}]"#).unwrap();
    let expected = text
        .replace(r#"{"on": false, "variations": [1]"#, r#"{"on": true, "variations": [1]"#)
        .replace("Timestamp\": 4}}", "Timestamp\": 99}, \"version\": 1}")
        .replace("Timestamp\": 3}},", "Timestamp\": 99},\n            \"version\": 1},")
        .replace("Timestamp\": 5}", "Timestamp\": 5, \"version\": 1}");
    assert_eq!(after, expected);
}

fn edits() -> impl Strategy<Value = Vec<(String, String)>> {
    let one = prop_oneof![
        Just(r#""op":"on""#.to_owned()),
        any::<bool>().prop_map(|force| format!(r#""op":"off","force":{force}"#)),
        Just(r#""op":"remove""#.to_owned()),
        (0..=100_000_u32, prop::option::of(0..4_u32)).prop_map(|(buckets, variation)| {
            let variation = variation.map_or("null".to_owned(), |variation| variation.to_string());
            format!(
                r#""op":"rollout","percent":{},"variation":{variation}"#,
                f64::from(buckets) / 1000.0
            )
        }),
        (0..3_u32, 0..4_u32).prop_map(|(variation, key)| {
            format!(r#""op":"target","variation":{variation},"values":["u{key}"]"#)
        }),
    ];
    prop::collection::vec((0..5_u32, one).prop_map(|(key, one)| (format!("f{key}"), one)), 1..3)
}

proptest! {
    #[test]
    fn other_flags_and_all_other_bytes_are_kept([document, _] in documents(), edits in edits()) {
        let document = document.as_object().unwrap();
        let items = |section: &str| document.get(section).unwrap().as_object().unwrap().clone();
        let pieces: Vec<(String, String)> = items("flags")
            .iter()
            .enumerate()
            .map(|(index, (key, flag))| {
                let text = flag.to_string().replace("0000", "0.000e4").replace(",\"", &format!(",{}\"", "\t".repeat(index)));
                (key.to_string(), format!("\"{key}\"{}:\n{text}", " ".repeat(index)))
            })
            .collect();
        let joined: Vec<&str> = pieces.iter().map(|(_, piece)| &**piece).collect();
        let segments = format!("\"segments\" :{}", Value::Object(items("segments")));
        let text = format!("{{\"flags\": {{{}}} ,\n{segments}\r\n}}\n", joined.join(" ,\r\n"));
        let list: Vec<String> =
            edits.iter().map(|(key, one)| format!(r#"{{"key":"{key}",{one}}}"#)).collect();
        let Ok(after) = edited(&text, &format!("[{}]", list.join(","))) else { return Ok(()) };
        let (before, after_flags) = (flags(&text), flags(&after));
        let end = [",\n", &segments, "\r\n}\n"].concat();
        prop_assert!(after.ends_with(&end));
        let mut at = 0;
        for (key, piece) in &pieces {
            let own: Vec<&str> = edits.iter().filter(|(edited, _)| edited == key).map(|(_, one)| &**one).collect();
            if own.is_empty() {
                let found = after.get(at..).unwrap().find(&**piece);
                prop_assert!(found.is_some(), "{key}: {after}");
                at += found.unwrap() + piece.len();
                continue;
            }
            if own.iter().any(|one| one.contains("remove")) {
                prop_assert!(!after_flags.contains(key));
                continue;
            }
            let (held, now) = (flag(&text, key), flag(&after, key));
            let version = |flag: &Object| flag.get("version").and_then(Value::as_integer).unwrap_or(0);
            let is_changed = held != now;
            prop_assert_eq!(version(&now), version(&held) + i64::from(is_changed));
            for (name, value) in now.iter() {
                let is_expected = match &**name {
                    "version" | "lifecycle" => true,
                    "on" => match own.iter().find(|one| one.contains("\"on\"") || one.contains("\"off\"")) {
                        Some(one) => value.as_bool() == Some(one.contains("\"on\"")),
                        None => held.get(name) == Some(value),
                    },
                    "fallthrough" if own.iter().any(|one| one.contains("rollout")) => {
                        let rollout = value.as_object().unwrap().get("rollout").unwrap();
                        let entries = rollout.as_object().unwrap().get("variations").unwrap();
                        let weight = |entry: &Value| entry.as_object().unwrap().get("weight").unwrap().as_integer().unwrap();
                        entries.as_array().unwrap().iter().map(weight).sum::<i64>() == 100_000
                    }
                    "targets" => own.iter().any(|one| one.contains("target")),
                    _ => held.get(name) == Some(value),
                };
                prop_assert!(is_expected, "{key}.{name}: {value}");
            }
        }
        let is_changed = before.digest() != after_flags.digest();
        prop_assert_eq!(after_flags.version().unwrap_or(0), i64::from(is_changed));
    }
}
