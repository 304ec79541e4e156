//! `regex-lite` is what the dialect is defined by.

use proptest::prelude::*;
use regex_lite::RegexBuilder;

use super::{Pattern, part, reader};

/// What patterns are made of, well-formed or not.
const TOKENS: &[&str] = &[
    "a",
    "b",
    "Z",
    "é",
    "\u{fffd}",
    " ",
    "\n",
    "\r",
    "\u{2003}",
    "#",
    "-",
    "_",
    ":",
    "&",
    "&&",
    "--",
    "~~",
    "~",
    "<",
    ">",
    ".",
    "^",
    "$",
    "*",
    "+",
    "?",
    "??",
    "{",
    "}",
    ",",
    "0",
    "2",
    "{0}",
    "{1}",
    "{2}",
    "{0,1}",
    "{0,2}",
    "{1,3}",
    "{2,}",
    "{0,}",
    "{1,}",
    "{3,2}",
    "{ 2 , 3 }",
    "{,2}",
    "{70}",
    "{999999999}",
    "{4294967296}",
    "(",
    ")",
    "|",
    "(?:",
    "(?i)",
    "(?i:",
    "(?x)",
    "(?-x)",
    "(?m)",
    "(?s)",
    "(?R)",
    "(?mR)",
    "(?U-i)",
    "(?u)",
    "(?",
    "?i",
    "i-s)",
    "(?ii)",
    "(?i-)",
    "(?--i)",
    "(?=",
    "(?<!",
    "(?<n>",
    "(?<m>",
    "(?P<n>",
    "(?<é.1[>",
    "(?<2>",
    "(?<>",
    "[",
    "[^",
    "]",
    "[]",
    "[:alpha:]",
    "[:^digit:]",
    "[:space:]",
    "[:xyz:]",
    "[[:word:]",
    "a-z",
    "Y-b",
    "A-z",
    "b-a",
    "\\",
    "\\\\",
    "\\d",
    "\\D",
    "\\s",
    "\\S",
    "\\w",
    "\\W",
    "\\b",
    "\\b{",
    "\\b{start}",
    "\\b{end}",
    "\\b{start-half}",
    "\\b{ end-half }",
    "\\b{x}",
    "\\B",
    "\\<",
    "\\>",
    "\\A",
    "\\z",
    "\\n",
    "\\r",
    "\\t",
    "\\a",
    "\\f",
    "\\v",
    "\\x41",
    "\\x4",
    "\\x{61}",
    "\\x{}",
    "\\x{110000}",
    "\\u00e9",
    "\\u{d7ff}",
    "\\u{e000}",
    "\\U0001F600",
    "\\-",
    "\\#",
    "\\é",
    "\\p",
    "\\1",
    "\\e",
];

/// Patterns of which most are well-formed.
fn well_formed() -> impl Strategy<Value = String> {
    let class = || {
        prop::collection::vec(
            prop::sample::select(vec![
                "a",
                "b-y",
                "Y-b",
                "Z",
                "-",
                "^",
                "_",
                "\\d",
                "\\W",
                "\\x41",
                "\\u{e000}",
                "\\u{d7ff}",
                "[:alpha:]",
                "[:^space:]",
                "é-\\u{ffff}",
                " ",
                "#",
                "~",
                "&",
            ]),
            1..4,
        )
    };
    let leaf = prop_oneof![
        prop::sample::select(vec![
            "a", "b", "Z", "z", "é", ".", "\\d", "\\w", "\\S", "^", "$", "\\b", "\\B", "\\<",
            "\\b{end}", "\\n", "\\r", " ", "#", ""
        ])
        .prop_map(str::to_owned),
        (any::<bool>(), class()).prop_map(|(not, class)| {
            format!("[{}{}]", if not { "^" } else { "" }, class.concat())
        }),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("(?:{})", parts.join("|"))),
            (
                inner.clone(),
                prop::sample::select(vec![
                    "(", "(?:", "(?i:", "(?x:", "(?m:", "(?mR:", "(?s:", "(?R:", "(?<n>", "(?-i:"
                ])
            )
                .prop_map(|(part, opening)| format!("{opening}{part})")),
            (
                inner,
                prop::sample::select(vec![
                    "*", "+", "?", "*?", "{2}", "{0,2}", "{1,3}", "{2,}", "{0}", "{1}", "{9,99}"
                ])
            )
                .prop_map(|(part, count)| format!("(?:{part}){count}")),
        ]
    })
}

