//! Tests of `matches`; `regex-lite` defines the dialect.

use std::sync::Arc;

use proptest::prelude::*;
use regex_lite::RegexBuilder;

use super::characters::{Characters, Class};
use super::{AtomicUsize, KEPT, Matches, Pattern, reader};
use crate::json::Value;
use crate::limits;
use crate::steps::{Malformed, Steps};

fn pattern(text: &str) -> Option<Pattern> {
    Pattern::read(&Arc::from(text))
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        self.is_match(text, |_| true, &mut Steps::default()).unwrap()
    }

    /// The steps that a search takes.
    fn steps(&self, text: &str) -> Option<u32> {
        let mut steps = Steps::default();
        self.is_match(text, |_| true, &mut steps).ok().map(|_| limits::STEPS - steps.left())
    }
}

/// The tokens of patterns, well-formed or not.
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

/// Patterns that are mostly well-formed.
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
        // Sizes are limited in different units: a pattern that is too large for one side alone is
        // not compared.
        let theirs = RegexBuilder::new(&pattern).size_limit(LARGE).build();
        let ours = super::tests::pattern(&pattern);
        let too_large = theirs.as_ref().is_err_and(|error| error.to_string().contains("size limit"));
        let size = reader::read(&pattern).map_or(0, |(part, _)| part.size());
        if !too_large && size <= limits::REGEX_INSTRUCTIONS {
            prop_assert_eq!(ours.is_some(), theirs.is_ok(), "{:?}", theirs.err());
        }
        if let (Some(ours), Ok(theirs)) = (ours, theirs) {
            for text in texts {
                prop_assert_eq!(ours.matches(&text), theirs.is_match(&text), "{:?}", text);
            }
        }
    }

    /// The size is known before the program is built.
    #[test]
    fn a_program_has_the_size_that_was_counted(pattern in any_pattern()) {
        if let Some((part, _)) = reader::read(&pattern)
            && part.size() <= limits::REGEX_INSTRUCTIONS
        {
            let mut program = Vec::new();
            part.write(&mut program);
            prop_assert_eq!(program.len(), part.size() as usize);
        }
    }

    /// The steps of a search are the sum of the instructions reached for each character, which does
    /// not depend on earlier searches.
    #[test]
    fn the_same_search_takes_the_same_steps(
        pattern in any_pattern(),
        texts in prop::collection::vec(any_text(), 8),
    ) {
        let (Some(one), Some(other)) = (super::tests::pattern(&pattern), super::tests::pattern(&pattern)) else {
            return Ok(());
        };
        let steps: Vec<_> = texts.iter().map(|text| one.steps(text)).collect();
        let again: Vec<_> = texts.iter().rev().map(|text| other.steps(text)).collect();
        prop_assert!(steps.into_iter().eq(again.into_iter().rev()));
    }

    #[test]
    fn a_class_is_the_union_of_its_ranges(
        ranges in prop::collection::vec((0_u32..40, 0_u32..4), 0..12),
    ) {
        let ranges: Vec<_> = ranges.iter().map(|(first, more)| (100 + first, 100 + first + more)).collect();
        let characters = Characters::of(&ranges);
        let apart = characters.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0);
        prop_assert!(apart, "{:?}", characters);
        let class = Class::new(&characters);
        for character in 90..160 {
            let expected = ranges.iter().any(|range| range.0 <= character && character <= range.1);
            prop_assert_eq!(class.holds(character, &mut 0), expected);
        }
    }
}

/// The limit passed to regex-lite, far above the patterns generated here.
const LARGE: usize = 1 << 20;

#[test]
fn nesting_is_bounded_alike() {
    let many = format!("a{}{{0}}", "*".repeat(40));
    for levels in 1..120 {
        for (opening, innermost, closing) in [
            ("(", "a", ")"),
            ("(?:", "a", ")"),
            ("(a", "a", ")"),
            ("(?:a", "a", ")"),
            ("(?:a|", "a", "){2}"),
            ("(?i)", "a", ""),
            ("", "a", "*"),
            ("", "a", "{1}"),
            ("", "(?:)", "*"),
            ("", &many, "*"),
        ] {
            let pattern =
                format!("{}{innermost}{}", opening.repeat(levels), closing.repeat(levels));
            let theirs = RegexBuilder::new(&pattern).size_limit(1 << 20).build();
            assert_eq!(super::tests::pattern(&pattern).is_some(), theirs.is_ok(), "{pattern}");
        }
    }
}

