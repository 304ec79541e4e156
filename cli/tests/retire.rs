//! `retire` reports removable flags, from documents, activity and code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use isoflag::Value;
use program::{file, isoflag};

const FOLDER: &str = "cli/tests/documents/retire";
const NOW: &str = "1795257000";

fn run(more: &[&str]) -> program::Ran {
    let document = format!("{FOLDER}/flags.json");
    let mut arguments = vec!["retire", &document, "--now", NOW];
    arguments.extend(more);
    isoflag(&arguments)
}

/// All evidence.
fn everything() -> Vec<String> {
    [("--history", "history"), ("--activity", "activity.json"), ("--code", "code")]
        .iter()
        .flat_map(|(option, name)| [(*option).to_owned(), format!("{FOLDER}/{name}")])
        .collect()
}

fn verdicts(ran: &program::Ran) -> String {
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let flags = report.as_object().unwrap().get("flags").unwrap().as_array().unwrap();
    let text = |flag: &Value, name| {
        flag.as_object().unwrap().get(name).unwrap().as_str().unwrap().to_owned()
    };
    let shown = flags.iter().map(|flag| format!("{} {}", text(flag, "key"), text(flag, "verdict")));
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn people_see_what_can_go_and_what_to_ask() {
    let more = everything();
    let ran = run(&more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn programs_get_every_rule() {
    let mut more = everything();
    more.push("--json".to_owned());
    let ran = run(&more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out.replace("},{\"callSites\"", "},\n{\"callSites\""));
}

#[test]
fn missing_evidence_is_unknown() {
    // Without a history only the document's timestamp counts, which is three days old.
    assert_eq!(
        verdicts(&run(&["--json"])),
        "quick-pay safety, dark-mode ask, new-search ask, old-tax ask, pricing keep, reviews keep"
    );
    assert_eq!(
        verdicts(&run(&["--json", "--weeks", "0"])),
        "dark-mode remove, quick-pay safety, new-search ask, old-tax ask, pricing keep, reviews keep"
    );
    // The code does not name it, but evaluations were not counted.
    let code = format!("{FOLDER}/code");
    assert!(verdicts(&run(&["--json", "--code", &code])).contains("old-tax ask"));
}

#[test]
fn a_time_can_be_given_to_each_document() {
    let old = format!("2026-06-01={FOLDER}/flags.json");
    assert!(verdicts(&run(&["--json", "--history", &old])).starts_with("dark-mode remove"));
    let old = format!("1795100000={FOLDER}/flags.json");
    assert!(verdicts(&run(&["--json", "--history", &old])).contains("dark-mode ask"));
}

#[test]
fn an_unreadable_file_is_reported_in_one_line() {
    let nameless = file("nameless.json", Some(r#"{"flags": {}}"#));
    let later = format!("2030-01-01={FOLDER}/flags.json");
    for (arguments, message) in [
        (&["--history", "no-such-folder"][..], "cannot read `no-such-folder`"),
        (&["--history", "cli/src"], "no file there ends in `.json`"),
        (&["--history", &nameless], "the time from which it was current is unknown"),
        (&["--history", &later], "lies in the future"),
        (&["--activity", "cli"], "cannot read `cli`"),
        (&["--code", "no-such-folder"], "cannot read `no-such-folder`"),
    ] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(message) && ran.err.lines().count() == 1, "{ran:?}");
    }
    assert_eq!(run(&["--weeks", "-1"]).code, 2);
}
