//! Flags are carried from one document to another: definitions, and nothing that an environment
//! decides.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Flags, Object, Value};
use isoflag_tools::{PromoteOptions, Promotion, promote};

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

fn document(flags: &str) -> String {
    format!(r#"{{"meta": {{"version": 7, "lastModifiedTimestamp": 5}}, "flags": {{{flags}}}}}"#)
}

fn carried(from: &str, to: &str, options: &PromoteOptions<'_>) -> Promotion {
    let done = promote(&flags(from), to, options, 900.0).unwrap();
    // Nothing is left to carry.
    let again = promote(&flags(from), &done.text, options, 950.0).unwrap();
    assert_eq!(again.text, done.text);
    done
}

/// A member of a flag after it is carried.
fn member(promoted: &Promotion, key: &str, name: &str) -> Value {
    let document = flags(&promoted.text).document();
    let flag = document.as_object().unwrap().get("flags").unwrap().as_object().unwrap().get(key);
    let flag = flag.and_then(Value::as_object).cloned().unwrap_or_else(Object::default);
    flag.get(name).cloned().unwrap_or_default()
}

fn codes(promoted: &Promotion) -> Vec<String> {
    let note = |note: &isoflag_tools::Note| format!("{} {}", note.code, note.path);
    promoted.notes.iter().map(note).collect()
}

fn refusal(from: &str, to: &str, options: &PromoteOptions<'_>) -> String {
    let error = promote(&flags(from), to, options, 900.0).unwrap_err();
    format!("{} {}", error.code(), error.path())
}

const ALL: PromoteOptions<'static> =
    PromoteOptions { features: &[], with_rollout: true, with_targets: true, with_on: true };
const DEFINITION: PromoteOptions<'static> =
    PromoteOptions { features: &[], with_rollout: false, with_targets: false, with_on: false };

const NEW: &str = r#""f": {"key": "f", "version": 30, "on": true, "salt": "s", "variations": [true, false],
    "offVariation": 1, "targets": [{"variation": 0, "values": ["ada"]}], "description": "d",
    "rules": [{"id": "r", "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}],
        "rollout": {"variations": [{"variation": 0, "weight": 30000}, {"variation": 1, "weight": 70000}]}}],
    "fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 60000}, {"variation": 1, "weight": 40000}]}},
    "lifecycle": {"owner": "web", "status": "Finished", "deployedTimestamp": 4, "lastModifiedTimestamp": 4,
        "rollout": {"stages": [{"share": 100}], "state": "running", "stage": 0, "stageTimestamp": 1}}}"#;

#[test]
fn a_new_flag_is_off_and_serves_no_percentage_and_no_target() {
    let promoted = carried(&document(NEW), &document(""), &DEFINITION);
    let expected = r#"{"description": "d", "fallthrough": {"variation": 1}, "key": "f", "lifecycle":
        {"lastModifiedTimestamp": 900, "owner": "web", "status": "Done"}, "offVariation": 1, "on": false,
        "rules": [{"clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}], "id": "r",
            "variation": 1}],
        "salt": "s", "variations": [true, false], "version": 1}"#;
    let document = flags(&promoted.text).document();
    let found = document.as_object().unwrap().get("flags").unwrap().as_object().unwrap().get("f");
    assert_eq!(found, Some(&Value::parse(expected.as_bytes()).unwrap()));
    assert_eq!(
        codes(&promoted),
        [
            "rollout-left-out flags.f.fallthrough",
            "targets-left-out flags.f.targets",
            "status-lowered flags.f.lifecycle.status",
            "rollout-left-out flags.f.rules[0]",
        ]
    );
    assert_eq!(flags(&promoted.text).version(), Some(8));
}

