//! `project` and `check --client`: the document of a browser, and what is visible in it.

use crate::program::{file, isoflag};

const DOCUMENT: &str = r#"{"flags": {
    "discount": {"clientSide": true, "on": true, "variations": [0, 10], "fallthrough": {"variation": 0},
        "rules": [{"id": "pro", "variation": 1, "clauses": [
            {"contextKind": "user", "attribute": "plan", "op": "in", "values": ["pro", "team"]}]}]},
    "beta": {"clientSide": true, "on": true, "variations": [false, true], "fallthrough": {"variation": 0},
        "targets": [{"variation": 1, "values": ["ada", "bob"]}]},
    "internal": {"on": true, "variations": [1], "fallthrough": {"variation": 0}}}}"#;

#[test]
fn a_document_is_projected_for_what_is_known() {
    let document = file("whole.json", Some(DOCUMENT));
    let known = file("kinds.json", Some(r#"{"user": {"plan": "team"}}"#));
    let known = format!("@{known}");
    let arguments = ["project", &document, "--known", &known, "--private", "user.key"];
    let ran = isoflag(&arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.err, "`beta` is left out, because flag `beta` shows `user.key`\n");
    assert!(ran.out.contains(r#""discount""#) && !ran.out.contains("team"), "{ran:?}");
    insta::assert_snapshot!(isoflag(&[&arguments[..], &["--report"]].concat()).out, @r"
    267 of 455 bytes (58.7%), 1 of 3 flags, 1 of them with one answer
    `beta` is left out, because flag `beta` shows `user.key`

    flag key
      discount                                 flags.discount

    metadata
      sha256:03ccb941f682eff055f0e2ac45e77da656273bc83aeae568633b8c46672a4996 meta.parentDigest

    rule id
      pro                                      flags.discount.rules[0].id
    ");
    let json = isoflag(&[&arguments[..], &["--report", "--json"]].concat()).out;
    assert!(
        json.contains(r#""refused":[{"key":"beta","place":"flag `beta`","private":"user.key"}]"#)
    );
}

#[test]
fn the_page_quotes_the_report_on_the_shop() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/client-document.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (shop, known) = ("examples/shop/flags.json", "@examples/shop/known.json");
    let ran = isoflag(&["project", shop, "--known", known, "--private", "user.email", "--report"]);
    let (before, _) = text.split_once("```text\n").unwrap();
    let current = format!("{before}```text\n{}```\n", ran.out);
    if std::env::var_os("ISOFLAG_WRITE").is_some() {
        return std::fs::write(page, &current).unwrap();
    }
    assert!(text == current, "run it again with ISOFLAG_WRITE=1 to write {page}");
}

#[test]
fn invalid_options_are_wrong_usage() {
    let document = file("whole-document.json", Some(DOCUMENT));
    for more in [["--known", "[]"], ["--known", "{"], ["--private", "email"]] {
        let ran = isoflag(&["project", &document, more[0], more[1]]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    }
}

#[test]
fn a_check_reports_what_a_browser_can_see() {
    let document = file("checked.json", Some(DOCUMENT));
    let ran = isoflag(&["check", &document, "--client"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("\ntarget key\n  ada"), "{ran:?}");
    let ran = isoflag(&["check", &document, "--client", "--private", "user.key", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains(r#""client":{"#), "{ran:?}");
}
