//! `status` shows and sets the status of a feature; `strategy` writes the document under a strategy.

use isoflag::Flags;

use crate::program::{file, isoflag, isoflag_reading};

const DOCUMENT: &str = r#"{
  "meta": {"version": 4, "lastModifiedTimestamp": 10},
  "flags": {
    "new": {"key": "new", "version": 2, "on": true, "variations": [true, false], "offVariation": 1,
      "fallthrough": {"variation": 0}, "lifecycle": {"owner": "web", "status": "Staging"}},
    "plain": {"key": "plain", "on": false}
  }
}
"#;

fn text(document: &str) -> String {
    std::fs::read_to_string(document).unwrap()
}

#[test]
fn a_status_is_shown_with_the_legal_next_ones() {
    let document = file("shown.json", Some(DOCUMENT));
    for (key, out) in [
        ("new", "`new` is Staging\nnext: Doing, Done\n"),
        ("plain", "`plain` has no status\nnext: To Do, Doing, Staging, Done, Finished\n"),
    ] {
        let ran = isoflag(&["status", &document, key]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, out, ""));
    }
    let ran = isoflag(&["status", &document, "new", "--json"]);
    assert_eq!(
        ran.out,
        "{\"change\":null,\"key\":\"new\",\"next\":[\"Doing\",\"Done\"],\"status\":\"Staging\",\"written\":false}\n"
    );
    assert_eq!(text(&document), DOCUMENT);
}

