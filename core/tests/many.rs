//! Many answers at once are the answers one by one, in order.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Answer, Context, Flags};

const DOCUMENT: &[u8] = br#"{"flags": {
    "targets": {"key": "targets", "on": true, "variations": [0, 1], "fallthrough": {"variation": 0},
        "targets": [{"variation": 1, "values": ["ada"]}]},
    "off": {"key": "off", "on": false, "variations": [0, 1], "offVariation": 1}
}}"#;

#[test]
fn each_row_is_what_its_context_is_answered() {
    let flags = Flags::from_json(DOCUMENT).unwrap();
    let keys = ["off", "missing", "targets", "off"];
    let contexts = ["bob", "ada", "eve"].map(|key| Context::builder(key).build().unwrap());
    let one_by_one: Vec<Vec<Answer>> = contexts
        .iter()
        .map(|context| keys.map(|key| flags.bind(context).evaluate(key)).into())
        .collect();
    assert_eq!(flags.evaluate_many(&keys, &contexts), one_by_one);
    assert_ne!(one_by_one[0], one_by_one[1], "the contexts are told apart");
    assert_eq!(flags.evaluate_many(&keys, &[]), Vec::<Vec<Answer>>::new());
    assert_eq!(flags.evaluate_many(&[] as &[&str], &contexts), vec![Vec::<Answer>::new(); 3]);
}
