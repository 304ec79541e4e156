//! Evaluating many flags at once returns the same answers as one by one, in order.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Answer, Context, Flags};

const DOCUMENT: &[u8] = br#"{"flags": {
    "targets": {"key": "targets", "on": true, "variations": [0, 1], "fallthrough": {"variation": 0},
        "targets": [{"variation": 1, "values": ["ada"]}]},
    "off": {"key": "off", "on": false, "variations": [0, 1], "offVariation": 1}
}}"#;

#[test]
fn each_row_has_the_answers_of_its_context() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let keys = ["off", "missing", "targets", "off"];
    let contexts = ["bob", "ada", "eve"].map(|key| Context::builder(key).build().unwrap());
    let one_by_one: Vec<Vec<Answer>> = contexts
        .iter()
        .map(|context| keys.map(|key| flags.bind(context).evaluate(key)).into())
        .collect();
    assert_eq!(flags.evaluate_many(&keys, &contexts), one_by_one);
    assert_ne!(one_by_one[0], one_by_one[1], "the contexts have different answers");
    assert_eq!(flags.evaluate_many(&keys, &[]), Vec::<Vec<Answer>>::new());
    assert_eq!(flags.evaluate_many(&[] as &[&str], &contexts), vec![Vec::<Answer>::new(); 3]);
}

#[test]
fn a_row_without_a_context_and_a_handle_of_no_flag() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let handles = [flags.handle("off"), flags.handle("missing")];
    let ada = Context::builder("ada").build().unwrap();
    let rows = flags.evaluate_handles(&handles, [None, Some(&ada)], None);
    let reasons: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|answer| flags.reason_of(answer).to_string()).collect())
        .collect();
    let (off, unknown) = (r#"{"kind":"OFF"}"#, r#"{"errorKind":"FLAG_NOT_FOUND","kind":"ERROR"}"#);
    let nobody = r#"{"errorKind":"USER_NOT_SPECIFIED","kind":"ERROR"}"#;
    assert_eq!(reasons[0][0], nobody);
    assert_eq!(reasons[1], [off, unknown]);
}

#[test]
fn the_names_that_an_answer_may_depend_on() {
    let text = br#"{"flags": {"f": {"key": "f", "on": true, "variations": [0], "rules": [
        {"clauses": [{"attribute": "/address/city", "contextKind": "user", "op": "in", "values": [1]},
                     {"attribute": "plan", "op": "in", "values": ["pro"]}],
         "rollout": {"bucketBy": "account", "variations": [{"variation": 0, "weight": 100000}]}}]}}}"#;
    let flags = Flags::from_json(text).unwrap();
    for name in ["address", "plan", "account", "kind", "key", "name", "anonymous", "_meta"] {
        assert_eq!(flags.attribute_name(name).as_deref(), Some(name));
    }
    for name in ["city", "email", "", "/address/city"] {
        assert_eq!(flags.attribute_name(name), None);
    }
}
