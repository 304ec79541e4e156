//! `certify`, `deployed` and `finish`: from the tests of an artifact to what is finished.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod program;

use program::{Ran, file, isoflag};

const DOCUMENT: &str = r#"{
  "meta": {"version": 4},
  "flags": {
    "old": {"key": "old", "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
      "lifecycle": {"status": "Done", "statusTimestamp": 90, "stagedTimestamp": 80}},
    "new": {"key": "new", "version": 7, "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
      "lifecycle": {"owner": "web", "status": "Staging", "statusTimestamp": 100}},
    "newer": {"key": "newer", "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
      "lifecycle": {"status": "Staging", "statusTimestamp": 300}},
    "all": {"key": "all", "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
      "lifecycle": {"status": "Finished"}}
  }
}
"#;

/// What a test suite would do: it passes under the strategies that are named.
fn certify(document: &str, passes: &[&str], more: &[&str]) -> Ran {
    let cases = if passes.is_empty() { "nothing".to_owned() } else { passes.join("\" | \"") };
    let suite =
        format!("echo tests; case \"$ISOFLAG_STRATEGY\" in \"{cases}\") ;; *) exit 3;; esac");
    let mut arguments = vec!["certify", document, "--artifact-time", "200", "--now", "400"];
    arguments.extend(more);
    arguments.extend(["--", "sh", "-c", &suite]);
    isoflag(&arguments)
}

const BOTH: [&str; 2] = ["Production State", "Next Release"];

fn text(document: &str) -> String {
    std::fs::read_to_string(document).unwrap()
}

