//! `strategy` writes the document under a strategy.

mod program;

use program::{isoflag, isoflag_reading};

const DOCUMENT: &str = r#"{"flags": {"new": {"key": "new", "on": false, "variations": [true, false],
    "offVariation": 1, "fallthrough": {"variation": 0}, "lifecycle": {"status": "Staging"}}},
    "meta": {"strategies": {"development": [{"strategy": "Flush Out", "clauses": [
        {"contextKind": "request", "attribute": "remoteAddress", "op": "startsWith", "values": ["10."]}]}]}}}"#;

fn on(arguments: &[&str]) -> String {
    let ran = isoflag_reading(&[&["strategy", "-"], arguments].concat(), DOCUMENT);
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
        let ran = isoflag_reading(arguments, DOCUMENT);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    assert_eq!(isoflag(&["strategy", "no-such-file", "beta"]).code, 2);
}
