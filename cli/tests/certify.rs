//! `certify`, `deployed` and `finish`: from an artifact's tests to finished features.

use crate::program::{Ran, file, isoflag};

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

/// Evaluates flags of the document under the strategy.
fn evaluating(keys: &str) -> String {
    let program = env!("CARGO_BIN_EXE_isoflag");
    format!(
        "for key in {keys}; do '{program}' eval \"$ISOFLAG_DOCUMENT\" $key --context '{{\"key\": \"a\"}}' || exit 4; done"
    )
}

/// Acts as a test suite that passes under the named strategies.
fn certify(document: &str, passes: &[&str], more: &[&str]) -> Ran {
    let cases = if passes.is_empty() { "nothing".to_owned() } else { passes.join("\" | \"") };
    let suite = format!(
        "echo tests; {}; case \"$ISOFLAG_STRATEGY\" in \"{cases}\") ;; *) exit 3;; esac",
        evaluating("old new")
    );
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
fn a_feature_whose_tests_pass_twice_is_done() {
    let document = file("certified.json", Some(DOCUMENT));
    let ran = certify(&document, &BOTH, &["--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::assert_snapshot!(ran.out, @r#"
    Production State: passed
    Next Release: passed
    the artifact of 1970-01-01 00:03 UTC may be deployed
    `new` is Done now
    `newer` remains in Staging: the artifact is older
    "#);
    assert_eq!(ran.err.matches("tests\n").count(), 2, "{ran:?}");
    // The changes and the versions of changed items, and no other byte.
    let expected = DOCUMENT
        .replace(r#""version": 7"#, r#""version": 8"#)
        .replace(
            r#""status": "Staging", "statusTimestamp": 100}"#,
            r#""status": "Done", "statusTimestamp": 400, "stagedTimestamp": 100}"#,
        )
        .replace(
            r#""meta": {"version": 4}"#,
            r#""meta": {"version": 5, "artifact": {"certifiedTimestamp": 400, "deployable": true, "timestamp": 200}, "artifacts": [{"certifiedTimestamp": 400, "deployable": true, "timestamp": 200}]}"#,
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
        assert!(written.contains(&format!("\"deployable\": {deployable}")), "{written}");
        // The deployer checks it.
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
    assert_eq!(written.matches("\"timestamp\": 200").count(), 2, "{written}");
}

#[test]
fn the_command_finds_the_document_under_the_strategy() {
    let document = file("materialised.json", Some(DOCUMENT));
    let suite = evaluating("all new newer");
    let ran = isoflag(&["certify", &document, "--", "sh", "-c", &suite]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let values: Vec<&str> =
        ran.err.lines().filter_map(|line| line.strip_prefix("value      ")).collect();
    assert_eq!(values, ["true", "false", "false", "true", "true", "true"], "{ran:?}");
}

#[test]
fn tests_that_evaluate_no_flag_certify_nothing() {
    let document = file("vacuous.json", Some(DOCUMENT));
    let other = file("other.json", Some(DOCUMENT));
    let elsewhere = evaluating("old new").replace("$ISOFLAG_DOCUMENT", &other);
    let unknown = evaluating("no-such-flag").replace("|| exit 4", "|| true");
    let run = |suite: &str, more: &[&str]| {
        let mut arguments = vec!["certify", &document, "--now", "400", "--write"];
        arguments.extend(more);
        arguments.extend(["--", "sh", "-c", suite]);
        isoflag(&arguments)
    };
    // Nothing, another document, no flag of the document, a truncated line.
    for suite in ["true", &elsewhere, &unknown, "echo '{\"activity\":1,' >> \"$ISOFLAG_EVIDENCE\""]
    {
        let ran = run(suite, &[]);
        assert_eq!((ran.code, text(&document).as_str()), (1, DOCUMENT), "{suite}: {ran:?}");
        assert!(ran.out.contains("Production State: passed, but no flag was evaluated"), "{ran:?}");
        assert!(ran.out.contains("Next Release: not-run"), "{ran:?}");
        assert!(
            ran.err.contains("--no-evidence") && ran.err.contains("ISOFLAG_DOCUMENT"),
            "{ran:?}"
        );
        let ran = run(suite, &["--json"]);
        assert!(ran.out.contains("\"written\":false") && ran.out.contains("\"deployable\":false"));
        assert_eq!((ran.code, text(&document).as_str()), (1, DOCUMENT), "{suite}: {ran:?}");
    }
    // A failure counts even if flags were evaluated.
    let ran = run("false", &["--artifact-time", "300"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(text(&document).contains("\"deployable\": false, \"timestamp\": 300"), "{ran:?}");
    let ran = run("true", &["--no-evidence", "--artifact-time", "300"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(text(&document).contains("\"deployable\": true, \"timestamp\": 300"), "{ran:?}");
}

#[test]
fn a_feature_that_is_not_evaluated_remains_in_staging() {
    let document = file("untested.json", Some(DOCUMENT));
    let suite = evaluating("old newer");
    let ran = isoflag(&["certify", &document, "--now", "400", "--write", "--", "sh", "-c", &suite]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("`newer` is Done now"), "{ran:?}");
    assert!(
        ran.out
            .contains("`new` remains in Staging: the tests under Next Release did not evaluate it"),
        "{ran:?}"
    );
    let written = text(&document);
    assert!(written.contains(r#""owner": "web", "status": "Staging""#), "{written}");
    assert!(written.contains(r#""deployable": true"#), "{written}");
}

#[test]
fn a_feature_of_which_the_tests_got_the_default_alone_stays_in_staging() {
    let document = file("defaults.json", Some(DOCUMENT));
    // An invalid context.
    let program = env!("CARGO_BIN_EXE_isoflag");
    let suite = format!(
        "{}; '{program}' eval \"$ISOFLAG_DOCUMENT\" new --context '{{}}'; true",
        evaluating("old")
    );
    let ran = isoflag(&["certify", &document, "--now", "400", "--write", "--", "sh", "-c", &suite]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("`new` remains in Staging"), "{ran:?}");
}

#[test]
fn an_artifact_that_was_never_certified_as_deployable_is_not_deployed() {
    let document = file("remembered.json", Some(DOCUMENT));
    let deployed =
        |time: &str| isoflag(&["deployed", &document, "--artifact-time", time, "--now", "5000"]);
    let certify = |time: &str, command: &str| {
        let now = ["--artifact-time", time, "--now", "4000", "--write", "--no-evidence"];
        isoflag(&[&["certify", &document], &now[..], &["--", command]].concat())
    };
    for (time, command, code) in [
        ("1000", None, 1),
        ("1000", Some("false"), 1),
        ("2000", Some("true"), 0),
        ("1000", None, 1),
        ("3000", Some("false"), 1),
        ("2000", None, 0),
        ("9", None, 1),
        ("1000", Some("true"), 0),
    ] {
        if let Some(command) = command {
            certify(time, command);
        }
        let before = text(&document);
        let ran = deployed(time);
        assert_eq!(ran.code, code, "{time} {command:?}: {ran:?}");
        if code == 1 {
            assert_eq!((text(&document), ran.out.as_str()), (before, ""));
            assert!(ran.err.contains(time) && ran.err.contains("certify"), "{ran:?}");
        }
    }
    let ran = isoflag(&["deployed", &document, "--artifact-time", "9", "--dry-run", "--json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains(r#""code":"not-certified""#), "{ran:?}");
}

#[test]
fn a_document_that_changed_in_the_meantime_is_not_overwritten() {
    let document = file("meanwhile.json", Some(DOCUMENT));
    let suite = format!("echo >> '{document}'; {}", evaluating("old new newer"));
    let ran = isoflag(&["certify", &document, "--write", "--now", "400", "--", "sh", "-c", &suite]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("was changed in the meantime"), "{ran:?}");
    assert_eq!(text(&document), format!("{DOCUMENT}\n\n"));
}

#[test]
fn a_deployed_and_done_feature_is_in_beta_until_an_older_artifact() {
    let certified = DOCUMENT.replace(
        r#"{"version": 4}"#,
        r#"{"version": 4, "artifacts": [{"timestamp": 70, "deployable": true}, {"timestamp": 200, "deployable": true}]}"#,
    );
    let document = file("deployed.json", Some(&certified));
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
    insta::assert_snapshot!(ran.out, @r#"
    FLAG   STATUS    IN THE ARTIFACT                BETA
    all    Finished  unknown: no `stagedTimestamp`
    new    Staging   yes
    newer  Staging   no
    old    Done      yes                            yes
    "#);
    assert!(beta());
    // It had no version, which counts as 0.
    let with_beta = certified.replace(r#""version": 4"#, r#""version": 5"#).replace(
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
fn a_finished_feature_gets_a_cleanup_date() {
    let document = file("finished.json", Some(DOCUMENT));
    let finish = |keys: &[&str]| {
        let mut arguments = vec!["finish", &document];
        arguments.extend(keys);
        arguments.extend(["--safety-weeks", "2", "--now", "1000"]);
        isoflag(&arguments)
    };
    // One that is not done prevents all of them.
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
fn a_failure_is_reported_in_one_line_and_the_document_is_unchanged() {
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
    let off = DOCUMENT.replace(r#""old", "on": true"#, r#""old", "on": false"#);
    let off = file("off.json", Some(&off));
    let ran = isoflag(&["finish", &off, "old"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("`old` is off"), "{ran:?}");
    let ran = isoflag(&["finish", &broken, "f"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("`f` has no status"), "{ran:?}");
}

#[test]
fn certify_does_not_change_a_profile() {
    let profile = r#"{"checkout": {"enabled": true}, "other": {"enabled": false}}"#;
    let path = file("profile.json", Some(profile));
    let ran = isoflag(&["certify", &path, "--write", "--no-evidence", "--", "true"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("change it in AppConfig"), "{ran:?}");
    assert_eq!(text(&path), profile);
}

/// A feature of two services, each with artifacts of its own.
const SERVICES: &str = r#"{"meta": {"version": 1}, "flags": {
  "new": {"on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
    "lifecycle": {"status": "Staging", "statusTimestamp": 100, "modules": ["api", "web"]}},
  "old": {"on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
    "lifecycle": {"status": "Staging", "statusTimestamp": 100}}
}}
"#;

#[test]
fn a_feature_of_several_modules_is_done_and_in_beta_once_each_has_it() {
    let document = file("services.json", Some(SERVICES));
    let certify = |module: &str, more: &[&str]| {
        let suite = evaluating("new");
        let named = ["certify", &document, "--module", module, "--artifact-time", "200", "--now"];
        isoflag(&[&named, more, &["--", "sh", "-c", &suite]].concat())
    };
    let deployed = |module: &str, now: &str| {
        isoflag(&[
            "deployed",
            &document,
            "--module",
            module,
            "--artifact-time",
            "200",
            "--now",
            now,
        ])
    };
    let ran = certify("api", &["400"]);
    assert!(ran.out.contains("`new` would be certified in `api` now"), "{ran:?}");
    assert_eq!(text(&document), SERVICES);
    let ran = certify("api", &["400", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    insta::assert_snapshot!(ran.out, @r"
    Production State: passed
    Next Release: passed
    the artifact `api` of 1970-01-01 00:03 UTC may be deployed
    `new` is certified in `api` now
    `new` remains in Staging until `web` is certified
    ");
    // The artifact of the other module, and one without a module, are not certified.
    for more in [&["--module", "web"][..], &[]] {
        let named = ["deployed", &document, "--artifact-time", "200", "--now", "410"];
        let ran = isoflag(&[&named, more].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
        assert!(ran.err.contains("no certified artifact"), "{ran:?}");
    }
    let ran = deployed("api", "420");
    insta::assert_snapshot!(ran.out, @r"
    FLAG  STATUS   IN THE ARTIFACT  BETA
    new   Staging  yes
    ");
    assert!(certify("web", &["430", "--write"]).out.contains("`new` is Done now"));
    let ran = deployed("web", "440");
    insta::assert_snapshot!(ran.out, @r"
    FLAG  STATUS  IN THE ARTIFACT  BETA
    new   Done    yes              yes
    ");
    let written = text(&document);
    assert!(written.contains(r#""deployedTimestamp": 440"#), "{written}");
    assert_eq!(written.matches(r#""status": "Staging""#).count(), 1, "`old` has no module");
}

#[test]
fn a_module_that_no_flag_has_is_reported() {
    let document = file("misspelt.json", Some(SERVICES));
    let ran = isoflag(&["certify", &document, "--module", "apy", "--no-evidence", "--", "true"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("note: no flag has the module `apy`"), "{ran:?}");
    let ran = isoflag(&["certify", &document, "--module", "", "--", "true"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}
