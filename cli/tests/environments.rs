//! One feature, several documents: `--env` changes all of them or none.

use isoflag::Value;

use crate::program::{Ran, file, isoflag};

fn document(status: &str, served: &str) -> String {
    format!(
        r#"{{"meta": {{"version": 4, "artifacts": [{{"timestamp": 200, "deployable": true}}]}}, "flags": {{
  "new": {{"version": 2, "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {served},
    "lifecycle": {{"status": "{status}", "stagedTimestamp": 100}}}}
}}}}
"#
    )
}

const ALL: &str = r#"{"variation": 0}"#;
const HALF: &str = r#"{"rollout": {"variations": [{"variation": 0, "weight": 50000}, {"variation": 1, "weight": 50000}]}}"#;

/// Two documents of one feature.
struct Environments {
    dev: String,
    prod: String,
    before: [String; 2],
}

impl Environments {
    fn of(dev: String, prod: String) -> Environments {
        let files = [file("dev.json", Some(&dev)), file("prod.json", Some(&prod))];
        let [dev_file, prod_file] = files;
        Environments { dev: dev_file, prod: prod_file, before: [dev, prod] }
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        let (dev, prod) = (format!("dev={}", self.dev), format!("prod={}", self.prod));
        let named = [command, "--env", &dev, "--env", &prod];
        isoflag(&[&named, arguments].concat())
    }

    fn texts(&self) -> [String; 2] {
        [&self.dev, &self.prod].map(|file| std::fs::read_to_string(file).unwrap())
    }

    fn count(&self, text: &str) -> [usize; 2] {
        self.texts().map(|held| held.matches(text).count())
    }
}

/// A run that is refused: with one line, and nothing is written.
fn refused(environments: &Environments, ran: &Ran, code: i32, message: &str) {
    assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{ran:?}");
    assert!(ran.err.contains(message) && ran.err.lines().count() == 1, "{ran:?}");
    assert_eq!(environments.texts(), environments.before);
}

