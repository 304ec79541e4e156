//! Any bytes: they load or are refused, and what loads answers without a panic, means the same
//! after a round trip, and its explanation matches the answer.
#![no_main]

use isoflag::{Context, Flags, Value};
use libfuzzer_sys::fuzz_target;

const CONTEXTS: [&str; 3] = [
    r#"{"kind": "user", "key": "a", "n": 1, "s": "x", "l": ["x", 2, null], "o": {"p": "q"}}"#,
    r#"{"kind": "multi", "user": {"key": "b"}, "org": {"key": "c", "_meta": {"privateAttributes": ["n"]}}}"#,
    r#"{"key": "", "custom": {"n": "2026-01-01T00:00:00Z", "s": "1.2.3"}}"#,
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(flags) = Flags::from_json(bytes) else { return };
    let again = Flags::from_json(flags.document().to_canonical_json().as_bytes()).unwrap();
    assert_eq!(flags.digest(), again.digest());
    let _ = flags.diagnostics();
    for text in CONTEXTS {
        let context = Context::from_json(text.as_bytes()).unwrap();
        let bound = flags.bind(&context);
        for key in flags.keys() {
            let detail = bound.variation_detail(key, Value::Null);
            let explanation = bound.explain(key);
            let explained = explanation.to_value();
            let answer = explained.as_object().unwrap().get("answer").unwrap();
            assert_eq!(answer.as_object().unwrap().get("reason"), Some(&detail.reason));
            assert_eq!(answer.as_object().unwrap().get("value"), Some(&detail.value));
            let _ = explanation.to_string();
        }
        let _ = bound.all_flags_state(&Default::default());
    }
});
