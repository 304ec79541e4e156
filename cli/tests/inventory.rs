//! `inventory` shows the flags of several environments as a table, as JSON and as a page.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use isoflag::Value;
use program::{file, isoflag, isoflag_reading};

const FOLDER: &str = "cli/tests/documents/inventory";

/// The arguments for the three environments; the first has no activity.
fn arguments(more: &[&str]) -> Vec<String> {
    let documents = ["development", "staging", "production"];
    let mut all = vec!["inventory".to_owned()];
    all.extend(documents.map(|name| format!("{FOLDER}/{name}.json")));
    for name in ["staging", "production"] {
        all.push("--activity".to_owned());
        all.push(format!("{name}={FOLDER}/{name}-activity.json"));
    }
    all.extend(["--now".to_owned(), "1795257000".to_owned()]);
    all.extend(more.iter().map(ToString::to_string));
    all
}

fn run(more: &[&str]) -> program::Ran {
    let arguments = arguments(more);
    isoflag(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn people_see_a_table_by_owner() {
    let ran = run(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn programs_get_every_row() {
    let ran = run(&["--json"]);
    assert_eq!(ran.code, 0);
    let inventory = Value::parse(ran.out.as_bytes()).unwrap();
    let inventory = inventory.as_object().unwrap();
    let rows = inventory.get("rows").unwrap().as_array().unwrap();
    let production = |key: &str| {
        let is_it = |row: &&Value| {
            let row = row.as_object().unwrap();
            row.get("key").unwrap().as_str() == Some(key)
                && row.get("environment").unwrap().as_str() == Some("production")
        };
        rows.iter().find(is_it).unwrap().to_string()
    };
    assert_eq!(rows.len(), 58);
    insta::assert_snapshot!(
        ["checkout-v2", "DeptA.TeamB.66623", "old-tax-engine"].map(production).join("\n")
    );
}

#[test]
fn the_page_is_written_whole() {
    let page = file("inventory.html", None);
    let ran = run(&["--html", &page]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert_eq!(written.matches("<tr data-key=").count(), 58);
    let ran = run(&["--html", "-"]);
    assert_eq!((ran.code, ran.out), (0, written));
}

#[test]
fn without_labels_documents_are_named_by_their_environment_or_file() {
    let plain = file("plain.json", Some(r#"{"flags": {"f": {"on": false}}}"#));
    let named = file(
        "named.json",
        Some(r#"{"meta": {"environment": "eu"}, "flags": {"f": {"on": false}}}"#),
    );
    let ran = isoflag(&["inventory", &plain, &named, &format!("us={plain}"), "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for label in ["plain", "eu", "us"] {
        assert!(ran.out.contains(&format!("\"environment\":\"{label}\"")), "{ran:?}");
    }
    let ran = isoflag(&["inventory", &named, &format!("eu={plain}")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("another document has the label `eu` too"), "{ran:?}");
}

#[test]
fn an_unreadable_file_is_reported_in_one_line_and_the_page_is_unchanged() {
    let page = file("left-alone.html", Some("before"));
    let huge = file("huge.json", None);
    std::fs::File::create(&huge).unwrap().set_len(1 << 30).unwrap();
    let good = format!("{FOLDER}/staging.json");
    let ahead = r#"{"activity": 1, "flags": {"f": {"counts": {"d": {"0": 1}}, "first": 1, "last": 9000000000}}}"#;
    let ahead = file("ahead.json", Some(ahead));
    let activity = |file: &str| vec![good.clone(), "--activity".to_owned(), file.to_owned()];
    for (given, message) in [
        (vec!["no-such.json".to_owned()], "cannot read `no-such.json`"),
        (vec!["examples".to_owned()], "cannot read `examples`"),
        (vec![huge.clone()], "the limit is 256 MiB"),
        (activity("no-such.json"), "cannot read `no-such.json`"),
        (activity(&good), "`activity`: expected an integer"),
        (
            activity(&format!("prod={FOLDER}/staging-activity.json")),
            "no document has the label `prod`",
        ),
        (activity(&ahead), "9000000 lies in the future, since it is 100 now; compare the clocks"),
    ] {
        let mut arguments = vec!["inventory", "--html", &page, "--now", "100"];
        arguments.extend(given.iter().map(String::as_str));
        let ran = isoflag(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{given:?}: {ran:?}");
        assert!(ran.err.contains(message) && ran.err.lines().count() == 1, "{given:?}: {ran:?}");
        assert_eq!(std::fs::read_to_string(&page).unwrap(), "before");
    }
    std::fs::remove_file(&huge).unwrap();
    let ran = isoflag_reading(&["inventory", "-", "--html", &page], "{");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    let ran = isoflag(&["inventory", &good, "--html", "no/such/folder.html"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot write `no/such/folder.html`"), "{ran:?}");
}