#[test]
fn a_status_is_set_in_all_documents() {
    let both = Environments::of(document("Doing", ALL), document("Doing", HALF));
    let ran = both.run("status", &["new"]);
    assert_eq!(
        ran.out,
        "dev: `new` is Doing\ndev: next: Staging\nprod: `new` is Doing\nprod: next: Staging\n"
    );
    let ran = both.run("status", &["new", "staging", "--now", "900"]);
    assert_eq!(ran.out, "dev: `new` would be Staging now\nprod: `new` would be Staging now\n");
    assert_eq!(both.texts(), both.before);
    let ran = both.run("status", &["new", "staging", "--write", "--now", "900", "--json"]);
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let all = report.as_object().unwrap().get("environments").unwrap().as_array().unwrap();
    let member = |each: &Value, name| each.as_object().unwrap().get(name).unwrap().to_string();
    let statuses: Vec<_> =
        all.iter().map(|each| member(each, "environment") + &member(each, "status")).collect();
    assert_eq!(statuses, [r#""dev""Staging""#, r#""prod""Staging""#]);
    assert_eq!(both.count(r#""status": "Staging""#), [1, 1]);
    // The document that is behind catches up.
    let both = Environments::of(document("Staging", ALL), document("Doing", ALL));
    let ran = both.run("status", &["new", "staging", "--write", "--now", "900"]);
    assert_eq!(ran.out, "dev: `new` is Staging\nprod: `new` is Staging now\n");
    assert_eq!(both.texts()[0], both.before[0]);
}

#[test]
fn a_status_that_one_document_refuses_is_set_in_none() {
    let both = Environments::of(document("Doing", ALL), document("To Do", ALL));
    let ran = both.run("status", &["new", "staging", "--write"]);
    let message = format!("`{}`: `new`: `Staging` does not follow `To Do`", both.prod);
    refused(&both, &ran, 1, &message);
    let ran = both.run("status", &["new", "staging", "--write", "--json"]);
    assert!(ran.out.contains(r#""environment":"prod""#), "{ran:?}");
    let both = Environments::of(document("Doing", ALL), r#"{"flags": {}}"#.to_owned());
    let ran = both.run("status", &["new", "staging", "--write"]);
    refused(&both, &ran, 1, "there is no flag `new`");
    let both = Environments::of(document("Doing", ALL), "{".to_owned());
    assert_eq!(both.run("status", &["new", "staging", "--write"]).code, 2);
    assert_eq!(both.texts(), both.before);
}

#[test]
fn each_environment_has_a_document_of_its_own() {
    let both = Environments::of(document("Doing", ALL), document("Doing", ALL));
    let (dev, twice) = (format!("dev={}", both.dev), format!("again={}", both.dev));
    for (second, message) in [
        (twice.as_str(), "is given twice"),
        (&dev, "two documents have the name `dev`"),
        ("x=no-such.json", "cannot read `no-such.json`"),
    ] {
        let arguments = ["status", "--env", &dev, "--env", second, "new", "staging", "--write"];
        refused(&both, &isoflag(&arguments), 2, message);
    }
}

#[test]
fn certify_marks_features_as_done_in_all_documents() {
    let both = Environments::of(document("Staging", ALL), document("Staging", HALF));
    let program = env!("CARGO_BIN_EXE_isoflag");
    let suite = format!(
        "'{program}' eval \"$ISOFLAG_DOCUMENT\" new --context '{{\"key\": \"a\"}}' >/dev/null; test ! -e stop"
    );
    let arguments = ["--artifact-time", "300", "--now", "400", "--write", "--", "sh", "-c", &suite];
    let ran = both.run("certify", &arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(both.count(r#""status": "Done""#), [1, 1]);
    assert_eq!(both.count(r#""timestamp": 300"#), [2, 2]);
    // A document with another status is reported before the tests run.
    let both = Environments::of(document("Staging", ALL), document("Doing", ALL));
    let ran = both.run("certify", &["--write", "--", "sh", "-c", "touch ran-anyway"]);
    refused(&both, &ran, 1, "`new`: `Done` does not follow `Doing`");
    let ran = both.run("certify", &["extra.json", "--", "true"]);
    refused(&both, &ran, 2, "name a document either as FILE or with `--env NAME=extra.json`");
}

#[test]
fn a_deployment_is_recorded_in_all_documents() {
    let both = Environments::of(document("Done", ALL), document("Done", HALF));
    let ran = both.run("deployed", &["--artifact-time", "200", "--now", "500"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r"
    ENVIRONMENT  FLAG  STATUS  IN THE ARTIFACT  BETA
    dev          new   Done    yes              yes
    prod         new   Done    yes              yes
    ");
    assert_eq!(both.count(r#""deployedTimestamp": 500"#), [1, 1]);
    let without = document("Done", ALL).replace(r#""deployable": true"#, r#""deployable": false"#);
    let both = Environments::of(document("Done", ALL), without);
    let ran = both.run("deployed", &["--artifact-time", "200", "--now", "500"]);
    refused(&both, &ran, 1, "is not deployable");
}

#[test]
fn a_feature_is_finished_once_it_is_rolled_out_in_all_documents() {
    let both = Environments::of(document("Done", ALL), document("Done", HALF));
    let ran = both.run("finish", &["new", "--now", "500"]);
    refused(&both, &ran, 1, "does not serve its \"on\" to everybody");
    let both = Environments::of(document("Done", ALL), document("Done", ALL));
    let ran = both.run("finish", &["new", "--now", "500", "--safety-weeks", "0"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (
            0,
            "dev: `new` is Finished; remove it after 1970-01-01\nprod: `new` is Finished; remove it after 1970-01-01\n"
        )
    );
    assert_eq!(both.run("finish", &[]).code, 2);
    let differing = Environments::of(document("Done", ALL), document("Staging", ALL));
    let ran = differing.run("check", &["--now", "500"]);
    assert!(ran.out.contains("warning[status-differs]"), "{ran:?}");
}

#[test]
fn plans_advance_in_all_documents() {
    let planned = |start: &str| {
        let plan = format!(
            r#""rollout": {{"stages": [{{"share": 25}}, {{"share": 100}}], "startTimestamp": {start}}}, "status""#
        );
        document("Done", HALF).replace(r#""status""#, &plan)
    };
    let both = Environments::of(planned("100"), planned("9000"));
    let ran = both.run("advance", &["--now", "500", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("dev: `new`") && ran.out.contains("\nprod: `new`"), "{ran:?}");
    assert_eq!(both.count(r#""weight": 25000"#), [1, 0]);
    assert_eq!(both.texts()[1], both.before[1]);
}