#[test]
fn everything_is_carried_if_it_is_requested() {
    let promoted = carried(&document(NEW), &document(""), &ALL);
    let source = flags(&document(NEW));
    for (name, is_equal) in [
        ("on", true),
        ("targets", true),
        ("rules", true),
        ("fallthrough", true),
        ("version", false),
        ("lifecycle", false),
    ] {
        let held = source.document();
        let held = held.as_object().unwrap().get("flags").unwrap().as_object().unwrap();
        let held = held.get("f").unwrap().as_object().unwrap().get(name).unwrap();
        assert_eq!(member(&promoted, "f", name) == *held, is_equal, "{name}");
    }
    // A plan starts from its first stage.
    let lifecycle = member(&promoted, "f", "lifecycle");
    let plan = lifecycle.as_object().unwrap().get("rollout").unwrap();
    assert_eq!(plan.to_string(), r#"{"stages":[{"share":100}]}"#);
}

const HELD: &str = r#""f": {"key": "f", "version": 4, "on": true, "salt": "own", "variations": [true, false],
    "offVariation": 1, "targets": [{"variation": 0, "values": ["grace"]}],
    "rules": [{"id": "r", "clauses": [{"attribute": "plan", "op": "in", "values": ["old"]}],
            "rollout": {"variations": [{"variation": 0, "weight": 1000}, {"variation": 1, "weight": 99000}]}},
        {"id": "lifecycle.rollout", "variation": 0, "clauses": [{"op": "segmentMatch", "values": ["staff"]}]}],
    "fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 2000}, {"variation": 1, "weight": 98000}]}},
    "lifecycle": {"status": "Doing", "kind": "ops"}}"#;

