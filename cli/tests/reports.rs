//! `inventory`, `retire` and `activity merge`: reports from documents, counts and code.

use isoflag::Value;

use crate::program::{Ran, file, isoflag, isoflag_reading};

const ENVIRONMENTS: &str = "cli/tests/documents/inventory";

/// The arguments for the three environments; the first has no activity.
fn inventory_arguments(more: &[&str]) -> Vec<String> {
    let documents = ["development", "staging", "production"];
    let mut all = vec!["inventory".to_owned()];
    all.extend(documents.map(|name| format!("{ENVIRONMENTS}/{name}.json")));
    for name in ["staging", "production"] {
        all.push("--activity".to_owned());
        all.push(format!("{name}={ENVIRONMENTS}/{name}-activity.json"));
    }
    all.extend(["--now".to_owned(), "1795257000".to_owned()]);
    all.extend(more.iter().map(ToString::to_string));
    all
}

fn inventory(more: &[&str]) -> Ran {
    let arguments = inventory_arguments(more);
    isoflag(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn inventories_are_tables_by_owner() {
    let ran = inventory(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r#"
    FLAG                  ENVIRONMENT  STATE  SERVES                                                                                     STATUS    AGE        EVALUATED             ATTENTION

    TeamB
      DeptA.TeamB.66623   development  on     true                                                                                       Finished  21 months  unknown               overdue, one-value
                          staging      on     true                                                                                       Finished  21 months  not since 2026-10-22  overdue, one-value, not-evaluated
                          production   on     true                                                                                       Finished  21 months  not since 2026-10-22  overdue, one-value, not-evaluated

    catalogue
      cold-brew-kit       development  off    "hidden"                                                                                   To Do     3 days     unknown               one-value
      grind-guide         development  on     {"steps":[]} 100%, {"grams":18,"steps":["ri… by rules, {"grams":17.5,"steps":["… by rules  Finished  14 months  unknown
                          staging      on     {"steps":[]} 100%, {"grams":18,"steps":["ri… by rules, {"grams":17.5,"steps":["… by rules  Finished  14 months  not since 2026-10-22  not-evaluated
                          production   on     {"steps":[]} 100%, {"grams":18,"steps":["ri… by rules, {"grams":17.5,"steps":["… by rules  Finished  14 months  not since 2026-10-22  not-evaluated
      search-ranking      development  on     "classic" 33.334%, "semantic" 33.333%, "hybrid" 33.333%                                    Doing     3 months   unknown
                          staging      on     "classic" 33.334%, "semantic" 33.333%, "hybrid" 33.333%                                    Doing     3 months   today
                          production   on     "classic" 33.334%, "semantic" 33.333%, "hybrid" 33.333%                                    Doing     3 months   today
      wishlist-v1         development  off    the default in the code                                                                    Finished  3 years    unknown               one-value
                          staging      off    the default in the code                                                                    Finished  3 years    today                 one-value
                          production   off    the default in the code                                                                    Finished  3 years    today                 one-value

    checkout
      checkout-button     development  on     "Buy now" 100%+, "Order and pay" by rules, "Roast it for me" by rules                      Done      5 months   unknown
                          staging      on     "Buy now" 100%+, "Order and pay" by rules, "Roast it for me" by rules                      Done      5 months   11 days ago
                          production   on     "Buy now" 100%+, "Order and pay" by rules, "Roast it for me" by rules                      Done      5 months   today
      checkout-v2         development  on     false by rules, true 100%+                                                                 Staging   9 months   unknown
                          staging      on     false by rules, true 100%+                                                                 Staging   9 months   today
                          production   on     false 70%+, true 30%+                                                                      Staging   9 months   today
      gift-cards          development  on     false by rules, true 100%                                                                  Doing     2 months   unknown
                          staging      on     false by rules, true 100%                                                                  Doing     2 months   today
                          production   on     false by rules, true 100%                                                                  Doing     2 months   today
      payment-provider    development  on     "stripe" 100%, "adyen" by rules                                                            Done      12 months  unknown
                          staging      on     "stripe" 100%, "adyen" by rules                                                            Done      12 months  today
                          production   on     "stripe" 100%, "adyen" by rules                                                            Done      12 months  today
      wallet              development  on     true                                                                                       Doing     19 days    unknown               one-value
                          staging      off    false                                                                                      Doing     19 days    today                 one-value

    fulfilment
      express-delivery    development  on     false 100%+, true by rules                                                                 Finished  18 months  unknown               overdue
                          staging      on     false 100%+, true by rules                                                                 Finished  18 months  not since 2026-10-22  overdue, not-evaluated
                          production   on     false 100%+, true by rules                                                                 Finished  18 months  today                 overdue
      free-shipping-from  development  on     59 50%, 49 50%, 39.5 by rules, 0 by rules                                                  Done      2 years    unknown
                          staging      on     59 50%, 49 50%, 39.5 by rules, 0 by rules                                                  Done      2 years    today
                          production   on     59 50%, 49 50%, 39.5 by rules, 0 by rules                                                  Done      2 years    today

    growth
      newsletter-teaser   development  on     "hidden" 100%, "limited-lot-kenya-aa" by rules                                             Done      4 months   unknown
                          staging      on     "hidden" 100%, "limited-lot-kenya-aa" by rules                                             Done      4 months   today
                          production   on     "hidden" 100%, "limited-lot-kenya-aa" by rules                                             Done      4 months   today
      recommendations     development  on     {"engine":"bestsellers",… 60%, {"engine":"taste-profile… 40%                               Staging   6 months   unknown
                          staging      on     {"engine":"bestsellers",… 60%, {"engine":"taste-profile… 40%                               Staging   6 months   today
                          production   on     {"engine":"bestsellers",… 60%, {"engine":"taste-profile… 40%                               Staging   6 months   today
      season-banner       development  on     "none" 100%+, "advent-calendar" by rules                                                   Staging   47 days    unknown
                          staging      on     "none" 100%+, "advent-calendar" by rules                                                   Staging   47 days    today
                          production   on     "none" 100%+, "advent-calendar" by rules                                                   Staging   47 days    today
      tasting-room        development  on     false 40%+, true 60%                                                                       Staging   7 months   unknown
                          staging      on     false 40%+, true 60%                                                                       Staging   7 months   today
                          production   on     false 40%+, true 60%                                                                       Staging   7 months   today

    platform
      support-chat        development  off    false                                                                                      Done      20 months  unknown               one-value
                          staging      off    false                                                                                      Done      20 months  today                 one-value
                          production   off    false                                                                                      Done      20 months  today                 one-value

    subscriptions
      subscription-pause  development  on     false by rules, true 100%+                                                                 Done      10 months  unknown
                          staging      on     false by rules, true 100%+                                                                 Done      10 months  today
                          production   on     false by rules, true 100%+                                                                 Done      10 months  today

    wholesale
      price-display       development  on     "gross" 100%, "net" by rules                                                               Done      20 months  unknown
                          staging      on     "gross" 100%, "net" by rules                                                               Done      20 months  today
                          production   on     "gross" 100%, "net" by rules                                                               Done      20 months  today
      wholesale-portal    development  on     false 100%+, true by rules                                                                 Done      16 months  unknown
                          staging      on     false 100%+, true by rules                                                                 Done      16 months  today
                          production   on     false 100%+, true by rules                                                                 Done      16 months  today

    no owner
      old-tax-engine      production   on     true                                                                                       unknown   2 years    11 days ago           no-owner, one-value

    21 flags in 3 environments, 2026-11-21: 1 no-owner, 2 overdue, 6 one-value, 3 not-evaluated
    "#);
}

#[test]
fn inventories_as_json_have_every_row() {
    let ran = inventory(&["--json"]);
    assert_eq!(ran.code, 0);
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let report = report.as_object().unwrap();
    let rows = report.get("rows").unwrap().as_array().unwrap();
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
    let ran = inventory(&["--html", &page]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.starts_with("<!doctype html>") && written.ends_with("</html>\n"));
    assert_eq!(written.matches("<tr data-key=").count(), 58);
    let ran = inventory(&["--html", "-"]);
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
fn an_unreadable_file_of_an_inventory_leaves_the_page_unchanged() {
    let page = file("left-alone.html", Some("before"));
    let huge = file("huge.json", None);
    std::fs::File::create(&huge).unwrap().set_len(1 << 30).unwrap();
    let good = format!("{ENVIRONMENTS}/staging.json");
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
            activity(&format!("prod={ENVIRONMENTS}/staging-activity.json")),
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

const EVIDENCE: &str = "cli/tests/documents/retire";
const NOW: &str = "1795257000";

fn retire(more: &[&str]) -> Ran {
    let document = format!("{EVIDENCE}/flags.json");
    let mut arguments = vec!["retire", &document, "--now", NOW];
    arguments.extend(more);
    isoflag(&arguments)
}

/// All evidence.
fn everything() -> Vec<String> {
    [("--history", "history"), ("--activity", "activity.json"), ("--code", "code")]
        .iter()
        .flat_map(|(option, name)| [(*option).to_owned(), format!("{EVIDENCE}/{name}")])
        .collect()
}

fn verdicts(ran: &Ran) -> String {
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let flags = report.as_object().unwrap().get("flags").unwrap().as_array().unwrap();
    let text = |flag: &Value, name| {
        flag.as_object().unwrap().get(name).unwrap().as_str().unwrap().to_owned()
    };
    let shown = flags.iter().map(|flag| format!("{} {}", text(flag, "key"), text(flag, "verdict")));
    shown.collect::<Vec<_>>().join(", ")
}

#[test]
fn retirements_are_a_table_by_verdict() {
    let more = everything();
    let ran = retire(&more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r#"
    FLAG                            OWNER    SERVES ALL  SINCE                 STABLE SINCE          FEEDBACK  NO PLANS  NO NEED  EVALUATED             CALLS

    delete: neither named nor used
      old-tax                       unknown  true        2026-06-01 or before  2026-06-01 or before  unknown   unknown   unknown  not since 2026-08-23  none

    remove from the code
      dark-mode                     web      true        2026-08-15            2026-08-15            yes       yes       yes      today                 2

    in the safety period
      quick-pay until 2026-12-11    web      true        2026-06-01 or before  2026-06-01 or before  unknown   unknown   unknown  today                 one

    ask: evidence is missing
      new-search                    search   true        2026-06-01 or before  2026-06-01 or before  unknown   unknown   unknown  today                 one

    keep
      pricing                       web      no                                2026-06-01 or before  unknown   unknown   unknown  today                 one
      reviews                       web      true        2026-08-15            2026-08-15            no        unknown   unknown  today                 one

    warning: `dark-mode` is evaluated in 2 places; evaluate it in one: cli/tests/documents/retire/code/handler.py:6, cli/tests/documents/retire/code/page.ts:1
    "#);
}

#[test]
fn retirements_as_json_have_every_rule() {
    let mut more = everything();
    more.push("--json".to_owned());
    let ran = retire(&more.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out.replace("},{\"callSites\"", "},\n{\"callSites\""), @r#"
    {"flags":[{"callSites":0,"calledAt":[],"constant":{"value":true},"constantSince":{"exact":false,"moment":1780272000},"key":"old-tax","lastEvaluated":{"from":1787481000000,"known":true,"until":1795253400000},"owner":null,"rules":{"constant":"yes","feedback":"unknown","need":"unknown","plans":"unknown","stable":"yes","unused":"yes"},"safetyUntil":null,"stableSince":{"exact":false,"moment":1780272000},"status":null,"verdict":"delete"},
    {"callSites":2,"calledAt":["cli/tests/documents/retire/code/handler.py:6","cli/tests/documents/retire/code/page.ts:1"],"constant":{"value":true},"constantSince":{"exact":true,"moment":1786752000},"key":"dark-mode","lastEvaluated":{"evaluations":5,"first":1787481000000,"known":true,"last":1795253400000},"owner":"web","rules":{"constant":"yes","feedback":"yes","need":"yes","plans":"yes","stable":"yes","unused":"no"},"safetyUntil":null,"stableSince":{"exact":true,"moment":1786752000},"status":"Finished","verdict":"remove"},
    {"callSites":1,"calledAt":["cli/tests/documents/retire/code/page.ts:2"],"constant":{"value":true},"constantSince":{"exact":false,"moment":1780272000},"key":"quick-pay","lastEvaluated":{"evaluations":5,"first":1787481000000,"known":true,"last":1795253400000},"owner":"web","rules":{"constant":"yes","feedback":"unknown","need":"unknown","plans":"unknown","stable":"yes","unused":"no"},"safetyUntil":1797000000,"stableSince":{"exact":false,"moment":1780272000},"status":"Finished","verdict":"safety"},
    {"callSites":1,"calledAt":["cli/tests/documents/retire/code/handler.py:8"],"constant":{"value":true},"constantSince":{"exact":false,"moment":1780272000},"key":"new-search","lastEvaluated":{"evaluations":5,"first":1787481000000,"known":true,"last":1795253400000},"owner":"search","rules":{"constant":"yes","feedback":"unknown","need":"unknown","plans":"unknown","stable":"yes","unused":"no"},"safetyUntil":null,"stableSince":{"exact":false,"moment":1780272000},"status":"Done","verdict":"ask"},
    {"callSites":1,"calledAt":["cli/tests/documents/retire/code/page.ts:1"],"constant":null,"constantSince":null,"key":"pricing","lastEvaluated":{"evaluations":5,"first":1787481000000,"known":true,"last":1795253400000},"owner":"web","rules":{"constant":"no","feedback":"unknown","need":"unknown","plans":"unknown","stable":"yes","unused":"no"},"safetyUntil":null,"stableSince":{"exact":false,"moment":1780272000},"status":"Done","verdict":"keep"},
    {"callSites":1,"calledAt":["cli/tests/documents/retire/code/page.ts:2"],"constant":{"value":true},"constantSince":{"exact":true,"moment":1786752000},"key":"reviews","lastEvaluated":{"evaluations":5,"first":1787481000000,"known":true,"last":1795253400000},"owner":"web","rules":{"constant":"yes","feedback":"no","need":"unknown","plans":"unknown","stable":"yes","unused":"no"},"safetyUntil":null,"stableSince":{"exact":true,"moment":1786752000},"status":null,"verdict":"keep"}],"now":1795257000,"weeks":4}
    "#);
}

#[test]
fn code_that_git_ignores_is_not_searched() {
    let ignore = file(".gitignore", Some("built.py\n"));
    let folder = ignore.strip_suffix("/.gitignore").unwrap();
    std::fs::create_dir_all(format!("{folder}/.git")).unwrap();
    for name in ["written.py", "built.py"] {
        file(name, Some("flags.variation('old-tax', user, True)\n"));
    }
    let ran = retire(&["--json", "--code", folder]);
    assert!(ran.out.contains("written.py:1"), "{ran:?}");
    assert!(!ran.out.contains("built.py"), "{ran:?}");
}

#[test]
fn missing_evidence_is_unknown() {
    // Without a history only the document's timestamp counts, which is three days old.
    assert_eq!(
        verdicts(&retire(&["--json"])),
        "quick-pay safety, dark-mode ask, new-search ask, old-tax ask, pricing keep, reviews keep"
    );
    assert_eq!(
        verdicts(&retire(&["--json", "--weeks", "0"])),
        "dark-mode remove, quick-pay safety, new-search ask, old-tax ask, pricing keep, reviews keep"
    );
    // The code does not name it, but evaluations were not counted.
    let code = format!("{EVIDENCE}/code");
    assert!(verdicts(&retire(&["--json", "--code", &code])).contains("old-tax ask"));
}

#[test]
fn a_time_can_be_given_to_each_document() {
    let old = format!("2026-06-01={EVIDENCE}/flags.json");
    assert!(verdicts(&retire(&["--json", "--history", &old])).starts_with("dark-mode remove"));
    let old = format!("1795100000={EVIDENCE}/flags.json");
    assert!(verdicts(&retire(&["--json", "--history", &old])).contains("dark-mode ask"));
}

#[test]
fn an_unreadable_file_of_retire_is_reported_in_one_line() {
    let nameless = file("nameless.json", Some(r#"{"flags": {}}"#));
    let later = format!("2030-01-01={EVIDENCE}/flags.json");
    for (arguments, message) in [
        (&["--history", "no-such-folder"][..], "cannot read `no-such-folder`"),
        (&["--history", "cli/src"], "no file there ends in `.json`"),
        (&["--history", &nameless], "the time from which it was current is unknown"),
        (&["--history", &later], "lies in the future"),
        (&["--activity", "cli"], "cannot read `cli`"),
        (&["--code", "no-such-folder"], "cannot read `no-such-folder`"),
    ] {
        let ran = retire(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(message) && ran.err.lines().count() == 1, "{ran:?}");
    }
    assert_eq!(retire(&["--weeks", "-1"]).code, 2);
}

const FIRST: &str =
    r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":1,"default":2}},"first":5,"last":9}}}"#;
const SECOND: &str = r#"{ "activity": 1, "flags": {
  "a": {"counts": {"d": {"0": 3}, "e": {"1": 4}}, "first": 7, "last": 11},
  "b": {"counts": {"d": {"0": 1}}, "first": 1, "last": 1}
}}"#;
const MERGED: &str = concat!(
    r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":4,"default":2},"e":{"1":4}},"first":5,"last":11},"#,
    r#""b":{"counts":{"d":{"0":1}},"first":1,"last":1}}}"#,
    "\n"
);

#[test]
fn counts_are_added_and_times_widened() {
    let (first, second) = (file("first", Some(FIRST)), file("second", Some(SECOND)));
    for files in [[&first, &second], [&second, &first]] {
        let ran = isoflag(&["activity", "merge", files[0], files[1]]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, MERGED, ""));
    }
    let ran = isoflag_reading(&["activity", "merge", "-", &second], FIRST);
    assert_eq!((ran.code, ran.out.as_str()), (0, MERGED));
}

#[test]
fn a_total_may_be_one_of_its_parts() {
    let (total, second) = (file("total", Some(FIRST)), file("more", Some(SECOND)));
    let ran = isoflag(&["activity", "merge", &total, &second, "--out", &total]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(std::fs::read_to_string(&total).unwrap(), MERGED);
    assert!(std::fs::metadata(format!("{total}.part")).is_err());
}

#[test]
fn invalid_activity_is_reported_and_nothing_is_written() {
    let (good, out) = (file("good", Some(FIRST)), file("none", None));
    for (text, message, place) in [
        ("{", "not-json", "bad:1:1"),
        ("{\n  \"activity\": 2,\n  \"flags\": {}\n}", "expected the format 1", "bad:2:15"),
        (
            r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":-1}},"first":1,"last":1}}}"#,
            "flags.a.counts.d.0",
            "bad:1:48",
        ),
    ] {
        let bad = file("bad", Some(text));
        let ran = isoflag(&["activity", "merge", &good, &bad, "--out", &out]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(message), "{}", ran.err);
        assert!(ran.err.contains(place), "{}", ran.err);
        assert!(std::fs::metadata(&out).is_err());
    }
}

#[test]
fn activity_needs_merge_and_files() {
    for arguments in [&["activity"][..], &["activity", "merge"], &["activity", "merge", "no-such"]]
    {
        assert_eq!(isoflag(arguments).code, 2, "{arguments:?}");
    }
}
