//! Changes of a flag's status, and their effect on versions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Flags, Value};
use isoflag_tools::{
    Status, StepResult, certification, changed_answers, lifecycle, status_change, with_changes,
    with_status,
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
    let certified = certification(&flags, passed, passed, None, 900.0);
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
