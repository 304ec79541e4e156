//! `retire` over several documents, and the review for a meeting.

use isoflag::Value;

use crate::program::{Ran, file, isoflag};

/// Serves `value` to everybody; finished long ago, with no objection to a removal.
fn document(value: &str, more: &str) -> String {
    format!(
        r#"{{"meta": {{"lastModifiedTimestamp": 100}}, "flags": {{
  "same": {{"on": true, "variations": ["a", "b"], "fallthrough": {{"variation": 0}}, "lifecycle": {{
    "owner": "web", "feedback": "good", "openIssues": 0, "changePlanned": false, "needed": false}}}},
  "other": {{"on": true, "variations": ["{value}"], "fallthrough": {{"variation": 0}}, "lifecycle": {{
    "owner": "web", "feedback": "good", "openIssues": 0, "changePlanned": false, "needed": false}}}}{more}
}}}}
"#
    )
}

const NOW: &str = "10000000";

struct Accounts {
    dev: String,
    prod: String,
}

impl Accounts {
    fn new() -> Accounts {
        let due = r#", "due": {"on": true, "variations": [1, 2], "fallthrough": {"variation": 1}, "lifecycle": {
    "cleanupTimestamp": 9000000, "statusTimestamp": 8000000, "status": "Finished"}}"#;
        Accounts {
            dev: file("dev.json", Some(&document("x", ""))),
            prod: file("prod.json", Some(&document("y", due))),
        }
    }

    fn retire(&self, more: &[&str]) -> Ran {
        self.run("retire", more)
    }

    fn run(&self, command: &str, more: &[&str]) -> Ran {
        let (dev, prod) = (format!("dev={}", self.dev), format!("prod={}", self.prod));
        isoflag(&[&[command, &dev, &prod, "--now", NOW], more].concat())
    }
}