#[test]
fn a_status_is_set_in_place_with_its_versions() {
    let document = file("set.json", Some(DOCUMENT));
    let set = |status: &str, more: &[&str]| {
        let mut arguments = vec!["status", &document, "new", status, "--now", "900", "--force"];
        arguments.extend(more);
        isoflag(&arguments)
    };
    let ran = set("done", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "`new` would be Done now\n"));
    assert_eq!(text(&document), DOCUMENT);
    let ran = set("done", &["--write"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "`new` is Done now\n"));
    let expected = DOCUMENT
        .replace(r#""status": "Staging""#, r#""status": "Done", "statusTimestamp": 900"#)
        .replace(r#""version": 4"#, r#""version": 5"#)
        .replace(r#""version": 2"#, r#""version": 3"#);
    assert_eq!(text(&document), expected);
    // No answer changed, so `stamp` has nothing to add.
    let before = file("before.json", Some(DOCUMENT));
    let ran = isoflag(&["stamp", &before, &document, "--now", "950"]);
    assert_eq!((ran.code, text(&document)), (0, expected.clone()), "{ran:?}");
    // A store with the previous document accepts the change as a patch.
    let (before, after) = (DOCUMENT.as_bytes(), expected.as_bytes());
    let patched = Flags::from_json(before).unwrap().apply(after).unwrap();
    assert_eq!(patched.digest(), Flags::from_json(after).unwrap().digest());
    // Repeating it changes neither the document nor its version.
    let ran = set("Done", &["--write", "--json"]);
    assert_eq!(
        ran.out,
        "{\"change\":null,\"key\":\"new\",\"next\":[\"Doing\",\"Finished\"],\"status\":\"Done\",\"written\":false}\n"
    );
    assert_eq!(text(&document), expected);
}

#[test]
fn an_invalid_transition_leaves_the_document_unchanged() {
    let document = file("refused.json", Some(DOCUMENT));
    for (key, status, message) in [
        ("new", "Finished", "`new`: `Finished` does not follow `Staging`; `Doing` and `Done` do"),
        ("new", "Released", "invalid status `Released`: expected one of `To Do`"),
        ("old", "Done", "there is no flag `old`"),
    ] {
        for write in [&[][..], &["--write"]] {
            let mut arguments = vec!["status", &document, key, status];
            arguments.extend(write);
            let ran = isoflag(&arguments);
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
            assert!(ran.err.contains(message), "{ran:?}");
        }
    }
    let ran = isoflag(&["status", &document, "new", "Finished", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert!(ran.out.contains(r#""legal":["Doing","Done"]"#), "{ran:?}");
    assert_eq!(text(&document), DOCUMENT);
    let ran = isoflag(&["status", "no-such.json", "new"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(isoflag(&["status", &document, "new", "--write"]).code, 2);
    let odd = file("odd.json", Some(r#"{"flags": {"f": {"lifecycle": 7}, "g": 7}}"#));
    for key in ["f", "g"] {
        let ran = isoflag(&["status", &odd, key, "Doing", "--write"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(ran.err.contains("is not an object; write `{}`"), "{ran:?}");
    }
}

#[test]
fn statuses_of_certify_and_finish_need_force() {
    let document = file("by-hand.json", Some(DOCUMENT));
    for (key, status, command) in
        [("new", "done", "certify"), ("plain", "DONE", "certify"), ("plain", "finished", "finish")]
    {
        for more in [&[][..], &["--write"], &["--write", "--json"]] {
            let ran =
                isoflag(&[&["status", &document, key, status, "--now", "900"], more].concat());
            assert_eq!((ran.code, text(&document).as_str()), (1, DOCUMENT), "{ran:?}");
            let said = if more.contains(&"--json") { &ran.out } else { &ran.err };
            assert!(said.contains(&format!("`isoflag {command}` sets")), "{ran:?}");
        }
    }
    // `--force` does not override the order.
    let ran = isoflag(&["status", &document, "new", "finished", "--force", "--write"]);
    assert_eq!((ran.code, text(&document).as_str()), (1, DOCUMENT), "{ran:?}");
    let ran = isoflag(&["status", &document, "plain", "finished", "--force", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // The current status causes no change.
    assert_eq!(isoflag(&["status", &document, "plain", "finished"]).code, 0);
    assert_eq!(isoflag(&["status", &document, "plain", "--force"]).code, 2);
}

const STAGING: &str = r#"{"flags": {"new": {"key": "new", "on": false, "variations": [true, false],
    "offVariation": 1, "fallthrough": {"variation": 0}, "lifecycle": {"status": "Staging"}}},
    "meta": {"strategies": {"development": [{"strategy": "Flush Out", "clauses": [
        {"contextKind": "request", "attribute": "remoteAddress", "op": "startsWith", "values": ["10."]}]}]}}}"#;

fn on(arguments: &[&str]) -> String {
    let ran = isoflag_reading(&[&["strategy", "-"], arguments].concat(), STAGING);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let context = r#"{"kind": "user", "key": "ada"}"#;
    isoflag_reading(&["eval", "-", "new", "--context", context, "--json"], &ran.out).out
}

#[test]
fn the_document_evaluates_under_the_strategy() {
    assert!(on(&["next-release"]).contains("\"value\":true"));
    assert!(on(&["production-state"]).contains("\"value\":false"));
    assert!(on(&["custom", "--on", "new"]).contains("\"value\":true"));
    assert!(on(&["custom"]).contains("\"value\":false"));
}

#[test]
fn a_system_chooses_by_the_context() {
    let at = |address: &str| {
        let context = format!(r#"{{"kind": "request", "key": "1", "remoteAddress": "{address}"}}"#);
        on(&["--system", "development", "--context", &context])
    };
    assert!(at("10.0.0.1").contains("\"value\":true"));
    assert!(at("192.168.0.1").contains("\"value\":false"));
}

#[test]
fn an_invalid_strategy_is_reported_in_one_line_with_exit_code_2() {
    for (arguments, why) in [
        (&["strategy", "-", "canary"][..], "invalid strategy `canary`"),
        (&["strategy", "-", "custom", "--on", "old"], "the document has no flag `old`"),
        (
            &["strategy", "-", "--system", "staging", "--context", "{}"],
            "`--system staging` is not a system",
        ),
    ] {
        let ran = isoflag_reading(arguments, STAGING);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    assert_eq!(isoflag(&["strategy", "no-such-file", "beta"]).code, 2);
}

#[test]
fn standard_input_cannot_be_rewritten() {
    let document = r#"{"flags": {"new": {"on": true, "variations": [false, true],
        "fallthrough": {"variation": 1}, "lifecycle": {"status": "Done"}}}}"#;
    let ran = isoflag_reading(&["finish", "-", "new"], document);
    assert_eq!((ran.code, &*ran.out), (2, ""), "{ran:?}");
    assert!(ran.err.contains("standard input cannot be rewritten"), "{ran:?}");
}
