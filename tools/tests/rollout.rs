//! Planned rollouts: the steps of a plan, and what they write.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod planned_documents;

use isoflag::{Context, Flags, Value};
use isoflag_tools::{Alarms, CheckOptions, DecisionKind, advance, check};

use planned_documents::{alarms, document, only};

const HOUR: f64 = 3600.0;
const START: f64 = 1_000_000.0;

const STAGES: &str = r#"[{"segment": "staff", "duration": "1h"}, {"share": 5, "duration": "2h"},
    {"share": 25, "duration": "2h"}, {"share": 100, "duration": "1h"}]"#;

fn guarded(flag: &str) -> Flags {
    document(flag, &format!(r#"{{"alarms": ["errors"], "stages": {STAGES}}}"#))
}

/// The share of 4,000 keys that have the variation, as a percentage.
fn served(flags: &Flags) -> f64 {
    let keys = (0..4_000).map(|key| Context::builder(&format!("u{key}")).build().unwrap());
    keys.filter(|context| flags.bool_variation("new", context, false)).count() as f64 / 40.0
}

fn is_on_for(flags: &Flags, key: &str) -> bool {
    flags.bool_variation("new", &Context::builder(key).build().unwrap(), false)
}

#[test]
fn a_plan_passes_its_stages_to_everybody() {
    let quiet = alarms(&[("errors", "ok")]);
    let mut flags = guarded("");
    let mut now = START;
    for (hours, kind, stage, share) in [
        (0.0, DecisionKind::NextStage, 0, 0.0),
        (0.5, DecisionKind::Waits, 0, 0.0),
        (0.5, DecisionKind::NextStage, 1, 5.0),
        (1.9, DecisionKind::Waits, 1, 5.0),
        (0.1, DecisionKind::NextStage, 2, 25.0),
        (2.0, DecisionKind::NextStage, 3, 100.0),
        (1.0, DecisionKind::Complete, 3, 100.0),
        (1.0, DecisionKind::Complete, 3, 100.0),
    ] {
        now += hours * HOUR;
        let advanced = advance(&flags, &quiet, now);
        let found = only(&advanced);
        assert_eq!((found.kind, found.stage, found.share), (kind, Some(stage), Some(share)));
        flags = advanced.flags;
        let fallthrough = served(&flags);
        assert!((fallthrough - share).abs() < 2.0, "{share}% serves {fallthrough}%");
        assert!(is_on_for(&flags, "eve"));
    }
    let flag = flags.document().to_canonical_json();
    assert!(flag.contains(r#""rules":[]"#), "{flag}");
}

#[test]
fn a_context_keeps_the_variation_while_the_share_rises() {
    for fallthrough in [
        r#"{"variation": 1}"#,
        r#"{"rollout": {"variations": [{"variation": 1, "weight": 100000}, {"variation": 0}]}}"#,
    ] {
        let mut flags = guarded(&format!(r#""fallthrough": {fallthrough},"#));
        let mut before = Vec::new();
        for turn in 0..5 {
            let now = START + f64::from(turn) * 2.0 * HOUR;
            flags = advance(&flags, &alarms(&[("errors", "ok")]), now).flags;
            let keys: Vec<String> = (0..500).map(|key| format!("u{key}")).collect();
            let has: Vec<bool> = keys.iter().map(|key| is_on_for(&flags, key)).collect();
            let lost = before.iter().zip(&has).filter(|(before, now)| **before && !**now).count();
            assert_eq!(lost, 0);
            before = has;
        }
        assert!(before.iter().all(|has| *has));
    }
}

#[test]
fn versions_and_timestamps_are_written_with_a_step() {
    let advanced = advance(&guarded(""), &alarms(&[("errors", "ok")]), START);
    let document = advanced.flags.document();
    let text = document.to_canonical_json();
    for part in [
        r#""version":4"#,
        r#""meta":{"lastModifiedTimestamp":1000000,"version":8}"#,
        r#""lifecycle":{"lastModifiedTimestamp":1000000,"rollout":{"#,
        r#""stage":0,"stageTimestamp":1000000,"#,
        r#""state":"running""#,
        r#""rules":[{"clauses":[{"attribute":"","negate":false,"op":"segmentMatch","values":["staff"]}],"id":"lifecycle.rollout","variation":0}]"#,
        r#""fallthrough":{"rollout":{"variations":[{"variation":0,"weight":0},{"variation":1,"weight":100000}]}}"#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let waits = advance(&advanced.flags, &alarms(&[("errors", "ok")]), START + 1.0);
    assert_eq!(waits.flags.digest(), advanced.flags.digest());
}

#[test]
fn an_alarm_takes_the_plan_back_once_until_it_ends_or_the_time_passes() {
    let (quiet, loud) = (alarms(&[("errors", "ok")]), alarms(&[("errors", "alarm")]));
    let mut flags = guarded("");
    for hours in [0.0, 1.0, 3.0] {
        flags = advance(&flags, &quiet, START + hours * HOUR).flags;
    }
    let steps = [
        (3.5, &loud, DecisionKind::Alarm, Some(1), true),
        (3.6, &loud, DecisionKind::Alarm, Some(1), false),
        (5.5, &loud, DecisionKind::Alarm, Some(0), true),
        (6.5, &loud, DecisionKind::Alarm, None, true),
        (9.0, &loud, DecisionKind::Alarm, None, false),
        (9.5, &quiet, DecisionKind::Waits, None, true),
        (9.6, &quiet, DecisionKind::Waits, None, false),
        (9.7, &loud, DecisionKind::Alarm, None, true),
        (9.8, &quiet, DecisionKind::Waits, None, true),
        (10.8, &quiet, DecisionKind::NextStage, Some(0), true),
        (11.8, &quiet, DecisionKind::NextStage, Some(1), true),
    ];
    for (hours, states, kind, stage, changed) in steps {
        let advanced = advance(&flags, states, START + hours * HOUR);
        let found = only(&advanced);
        assert_eq!((found.kind, found.stage, found.changed), (kind, stage, changed), "{hours}");
        assert_eq!(advanced.flags.digest() != flags.digest(), changed, "{hours}");
        flags = advanced.flags;
        assert_eq!(is_on_for(&flags, "eve"), stage.is_some(), "{hours}");
    }
}

#[test]
fn a_plan_waits_for_unknown_alarms_its_start_and_its_clock() {
    let started = advance(&guarded(""), &alarms(&[("errors", "ok")]), START).flags;
    let scheduled = format!(r#"{{"startTimestamp": 2000000, "stages": {STAGES}}}"#);
    for (flags, states, now, reason) in [
        (&started, vec![], START + HOUR, "the state of `errors` is unknown; pass it"),
        (
            &started,
            vec![("errors", "INSUFFICIENT_DATA"), ("other", "ok")],
            START + HOUR,
            "the state of `errors` is unknown; pass it",
        ),
        (
            &started,
            vec![("errors", "ok")],
            START - 1.0,
            "it is 999999, before the stage began at 1000000",
        ),
        (
            &started,
            vec![("errors", "ok")],
            START + 5.0,
            "stage 1 of 4, the segment `staff` until 1003600",
        ),
        (&guarded(""), vec![("errors", "alarm")], START, "`errors` is on"),
        (&document("", &scheduled), vec![], START, "starts at 2000000"),
    ] {
        let advanced = advance(flags, &alarms(&states), now);
        let found = only(&advanced);
        assert_eq!((found.kind, &*found.reason), (DecisionKind::Waits, reason));
        assert_eq!(advanced.flags.digest(), flags.digest());
    }
}

#[test]
fn a_flag_that_somebody_turned_off_remains_off() {
    let running = r#"{"stages": [{"share": 5}, {"share": 100}], "alarms": ["errors"],
        "state": "running", "stage": 0, "stageTimestamp": 5}"#;
    let flags = document("", running);
    for state in ["ok", "alarm"] {
        let advanced = advance(&flags, &alarms(&[("errors", state)]), START);
        assert_eq!(only(&advanced).kind, DecisionKind::Waits);
        assert_eq!(advanced.flags.digest(), flags.digest());
    }
}

#[test]
fn an_alarm_never_raises_a_share_that_somebody_lowered() {
    let flags = document(
        r#""on": true, "fallthrough": {"rollout": {"variations": [{"variation": 0, "weight": 10},
            {"variation": 1, "weight": 99990}]}},"#,
        r#"{"stages": [{"share": 5}, {"share": 25}, {"share": 100}], "alarms": ["errors"],
            "state": "running", "stage": 1, "stageTimestamp": 5}"#,
    );
    let advanced = advance(&flags, &alarms(&[("errors", "alarm")]), START);
    assert_eq!(only(&advanced).stage, Some(0));
    assert!(advanced.flags.document().to_canonical_json().contains(r#""weight":99990"#));
}

#[test]
fn written_rules_and_members_are_kept() {
    let flags = document(
        r#""fallthrough": {"rollout": {"bucketBy": "/team", "seed": 5, "variations": [
            {"variation": 1, "weight": 90000, "untracked": true}, {"variation": 0, "weight": 10000}]}},
            "rules": [{"id": "mine", "variation": 1, "clauses": []}],"#,
        &format!(r#"{{"stages": {STAGES}}}"#),
    );
    let first = advance(&flags, &Alarms::default(), START).flags;
    let second = advance(&first, &Alarms::default(), START + HOUR).flags;
    let text = second.document().to_canonical_json();
    assert!(
        text.contains(r#"{"clauses":[],"id":"mine","variation":1},{"clauses":[{"attribute":"""#),
        "{text}"
    );
    assert!(text.contains(r#""fallthrough":{"rollout":{"bucketBy":"/team","seed":5,"variations":[{"untracked":true,"variation":1,"weight":95000},{"variation":0,"weight":5000}]}}"#), "{text}");
}

#[test]
fn an_invalid_plan_has_no_effect_and_is_a_finding() {
    let stages = |stages: &str| format!(r#"{{"stages": {stages}}}"#);
    for (flag, plan, place, message) in [
        ("", "7".to_owned(), "", "invalid plan 7: expected an object"),
        ("", "{}".to_owned(), ".stages", "the plan has no stages"),
        ("", stages("[]"), ".stages", "the plan has no stages"),
        ("", stages("[5]"), ".stages[0]", "invalid stage 5: expected an object"),
        ("", stages("[{}]"), ".stages[0]", "write either `share` or `segment`"),
        (
            "",
            stages(r#"[{"share": 25}, {"share": 5}]"#),
            ".stages[1].share",
            "the share 5 does not exceed 25 before it; shares must rise",
        ),
        ("", stages(r#"[{"share": 0}, {"share": 100}]"#), ".stages[0].share", "the share 0 "),
        ("", stages(r#"[{"share": 25}]"#), ".stages[0]", "the last stage does not reach everybody"),
        ("", stages(r#"[{"share": 0.0001}]"#), ".stages[0].share", "invalid share 0.0001"),
        (
            "",
            stages(r#"[{"share": "5%"}]"#),
            ".stages[0].share",
            "invalid share \"5%\": expected a number",
        ),
        ("", stages(r#"[{"share": 101}]"#), ".stages[0].share", "invalid share 101"),
        (
            "",
            stages(r#"[{"segment": "who"}, {"share": 100}]"#),
            ".stages[0].segment",
            "invalid segment \"who\": expected the key",
        ),
        (
            "",
            stages(r#"[{"share": 5}, {"segment": "staff"}]"#),
            ".stages[1].segment",
            "only the first stage may name a segment",
        ),
        (
            "",
            stages(r#"[{"share": 100, "duration": "soon"}]"#),
            ".stages[0].duration",
            "invalid duration \"soon\"",
        ),
        ("", stages(r#"[{"share": 100, "duration": -1}]"#), ".stages[0].duration", "invalid dur"),
        (
            "",
            r#"{"stages": [{"share": 100}], "alarms": "errors"}"#.to_owned(),
            ".alarms",
            "invalid alarms \"errors\"",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "alarms": ["a", " "]}"#.to_owned(),
            ".alarms[1]",
            "invalid alarm \" \"",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "startTimestamp": "soon"}"#.to_owned(),
            ".startTimestamp",
            "invalid time \"soon\"",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "state": "paused"}"#.to_owned(),
            ".state",
            "invalid state \"paused\"",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "stage": 0}"#.to_owned(),
            ".stage",
            "a plan with a `stage` needs its `state`",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "state": "running", "stage": 1, "stageTimestamp": 5}"#
                .to_owned(),
            ".stage",
            "invalid stage 1: expected the index",
        ),
        (
            "",
            r#"{"stages": [{"share": 100}], "state": "running", "stage": 0}"#.to_owned(),
            ".stageTimestamp",
            "invalid time null: expected seconds",
        ),
        (
            r#""variations": [1, 2, 3],"#,
            stages(r#"[{"share": 100}]"#),
            "^.onVariation",
            "the variation to roll out is unknown",
        ),
        (
            r#""offVariation": 0, "variations": [true],"#,
            stages(r#"[{"share": 100}]"#),
            "^^.offVariation",
            "there is no variation for the other contexts",
        ),
        (
            r#""fallthrough": {"variation": 7},"#,
            stages(r#"[{"share": 100}]"#),
            "^^.fallthrough",
            "a plan needs one variation beside",
        ),
        (
            r#""fallthrough": 7,"#,
            stages(r#"[{"share": 100}]"#),
            "^^.fallthrough",
            "cannot parse the fallthrough",
        ),
        (r#""variations": 7,"#, stages(r#"[{"share": 100}]"#), "^^", "the flag is malformed"),
    ] {
        let flags = document(flag, &plan);
        let advanced = advance(&flags, &Alarms::default(), START);
        assert_eq!(advanced.flags.digest(), flags.digest(), "{plan}");
        let found = only(&advanced);
        assert_eq!(found.kind, DecisionKind::MalformedPlan, "{plan}");
        let path = match place.strip_prefix("^^") {
            Some(rest) => format!("flags.new{rest}"),
            None => match place.strip_prefix('^') {
                Some(rest) => format!("flags.new.lifecycle{rest}"),
                None => format!("flags.new.lifecycle.rollout{place}"),
            },
        };
        assert_eq!(found.path.as_deref(), Some(&*path), "{plan}");
        assert!(found.reason.starts_with(message), "{plan}: {}", found.reason);
        let findings = check(&flags, &CheckOptions::default());
        assert!(findings.iter().any(|finding| finding.code() == "invalid-rollout"
            && finding.path().to_string() == path
            && finding.message() == found.reason));
    }
}

#[test]
fn a_malformed_plan_does_not_stop_the_others() {
    let flags = Flags::from_json(
        br#"{"flags": {"a": {"lifecycle": {"rollout": []}}, "b": {"variations": [true, false],
            "lifecycle": {"rollout": {"stages": [{"share": 100}]}}}, "c": {"lifecycle": 3}, "d": 4,
            "e": {"lifecycle": {"rollout": null}}}}"#,
    )
    .unwrap();
    let advanced = advance(&flags, &Alarms::default(), START);
    let kinds: Vec<_> = advanced.decisions.iter().map(|each| (&*each.key, each.kind)).collect();
    assert_eq!(kinds, [("a", DecisionKind::MalformedPlan), ("b", DecisionKind::NextStage)]);
    assert_eq!(advanced.flags.version(), Some(1));
    assert_eq!(
        advanced.decisions[0].to_string(),
        "`a`: malformed plan: flags.a.lifecycle.rollout: invalid plan []: expected an object with `stages`"
    );
}

#[test]
fn a_flag_that_could_not_answer_is_not_turned_on() {
    let plan = r#"{"rollout": {"alarms": ["errors"], "stages": [{"share": 5}, {"share": 100}]}}"#;
    let text = format!(
        r#"{{"flags": {{"broken": {{"on": false, "variations": [true, false], "offVariation": 1,
            "targets": 7, "lifecycle": {plan}}}, "fine": {{"on": false, "variations": [true, false],
            "offVariation": 1, "lifecycle": {plan}}}}}}}"#
    );
    let flags = Flags::from_json(text.as_bytes()).unwrap();
    let advanced = advance(&flags, &alarms(&[("errors", "ok")]), START);
    let kinds: Vec<_> =
        advanced.decisions.iter().map(|each| (&*each.key, each.kind, each.changed)).collect();
    assert_eq!(
        kinds,
        [("broken", DecisionKind::MalformedFlag, false), ("fine", DecisionKind::NextStage, true)]
    );
    assert_eq!(advanced.decisions[0].path.as_deref(), Some("flags.broken.targets"));
    assert_eq!(advanced.decisions[0].reason, "expected an array, found the number 7");
    let of = |flags: &Flags, key| flags.source(isoflag::model::Section::Flags, key).cloned();
    assert_eq!(of(&advanced.flags, "broken"), of(&flags, "broken"));
    assert_eq!(advanced.flags.version(), Some(1));
    // A flag that is on already is reported with its plan.
    let on = text.replace(r#""on": false"#, r#""on": true"#);
    let advanced = advance(&Flags::from_json(on.as_bytes()).unwrap(), &Alarms::default(), START);
    assert_eq!(advanced.decisions[0].kind, DecisionKind::MalformedPlan);
}

#[test]
fn states_of_alarms_are_read_as_cloudwatch_writes_them() {
    let read = |text: &str| Alarms::read(&Value::parse(text.as_bytes()).unwrap());
    assert_eq!(read(r#"{"a": "OK", "b": "Alarm"}"#), Ok(alarms(&[("a", "ok"), ("b", "alarm")])));
    assert_eq!(read(r#"{"a": "INSUFFICIENT_DATA"}"#), Ok(Alarms::default()));
    assert_eq!(
        read(r#"{"a": true}"#).unwrap_err(),
        "`a`: invalid state true: expected `ok` or `alarm`"
    );
    assert!(read("[]").unwrap_err().starts_with("invalid alarms []"));
}
