//! `explain` prints the core's explanation, as text or as the canonical line.

mod program;

use program::isoflag;

const SHOP: &str = "examples/shop/flags.json";

#[test]
fn both_forms_are_the_cores_own() {
    let text = include_str!("../../examples/shop/flags.json");
    let flags = isoflag::Flags::from_json(text.as_bytes()).unwrap();
    let json = r#"{"kind":"user","key":"priya","country":"AT","orders":1}"#;
    let bound = flags.bind(&isoflag::Context::from_json(json.as_bytes()).unwrap());
    for key in flags.keys() {
        let explanation = bound.explain(key);
        let ran = isoflag(&["explain", SHOP, key, "--context", json]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{key}");
        assert_eq!(ran.out.trim_end(), explanation.to_string().trim_end());
        assert!(ran.out.contains(key), "{}", ran.out);
        let ran = isoflag(&["explain", SHOP, key, "--context", json, "--json"]);
        assert_eq!((ran.code, ran.out.trim_end()), (0, explanation.to_json().as_str()), "{key}");
    }
}

#[test]
fn an_answer_that_is_an_error_is_1() {
    for arguments in [
        ["no-such-flag", r#"{"kind":"user","key":"a"}"#],
        ["support-chat", r#"{"kind":"user","key":""}"#],
    ] {
        let ran = isoflag(&["explain", SHOP, arguments[0], "--context", arguments[1]]);
        assert_eq!(ran.code, 1, "{arguments:?}: {ran:?}");
        assert!(!ran.out.is_empty());
    }
}
