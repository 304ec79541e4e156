//! `impact` counts the answers of contexts, by answer and by group.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use isoflag::{Context, Flags, Value};
use isoflag_tools::{Group, GroupBy, IMPACT_GROUPS, Impact, impact};

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Returns a document with the flag `f`, on, with two variations.
fn document(members: &str) -> Flags {
    flags(&format!(r#"{{"flags": {{"f": {{"on": true, "variations": ["a", "b"], {members}}}}}}}"#))
}

fn counted(old: &Flags, new: &Flags, keys: usize) -> Impact {
    let context = |key| Context::builder(&format!("user-{key}")).build().ok();
    impact(old, new, (0..keys).map(context), &[])
}

fn grouped(contexts: &[&str], by: &[&str]) -> Impact {
    let (old, new) = (
        document(r#""fallthrough": {"variation": 0}"#),
        document(
            r#""rules": [{"variation": 1, "clauses": [{"attribute": "plan", "op": "in", "values": ["pro"]}]}], "fallthrough": {"variation": 0}"#,
        ),
    );
    let by: Vec<GroupBy> = by.iter().map(|by| GroupBy::parse(by).unwrap()).collect();
    let contexts = contexts.iter().map(|text| Context::from_json(text.as_bytes()).ok());
    impact(&old, &new, contexts, &by)
}

#[test]
fn contexts_are_counted_by_answer_and_group() {
    let impact = grouped(
        &[
            r#"{"kind": "user", "key": "ada", "plan": "pro", "country": "NO"}"#,
            r#"{"kind": "user", "key": "bob", "plan": "pro", "country": "DE", "_meta": {"privateAttributes": ["key", "country"]}}"#,
            r#"{"kind": "user", "key": "eve", "plan": "basic", "country": "NO"}"#,
            r#"{"kind": "multi", "user": {"key": "kim", "plan": "pro"}, "org": {"key": "acme", "country": "NO"}}"#,
            r#"{"kind": "user"}"#,
        ],
        &["country", "org.country"],
    );
    assert_eq!((impact.contexts, impact.invalid, impact.changed), (4, 1, 3));
    assert_eq!(
        serde_json::to_string(&impact).unwrap(),
        serde_json::to_string(&impact.to_value()).unwrap()
    );
    insta::assert_snapshot!(impact.to_string(), @r#"
    3 of 4 contexts (75%) get another value; 1 context is invalid

    flag `f`: 3 of 4 contexts (75%) change
      `"a"` → `"b"`: 3 of 4 contexts (75%), such as ada, org:acme:user:kim
      exact: `fallthrough` → `rules[0]`: 100% of the contexts that reach it `"a"` → `"b"`
      by `country`:
        `NO`: 1 of 2 contexts (50%)
        absent: 1 of 1 context (100%)
        private: 1 of 1 context (100%)
      by `org.country`:
        absent: 2 of 3 contexts (66.667%)
        `NO`: 1 of 1 context (100%)
    "#);
    insta::assert_snapshot!(impact.to_markdown(), @r#"
    **3 of 4 contexts (75%) get another value; 1 context is invalid.**

    #### Flag `f`: 3 of 4 contexts (75%) change

    | before | after | contexts | share | such as |
    |---|---|--:|--:|---|
    | `"a"` | `"a"` | 1 | 25% | unchanged |
    | `"a"` | `"b"` | 3 | 75% | `ada`, `org:acme:user:kim` |

    - exact: `fallthrough` → `rules[0]`: 100% of the contexts that reach it `"a"` → `"b"`

    | `country` | contexts | change | share |
    |---|--:|--:|--:|
    | `NO` | 2 | 1 | 50% |
    | absent | 1 | 1 | 100% |
    | private | 1 | 1 | 100% |

    | `org.country` | contexts | change | share |
    |---|--:|--:|--:|
    | absent | 3 | 2 | 66.667% |
    | `NO` | 1 | 1 | 100% |
    "#);
    assert!(GroupBy::parse("").is_err());
    let dotted =
        grouped(&[r#"{"kind": "user", "key": "a", "app.os": "x"}"#], &["/app.os", "app.os"]);
    let groups = dotted.by.iter().map(|by| by.groups[0].0.clone());
    assert_eq!(groups.collect::<Vec<_>>(), [Group::Value("x".into()), Group::Absent]);
}

#[test]
fn the_number_of_groups_is_bounded() {
    let context = |index: usize| {
        let plan =
            if index == 0 { Value::from("long".repeat(100)) } else { Value::from(index as f64) };
        Context::builder("ada").attribute("n", plan).build().ok()
    };
    let old = document(r#""fallthrough": {"variation": 0}"#);
    let new = document(r#""fallthrough": {"variation": 1}"#);
    let by = [GroupBy::parse("n").unwrap()];
    let impact = impact(&old, &new, (0..IMPACT_GROUPS + 51).map(context), &by);
    let groups = &impact.by[0].groups;
    assert_eq!(groups.len(), IMPACT_GROUPS + 1);
    assert_eq!(groups[0], (Group::Other, 51));
    assert_eq!(impact.flags[0].moves[0].sample.len(), isoflag_tools::IMPACT_SAMPLE);
}

#[test]
fn a_long_value_is_not_repeated_for_each_pair_of_answers() {
    let variations: Vec<String> =
        (0..30).map(|index| format!("\"{index}{}\"", "x".repeat(10_000))).collect();
    let document = |seed: u32| {
        let entries = (0..30).map(|index| format!(r#"{{"variation": {index}, "weight": 3000}}"#));
        let (variations, entries) = (variations.join(","), entries.collect::<Vec<_>>().join(","));
        flags(&format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": [{variations}],
                "fallthrough": {{"rollout": {{"seed": {seed}, "variations": [{entries}]}}}}}}}}}}"#
        ))
    };
    let impact = counted(&document(1), &document(2), 5_000);
    assert!(impact.flags[0].moves.len() > 800);
    let json = impact.to_value().to_canonical_json();
    assert!(json.len() < 1_000 * 500, "{}", json.len());
    assert!(json.contains(r#""from":{"variation":29}"#));
}

#[test]
fn a_vertical_bar_does_not_end_a_cell() {
    let bar = |variation: u32| {
        flags(&format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": ["a\\|b", 1], "fallthrough": {{"variation": {variation}}}}}}}}}"#
        ))
    };
    let context = Context::builder("x\\|y").attribute("n|m", Value::from("|")).build().ok();
    let by = [GroupBy::parse("n|m").unwrap()];
    let markdown = impact(&bar(0), &bar(1), [context], &by).to_markdown();
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    let bars = rows.iter().map(|row| row.matches('|').count());
    assert_eq!(bars.collect::<Vec<_>>(), [6, 6, 6, 5, 5, 5], "{rows:#?}");
}

#[test]
fn answers_that_need_big_segments_are_counted() {
    let big = |variation: u32| {
        flags(&format!(
            r#"{{"flags": {{"f": {{"on": true, "variations": [1, 2], "fallthrough": {{"variation": 1}},
                "rules": [{{"variation": {variation}, "clauses": [{{"op": "segmentMatch", "values": ["s"]}}]}}]}}}},
            "segments": {{"s": {{"key": "s", "unbounded": true, "generation": 1}}}}}}"#
        ))
    };
    let impact = counted(&big(0), &big(1), 3);
    assert_eq!(impact.flags[0].without_big_segments, 3);
    assert!(impact.to_string().contains("big segments are unknown here; 3 contexts need them"));
}