#[test]
fn an_existing_flag_keeps_what_its_environment_decides() {
    let to = document(HELD);
    let promoted = carried(&document(NEW), &to, &DEFINITION);
    let before = Promotion { text: to, notes: Vec::new() };
    for name in ["on", "salt", "offVariation", "targets", "fallthrough"] {
        assert_eq!(member(&promoted, "f", name), member(&before, "f", name), "{name}");
    }
    assert_eq!(member(&promoted, "f", "version"), Value::from(5));
    assert_eq!(member(&promoted, "f", "description"), Value::from("d"));
    assert_eq!(
        member(&promoted, "f", "lifecycle").to_string(),
        r#"{"lastModifiedTimestamp":900,"owner":"web","status":"Doing"}"#
    );
    // The rule with the same id has the clauses of the source and its own shares; the rule of a
    // planned rollout is kept.
    let rules = member(&promoted, "f", "rules").to_string();
    assert!(rules.contains(r#""values":["pro"]"#) && !rules.contains("old"), "{rules}");
    assert!(rules.contains(r#""weight":1000"#) && !rules.contains("30000"), "{rules}");
    assert!(rules.contains(r#""id":"lifecycle.rollout""#), "{rules}");
    assert_eq!(codes(&promoted), [""; 0]);
}

#[test]
fn rules_are_matched_by_id_or_clauses() {
    let clause = |value: &str| {
        format!(r#""clauses": [{{"attribute": "a", "op": "in", "values": ["{value}"]}}]"#)
    };
    let shares = |first: u32| {
        format!(
            r#""rollout": {{"variations": [{{"variation": 0, "weight": {first}}}, {{"variation": 1, "weight": {}}}]}}"#,
            100_000 - first
        )
    };
    let flag = |rule: &str| {
        document(&format!(
            r#""f": {{"version": 1, "on": true, "variations": [1, 2], "fallthrough": {{"variation": 1}}, "rules": [{rule}]}}"#
        ))
    };
    let rule = |id: &str, clause: &str, served: &str| match id {
        "" => format!("{{{clause}, {served}}}"),
        id => format!(r#"{{"id": "{id}", {clause}, {served}}}"#),
    };
    let one = r#""variation": 1"#;
    let zero = r#""variation": 0"#;
    for (from, held, expected, notes) in [
        // Fixed variations are the definition, shares are not.
        (rule("a", &clause("x"), zero), rule("a", &clause("y"), one), zero.to_owned(), 0),
        (rule("a", &clause("x"), &shares(5)), rule("a", &clause("y"), one), one.to_owned(), 0),
        (rule("a", &clause("x"), zero), rule("a", &clause("y"), &shares(5)), shares(5), 0),
        (rule("", &clause("x"), &shares(9)), rule("", &clause("x"), &shares(5)), shares(5), 0),
        (rule("a", &clause("x"), &shares(9)), rule("b", &clause("x"), &shares(5)), shares(5), 0),
        // A rule that is new serves what the fallthrough serves; another one is removed.
        (
            rule("a", &clause("x"), &shares(9)),
            rule("b", &clause("y"), &shares(5)),
            one.to_owned(),
            2,
        ),
        (rule("a", &clause("x"), zero), rule("b", &clause("y"), &shares(5)), zero.to_owned(), 1),
    ] {
        let promoted = carried(&flag(&from), &flag(&held), &DEFINITION);
        let id = if from.starts_with(r#"{"id""#) { "a" } else { "" };
        let expected = format!("[{}]", rule(id, &clause("x"), &expected));
        assert_eq!(
            member(&promoted, "f", "rules"),
            Value::parse(expected.as_bytes()).unwrap(),
            "{from} {held}"
        );
        assert_eq!(promoted.notes.len(), notes, "{from} {held}");
    }
}

#[test]
fn a_kept_index_follows_its_value() {
    let from =
        document(r#""f": {"on": false, "variations": ["new", "b", "a"], "offVariation": 0}"#);
    let to = document(
        r#""f": {"on": true, "variations": ["a", "b"], "offVariation": 0, "targets": [{"values": ["ada"]}],
            "fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 1000}, {"variation": 1, "weight": 99000}]}}}"#,
    );
    let promoted = carried(&from, &to, &DEFINITION);
    for key in ["ada", "grace", "user-17"] {
        let context = isoflag::Context::builder(key).build().unwrap();
        let [before, after] = [&to, &promoted.text].map(|text| {
            let flags = flags(text);
            let bound = flags.bind(&context);
            let answer = bound.evaluate("f");
            flags.value_of(&answer).cloned()
        });
        assert_eq!((before.is_some(), &before), (true, &after), "{key}");
    }
    assert_eq!(member(&promoted, "f", "offVariation"), Value::from(2));
    // A value that is served must be there.
    let lost = document(r#""f": {"on": false, "variations": ["b"]}"#);
    assert_eq!(refusal(&lost, &to, &DEFINITION), "unknown-variation flags.f.targets");
}

#[test]
fn what_a_flag_needs_is_carried_too() {
    let from = r#"{"flags": {
        "f": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 0},
            "prerequisites": [{"key": "p", "variation": 0}],
            "rules": [{"variation": 1, "clauses": [{"op": "segmentMatch", "values": ["staff"]}]}]},
        "p": {"on": true, "variations": [1], "fallthrough": {"variation": 0}, "prerequisites": [{"key": "q"}]},
        "q": {"on": true, "variations": [1], "fallthrough": {"variation": 0}},
        "other": {"on": true, "variations": [1], "fallthrough": {"variation": 0}}},
        "segments": {"staff": {"key": "staff", "version": 9, "included": ["ada"], "rules": [
            {"clauses": [{"op": "segmentMatch", "values": ["inner"]}], "weight": 50000}]},
            "inner": {"key": "inner", "version": 1}, "unnamed": {"key": "unnamed"}}}"#;
    let only = ["f".to_owned()];
    let options = PromoteOptions { features: &only, ..DEFINITION };
    let promoted = carried(from, r#"{"flags": {}}"#, &options);
    let document = flags(&promoted.text);
    assert_eq!(document.keys().collect::<Vec<_>>(), ["f", "p", "q"]);
    for key in ["f", "p", "q"] {
        assert_eq!(member(&promoted, key, "on"), Value::Bool(false));
    }
    let document = document.document();
    let segments = document.as_object().unwrap().get("segments").unwrap();
    assert_eq!(
        segments.to_string(),
        r#"{"inner":{"key":"inner","version":1},"staff":{"key":"staff","rules":[{"clauses":[{"op":"segmentMatch","values":["inner"]}],"weight":0}],"version":1}}"#
    );
    assert_eq!(
        codes(&promoted),
        [
            "prerequisite-added flags.p",
            "prerequisite-added flags.q",
            "segment-added segments.staff",
            "segment-added segments.inner",
            "rollout-left-out segments.staff.rules",
            "targets-left-out segments.staff",
        ]
    );
    // A segment that is there is kept.
    let other = r#"{"flags": {}, "segments": {"staff": {"version": 1, "rules": []}}}"#;
    let promoted = carried(from, other, &options);
    assert!(codes(&promoted).contains(&"segment-differs segments.staff".to_owned()));
    assert!(promoted.text.contains(r#""staff": {"version": 1, "rules": []}"#));
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let on = r#""on": true, "variations": [1, 2], "fallthrough": {"variation": 0}"#;
    let f = |more: &str| format!(r#""f": {{{on}{more}}}"#);
    let named = ["f".to_owned()];
    let f_only = PromoteOptions { features: &named, ..DEFINITION };
    let requires =
        |key: &str| format!(r#", "prerequisites": [{{"key": "{key}", "variation": 1}}]"#);
    let p = |variations: &str, on: bool| {
        format!(
            r#""p": {{"on": {on}, "variations": {variations}, "fallthrough": {{"variation": 0}}}}"#
        )
    };
    let both = |f: String, p: String| document(&format!("{f}, {p}"));
    let required = both(f(&requires("p")), p("[1, 2]", true));
    for (from, to, expected) in [
        (document(""), document(""), "unknown-flag flags.f"),
        (document(r#""f": {"on": 7}"#), document(""), "malformed-flag flags.f"),
        (document(&f(r#", "lifecycle": 7"#)), document(""), "malformed-flag flags.f.lifecycle"),
        (document(&f("")), document(r#""f": 7"#), "malformed-flag flags.f"),
        (
            document(&f("")),
            document(r#""f": {"lifecycle": 7}"#),
            "malformed-flag flags.f.lifecycle",
        ),
        (document(&f(&requires("p"))), document(""), "unknown-flag flags.f.prerequisites[0]"),
        (
            document(&f(
                r#", "rules": [{"variation": 0, "clauses": [{"op": "segmentMatch", "values": ["s"]}]}]"#,
            )),
            document(""),
            "unknown-segment segments.s",
        ),
        // A flag that is on would be off.
        (
            required.clone(),
            both(f(""), p("[1, 2]", false)),
            "required-flag flags.f.prerequisites[0]",
        ),
        (required.clone(), document(&f("")), "required-flag flags.f.prerequisites[0]"),
        // The index means another value there.
        (
            required.clone(),
            both(f(""), p("[1, 3]", true)),
            "unknown-variation flags.f.prerequisites[0]",
        ),
        (document(&f("")), "{".to_owned(), "not-json flags"),
    ] {
        let found = refusal(&from, &to, &f_only);
        assert_eq!(found.split(' ').next(), expected.split(' ').next(), "{from} {to}: {found}");
        if !expected.starts_with("not-json") {
            assert_eq!(found, expected, "{from} {to}");
        }
    }
    // Carried together they fit, as does a prerequisite that is on.
    assert!(promote(&flags(&required), &both(f(""), p("[1, 3]", true)), &DEFINITION, 9.0).is_ok());
    assert!(promote(&flags(&required), &both(f(""), p("[1, 2]", true)), &f_only, 9.0).is_ok());
}

#[test]
fn no_other_byte_changes() {
    let to = "{ \"meta\":{\"version\" :7},\r\n\t\"flags\": {\r\n\t\t\"f\" : { \"on\": true, \"variations\": [1], \"fallthrough\": { \"variation\": 0 } },\r\n\t\t\"g\": {\"version\": 1e0}\r\n\t}}\n";
    let from = document(
        r#""f": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 1}}, "g": {"version": 3}"#,
    );
    let promoted = carried(&from, to, &DEFINITION);
    assert_eq!(
        promoted.text,
        "{ \"meta\":{\"version\" :8, \"lastModifiedTimestamp\" :900},\r\n\t\"flags\": {\r\n\t\t\"f\" : { \"on\": true, \"variations\": [1, 2], \"fallthrough\": { \"variation\": 0 }, \"lifecycle\": {\"lastModifiedTimestamp\": 900}, \"version\": 1 },\r\n\t\t\"g\": {\"version\": 1e0}\r\n\t}}\n"
    );
}
