//! `eval` prints the core's answer; its exit code reports an error.

mod program;

use program::{Ran, file, isoflag, isoflag_reading};

const SHOP: &str = "examples/shop/flags.json";

fn eval(arguments: &[&str]) -> Ran {
    isoflag(&[&["eval"], arguments].concat())
}

#[test]
fn people_get_three_lines() {
    let ran = eval(&[
        SHOP,
        "checkout-v2",
        "--context",
        r#"{"kind":"user","key":"jonas","country":"DE","email":"jonas@harbour-roast.example"}"#,
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out, @r#"
    value      true
    variation  1
    reason     {"kind":"RULE_MATCH","ruleId":"staff","ruleIndex":0}
    "#);
}

#[test]
fn programs_get_one_line() {
    let cases = [
        (
            "payment-provider",
            r#"{"kind":"user","key":"a","country":"FR"}"#,
            r#"{"reason":{"kind":"RULE_MATCH","ruleId":"adyen-in-europe","ruleIndex":0},"value":"adyen","variationIndex":1}"#,
        ),
        (
            "gift-cards",
            r#"{"kind":"user","key":"a","country":"US"}"#,
            r#"{"reason":{"kind":"PREREQUISITE_FAILED","prerequisiteKey":"checkout-v2"},"value":false,"variationIndex":0}"#,
        ),
        (
            "checkout-v2",
            r#"{"key":"mia-2041","country":"DE"}"#,
            r#"{"reason":{"kind":"TARGET_MATCH"},"value":true,"variationIndex":1}"#,
        ),
        (
            "wishlist-v1",
            r#"{"kind":"user","key":"a"}"#,
            r#"{"reason":{"kind":"OFF"},"value":"mine","variationIndex":null}"#,
        ),
    ];
    for (key, context, expected) in cases {
        let ran = eval(&[SHOP, key, "--context", context, "--default", "\"mine\"", "--json"]);
        assert_eq!((ran.code, ran.out.trim_end(), ran.err.as_str()), (0, expected, ""), "{key}");
    }
}

#[test]
fn an_answer_that_is_an_error_is_1() {
    let somebody = r#"{"kind":"user","key":"a"}"#;
    let cases = [
        (vec![SHOP, "no-such-flag", "--context", somebody], "FLAG_NOT_FOUND"),
        (
            vec![SHOP, "support-chat", "--context", r#"{"kind":"user","key":""}"#],
            "USER_NOT_SPECIFIED",
        ),
        (vec![SHOP, "support-chat", "--context", "3"], "USER_NOT_SPECIFIED"),
        (vec![SHOP, "support-chat", "--context", somebody, "--type", "string"], "WRONG_TYPE"),
    ];
    for (arguments, error) in cases {
        let ran = eval(&[&arguments[..], &["--default", "7", "--json"]].concat());
        let expected = format!(
            r#"{{"reason":{{"errorKind":"{error}","kind":"ERROR"}},"value":7,"variationIndex":null}}"#
        );
        assert_eq!((ran.code, ran.out.trim_end()), (1, expected.as_str()), "{arguments:?}");
        assert_eq!(ran.err.is_empty(), error != "USER_NOT_SPECIFIED", "{ran:?}");
    }
}

#[test]
fn types_are_checked_by_their_names() {
    let somebody = r#"{"kind":"user","key":"a"}"#;
    for (key, fits) in [
        ("support-chat", "bool"),
        ("free-shipping-from", "number"),
        ("price-display", "string"),
        ("grind-guide", "json"),
        ("grind-guide", "any"),
    ] {
        let ran = eval(&[SHOP, key, "--context", somebody, "--type", fits]);
        assert_eq!(ran.code, 0, "{key}: {ran:?}");
    }
}

#[test]
fn contexts_and_documents_come_from_files_and_standard_input() {
    let somebody = r#"{"kind":"user","key":"a","country":"DE"}"#;
    let context = file("context.json", Some(somebody));
    let expected = eval(&[SHOP, "payment-provider", "--context", somebody]).out;
    let at_file = format!("@{context}");
    assert_eq!(eval(&[SHOP, "payment-provider", "--context", &at_file]).out, expected);
    for dash in ["-", "@-"] {
        let arguments = ["eval", SHOP, "payment-provider", "--context", dash];
        assert_eq!(isoflag_reading(&arguments, somebody).out, expected);
    }
    let shop = include_str!("../../examples/shop/flags.json");
    let arguments = ["eval", "-", "payment-provider", "--context", somebody];
    assert_eq!(isoflag_reading(&arguments, shop).out, expected);
}

#[test]
fn big_segments_are_passed_in() {
    let mia = r#"{"kind":"user","key":"mia"}"#;
    let store = r#"{"status":"STALE","memberships":{"mia":{"newsletter-readers.g4":true}}}"#;
    let ran =
        eval(&[SHOP, "newsletter-teaser", "--context", mia, "--big-segments", store, "--json"]);
    assert_eq!(
        ran.out.trim_end(),
        r#"{"reason":{"bigSegmentsStatus":"STALE","kind":"RULE_MATCH","ruleId":"readers","ruleIndex":0},"value":"limited-lot-kenya-aa","variationIndex":1}"#
    );
}

#[test]
fn the_clock_is_an_argument() {
    // Tuesday, the first of December 2026, 09:15 UTC: 10:15 in Hamburg, where the roastery is open.
    let mia = r#"{"kind":"user","key":"mia","country":"DE"}"#;
    let at = |clock: &str, offset: &str| {
        let ran = eval(&[
            SHOP,
            "express-delivery",
            "--context",
            mia,
            "--clock",
            clock,
            "--clock-offset",
            offset,
            "--json",
        ]);
        ran.out.contains("\"value\":true")
    };
    assert!(at("1796116500000", "60"));
    assert!(!at("1796116500000", "-120"));
    assert!(!at("1796462100000", "60"));
}

#[test]
fn a_bare_map_of_flags_needs_its_option() {
    let map = r#"{"a": {"key": "a", "version": 1, "on": true, "variations": [5], "fallthrough": {"variation": 0}}}"#;
    let arguments = ["eval", "-", "a", "--context", r#"{"key":"x"}"#, "--json"];
    assert_eq!(isoflag_reading(&arguments, map).code, 2);
    let ran = isoflag_reading(&[&arguments[..], &["--flag-map"]].concat(), map);
    assert_eq!(
        ran.out.trim_end(),
        r#"{"reason":{"kind":"FALLTHROUGH"},"value":5,"variationIndex":0}"#
    );
}
