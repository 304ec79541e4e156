//! `advance` makes steps of planned rollouts in place.

use crate::program::{file, isoflag};

const DOCUMENT: &str = r#"{
  "meta": {"version": 4, "lastModifiedTimestamp": 10},
  "flags": {
    "new": {
      "key": "new", "version": 2, "on": false, "variations": [true, false], "offVariation": 1, "salt": "é",
      "rules": [ {"id": "mine", "variation": 1, "clauses": [{"attribute": "x", "op": "in", "values": [1e2]}]} ],
      "fallthrough": {"variation":  1},
      "lifecycle": {"rollout": {"alarms": ["errors"],
        "stages": [{"segment": "staff", "duration": "1h"}, {"share": 5.0, "duration": "1h"}, {"share": 100}]
      }, "owner": "web"}
    },
    "plain": {"key": "plain", "on":false}
  },
  "segments": {"staff": {"key": "staff", "version": 1, "included": ["eve"]}}
}
"#;

const RULE: &str = r#"{"variation": 0, "clauses": [{"attribute": "", "op": "segmentMatch", "negate": false, "values": ["staff"]}], "id": "lifecycle.rollout"}"#;

fn text(document: &str) -> String {
    std::fs::read_to_string(document).unwrap()
}

#[test]
fn a_plan_advances_in_place() {
    let document = file("advanced.json", Some(DOCUMENT));
    let call = |now: &str, state: &str, more: &[&str]| {
        let alarm = format!("errors={state}");
        let mut arguments = vec!["advance", &document, "--alarm", &alarm, "--now", now];
        arguments.extend(more);
        let ran = isoflag(&arguments);
        assert_eq!(ran.err, "");
        (ran.code, ran.out)
    };
    let first = "`new`: next stage: stage 1 of 3, the segment `staff`";
    assert_eq!(call("1000", "ok", &[]), (0, format!("{first} (not written)\n")));
    assert_eq!(text(&document), DOCUMENT);
    assert_eq!(call("1000", "ok", &["--write"]), (0, format!("{first}\n")));
    let expected = DOCUMENT
        .replace(r#""version": 4, "lastModifiedTimestamp": 10"#, r#""version": 5, "lastModifiedTimestamp": 10"#)
        .replace(r#""version": 2, "on": false"#, r#""version": 3, "on": true"#)
        .replace("[1e2]}]} ]", &format!("[1e2]}}]}}, {RULE} ]"))
        .replace(
            "{\"share\": 100}]\n",
            "{\"share\": 100}],\n        \"stage\": 0,\n        \"stageTimestamp\": 1000,\n        \"state\": \"running\"\n",
        )
        .replace(r#""owner": "web""#, r#""owner": "web", "lastModifiedTimestamp": 1000"#);
    assert_eq!(text(&document), expected);

    let again = call("1000", "ok", &["--write"]);
    assert_eq!(again.1, "`new`: waits: stage 1 of 3, the segment `staff` until 4600\n");
    assert_eq!(text(&document), expected);

    let ran = call("4600", "ok", &["--write", "--json"]);
    let decision = r#"{"alarms":[],"changed":true,"decision":"next stage","key":"new","path":null,"reason":"stage 2 of 3, 5%","share":5,"stage":1,"until":null}"#;
    assert_eq!(ran, (0, format!("{{\"decisions\":[{decision}],\"now\":4600,\"written\":true}}\n")));
    assert!(text(&document).contains(
        r#""fallthrough": {"rollout":  {"variations": [{"variation": 0, "weight": 5000}, {"variation": 1, "weight": 95000}]}}"#
    ));

    let before = text(&document);
    assert_eq!(
        call("4700", "alarm", &["--write"]),
        (1, "`new`: alarm: `errors` is on: stage 1 of 3, the segment `staff`\n".to_owned())
    );
    let back = before
        .replace(r#""weight": 5000}"#, r#""weight": 0}"#)
        .replace(r#""weight": 95000}"#, r#""weight": 100000}"#)
        .replace(r#""version": 6, "#, r#""version": 7, "#)
        .replace(r#""version": 4, "on""#, r#""version": 5, "on""#)
        .replace(
            r#""owner": "web", "lastModifiedTimestamp": 4600"#,
            r#""owner": "web", "lastModifiedTimestamp": 4700"#,
        )
        .replace(r#""stage": 1,"#, r#""stage": 0,"#)
        .replace(r#""stageTimestamp": 4600"#, r#""stageTimestamp": 4700"#)
        .replace(r#""state": "running""#, r#""state": "alarm""#);
    assert_eq!(text(&document), back);

    for (now, state) in [("4800", "ok"), ("8400", "ok"), ("12000", "ok"), ("12001", "ok")] {
        assert_eq!(call(now, state, &["--write"]).0, 0);
    }
    let end = text(&document);
    assert!(end.contains("[1e2]}]} ],"), "{end}");
    assert!(end.contains(r#""state": "complete""#), "{end}");
    assert!(
        end.contains(r#"[{"variation": 0, "weight": 100000}, {"variation": 1, "weight": 0}]"#),
        "{end}"
    );
    assert_eq!(
        call("99999", "alarm", &[]),
        (0, "`new`: complete: the rollout is over\n".to_owned())
    );
}

#[test]
fn states_that_are_not_passed_hold_a_plan() {
    let document = file("unknown-alarm.json", Some(DOCUMENT));
    let ran = isoflag(&["advance", &document, "--now", "5", "--alarm", "error=ok", "--write"]);
    let waits = "`new`: waits: the state of `errors` is unknown; pass it\n";
    assert_eq!((ran.code, &*ran.out), (0, waits));
    assert_eq!(text(&document), DOCUMENT);
}

#[test]
fn an_invalid_plan_or_alarm_changes_nothing() {
    let invalid = DOCUMENT.replace(r#"{"share": 100}"#, r#"{"share": 1}"#);
    let document = file("invalid-plan.json", Some(&invalid));
    let ran = isoflag(&["advance", &document, "--now", "5", "--write"]);
    let message = "`new`: malformed plan: flags.new.lifecycle.rollout.stages[2].share: the share 1 \
                   does not exceed 5 before it; shares must rise\n";
    assert_eq!((ran.code, &*ran.out), (1, message));
    assert_eq!(text(&document), invalid);
    for alarm in ["errors", "errors=on", "=ok"] {
        let ran = isoflag(&["advance", &document, "--alarm", alarm]);
        let message = format!("error: invalid `--alarm {alarm}`: expected NAME=ok or NAME=alarm\n");
        assert_eq!((ran.code, ran.err), (2, message));
    }
}
