//! `eval` and `explain` print an answer and its explanation; the exit code reports an error.

use crate::program::{Ran, file, isoflag, isoflag_reading};

const SHOP: &str = "examples/shop/flags.json";

fn eval(arguments: &[&str]) -> Ran {
    isoflag(&[&["eval"], arguments].concat())
}

#[test]
fn text_output_has_three_lines() {
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
fn json_output_has_one_line() {
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
    let ada = r#"{"kind":"user","key":"a"}"#;
    let cases = [
        (vec![SHOP, "no-such-flag", "--context", ada], "FLAG_NOT_FOUND"),
        (
            vec![SHOP, "support-chat", "--context", r#"{"kind":"user","key":""}"#],
            "USER_NOT_SPECIFIED",
        ),
        (vec![SHOP, "support-chat", "--context", "3"], "USER_NOT_SPECIFIED"),
        (vec![SHOP, "support-chat", "--context", ada, "--type", "string"], "WRONG_TYPE"),
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
    let ada = r#"{"kind":"user","key":"a"}"#;
    for (key, fits) in [
        ("support-chat", "bool"),
        ("free-shipping-from", "number"),
        ("price-display", "string"),
        ("grind-guide", "json"),
        ("grind-guide", "any"),
    ] {
        let ran = eval(&[SHOP, key, "--context", ada, "--type", fits]);
        assert_eq!(ran.code, 0, "{key}: {ran:?}");
    }
}

#[test]
fn contexts_and_documents_come_from_files_and_standard_input() {
    let ada = r#"{"kind":"user","key":"a","country":"DE"}"#;
    let context = file("context.json", Some(ada));
    let expected = eval(&[SHOP, "payment-provider", "--context", ada]).out;
    let at_file = format!("@{context}");
    assert_eq!(eval(&[SHOP, "payment-provider", "--context", &at_file]).out, expected);
    for dash in ["-", "@-"] {
        let arguments = ["eval", SHOP, "payment-provider", "--context", dash];
        assert_eq!(isoflag_reading(&arguments, ada).out, expected);
    }
    let shop = include_str!("../../examples/shop/flags.json");
    let arguments = ["eval", "-", "payment-provider", "--context", ada];
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

#[test]
fn explanations_are_the_text_and_json_of_the_core() {
    let text = include_str!("../../examples/shop/flags.json");
    let flags = isoflag::Flags::from_json(text.as_bytes()).unwrap();
    let context = r#"{"kind":"user","key":"priya","country":"AT","orders":1}"#;
    let bound = flags.bind(&isoflag::Context::from_json(context.as_bytes()).unwrap());
    for key in flags.keys() {
        let explanation = bound.explain(key);
        let ran = isoflag(&["explain", SHOP, key, "--context", context]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{key}");
        assert_eq!(ran.out.trim_end(), explanation.to_string().trim_end());
        assert!(ran.out.contains(key), "{}", ran.out);
        let ran = isoflag(&["explain", SHOP, key, "--context", context, "--json"]);
        assert_eq!((ran.code, ran.out.trim_end()), (0, explanation.to_json().as_str()), "{key}");
    }
}

#[test]
fn an_explained_error_is_1() {
    for arguments in [
        ["no-such-flag", r#"{"kind":"user","key":"a"}"#],
        ["support-chat", r#"{"kind":"user","key":""}"#],
    ] {
        let ran = isoflag(&["explain", SHOP, arguments[0], "--context", arguments[1]]);
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert!(!ran.out.is_empty());
    }
}
