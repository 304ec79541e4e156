//! Help, wrong usage and unreadable files: the exit codes that scripts rely on.

use crate::program::{file, isoflag, isoflag_reading, isoflag_writing};

#[test]
fn help_succeeds_and_lists_the_exit_codes() {
    for arguments in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let ran = isoflag(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
    let help = isoflag(&["--help"]).out;
    for line in ["  0  fine", "  1  findings", "  2  wrong usage"] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn wrong_usage_is_2_and_prints_nothing_to_standard_output() {
    let first = "examples/first/flags.json";
    for arguments in [
        &[][..],
        &["frobnicate"],
        &["check"],
        &["eval", first, "new-checkout"],
        &["eval", first, "new-checkout", "--context", "{"],
        &["eval", first, "new-checkout", "--context", "{}", "--default", "nope"],
        &["eval", first, "new-checkout", "--context", "{}", "--type", "date"],
        &["eval", first, "new-checkout", "--context", "{}", "--big-segments", "[]"],
        &["eval", first, "new-checkout", "--context", "{}", "--clock-offset", "60"],
        &["eval", first, "new-checkout", "--context", "{\"key\":\"a\"}", "--clock", "1e30"],
        &["eval", "-", "new-checkout", "--context", "-"],
        &["check", first, "--deny", "everything"],
        &["stamp", first, "--now", "1795172400000"],
        &["stamp", first, "--now", "tomorrow"],
        &["init", "-", "--flag", "a", "--flag", "b", "--flag", "a"],
        &["init", "-", "--flag", ""],
        &["init", "-", "--environment", ""],
        &["check", "--env", "prod=examples/first/flags.json", "--env", "prod=-"],
        &["digest", "no-such-file.json"],
        &["keys", "examples"],
    ] {
        let ran = isoflag_reading(arguments, r#"{"flags": {}}"#);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("error") || ran.err.contains("Usage"), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_document_that_cannot_be_read_is_2_everywhere() {
    for text in ["", "{", "[]", "{\"flags\": {}} x", "{\"neither\": 1}"] {
        for arguments in [
            &["check", "-"][..],
            &["check", "--json", "-"],
            &["keys", "-"],
            &["digest", "--json", "-"],
            &["stamp", "-"],
            &["eval", "-", "a", "--context", "{}"],
            &["explain", "-", "a", "--context", "{}"],
        ] {
            assert_eq!(isoflag_reading(arguments, text).code, 2, "{arguments:?} {text:?}");
        }
    }
}

#[test]
fn colours_are_for_terminals() {
    let ran = isoflag_reading(&["check", "-"], "{\"flags\": {\"a\": 3, \"b\u{1b}[31m\": 4}}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn a_closed_output_does_not_change_the_exit_code() {
    let faulty =
        file("faulty.json", Some(r#"{"flags": {"a": {"fallthrough": {"variation": 7}}}}"#));
    for (arguments, code) in [
        (&["check", &faulty][..], 1),
        (&["check", "--json", &faulty], 1),
        (&["eval", &faulty, "a", "--context", "{}"], 1),
        (&["keys", &faulty], 0),
        (&["digest", "no-such-file.json"], 2),
        (&["--help"], 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(isoflag_writing(arguments, "", writer), code, "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_2() {
    for arguments in [&["keys", "-"][..], &["digest", "-"], &["stamp", "-"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let code = isoflag_writing(arguments, r#"{"flags": {"a": {}}}"#, full);
        assert_eq!(code, 2, "{arguments:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_new_document_that_cannot_be_written_leaves_no_file() {
    let document = file("half.json", None);
    let run = "trap '' XFSZ; ulimit -f 0; exec \"$0\" init \"$1\"";
    let arguments = ["-c", run, env!("CARGO_BIN_EXE_isoflag"), &document];
    let ran = std::process::Command::new("sh").args(arguments).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert!(!std::fs::exists(&document).unwrap());
}

#[test]
#[cfg(unix)]
fn a_pipe_is_not_rewritten() {
    for arguments in [
        &["stamp", "/dev/stdin"][..],
        &["flag", "add", "a", "/dev/stdin"],
        &["advance", "/dev/stdin", "--write"],
    ] {
        let plan = r#"{"stages": [{"share": 100}]}"#;
        let flag = format!(
            r#"{{"variations": [1, 2], "offVariation": 0, "fallthrough": {{"variation": 0}}, "lifecycle": {{"onVariation": 1, "rollout": {plan}}}}}"#
        );
        let ran = isoflag_reading(arguments, &format!(r#"{{"flags": {{"planned": {flag}}}}}"#));
        assert_eq!(ran.code, 2, "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("`/dev/stdin` is not a regular file"), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_message_says_that_a_text_is_not_json_once() {
    let first = "examples/first/flags.json";
    let lines = file("bad.jsonl", Some("{\"key\": \"a\"}\n{\"key\"\n"));
    for (arguments, expected) in [
        (&["eval", first, "new-checkout", "--context", "{"][..], "`--context`: not JSON: "),
        (&["impact", first, first, "--contexts", &lines], ", line 2: not JSON: "),
    ] {
        let ran = isoflag(arguments);
        assert!(ran.err.contains(expected), "{ran:?}");
    }
}

#[test]
fn a_hyphen_as_the_output_file_is_standard_output() {
    let counts = r#"{"activity":1,"flags":{}}"#;
    let first = "examples/first/flags.json";
    for arguments in
        [&["types", first][..], &["strategy", first, "next-release"], &["activity", "merge", "-"]]
    {
        let expected = isoflag_reading(arguments, counts);
        let ran = isoflag_reading(&[arguments, &["--out", "-"]].concat(), counts);
        assert_eq!((ran.code, &ran.out), (0, &expected.out), "{arguments:?}: {ran:?}");
    }
}