#[test]
fn a_flag_gets_the_least_actionable_verdict_of_all_documents() {
    let accounts = Accounts::new();
    let ran = accounts.retire(&["--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let flags = report.as_object().unwrap().get("flags").unwrap().as_array().unwrap();
    let words = |flag: &Value| {
        let flag = flag.as_object().unwrap();
        let member = |name| flag.get(name).unwrap();
        let environments = member("environments").as_array().unwrap().len();
        let text = |name| member(name).as_str().unwrap().to_owned();
        format!("{} {} {} {environments}", text("key"), text("verdict"), member("valuesDiffer"))
    };
    let found: Vec<String> = flags.iter().map(words).collect();
    // The code cannot serve both values, although each document alone would let the flag go.
    assert_eq!(found, ["same remove false 2", "due ask false 1", "other keep true 2"]);
    let ran = accounts.retire(&[]);
    insta::assert_snapshot!(ran.out, @r#"
    FLAG                      ENVIRONMENT  OWNER    SERVES ALL  SINCE                 STABLE SINCE          FEEDBACK  NO PLANS  NO NEED  EVALUATED  CALLS

    remove from the code
      same                    dev          web      "a"         1970-01-01 or before  1970-01-01 or before  yes       yes       yes      unknown    unknown
                              prod         web      "a"         1970-01-01 or before  1970-01-01 or before  yes       yes       yes      unknown    unknown

    ask: evidence is missing
      due                     prod         unknown  2           1970-01-01 or before  1970-01-01 or before  unknown   unknown   unknown  unknown    unknown

    keep
      other                   dev          web      "x"         1970-01-01 or before  1970-01-01 or before  yes       yes       yes      unknown    unknown
                              prod         web      "y"         1970-01-01 or before  1970-01-01 or before  yes       yes       yes      unknown    unknown
    "#);
    for alone in [&accounts.dev, &accounts.prod] {
        let ran = isoflag(&["retire", alone, "--now", NOW, "--json"]);
        assert_eq!(ran.out.matches(r#""verdict":"remove""#).count(), 2, "{ran:?}");
    }
}

#[test]
fn a_review_of_the_future_is_an_error() {
    let ran = Accounts::new().retire(&["--since", "1970-05-01"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("`--since`: 10368000 lies in the future"), "{ran:?}");
}

#[test]
fn a_review_lists_what_moved_is_due_and_can_go() {
    let accounts = Accounts::new();
    let before =
        document("x", r#", "gone": {"on": false}"#).replace("\"on\": true", "\"on\": false");
    let before = file("before.json", Some(&before));
    let history = format!("dev=1970-02-01={before}");
    let more = ["--since", "1970-03-01", "--history", &history];
    let ran = accounts.retire(&more);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r"
    ## Flag review, 1970-03-01 to 1970-04-26

    ### Moved since 1970-03-01

    | Flag | Environment | Owner | Change |
    |---|---|---|---|
    | `gone` | `dev` | `nobody` | `removed; answers can differ` |
    | `other` | `dev` | `web` | `changed; answers can differ`<br>`turned on` |
    | `same` | `dev` | `web` | `changed; answers can differ`<br>`turned on` |
    | `due` | `prod` | `nobody` | `changed`<br>`` the status is `Finished` `` |

    ### Due by 1970-05-24

    | Flag | Environment | Owner | Due |
    |---|---|---|---|
    | `due` ⚠ | `prod` | `nobody` | `should have been removed by 1970-04-15` |

    ### Can go

    No flag can be removed yet.

    Others: 0 in the safety period, 3 with missing evidence, 0 to keep.
    ");
    let page = file("review.html", None);
    let ran = accounts.retire(&[&more[..], &["--html", &page, "--json"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with(r#"{"due":[{"#), "{ran:?}");
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert!(written.contains("should have been removed by 1970-04-15"), "{written}");
    let ran = accounts.retire(&[&more[..], &["--html", "-"]].concat());
    assert_eq!((ran.code, ran.out), (0, written));
}

#[test]
fn the_inventory_prints_the_same_review() {
    let accounts = Accounts::new();
    for more in [&["--since", "1970-03-01"][..], &["--since", "5", "--weeks", "1", "--json"]] {
        let [inventory, retire] =
            ["inventory", "retire"].map(|command| accounts.run(command, more));
        assert_eq!((inventory.code, inventory.out), (0, retire.out), "{more:?}");
    }
    let page = ["--since", "5", "--html", "-"];
    assert_eq!(accounts.run("inventory", &page).out, accounts.run("retire", &page).out);
    // Without a date there is no review, and these options would have no effect.
    for option in ["--weeks", "--history", "--code"] {
        let ran = accounts.run("inventory", &[option, "3"]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option}");
        assert!(ran.err.contains("--since"), "{ran:?}");
    }
}

#[test]
fn the_history_of_several_documents_has_labels() {
    let accounts = Accounts::new();
    let ran = accounts.retire(&["--history", "1970-02-01=old.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("write `LABEL=1970-02-01=old.json`"), "{ran:?}");
    let ran = accounts.retire(&["--history", "prod=no-such.json"]);
    assert!(ran.err.contains("cannot read `no-such.json`"), "{ran:?}");
    assert_eq!(accounts.retire(&["--since", "soon"]).code, 2);
    assert_eq!(accounts.retire(&["--html", "x.html"]).code, 2);
    let page = file("unchanged.html", Some("before"));
    let ran = accounts.retire(&["--since", "1", "--html", &page, "--activity", "no-such.json"]);
    assert_eq!((ran.code, std::fs::read_to_string(&page).unwrap().as_str()), (2, "before"));
}

#[test]
fn a_time_is_not_taken_for_the_name_of_a_single_document() {
    let document =
        file("5", Some(r#"{"flags": {"a": {"on": false, "variations": [1], "offVariation": 0}}}"#));
    let history = format!("5={document}");
    let ran = isoflag(&["retire", &document, "--history", &history, "--now", "99", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains(r#""constantSince":{"exact":false,"moment":5}"#), "{ran:?}");
}
