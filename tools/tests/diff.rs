//! `diff` describes changes. `changed_answers` misses no flag whose answer differs, and ignores members that decide nothing.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/generated_documents/mod.rs"]
mod generated_documents;

use generated_documents::documents;
use isoflag::{Context, Flags, Value};
use isoflag_tools::{Diff, changed_answers};
use proptest::prelude::*;

fn diff(old: &str, new: &str) -> Diff {
    let flags = |text: &str| Flags::from_json(text.as_bytes()).unwrap();
    isoflag_tools::diff(&flags(old), &flags(new))
}

fn flag(members: &str) -> String {
    let comma = if members.is_empty() { "" } else { "," };
    format!(r#"{{"flags": {{"f": {{"key": "f", "variations": [true, false]{comma}{members}}}}}}}"#)
}

/// Returns the description of a changed flag, line by line.
fn words(old: &str, new: &str) -> Vec<String> {
    let text = diff(&flag(old), &flag(new)).to_string();
    text.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

const PRO: &str = r#"{"attribute": "plan", "op": "in", "values": ["pro"]}"#;

#[test]
fn each_change_is_described() {
    let rule = |id: &str, index: u32| {
        format!(r#"{{"id": "{id}", "variation": {index}, "clauses": [{PRO}]}}"#)
    };
    let (a, b, a2) = (rule("a", 0), rule("b", 0), rule("a", 1));
    let rules = |rules: &[&str]| format!(r#""rules": [{}]"#, rules.join(","));
    for (old, new, expected) in [
        (r#""on": false"#.to_owned(), r#""on": true"#.to_owned(), &["turned on"][..]),
        (r#""on": true"#.to_owned(), r#""on": false"#.to_owned(), &["turned off"]),
        (r#""on": true, "version": 1"#.to_owned(), r#""on": true, "version": 2"#.to_owned(), &[]),
        (
            r#""offVariation": 0"#.to_owned(),
            r#""offVariation": null"#.to_owned(),
            &["while off: from `true` to the default in the code"],
        ),
        (
            r#""fallthrough": {"variation": 1}"#.to_owned(),
            r#""fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 12500},
                {"variation": 1, "weight": 87500}]}}"#
                .to_owned(),
            &["everybody else: from `false` to 12.5 % `true`, 87.5 % `false`"],
        ),
        (
            r#""targets": [{"variation": 0, "values": ["ada", "bob"]}]"#.to_owned(),
            r#""targets": [{"variation": 0, "values": ["ada", "cyd"]}]"#.to_owned(),
            &["named for `true`: `\"cyd\"` added; `\"bob\"` removed"],
        ),
        (rules(&[]), rules(&[&a]), &["rule added: `plan` in `\"pro\"` gets `true`"]),
        (rules(&[&a, &b]), rules(&[&b]), &["rule removed: `plan` in `\"pro\"` gets `true`"]),
        (
            rules(&[&a]),
            rules(&[&a2]),
            &["rule 1: from `plan` in `\"pro\"` gets `true` to `plan` in `\"pro\"` gets `false`"],
        ),
        (rules(&[&a, &b]), rules(&[&b, &a]), &["the order of the rules changed"]),
        (
            rules(&[r#"{"variation": 0}"#]),
            rules(&[r#"{"variation": 1}"#]),
            &["rule 1: from everybody gets `true` to everybody gets `false`"],
        ),
        (
            r#""lifecycle": {"status": "Staging", "owner": "a"}"#.to_owned(),
            r#""lifecycle": {"status": "Done"}"#.to_owned(),
            &["status: from `Staging` to `Done`", "`lifecycle.owner` removed: `\"a\"`"],
        ),
        (
            r#""lifecycle": {"status": "To Do"}"#.to_owned(),
            r#""lifecycle": {"status": "Done"}"#.to_owned(),
            &[
                "status: from `To Do` to `Done` (invalid: `Done` does not follow `To Do`; `Doing` does)",
            ],
        ),
        (
            r#""salt": "a", "fallthrough": {"rollout": {}}"#.to_owned(),
            r#""salt": "b", "fallthrough": {"rollout": {}}"#.to_owned(),
            &["`salt` changed: contexts are assigned to other buckets"],
        ),
        (String::new(), r#""trackEvents": true"#.to_owned(), &["`trackEvents` added: `true`"]),
    ] {
        assert_eq!(words(&old, &new), expected, "{old} {new}");
    }
}

const OLD: &str = r#"{"meta": {"version": 1}, "flags": {
    "dependent": {"key": "dependent", "on": true, "variations": [1, 2], "fallthrough": {"variation": 0},
        "rules": [{"variation": 1, "clauses": [{"op": "segmentMatch", "values": ["s"]}]}]},
    "gone": {"key": "gone"}, "named": {"key": "named", "name": "a"}},
    "segments": {"s": {"key": "s", "included": ["ada"]}}}"#;
const NEW: &str = r#"{"meta": {"version": 2}, "flags": {
    "dependent": {"key": "dependent", "on": true, "variations": [1, 2], "fallthrough": {"variation": 0},
        "rules": [{"variation": 1, "clauses": [{"op": "segmentMatch", "values": ["s"]}]}]},
    "gone": {"key": "gone", "deleted": true}, "named": {"key": "named", "name": "`b`\n# x"},
    "new": {"key": "new"}},
    "segments": {"s": {"key": "s", "included": ["ada", "bob"]}}}"#;

#[test]
fn a_diff_is_formatted_as_text_json_and_markdown() {
    let diff = diff(OLD, NEW);
    assert_eq!(diff.answers().collect::<Vec<_>>(), ["dependent", "gone", "new"]);
    assert_eq!(
        diff.to_string(),
        "flag `dependent` changed; answers can differ\n  \
           because of a segment or prerequisite that changed\n\
         flag `gone` removed; answers can differ\n\
         flag `named` changed; answers unchanged\n  `name`: from `\"a\"` to `\"`b`\\n# x\"`\n\
         flag `new` added; answers can differ\n\
         segment `s` changed\n  included: `\"bob\"` added\n\
         the document changed\n  `meta`: from `{\"version\":1}` to `{\"version\":2}`\n"
    );
    assert_eq!(
        diff.to_markdown(),
        "**Answers can differ:** `dependent`, `gone`, `new`\n\
         \n#### Flag `dependent` changed ⚠\n\n- because of a segment or prerequisite that changed\n\
         \n#### Flag `gone` removed ⚠\n\
         \n\n#### Flag `named` changed\n\n- `name`: from `\"a\"` to ``\"`b`\\n# x\"``\n\
         \n#### Flag `new` added ⚠\n\
         \n\n#### Segment `s` changed\n\n- included: `\"bob\"` added\n\
         \n#### Document\n\n- `meta`: from `{\"version\":1}` to `{\"version\":2}`\n"
    );
    let value = diff.to_value();
    let value = value.as_object().unwrap();
    let segments = r#"[{"change":"changed","changes":[{"after":["ada","bob"],"before":["ada"],"path":"included","words":"included: `\"bob\"` added"}],"key":"s"}]"#;
    assert_eq!(value.get("segments").unwrap().to_string(), segments);
    assert_eq!(value.get("answers").unwrap().to_string(), r#"["dependent","gone","new"]"#);
    let digest = Flags::from_json(NEW.as_bytes()).unwrap().digest().to_owned();
    assert_eq!(value.get("to").unwrap().as_str(), Some(&*digest));
}

#[test]
fn a_document_does_not_differ_from_itself() {
    for document in [OLD, NEW] {
        let same = diff(document, document);
        assert!(same.is_empty());
        assert_eq!(same.to_string(), "nothing changed\n");
        assert_eq!(same.to_markdown(), "No flag changed.\n");
    }
}

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

fn changed(old: &str, new: &str) -> Vec<String> {
    changed_answers(&flags(old), &flags(new)).iter().map(ToString::to_string).collect()
}

/// Returns a document with the flag `f`, which depends on the flag `p` and the segment `s`, which
/// refers to `t`.
fn linked(f: &str, p: &str, s: &str, t: &str, meta: &str) -> String {
    format!(
        r#"{{"meta": {{{meta}}}, "flags": {{
        "f": {{"on": true, "variations": [true, false], "offVariation": 1,
               "prerequisites": [{{"key": "p", "variation": 0}}],
               "rules": [{{"variation": 0, "clauses": [{{"op": "segmentMatch", "values": ["s"]}}]}}],
               "fallthrough": {{"variation": 1}}{f}}},
        "p": {{"on": true, "variations": [1, 2], "offVariation": 1, "fallthrough": {{"variation": 0}}{p}}},
        "z": {{"on": true, "variations": [1, 2], "fallthrough": {{"variation": 0}}}}}},
        "segments": {{"s": {{"rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["t"]}}]}}]{s}}},
                     "t": {{"included": ["ada"]{t}}}}}}}"#
    )
}

#[test]
fn a_changed_dependency_changes_its_dependents() {
    let old = linked("", "", "", "", "");
    for (new, expected) in [
        (linked("", "", "", "", ""), &[][..]),
        (linked(r#", "offVariation": 0"#, "", "", "", ""), &["f"]),
        (linked("", r#", "offVariation": 0"#, "", "", ""), &["f", "p"]),
        (linked("", r#", "on": false"#, "", "", ""), &["f", "p"]),
        (linked("", "", r#", "excluded": ["bob"]"#, "", ""), &["f"]),
        (linked("", "", "", r#", "excluded": ["bob"]"#, ""), &["f"]),
        (linked("", "", "", r#", "rules": 7"#, ""), &["f"]),
    ] {
        assert_eq!(changed(&old, &new), expected, "{new}");
        assert_eq!(changed(&new, &old), expected, "{new}");
    }
}

#[test]
fn members_that_decide_nothing_change_no_answer() {
    let old = linked("", "", "", "", "");
    let aside = r#", "version": 9, "description": "x", "trackEvents": true, "salt": "other",
        "lifecycle": {"owner": "a"}, "clientSideAvailability": {"usingEnvironmentId": true},
        "contextTargets": [], "targets": null"#;
    let segment_aside = r#", "version": 9, "salt": "other", "excluded": []"#;
    let meta = r#""hash": "murmur3", "version": 3, "lastModifiedTimestamp": 1"#;
    assert_eq!(changed(&old, &linked(aside, aside, segment_aside, segment_aside, meta)), [""; 0]);
}

#[test]
fn only_the_off_variation_decides_a_flag_that_is_off() {
    let off = |rest: &str| {
        format!(
            r#"{{"flags": {{"f": {{"on": false, "variations": ["a", "b"], "offVariation": 0{rest}}}}}}}"#
        )
    };
    for (rest, differs) in [
        (r#", "rules": [{"variation": 1}], "salt": "x""#, false),
        (r#", "variations": ["a", "c", "d"]"#, false),
        (r#", "variations": ["c", "b"]"#, true),
        (r#", "offVariation": 1"#, true),
        (r#", "offVariation": null"#, true),
        (r#", "offVariation": 5"#, true),
        (r#", "on": true"#, true),
        (r#", "deleted": true"#, true),
    ] {
        assert_eq!(changed(&off(""), &off(rest)).len(), usize::from(differs), "{rest}");
    }
}

#[test]
fn buckets_change_with_their_hash_inputs() {
    let rollout = |rest: &str, meta: &str| {
        format!(
            r#"{{"meta": {{{meta}}}, "flags": {{"f": {{"on": true, "variations": [1, 2], "salt": "s",
            "fallthrough": {{"rollout": {{"variations": [{{"variation": 0, "weight": 1}}]}}}}{rest}}}}}}}"#
        )
    };
    let old = rollout("", "");
    assert_eq!(changed(&old, &rollout(r#", "salt": "t""#, "")), ["f"]);
    assert_eq!(changed(&old, &rollout(r#", "key": "g""#, "")), ["f"]);
    assert_eq!(changed(&old, &rollout(r#", "key": "f""#, "")), [""; 0]);
    assert_eq!(changed(&old, &rollout("", r#""hash": "murmur3""#)), ["f"]);
    // Defaults and unknown members inside the rollout are not read.
    let spelled = old.replace(r#""weight": 1"#, r#""weight": 1, "untracked": false, "note": 1"#);
    assert_eq!(changed(&old, &spelled), [""; 0]);
    let seeded = old.replace(r#""rollout": {"#, r#""rollout": {"seed": 7, "#);
    assert_eq!(changed(&old, &seeded), ["f"]);
    // A seed replaces the key and the salt.
    assert_eq!(changed(&seeded, &seeded.replace(r#""salt": "s""#, r#""salt": "t""#)), [""; 0]);
    let hashed = seeded.replace(r#""meta": {"#, r#""meta": {"hash": "murmur3""#);
    assert_eq!(changed(&seeded, &hashed), ["f"]);
}

#[test]
fn keys_of_either_document_in_order() {
    let old = r#"{"flags": {"b": {}, "gone": {"on": false}, "é": {"on": false}}}"#;
    let new = r#"{"flags": {"b": {}, "a": {"on": false}, "10": {"on": false}}}"#;
    assert_eq!(changed(old, new), ["10", "a", "gone", "é"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_flag_that_is_not_named_answers_as_before([old, new] in documents()) {
        let (old, new) = (Flags::from_value(old).unwrap(), Flags::from_value(new).unwrap());
        let changed = changed_answers(&old, &new);
        for user in 0..6 {
            let plan = Value::from(format!("v{}", user % 3));
            let context = Context::builder(&format!("u{user}")).attribute("plan", plan).build().unwrap();
            let (before, after) = (old.bind(&context), new.bind(&context));
            for key in old.keys().filter(|key| !changed.iter().any(|known| **known == **key)) {
                prop_assert_eq!(
                    before.variation_detail(key, Value::Null),
                    after.variation_detail(key, Value::Null),
                    "{}", key
                );
            }
        }
    }
}

#[test]
fn a_malformed_flag_is_added_changed_and_removed_like_any_other() {
    for (before, after, text) in [
        (r#"{}"#, r#"{"a": 5}"#, "flag `a` added; answers can differ\n"),
        (r#"{"a": 5}"#, r#"{}"#, "flag `a` removed; answers can differ\n"),
        (r#"{"a": 5}"#, r#"{"a": 5}"#, "nothing changed\n"),
        (
            r#"{"a": {"on": false}}"#,
            r#"{"a": "x"}"#,
            "flag `a` changed; answers can differ\n  not an object: `\"x\"`\n",
        ),
        (
            r#"{"a": 5}"#,
            r#"{"a": {"on": false}}"#,
            "flag `a` changed; answers can differ\n  an object instead of `5`\n",
        ),
    ] {
        let [before, after] = [before, after]
            .map(|flags| Flags::from_json(format!(r#"{{"flags": {flags}}}"#).as_bytes()).unwrap());
        assert_eq!(isoflag_tools::diff(&before, &after).to_string(), text);
    }
}
