//! `init` writes a document that the other subcommands accept, and never overwrites one.

mod program;

use program::{file, isoflag};

#[test]
fn a_new_document_splits_by_murmur3() {
    let new = file("new.json", None);
    let ran = isoflag(&["init", &new, "--environment", "dev", "--flag", "a \"b\"", "--flag", "c"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(std::fs::read_to_string(&new).unwrap());
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
