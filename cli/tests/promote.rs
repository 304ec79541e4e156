//! `promote` carries flags from one document to another.

use isoflag::Value;

use crate::program::{file, isoflag, isoflag_reading};

const DEV: &str = r#"{"flags": {
  "new": {"version": 3, "on": true, "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
    "targets": [{"variation": 0, "values": ["ada"]}]},
  "old": {"version": 9, "on": true, "variations": ["a", "b"], "offVariation": 0, "fallthrough": {"variation": 1}}
}}
"#;

const PROD: &str = r#"{
  "meta": {"version": 7},
  "flags": {
    "old": {"version": 2, "on": false, "variations": ["a"], "offVariation": 0, "fallthrough": {"variation": 0}}
  }
}
"#;

fn text(document: &str) -> String {
    std::fs::read_to_string(document).unwrap()
}

#[test]
fn flags_are_carried_with_their_definitions_alone() {
    let (dev, prod) = (file("dev.json", Some(DEV)), file("prod.json", Some(PROD)));
    let ran = isoflag(&["promote", &dev, &prod, "--now", "99"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.err,
        "note[targets-left-out]: `flags.new.targets`: the individual targets of a new flag are not carried\n"
    );
    assert!(ran.out.starts_with(&format!("{prod}: version 8\n")), "{}", ran.out);
    assert!(ran.out.contains("flag `new` added"), "{}", ran.out);
    let written = text(&prod);
    let old = PROD.lines().nth(3).unwrap();
    let carried =
        old.replace(r#""version": 2"#, r#""version": 3"#).replace(r#"["a"]"#, r#"["a", "b"]"#);
    assert!(written.contains(&carried), "{written}");
    assert_eq!(text(&dev), DEV);
    // Again there is nothing to carry.
    let ran = isoflag(&["promote", &dev, &prod, "--now", "100"]);
    assert_eq!((ran.code, ran.out.as_str(), text(&prod)), (0, "nothing changed\n", written));
}

#[test]
fn options_carry_more() {
    let dev = file("dev.json", Some(DEV));
    for (options, carried) in [
        (&["--with-on"][..], r#""on": true"#),
        (&["--with-targets"], r#""targets": [{"#),
        (&["--with-rollout"], r#""fallthrough": {"variation": 1}"#),
    ] {
        let prod = file("prod.json", Some(PROD));
        assert_eq!(isoflag(&["promote", &dev, &prod]).code, 0);
        assert!(!text(&prod).contains(carried), "{options:?}");
        let prod = file("prod.json", Some(PROD));
        assert_eq!(isoflag(&[&["promote", &dev, &prod], options].concat()).code, 0);
        assert!(text(&prod).contains(carried), "{options:?}: {}", text(&prod));
    }
    let prod = file("prod.json", Some(PROD));
    assert_eq!(isoflag(&["promote", &dev, &prod, "--feature", "new"]).code, 0);
    assert!(text(&prod).contains(PROD.lines().nth(3).unwrap()));
}

#[test]
fn a_dry_run_shows_the_differences_and_writes_nothing() {
    let (dev, prod) = (file("dev.json", Some(DEV)), file("prod.json", Some(PROD)));
    let ran = isoflag(&["promote", &dev, &prod, "--dry-run", "--json"]);
    assert_eq!((ran.code, ran.err.as_str(), text(&prod).as_str()), (0, "", PROD));
    let report = Value::parse(ran.out.as_bytes()).unwrap();
    let report = report.as_object().unwrap();
    assert_eq!(report.get("written"), Some(&Value::Bool(false)));
    assert_eq!(
        report.get("notes").unwrap().to_string(),
        r#"[{"code":"targets-left-out","message":"the individual targets of a new flag are not carried","path":"flags.new.targets"}]"#
    );
    let ran = isoflag_reading(&["promote", &dev, "-"], PROD);
    assert!(ran.out.contains("\"new\": {"), "{ran:?}");
    assert_eq!(isoflag_reading(&["promote", "-", &prod, "--dry-run"], DEV).code, 0);
    assert_eq!(text(&prod), PROD);
}

#[test]
fn a_refused_flag_writes_nothing() {
    let bad = DEV.replace(r#""on": true, "variations": ["a""#, r#""on": 7, "variations": ["a""#);
    let (dev, bad) = (file("dev.json", Some(DEV)), file("bad.json", Some(&bad)));
    let prod = file("prod.json", Some(PROD));
    for (arguments, code, message) in [
        (
            vec!["promote", &bad, &prod],
            1,
            "`flags.old`: the flag is malformed in the source; fix it there first",
        ),
        (
            vec!["promote", &dev, &prod, "--feature", "gone"],
            1,
            "`flags.gone`: there is no flag `gone` in the source",
        ),
        (vec!["promote", "no-such.json", &prod], 2, "cannot read `no-such.json`"),
        (vec!["promote", &dev, "no-such.json"], 2, "cannot read `no-such.json`"),
    ] {
        let ran = isoflag(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (code, ""), "{ran:?}");
        assert!(ran.err.contains(message) && ran.err.lines().count() == 1, "{ran:?}");
        assert_eq!(text(&prod), PROD);
    }
    let ran = isoflag(&["promote", &bad, &prod, "--json"]);
    assert!(ran.out.starts_with(r#"{"error":{"code":"malformed-flag","#), "{ran:?}");
}
