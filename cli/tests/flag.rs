//! `flag` edits one flag of a document in place.

use std::collections::BTreeSet;

use crate::program::{file, isoflag, isoflag_reading};

const SHOP: &str = r#"{
  "meta": { "version": 7 },
  "flags": {
    "checkout": { "version": 1, "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0} },
    "banner": { "on": true, "variations": [1], "fallthrough": {"variation": 0}, "prerequisites": [{"key": "checkout"}] }
  }
}
"#;

/// The lines of the file after a run that succeeds, without those of the shop.
fn new_lines(arguments: &[&str]) -> Vec<String> {
    let shop = file("shop.json", Some(SHOP));
    let ran = isoflag(&[&["flag"], arguments, &[&shop, "--now", "99"]].concat());
    assert_eq!((ran.code, &*ran.err), (0, ""), "{arguments:?}");
    let text = std::fs::read_to_string(&shop).unwrap();
    let is_new = |line: &&str| !SHOP.lines().any(|held| held == *line);
    text.lines().filter(is_new).map(str::to_owned).collect()
}

const META: &str = r#"  "meta": { "version": 8, "lastModifiedTimestamp": 99 },"#;

#[test]
fn each_operation_changes_its_members_only() {
    let checkout = |change: &str, by: &str| {
        let line = SHOP.lines().find(|line| line.contains("\"checkout\": {")).unwrap();
        let line = line.replace(r#""version": 1"#, r#""version": 2"#).replace(change, by);
        line.replace(" },", r#", "lifecycle": {"lastModifiedTimestamp": 99} },"#)
    };
    let rollout = |first: u32| {
        format!(
            r#"{{"rollout": {{"variations": [{{"variation": 0, "weight": {first}}}, {{"variation": 1, "weight": {}}}]}}}}"#,
            100_000 - first
        )
    };
    let fallthrough = r#"{"variation": 0}"#;
    for (arguments, changed) in [
        (["off", "checkout", "--force"].as_slice(), checkout("true, \"v", "false, \"v")),
        (&["rollout", "checkout", "25%"], checkout(fallthrough, &rollout(25_000))),
        (&["rollout", "checkout", "0=25%"], checkout(fallthrough, &rollout(25_000))),
        (&["rollout", "checkout", "0=99.5%,1=0.5%"], checkout(fallthrough, &rollout(99_500))),
        (
            &["target", "checkout", "1=ada,grace"],
            checkout(
                fallthrough,
                &format!(r#"{fallthrough}, "targets": [{{"variation": 1, "values": ["ada", "grace"]}}]"#),
            )
            .replace(
                r#", "targets": [{"variation": 1, "values": ["ada", "grace"]}], "lifecycle": {"lastModifiedTimestamp": 99}"#,
                r#", "lifecycle": {"lastModifiedTimestamp": 99}, "targets": [{"variation": 1, "values": ["ada", "grace"]}]"#,
            ),
        ),
    ] {
        assert_eq!(new_lines(arguments), [META, &*changed], "{arguments:?}");
    }
    let added = new_lines(&["add", "new"]);
    assert!(added.iter().any(|line| line.contains(r#""new": {"key": "new""#)), "{added:?}");
    let added = new_lines(&["add", "new", r#"{"variations": ["a", "b"]}"#]);
    assert!(added.iter().any(|line| line.contains(r#""variations": ["a", "b"]"#)), "{added:?}");
    let shop = file("removed.json", Some(SHOP));
    assert_eq!(isoflag(&["flag", "remove", "banner", &shop]).code, 0);
    assert_eq!(isoflag(&["keys", &shop]).out, "checkout\n");
}

#[test]
fn a_dry_run_shows_differences_and_impact_and_writes_nothing() {
    let shop = file("shop.json", Some(SHOP));
    let ran = isoflag(&["flag", "rollout", "checkout", "25%", &shop, "--now", "99", "--dry-run"]);
    assert_eq!((ran.code, &*ran.err), (0, ""));
    assert!(ran.out.contains("flag `checkout` changed; answers can differ"), "{}", ran.out);
    assert!(ran.out.contains("75%"), "{}", ran.out);
    assert_eq!(std::fs::read_to_string(&shop).unwrap(), SHOP);
    let ran = isoflag(&["flag", "off", "banner", &shop, "--dry-run", "--json"]);
    let report = isoflag::Value::parse(ran.out.as_bytes()).unwrap();
    let report = report.as_object().unwrap();
    assert_eq!(report.get("written"), Some(&isoflag::Value::Bool(false)));
    assert_eq!(report.get("version"), Some(&isoflag::Value::from(8)));
}

#[test]
fn a_rejected_edit_writes_nothing() {
    let shop = file("shop.json", Some(SHOP));
    let ran = isoflag(&["flag", "off", "checkout", &shop]);
    let message = format!(
        "error: `{shop}`: `flags.checkout`: flags that are on require it: `banner`; turn them off too, or force it\n"
    );
    assert_eq!((ran.code, ran.err, ran.out), (1, message, String::new()));
    let ran = isoflag(&["flag", "on", "nothing", &shop, "--json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with(r#"{"error":{"code":"unknown-flag","#), "{}", ran.out);
    assert_eq!(std::fs::read_to_string(&shop).unwrap(), SHOP);
    for wrong in [
        ["rollout", "checkout", "150%"],
        ["rollout", "checkout", "1=x"],
        ["rollout", "checkout", "0.0005%"],
        ["target", "checkout", "ada"],
    ] {
        let ran = isoflag(&[["flag"].as_slice(), &wrong, &[&shop]].concat());
        assert_eq!(ran.code, 2, "{wrong:?}: {}", ran.out);
    }
}

#[test]
fn a_document_can_come_from_a_pipe() {
    let ran = isoflag_reading(
        &["flag", "off", "a", "-", "--now", "9"],
        r#"{"flags":{"a":{"on":true,"variations":[1]}}}"#,
    );
    assert_eq!(
        ran.out,
        r#"{"meta":{"version": 1, "lastModifiedTimestamp": 9},"flags":{"a":{"on":false,"variations":[1],"lifecycle":{"lastModifiedTimestamp": 9},"version":1}}}"#
    );
    assert_eq!(ran.code, 0);
}

#[test]
fn flags_of_powertools_are_converted() {
    let text = r#"{"new": {"default": false, "rules": {"r": {"when_match": true, "conditions": [
        {"action": "MODULO_RANGE", "key": "id", "value": {"BASE": 2, "START": 0, "END": 0}}]}}}}"#;
    let ran = isoflag_reading(&["convert", "--from", "powertools", "-"], text);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.err,
        "note[untranslated-condition]: `new.rules.r.conditions[0]`: no operator is like `MODULO_RANGE`; the rule is left out\n"
    );
    let document = file("converted.json", Some(&ran.out));
    assert_eq!(isoflag(&["keys", &document]).out, "new\n");
    let ran = isoflag_reading(&["convert", "--from", "powertools", "-", "--json"], text);
    assert!(ran.out.contains(r#""notes":[{"code":"untranslated-condition","#), "{}", ran.out);
    assert_eq!(isoflag_reading(&["convert", "--from", "appconfig", "-"], "7").code, 2);
}

#[test]
fn of_concurrent_edits_none_is_lost() {
    let document = file("concurrent.json", Some(r#"{"flags": {}}"#));
    let written = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..12)
            .map(|index| {
                let document = &document;
                scope.spawn(move || {
                    let key = format!("flag-{index}");
                    (isoflag(&["flag", "add", &key, document]).code == 0).then_some(key)
                })
            })
            .collect();
        runs.into_iter().filter_map(|run| run.join().unwrap()).collect::<BTreeSet<_>>()
    });
    let keys: BTreeSet<String> =
        isoflag(&["keys", &document]).out.lines().map(str::to_owned).collect();
    // A run that came too late has said so.
    assert!(!written.is_empty());
    assert_eq!(keys, written);
}
