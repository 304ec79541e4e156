//! `types` writes the core's text to standard output or into a file.

mod program;

use isoflag::Flags;
use isoflag_tools::{TypingLanguage, typing};
use program::{file, isoflag, isoflag_reading};

const SHOP: &str = "examples/shop/flags.json";

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
