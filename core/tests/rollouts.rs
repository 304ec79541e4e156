//! Raising a share removes no context: a context keeps its variation.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use isoflag::{Context, Flags};
use proptest::prelude::*;

fn flags(hash: &str, salt: &str, share: u32) -> Flags {
    let document = format!(
        r#"{{"flags": {{"new-checkout": {{
            "key": "new-checkout", "version": 1, "on": true, "salt": "{salt}",
            "variations": [false, true], "offVariation": 0,
            "fallthrough": {{"rollout": {{"hash": "{hash}", "variations": [
                {{"variation": 1, "weight": {share}}},
                {{"variation": 0, "weight": {}}}]}}}}
        }}}}}}"#,
        100_000 - share
    );
    Flags::from_json(document.as_bytes()).unwrap()
}

proptest! {
    #[test]
    fn raising_a_share_removes_no_context(
        hash in prop_oneof![Just("sha1"), Just("murmur3")],
        salt in "[a-z]{1,8}",
        shares in (0_u32..=100_000, 0_u32..=100_000),
        keys in prop::collection::vec("\\PC{1,12}", 1..40),
    ) {
        let (low, high) = (shares.0.min(shares.1), shares.0.max(shares.1));
        let (before, after) = (flags(hash, &salt, low), flags(hash, &salt, high));
        let (none, all) = (flags(hash, &salt, 0), flags(hash, &salt, 100_000));
        for key in keys {
            let context = Context::builder(&key).build().unwrap();
            let has = |flags: &Flags| flags.bool_variation("new-checkout", &context, false);
            prop_assert!(!has(&before) || has(&after));
            prop_assert_eq!(has(&before), has(&before));
            prop_assert!(!has(&none) && has(&all));
        }
    }
}

#[test]
fn raising_a_share_adds_contexts() {
    for hash in ["sha1", "murmur3"] {
        let having = |share| {
            let flags = flags(hash, "salt", share);
            (0..1_000)
                .filter(|number| {
                    let context = Context::builder(&format!("user-{number}")).build().unwrap();
                    flags.bool_variation("new-checkout", &context, false)
                })
                .collect::<Vec<u32>>()
        };
        let (few, more) = (having(20_000), having(50_000));
        assert!((100..300).contains(&few.len()) && (400..600).contains(&more.len()), "{hash}");
        assert!(few.iter().all(|number| more.contains(number)), "{hash}");
    }
}
