//! Changes of a flag's status, their effect on versions, and documents under strategies.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Flags, Value};
use isoflag_tools::{
    Status, StepResult, Strategy, StrategyKind, System, certification, changed_answers, lifecycle,
    status_change, with_changes, with_status, with_strategy,
};

fn one_flag(lifecycle: &str) -> Flags {
    let text = format!(r#"{{"flags": {{"f": {{"on": true, "lifecycle": {lifecycle}}}}}}}"#);
    Flags::from_json(text.as_bytes()).unwrap()
}

#[test]
fn a_status_sets_its_times() {
    for (before, to, expected) in [
        ("null", Status::ToDo, r#"{"status":"To Do","statusTimestamp":900}"#),
        ("{}", Status::Doing, r#"{"status":"Doing","statusTimestamp":900}"#),
        // A flag without a status may get any.
        (r#"{"status": "Released"}"#, Status::Done, r#"{"status":"Done","statusTimestamp":900}"#),
        (r#"{"status": "To Do"}"#, Status::Doing, r#"{"status":"Doing","statusTimestamp":900}"#),
        (
            r#"{"status": "Doing", "stagedTimestamp": 3}"#,
            Status::Staging,
            r#"{"stagedTimestamp":900,"status":"Staging","statusTimestamp":900}"#,
        ),
        (
            r#"{"status": "Staging", "statusTimestamp": 100}"#,
            Status::Done,
            r#"{"stagedTimestamp":100,"status":"Done","statusTimestamp":900}"#,
        ),
        (
            r#"{"status": "Staging", "statusTimestamp": 100, "stagedTimestamp": 50}"#,
            Status::Done,
            r#"{"status":"Done","statusTimestamp":900}"#,
        ),
        (
            r#"{"status": "Done"}"#,
            Status::Finished,
            r#"{"status":"Finished","statusTimestamp":900}"#,
        ),
        // A feature that is being changed is in no artifact.
        (
            r#"{"status": "Done", "stagedTimestamp": 50, "deployedTimestamp": 60}"#,
            Status::Doing,
            r#"{"deployedTimestamp":null,"stagedTimestamp":null,"status":"Doing","statusTimestamp":900}"#,
        ),
        (
            r#"{"status": "Staging", "stagedTimestamp": 50, "deployedTimestamp": null}"#,
            Status::Doing,
            r#"{"stagedTimestamp":null,"status":"Doing","statusTimestamp":900}"#,
        ),
    ] {
        let change = status_change(&one_flag(before), "f", to, 900.7).unwrap().unwrap();
        let set = change.to_value().as_object().unwrap().get("set").unwrap().to_string();
        assert_eq!(set, expected, "{before} to {to}");
        let after =
            lifecycle(&with_status(&one_flag(before), "f", to, 900.7).unwrap(), "f").unwrap();
        assert_eq!((after.status, after.status_since), (Some(to), Some(900.0)), "{before}");
    }
}

#[test]
fn an_invalid_transition_is_rejected_with_the_valid_ones() {
    for (lifecycle, to, code, legal, message) in [
        (
            r#"{"status": "Staging"}"#,
            Status::Finished,
            "illegal-transition",
            &[Status::Doing, Status::Done][..],
            "`f`: `Finished` does not follow `Staging`; `Doing` and `Done` do",
        ),
        (
            r#"{"status": "Finished"}"#,
            Status::Doing,
            "illegal-transition",
            &[],
            "`f`: `Doing` does not follow `Finished`; nothing does",
        ),
        (
            "7",
            Status::Doing,
            "malformed-flag",
            &[],
            "`f`: `lifecycle` is not an object; write `{}`",
        ),
    ] {
        let error = with_status(&one_flag(lifecycle), "f", to, 900.0).unwrap_err();
        assert_eq!((error.code(), error.legal()), (code, legal), "{lifecycle}");
        assert_eq!(error.to_string(), message);
    }
    let flags = Flags::from_json(br#"{"flags": {"f": 7}}"#).unwrap();
    let error = |key| with_status(&flags, key, Status::Doing, 900.0).unwrap_err().to_string();
    assert_eq!(error("f"), "`f`: the flag is not an object; write `{}`");
    assert_eq!(error("g"), "there is no flag `g`");
}

#[test]
fn a_changed_flag_gets_the_next_version_and_keeps_its_times() {
    let flags = Flags::from_json(
        br#"{"meta": {"version": 4, "lastModifiedTimestamp": 10}, "flags": {
            "f": {"version": 7, "on": false, "lifecycle":
                {"status": "Doing", "lastModifiedTimestamp": 20}},
            "g": {"version": 3, "on": false, "lifecycle": {"status": "Staging"}},
            "h": {"on": false, "lifecycle": {"status": "Staging"}}}}"#,
    )
    .unwrap();
    let passed = StepResult::Passed;
    let certified = certification(&flags, passed, passed, None, None, 900.0);
    let artifact = certified.artifact(900.0);
    let after = with_changes(&flags, &certified.changes, Some(&artifact)).unwrap();
    let expected = Value::parse(
        br#"{"meta": {"version": 5, "lastModifiedTimestamp": 10,
            "artifact": {"timestamp": 900, "deployable": true, "certifiedTimestamp": 900},
            "artifacts": [{"timestamp": 900, "deployable": true, "certifiedTimestamp": 900}]},
        "segments": {}, "flags": {
            "f": {"version": 7, "on": false, "lifecycle":
                {"status": "Doing", "lastModifiedTimestamp": 20}},
            "g": {"version": 4, "on": false, "lifecycle": {"status": "Done", "statusTimestamp": 900}},
            "h": {"version": 1, "on": false, "lifecycle": {"status": "Done", "statusTimestamp": 900}}}}"#,
    );
    assert_eq!(after.document(), expected.unwrap());
    // An instance with the previous document accepts a patch with the change, and no gate waits.
    let patched = flags.apply_value(after.document()).unwrap();
    assert_eq!(patched.digest(), after.digest());
    assert!(changed_answers(&flags, &after).is_empty());
    // A repeated change is not written again.
    let again = with_changes(&after, &certified.changes, Some(&artifact)).unwrap();
    assert_eq!(again.digest(), after.digest());
    assert_eq!(with_status(&after, "g", Status::Done, 901.0).unwrap().digest(), after.digest());
}

#[test]
fn two_changes_of_one_flag_raise_the_version_once() {
    let flags = one_flag(r#"{"status": "Doing"}"#);
    let first = status_change(&flags, "f", Status::Staging, 1.0).unwrap().unwrap();
    let staged = with_changes(&flags, std::slice::from_ref(&first), None).unwrap();
    let second = status_change(&staged, "f", Status::Done, 2.0).unwrap().unwrap();
    let both = with_changes(&flags, &[first, second], None).unwrap();
    let version = |flags: &Flags| {
        let document = flags.document();
        let flag = document.as_object()?.get("flags")?.as_object()?.get("f")?.as_object()?.clone();
        flag.get("version")?.as_integer()
    };
    assert_eq!((version(&both), both.version()), (Some(1), Some(1)));
    assert_eq!(lifecycle(&both, "f").unwrap().status, Some(Status::Done));
}

fn flags() -> Flags {
    Flags::from_json(
        br#"{"meta": {"version": 3, "owner": "platform"}, "flags": {
        "plain": {"key": "plain", "on": false, "variations": [true, false], "offVariation": 1,
            "fallthrough": {"variation": 1}, "lifecycle": {"status": "Staging"}},
        "many": {"key": "many", "on": true, "variations": ["off", "a", "b"], "offVariation": 0,
            "fallthrough": {"rollout": {"variations": [{"variation": 1, "weight": 40000},
                {"variation": 2, "weight": 60000}]}}, "lifecycle": {"status": "Done"}},
        "guarded": {"key": "guarded", "on": true, "variations": [false, true], "offVariation": 0,
            "prerequisites": [{"key": "plain", "variation": 0}],
            "targets": [{"variation": 0, "values": ["ada"]}],
            "contextTargets": [{"contextKind": "user", "variation": 0, "values": ["ada"]}],
            "rules": [{"clauses": [{"attribute": "key", "op": "in", "values": ["ada"]}],
                "variation": 0}],
            "fallthrough": {"variation": 0}, "lifecycle": {"status": "Finished"}},
        "broken": {"key": "broken", "on": true, "variations": [false, true], "rules": 5},
        "shapeless": {"key": "shapeless", "on": false, "variations": [1, 2, 3], "offVariation": 2},
        "gone": {"key": "gone", "version": 2, "deleted": true}, "null": null}}"#,
    )
    .unwrap()
}

fn served(flags: &Flags) -> String {
    let bound = flags.bind(&Context::builder("ada").build().unwrap());
    let all = flags.keys().map(|key| format!("{key}={}", bound.variation(key, Value::Null)));
    all.collect::<Vec<_>>().join(" ")
}

fn under(strategy: impl Into<Strategy>) -> Flags {
    with_strategy(&flags(), &strategy.into()).unwrap()
}

fn read(text: &str) -> Strategy {
    Strategy::read(&Value::parse(text.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_flag_that_is_turned_on_serves_its_on_variation_to_everybody() {
    assert_eq!(
        served(&under(StrategyKind::FlushOut)),
        "broken=true guarded=true many=\"b\" plain=true shapeless=3"
    );
    assert_eq!(
        served(&under(StrategyKind::ProductionState)),
        "broken=null guarded=true many=\"off\" plain=false shapeless=3"
    );
    assert_eq!(
        served(&under(StrategyKind::NextRelease)),
        "broken=null guarded=true many=\"b\" plain=true shapeless=3"
    );
}

#[test]
fn custom_strategies_apply_to_the_named_flags() {
    assert_eq!(
        served(&under(read(
            r#"{"strategy": "Custom", "on": ["plain", "broken"], "off": ["broken"]}"#
        ))),
        "broken=null guarded=false many=\"off\" plain=true shapeless=3"
    );
    let own = served(&flags());
    let custom = read(r#"{"strategy": "Custom Production", "on": ["plain"], "off": ["many"]}"#);
    let told = own.replace("plain=false", "plain=true");
    let many = own.split("many=").nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(served(&under(custom)), told.replace(&format!("many={many}"), "many=\"off\""));
}

#[test]
fn beta_turns_on_done_and_deployed_features() {
    let beta = |deployed: &str| {
        let text = format!(r#"{{"strategy": "Beta", "deployed": [{deployed}]}}"#);
        let flags = under(read(&text));
        let ada = Context::builder("ada").build().unwrap();
        let many = flags.variation("many", &ada, Value::Null).to_string();
        (many, flags.bool_variation("plain", &ada, true))
    };
    assert_eq!(beta("\"many\", \"plain\""), ("\"b\"".to_owned(), false));
    assert_eq!(beta(""), ("\"off\"".to_owned(), false));
}

#[test]
fn production_is_the_document_itself() {
    let flags = flags();
    let production = under(StrategyKind::Production);
    assert_eq!(production.digest(), flags.digest());
    for kind in StrategyKind::ALL.into_iter().filter(|kind| *kind != StrategyKind::Production) {
        let document = under(kind).document();
        let meta = document.as_object().and_then(|document| document.get("meta")).unwrap();
        let meta = meta.as_object().unwrap();
        let name = format!("{{\"strategy\":\"{kind}\"}}");
        assert_eq!(meta.get("strategy").unwrap().to_string(), name);
        assert_eq!(meta.get("owner"), Some(&Value::from("platform")));
        assert_eq!(
            kind.system() == System::Production,
            kind.as_str().ends_with("Production") || kind.as_str() == "Beta"
        );
    }
}

#[test]
fn a_materialised_document_answers_as_the_overlay_does() {
    for kind in StrategyKind::ALL {
        let overlay = under(kind);
        let loaded = Flags::from_json(overlay.document().to_string().as_bytes()).unwrap();
        assert_eq!(loaded.digest(), overlay.digest());
        assert_eq!(served(&loaded), served(&overlay));
        // Repeating it changes nothing.
        assert_eq!(with_strategy(&overlay, &kind.into()).unwrap().digest(), overlay.digest());
    }
}

#[test]
fn a_missing_flag_is_rejected() {
    for (text, message) in [
        (r#"{"strategy": "Custom", "on": ["plane"]}"#, "`on`: the document has no flag `plane`"),
        (
            r#"{"strategy": "Beta", "deployed": ["gone"]}"#,
            "`deployed`: the document has no flag `gone`",
        ),
    ] {
        let error = with_strategy(&flags(), &read(text)).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), ("unknown-flag", message));
    }
}