#[test]
fn a_program_has_a_largest_size() {
    for (text, fits) in [
        ("(?:(?:(?:a{100}){100}){100}){100}", false),
        ("(?:a{1000000000}){0}b", true),
        ("(?:){4294967295}", true),
        ("(?:){0,4294967295}", true),
        ("(?:a{0,4294967295}){4294967295}", false),
        ("a{32768}", true),
        ("a{32769}", false),
        ("a{32767,}", true),
        ("a{32768,}", false),
        ("a{0,16384}", true),
        ("a{0,16385}", false),
        ("(?:a|b){8192}", true),
        ("(?:a|b){8193}", false),
    ] {
        assert_eq!(pattern(text).is_some(), fits, "{text}");
    }
    assert!(pattern(&"a".repeat(limits::REGEX_BYTES + 1)).is_none());
}

#[test]
fn a_pattern_is_searched_outside_of_an_evaluation() {
    let pattern = pattern("^b").unwrap();
    assert_eq!(["bc", "abc"].map(|text| pattern.is_found_in(text)), [true, false]);
}

#[test]
fn large_programs_are_not_kept() {
    let pattern = |text| pattern(text).unwrap();
    let patterns: Vec<_> = [r"^.{0,255}@", "a{800}", "a{300}", "ab", "a{9000}"]
        .map(pattern)
        .into_iter()
        .map(Some)
        .collect();
    let matches = Matches { patterns: patterns.into(), left: AtomicUsize::new(KEPT) };
    let search = || {
        let found = matches.matching(&Value::from("xyz"), &mut Steps::default());
        assert_eq!(found, Ok(None));
        let kept = |pattern: &Option<Pattern>| pattern.as_ref().unwrap().program.get().is_some();
        matches.patterns.iter().map(kept).collect::<Vec<_>>()
    };
    // 513 instructions, 800 too many for the rest, 300, 2, too many again.
    assert_eq!(search(), [true, false, true, true, false]);
    assert_eq!(search(), [true, false, true, true, false]);
}

/// The visits of searches that are easily counted by hand.
#[test]
fn a_search_takes_steps_by_text_times_program() {
    let per_step = limits::STEP_VISITS;
    for (text, searched, visits) in [
        // No match begins with any of the characters, and one round ends the search.
        ("b", "a".repeat(64 * 100), 64 * 100 + 1 + 1),
        // In each round three instructions are reached, of which the two classes read.
        (".a", "b".repeat(640), (640 - 1) * (1 + 2 + 2) + (1 + 1 + 1) + (1 + 2)),
    ] {
        let steps = pattern(text).unwrap().steps(&searched).unwrap();
        assert_eq!(steps, visits as u32 / per_step, "{text}");
    }
    let hostile = [
        (".*a.{1000}z", "a".repeat(1 << 20)),
        (".{0,9000}!", "a".repeat(20_000)),
        ("(?:.*){32}!", "a".repeat(1 << 20)),
    ];
    for (text, searched) in hostile {
        assert_eq!(pattern(text).unwrap().steps(&searched), None, "{text}");
    }
}

/// The match begins behind 29 characters that are skipped, which are as many visits, and takes three
/// more; a step is 32.
#[test]
fn a_search_fails_once_its_visits_exceed_the_steps_left() {
    for (before, found) in [(29, Ok(true)), (30, Err(Malformed))] {
        let text = format!("{}b", "a".repeat(before));
        let searched = pattern("b").unwrap().is_match(&text, |_| true, &mut Steps::of(1));
        assert_eq!(searched, found, "{before}");
    }
}

#[test]
fn ordinary_patterns_search_a_megabyte() {
    let agents = "(?i)bot|crawl|spider|slurp|bing|yandex|baidu|duckduck|facebook|twitter|\
                  linkedin|whatsapp|telegram|curl";
    let text =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Safari/537.36 ";
    let text = text.repeat((1 << 20) / text.len());
    for ordinary in [
        agents,
        r"^[A-Za-z0-9._%+-]+@example\.(com|org)$",
        r"@(?:example|test)\.com$",
        r"\bbeta\b",
        r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
        "^/(?:api|internal)/v[0-9]+/",
        "(?i)internal",
    ] {
        let steps = pattern(ordinary).unwrap().steps(&text);
        assert!(steps.is_some_and(|steps| steps <= limits::STEPS), "{ordinary}: {steps:?}");
    }
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
            for offset in 0..=length {
                let after = length - offset;
                let pattern = format!("(?s)\\A.{{{offset}}}{look}.{{{after}}}\\z");
                let ours = super::tests::pattern(&pattern).unwrap();
                let theirs = RegexBuilder::new(&pattern).build().unwrap();
                for text in &texts {
                    assert_eq!(ours.matches(text), theirs.is_match(text), "{pattern} {text:?}");
                }
            }
        }
    }
}