#[test]
fn what_passes_twice_is_done() {
    let document = file("certified.json", Some(DOCUMENT));
    let ran = certify(&document, &BOTH, &["--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::assert_snapshot!(ran.out);
    assert_eq!(ran.err.matches("tests\n").count(), 2, "{ran:?}");
    // The changes and the versions of what changed, and no other byte.
    let expected = DOCUMENT
        .replace(r#""version": 7"#, r#""version": 8"#)
        .replace(
            r#""status": "Staging", "statusTimestamp": 100}"#,
            r#""status": "Done", "statusTimestamp": 400, "stagedTimestamp": 100}"#,
        )
        .replace(
            r#""meta": {"version": 4}"#,
            r#""meta": {"version": 5, "artifact": {"certifiedTimestamp":400,"deployable":true,"timestamp":200}}"#,
        );
    assert_eq!(text(&document), expected);
}

#[test]
fn without_write_nothing_is_written() {
    let document = file("not-written.json", Some(DOCUMENT));
    let ran = certify(&document, &BOTH, &[]);
    assert_eq!((ran.code, text(&document).as_str()), (0, DOCUMENT));
    assert!(ran.out.contains("`new` would be Done now"), "{ran:?}");
}

#[test]
fn a_failure_moves_nothing() {
    for (name, passes, deployable, runs) in [
        ("neither.json", &[][..], false, 1),
        ("first.json", &["Production State"], true, 2),
        ("second.json", &["Next Release"], false, 1),
    ] {
        let document = file(name, Some(DOCUMENT));
        let ran = certify(&document, passes, &["--write", "--json"]);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert_eq!(ran.err.matches("tests\n").count(), runs, "{ran:?}");
        assert!(ran.out.contains(&format!("\"deployable\":{deployable}")), "{ran:?}");
        let written = text(&document);
        assert_eq!(written.matches("\"status\": \"Staging\"").count(), 2);
        assert!(written.contains(&format!("\"deployable\":{deployable}")), "{written}");
        // Whoever deploys asks.
        let ran = isoflag(&["deployed", &document, "--artifact-time", "200", "--now", "500"]);
        assert_eq!(ran.code, i32::from(!deployable), "{ran:?}");
    }
}

#[test]
fn after_a_fix_of_tests_alone_both_steps_run_again_on_the_same_artifact() {
    let document = file("fixed.json", Some(DOCUMENT));
    assert_eq!(certify(&document, &["Production State"], &["--write"]).code, 1);
    assert_eq!(certify(&document, &BOTH, &["--write"]).code, 0);
    let written = text(&document);
    assert_eq!(written.matches("\"status\": \"Done\"").count(), 2, "{written}");
    assert_eq!(written.matches("\"artifact\"").count(), 1, "{written}");
}

#[test]
fn the_command_finds_the_document_under_the_strategy() {
    let document = file("materialised.json", Some(DOCUMENT));
    let program = env!("CARGO_BIN_EXE_isoflag");
    let suite = format!(
        "for key in all new; do '{program}' eval \"$ISOFLAG_DOCUMENT\" $key --context '{{\"key\": \"a\"}}'; done"
    );
    let ran = isoflag(&["certify", &document, "--", "sh", "-c", &suite]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let values: Vec<&str> =
        ran.err.lines().filter_map(|line| line.strip_prefix("value      ")).collect();
    assert_eq!(values, ["true", "false", "true", "true"], "{ran:?}");
}

#[test]
fn a_document_that_changed_meanwhile_is_left_alone() {
    let document = file("meanwhile.json", Some(DOCUMENT));
    let suite = format!("echo >> '{document}'");
    let ran = isoflag(&["certify", &document, "--write", "--now", "400", "--", "sh", "-c", &suite]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("was changed meanwhile"), "{ran:?}");
    assert_eq!(text(&document), format!("{DOCUMENT}\n\n"));
}

#[test]
fn what_is_deployed_and_done_comes_into_beta_and_leaves_it_with_an_older_artifact() {
    let document = file("deployed.json", Some(DOCUMENT));
    let deployed =
        |time: &str| isoflag(&["deployed", &document, "--artifact-time", time, "--now", "500"]);
    let beta = || {
        let ran = isoflag(&[
            "deployed",
            &document,
            "--artifact-time",
            "200",
            "--now",
            "500",
            "--dry-run",
            "--json",
        ]);
        ran.out.contains(r#""changes":[]"#)
    };
    assert!(!beta());
    let ran = deployed("200");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    assert!(beta());
    // It had no version, which counts as 0.
    let with_beta = DOCUMENT.replace(r#""version": 4"#, r#""version": 5"#).replace(
        r#""stagedTimestamp": 80}"#,
        r#""stagedTimestamp": 80, "deployedTimestamp": 500},
      "version": 1"#,
    );
    assert_eq!(text(&document), with_beta);
    assert_eq!(deployed("200").code, 0);
    assert_eq!(text(&document), with_beta);
    assert_eq!(deployed("70").code, 0);
    let without = with_beta.replace("500},\n      \"version\": 1", "null},\n      \"version\": 2");
    assert_eq!(text(&document), without.replace(r#""version": 5"#, r#""version": 6"#));
}

#[test]
fn what_is_finished_gets_a_date_to_be_removed() {
    let document = file("finished.json", Some(DOCUMENT));
    let finish = |keys: &[&str]| {
        let mut arguments = vec!["finish", &document];
        arguments.extend(keys);
        arguments.extend(["--safety-weeks", "2", "--now", "1000"]);
        isoflag(&arguments)
    };
    // One that is not done stops all of them.
    let ran = finish(&["old", "new"]);
    assert_eq!((ran.code, text(&document).as_str()), (1, DOCUMENT));
    assert!(ran.err.contains("`new`: `Finished` does not follow `Staging`"), "{ran:?}");
    let ran = finish(&["old", "all"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out,
        "`old` is Finished; remove it after 1970-01-15\n`all` is Finished already\n"
    );
    assert_eq!(
        text(&document),
        DOCUMENT.replace(r#""version": 4"#, r#""version": 5"#).replace(
            r#""status": "Done", "statusTimestamp": 90, "stagedTimestamp": 80}"#,
            r#""status": "Finished", "statusTimestamp": 1000, "stagedTimestamp": 80, "cleanupTimestamp": 1210600},
      "version": 1"#,
        )
    );
    // And `retire` waits for it.
    let ran = isoflag(&["retire", &document, "--now", "1000"]);
    assert!(ran.out.contains("old until 1970-01-15"), "{ran:?}");
}

#[test]
fn what_cannot_be_read_or_run_is_one_line_and_leaves_the_document_alone() {
    let document = file("alone.json", Some(DOCUMENT));
    let broken = file("broken.json", Some(r#"{"flags": {"f": {"lifecycle": 7}}}"#));
    for (arguments, message) in [
        (&["certify", "no-such.json", "--", "true"][..], "cannot read `no-such.json`"),
        (&["certify", "examples", "--", "true"], "cannot read `examples`"),
        (&["certify", "-", "--", "true"], "`certify` needs a file"),
        (
            &["certify", &document, "--write", "--", "no-such-command"],
            "cannot run `no-such-command`",
        ),
        (
            &["certify", &document, "--artifact-time", "900", "--now", "10", "--", "true"],
            "lies in the future",
        ),
        (&["deployed", &document, "--artifact-time", "900", "--now", "10"], "lies in the future"),
        (&["deployed", "no-such.json", "--artifact-time", "9"], "cannot read `no-such.json`"),
        (&["finish", "no-such.json", "f"], "cannot read `no-such.json`"),
    ] {
        let ran = isoflag(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
        let last = ran.err.lines().last().unwrap_or_default();
        assert!(last.contains(message), "{arguments:?}: {ran:?}");
    }
    assert_eq!(text(&document), DOCUMENT);
    for arguments in [
        &["certify", &document][..],
        &["deployed", &document],
        &["deployed", &document, "--artifact-time", "soon"],
        &["finish", &document],
    ] {
        assert_eq!(isoflag(arguments).code, 2, "{arguments:?}");
    }
    let ran = isoflag(&["finish", &broken, "f"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`f` has no status"), "{ran:?}");
}
