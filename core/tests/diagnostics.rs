//! The order of diagnostics, those of a patched document, and their largest number.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::Flags;

fn load(document: &str) -> Flags {
    Flags::from_json(document.as_bytes()).unwrap()
}

/// The codes and paths, in order.
fn found(flags: &Flags) -> Vec<String> {
    flags.diagnostics().iter().map(|one| format!("{} {}", one.code(), one.path())).collect()
}

#[test]
fn notes_on_the_text_are_beside_the_findings_of_their_flag() {
    let flags = load(
        r#"{
        "meta": {"x": 1, "x": 2},
        "flags": {
            "a": {"key": "a", "version": 1, "version": 2, "on": false, "rules": 5},
            "b": {"key": "c", "on": false, "on": true}
        },
        "segments": {"a": {"key": "a", "salt": "", "salt": "s"}}}"#,
    );
    let expected = [
        "duplicate-member meta.x",
        "duplicate-member flags.a.version",
        "wrong-type flags.a.rules",
        "no-variation-or-rollout flags.a.fallthrough",
        "duplicate-member flags.b.on",
        "key-mismatch flags.b.key",
        "no-variation-or-rollout flags.b.fallthrough",
        "duplicate-member segments.a.salt",
    ];
    assert_eq!(found(&flags), expected);
}

#[test]
fn a_reference_is_a_finding_only_if_nothing_has_it() {
    let prerequisites: Vec<String> = [("two", 0), ("two", 1), ("two", 2), ("two", -1), ("none", 5)]
        .iter()
        .map(|(key, variation)| format!(r#"{{"key": "{key}", "variation": {variation}}}"#))
        .collect();
    let segments = r#"{"op": "segmentMatch", "values": ["a", "b", "missing", 7]}"#;
    let flags = load(&format!(
        r#"{{
        "flags": {{
            "f": {{"key": "f", "on": true, "variations": [0], "fallthrough": {{"variation": 0}},
                "prerequisites": [{}],
                "rules": [{{"id": "r", "variation": 0, "clauses": [{segments}]}}]}},
            "none": {{"key": "none", "on": false}},
            "two": {{"key": "two", "on": true, "variations": [0, 1], "fallthrough": {{"variation": 0}}}}
        }},
        "segments": {{
            "a": {{"key": "a", "rules": [{{"clauses": [{{"attribute": "x", "op": "in", "values": [1]}}]}}]}},
            "b": {{"key": "b", "rules": [{{"clauses": [{{"op": "segmentMatch", "values": ["a"]}}]}}]}}
        }}}}"#,
        prerequisites.join(",")
    ));
    let expected = [
        "variation-out-of-range flags.f.prerequisites[2].variation",
        "variation-out-of-range flags.f.prerequisites[3].variation",
        "missing-segment flags.f.rules[0].clauses[0].values[2]",
        "unusable-value flags.f.rules[0].clauses[0].values[3]",
    ];
    let found = found(&flags);
    // The flag without variations has findings of its own.
    let references = found.iter().filter(|one| !one.contains("flags.none"));
    assert_eq!(references.collect::<Vec<_>>(), expected);
}

/// One that it does not replace keeps its notes.
#[test]
fn a_patch_replaces_the_notes_on_its_flags_and_segments() {
    let flag = |key: &str, version: u32, members: &str| {
        format!(
            r#""{key}": {{"key": "{key}", "version": {version}, "on": false, "variations": [0], "offVariation": 0, "fallthrough": {{"variation": 0}}, {members}}}"#
        )
    };
    let twice = r#""on": true"#;
    let once = r#""salt": "s""#;
    let document = |flags: &[String], segments: &[String]| {
        format!(r#"{{"flags": {{{}}}, "segments": {{{}}}}}"#, flags.join(","), segments.join(","))
    };
    let before = load(&document(
        &[flag("a", 1, twice), flag("b", 1, twice), flag("c", 1, once)],
        &[flag("a", 1, twice), flag("b", 1, twice)],
    ));
    let all = ["flags.a.on", "flags.b.on", "segments.a.on", "segments.b.on"];
    assert_eq!(found(&before), all.map(|path| format!("duplicate-member {path}")));
    let patch = document(&[flag("a", 2, once), flag("c", 2, twice)], &[flag("b", 2, once)]);
    let patched = before.apply(patch.as_bytes()).unwrap();
    let all = ["flags.b.on", "flags.c.on", "segments.a.on"];
    assert_eq!(found(&patched), all.map(|path| format!("duplicate-member {path}")));
}

#[test]
fn there_is_a_largest_number_of_diagnostics() {
    let most = 100_000;
    let notes = |count: usize| vec![r#""x": 1"#; count + 1].join(",");
    let flag = |members: &str| {
        format!(
            r#"{{"flags": {{"f": {{"key": "f", "on": false, "variations": [0], "offVariation": 0, "fallthrough": {{"variation": 0}}, {members}}}}}}}"#
        )
    };
    let rules = |count: usize| {
        format!(r#""rules": [{}]"#, vec![r#"{"clauses": [], "variation": 0}"#; count].join(","))
    };
    let documents: [(&str, &dyn Fn(usize) -> String); 3] = [
        ("notes on a flag", &|count| flag(&notes(count))),
        ("notes on the rest", &|count| {
            format!(r#"{{"flags": {{}}, "meta": {{{}}}}}"#, notes(count))
        }),
        ("findings", &|count| flag(&rules(count))),
    ];
    for (name, document) in documents {
        for (count, is_full) in [(most, false), (most + 1, true)] {
            let found = found(&load(&document(count)));
            assert_eq!(found.len(), most, "{name}: {count}");
            assert_eq!(found.last().unwrap() == "too-many-findings ", is_full, "{name}: {count}");
        }
    }
}
