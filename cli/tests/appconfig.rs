//! Feature-flag profiles of AppConfig: read by every subcommand that only reads, and changed by none.

use crate::program::{file, isoflag};

const RETRIEVED: &str =
    r#"{"isFeatureXEnabled": {"enabled": true, "limit": 3}, "other": {"enabled": false}}"#;
const DEFINED: &str = r#"{"version": "1", "flags": {"isFeatureXEnabled": {"name": "X"}, "other": {"name": "O"}},
    "values": {"isFeatureXEnabled": {"enabled": true, "limit": 3}, "other": {"enabled": false}}}"#;

#[test]
fn every_subcommand_that_reads_takes_a_profile() {
    let retrieved = file("retrieved-profile.json", Some(RETRIEVED));
    let defined = file("defined-profile.json", Some(DEFINED));
    let labelled = [&retrieved, &defined].map(|path| format!("p={path}"));
    for (path, labelled) in [&retrieved, &defined].into_iter().zip(&labelled) {
        for option in [&[][..], &["--appconfig"], &["--flag-map"]] {
            let run = |arguments: &[&str]| {
                let ran = isoflag(&[arguments, option].concat());
                assert_eq!(ran.code, 0, "{arguments:?} {option:?}: {ran:?}");
                ran.out
            };
            let context = ["--context", r#"{"key": "m"}"#];
            let out = run(&[&["eval", path, "isFeatureXEnabled", "--json"], &context[..]].concat());
            assert!(out.contains("\"value\":true"), "{out}");
            let out = run(&[&["explain", path, "isFeatureXEnabled"], &context[..]].concat());
            assert!(out.contains("true"), "{out}");
            assert!(run(&["keys", path]).contains("isFeatureXEnabled.attributes"));
            assert_eq!(run(&["digest", path]), run(&["digest", &retrieved]));
            assert!(run(&["inventory", labelled, "--json"]).contains("isFeatureXEnabled"));
            run(&["check", path]);
            run(&["retire", path]);
            run(&["types", path]);
            assert!(run(&["strategy", path, "production"]).contains("\"on\":true"));
            run(&["diff", path, &retrieved, "--exit-code"]);
        }
    }
    // Only this option accepts an ambiguous profile.
    let empty = file("empty-profile.json", Some("{}"));
    assert_eq!(isoflag(&["keys", &empty, "--appconfig"]).code, 0);
    assert_eq!(isoflag(&["keys", &empty]).code, 2);
    assert_eq!(isoflag(&["keys", &empty, "--appconfig", "--flag-map"]).code, 2);
}

#[test]
fn no_subcommand_changes_a_profile() {
    for (name, profile) in [("kept-retrieved.json", RETRIEVED), ("kept-defined.json", DEFINED)] {
        let path = file(name, Some(profile));
        for arguments in [
            &["stamp", &path][..],
            &["stamp", &path, &path],
            &["status", &path, "other", "doing", "--write"],
            &["certify", &path, "--write", "--no-evidence", "--", "true"],
            &["deployed", &path, "--artifact-time", "9"],
            &["finish", &path, "other"],
        ] {
            let ran = isoflag(arguments);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
            assert!(ran.err.contains("feature-flag profile of AWS AppConfig"), "{ran:?}");
            assert!(ran.err.contains("change it in AppConfig"), "{ran:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), profile);
        }
    }
}