fn any_pattern() -> impl Strategy<Value = String> {
    let tokens = prop::collection::vec(prop::sample::select(TOKENS), 0..9);
    prop_oneof![
        1 => tokens.prop_map(|tokens| tokens.concat()),
        1 => (well_formed(), prop::sample::select(TOKENS)).prop_map(|(pattern, token)| pattern + token),
        2 => well_formed(),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a", "b", "A", "Z", "z", "y", "é", "_", "-", "1", " ", "#", "\n", "\r", "\r\n", "\u{d7ff}",
        "\u{e000}", "\u{ffff}", "😀",
    ]);
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    // With eight texts each, 100,000 searches.
    #![proptest_config(ProptestConfig { cases: 12_500, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_regex_lite(
        pattern in any_pattern(),
        texts in prop::collection::vec(any_text(), 8),
    ) {
        let theirs = RegexBuilder::new(&pattern).size_limit(1 << 20).build();
        let ours = Pattern::read(&pattern);
        prop_assert_eq!(ours.is_some(), theirs.is_ok(), "{:?}", theirs.err());
        if let (Some(ours), Ok(theirs)) = (ours, theirs) {
            for text in texts {
                prop_assert_eq!(ours.is_match(&text), theirs.is_match(&text), "{:?}", text);
            }
        }
    }

    /// A host of 64 bits counts the same bytes.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn the_same_patterns_are_too_large(pattern in any_pattern(), limit in 0_usize..4000) {
        let theirs = RegexBuilder::new(&pattern).size_limit(limit).build();
        let ours = reader::read(&pattern, limit as u32);
        prop_assert_eq!(ours.is_some(), theirs.is_ok(), "{:?}", theirs.err());
    }
}

#[test]
fn nesting_is_bounded_alike() {
    for levels in 1..120 {
        for (opening, closing) in
            [("(", ")"), ("(?:", ")"), ("(?:a", ")"), ("", "*"), ("(?:a|", "){2}"), ("(?i)", "")]
        {
            let pattern = format!("{}a{}", opening.repeat(levels), closing.repeat(levels));
            let theirs = RegexBuilder::new(&pattern).size_limit(1 << 20).build();
            assert_eq!(Pattern::read(&pattern).is_some(), theirs.is_ok(), "{pattern}");
        }
    }
}

#[test]
fn what_is_too_large_is_never_built() {
    for (pattern, fits) in [
        ("(?:(?:(?:a{100}){100}){100}){100}", false),
        ("(?:a{1000000000}){0}b", true),
        ("(?:){4294967295}", false),
        ("(?:a{0,4294967295}){4294967295}", false),
        ("a{32763}", true),
        ("a{32765}", false),
    ] {
        assert_eq!(Pattern::read(pattern).is_some(), fits, "{pattern}");
        assert_eq!(
            RegexBuilder::new(pattern).size_limit(part::LARGEST as usize).build().is_ok(),
            fits,
            "{pattern}"
        );
    }
    assert!(Pattern::read(&"a".repeat(crate::limits::REGEX_BYTES + 1)).is_none());
}

#[test]
fn looks_hold_at_the_same_places() {
    let looks = [
        "^",
        "$",
        "(?m:^)",
        "(?m:$)",
        "(?mR:^)",
        "(?mR:$)",
        "\\b",
        "\\B",
        "\\<",
        "\\>",
        "\\b{start-half}",
        "\\b{end-half}",
    ];
    let mut texts = vec![String::new()];
    for length in 1..=3 {
        let longest: Vec<_> =
            texts.iter().filter(|text| text.len() == length - 1).cloned().collect();
        for text in longest {
            texts.extend(["a", "_", " ", "\n", "\r"].map(|next| format!("{text}{next}")));
        }
    }
    for look in looks {
        for length in 0..=3 {
            for place in 0..=length {
                let after = length - place;
                let pattern = format!("(?s)\\A.{{{place}}}{look}.{{{after}}}\\z");
                let ours = Pattern::read(&pattern).unwrap();
                let theirs = RegexBuilder::new(&pattern).build().unwrap();
                for text in &texts {
                    assert_eq!(ours.is_match(text), theirs.is_match(text), "{pattern} {text:?}");
                }
            }
        }
    }
}
