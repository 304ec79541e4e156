//! `init`, `keys`, `digest`, `diff` and `types`: documents are written, listed, identified, compared and typed.

use isoflag::Flags;
use isoflag_tools::{TypingLanguage, typing};

use crate::program::{file, isoflag, isoflag_reading};

const FIRST: &str = "examples/first/flags.json";
const SHOP: &str = "examples/shop/flags.json";
const BROKEN: &str = "examples/shop/broken.json";

#[test]
fn a_new_document_splits_by_murmur3() {
    let new = file("new.json", None);
    let ran = isoflag(&[
        "init",
        &new,
        "--environment",
        "dev",
        "--flag",
        "a \"b\"",
        "--flag",
        "c",
        "--now",
        "1795172400",
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(std::fs::read_to_string(&new).unwrap(), @r#"
    {
      "meta": {
        "formatVersion": 1,
        "version": 1,
        "hash": "murmur3",
        "environment": "dev"
      },
      "flags": {
        "a \"b\"": {
          "key": "a \"b\"",
          "version": 1,
          "on": false,
          "variations": [false, true],
          "offVariation": 0,
          "fallthrough": {"variation": 1},
          "salt": "a \"b\"",
          "lifecycle": {"createdTimestamp": "2026-11-20"}
        },
        "c": {
          "key": "c",
          "version": 1,
          "on": false,
          "variations": [false, true],
          "offVariation": 0,
          "fallthrough": {"variation": 1},
          "salt": "c",
          "lifecycle": {"createdTimestamp": "2026-11-20"}
        }
      },
      "segments": {}
    }
    "#);
    assert_eq!(isoflag(&["keys", &new]).out, "a \"b\"\nc\n");
    let check = isoflag(&["check", &new, "--deny", "warnings"]);
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn standard_output_and_files_have_the_same_contents() {
    let new = file("new-plain.json", None);
    assert_eq!(isoflag(&["init", &new]).code, 0);
    let printed = isoflag(&["init", "-"]);
    assert_eq!((printed.code, printed.out), (0, std::fs::read_to_string(&new).unwrap()));
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let mine = file("mine.json", Some("mine"));
    let ran = isoflag(&["init", &mine]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("exists already"), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
}

#[test]
fn keys_are_sorted_as_rfc_8785_sorts() {
    let text = "{\"flags\": {\"b\": {}, \"\u{ffff}\": {}, \"a\": {}, \"\u{1f600}\": {}, \"10\": {}, \"9\": {}}}";
    let sorted = "10\n9\na\nb\n\u{1f600}\n\u{ffff}\n";
    assert_eq!(isoflag_reading(&["keys", "-"], text).out, sorted);
    assert_eq!(
        isoflag_reading(&["keys", "-", "--json"], text).out,
        "[\"10\",\"9\",\"a\",\"b\",\"\u{1f600}\",\"\u{ffff}\"]\n"
    );
}

#[test]
fn the_digest_is_over_the_canonical_text() {
    // sha256 of {"flags":{},"segments":{}}, by sha256sum.
    let empty = "sha256:d0c20a32a05c28bc3e20a911b5c65f664bebcaca454dab08fc2e7cedfb0f315a";
    for text in
        ["{\"flags\": {}}", " { \"segments\": {}, \"flags\": { } } ", "\u{feff}{\"flags\":{}}"]
    {
        assert_eq!(isoflag_reading(&["digest", "-"], text).out.trim_end(), empty);
    }
    let ran = isoflag_reading(&["digest", "-", "--flag-map", "--json"], "{}");
    assert_eq!(ran.out, format!("{{\"digest\":\"{empty}\"}}\n"));
}

#[test]
fn layout_does_not_change_a_digest_and_a_value_does() {
    let text = include_str!("../../examples/first/flags.json");
    let packed: String = text.split_whitespace().collect();
    let digest = isoflag(&["digest", FIRST]).out;
    assert_eq!(isoflag_reading(&["digest", "-"], &packed).out, digest);
    let edited = text.replace("20000", "20001");
    assert_ne!(isoflag_reading(&["digest", "-"], &edited).out, digest);
}

#[test]
fn a_diff_has_three_forms() {
    let text = isoflag(&["diff", FIRST, BROKEN]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    assert!(text.out.contains("flag `retail.checkout.66623` added; answers can differ"));
    let markdown = isoflag(&["diff", FIRST, BROKEN, "--markdown"]);
    assert!(markdown.out.starts_with("**Answers can differ:** "), "{}", markdown.out);
    let json = isoflag(&["diff", FIRST, BROKEN, "--json"]);
    assert!(json.out.contains(r#""change":"added","changes":[],"key":"retail.checkout.66623""#));
}

#[test]
fn the_exit_code_reports_a_change_if_requested() {
    assert_eq!(isoflag(&["diff", SHOP, BROKEN, "--exit-code"]).code, 1);
    let same = isoflag(&["diff", SHOP, SHOP, "--exit-code"]);
    assert_eq!((same.code, same.out.as_str()), (0, "nothing changed\n"));
}

#[test]
fn an_unreadable_file_is_reported_in_one_line_with_exit_code_2() {
    for (file, why) in
        [("no-such-file", "cannot read `no-such-file`"), ("examples", "cannot read `examples`")]
    {
        let ran = isoflag(&["diff", SHOP, file]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    assert_eq!(isoflag(&["diff", SHOP, "README.md"]).code, 2);
}

#[test]
fn both_languages_are_written() {
    let shop = Flags::from_json(include_bytes!("../../examples/shop/flags.json")).unwrap();
    assert_eq!(isoflag(&["types", SHOP]).out, typing(&shop, TypingLanguage::TypeScript));
    for language in TypingLanguage::ALL {
        let ran = isoflag(&["types", SHOP, "--lang", language.as_str()]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert_eq!(ran.out, typing(&shop, language));
        let written = file(language.as_str(), None);
        let ran = isoflag(&["types", SHOP, "--lang", language.as_str(), "--out", &written]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        assert_eq!(std::fs::read_to_string(&written).unwrap(), typing(&shop, language));
    }
}

#[test]
fn unknown_languages_and_unwritable_files_are_rejected() {
    for arguments in [
        &["types", SHOP, "--lang", "cobol"][..],
        &["types", SHOP, "--lang", "python", "--out", "examples"],
        &["types", "no-such-file.json", "--lang", "python"],
        &["types", "-", "--lang", "python"],
    ] {
        let ran = isoflag_reading(arguments, "{");
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
    }
}

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
            &["deployed", &path, "--artifact-time", "9"],
            &["finish", &path, "other"],
            &["advance", &path, "--write"],
        ] {
            let ran = isoflag(arguments);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
            assert!(ran.err.contains("feature-flag profile of AWS AppConfig"), "{ran:?}");
            assert!(ran.err.contains("change it in AppConfig"), "{ran:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), profile);
        }
    }
}
