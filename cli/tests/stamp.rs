//! `stamp` changes two members of `meta` and no other byte.

mod program;

use program::{file, isoflag, isoflag_reading};

#[test]
fn only_the_two_members_change() {
    let before = include_str!("../../examples/shop/flags.json");
    let shop = file("shop.json", Some(before));
    let ran = isoflag(&["stamp", &shop, "--now", "1795172999"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let after = std::fs::read_to_string(&shop).unwrap();
    let changed: Vec<_> =
        before.lines().zip(after.lines()).filter(|(before, after)| before != after).collect();
    assert_eq!(before.lines().count(), after.lines().count());
    assert_eq!(
        changed,
        [
            ("    \"version\": 118,", "    \"version\": 119,"),
            (
                "    \"lastModifiedTimestamp\": 1795172400,",
                "    \"lastModifiedTimestamp\": 1795172999,"
            ),
        ]
    );
    assert!(after.contains("\"hash\": \"murmur3\""));
}

#[test]
fn a_plain_launchdarkly_document_gets_no_hash() {
    let ran = isoflag_reading(&["stamp", "-", "--now", "7"], r#"{"flags":{},"segments":{}}"#);
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.out,
        r#"{"meta":{"version": 1, "lastModifiedTimestamp": 7},"flags":{},"segments":{}}"#
    );
}

#[test]
fn the_report_matches_the_document() {
    let first = file("first.json", Some(include_str!("../../examples/first/flags.json")));
    let ran = isoflag(&["stamp", &first, "--now", "1795172400", "--json"]);
    let digest = isoflag(&["digest", &first]).out;
    assert_eq!(
        ran.out,
        format!(
            "{{\"digest\":\"{}\",\"file\":{},\"lastModifiedTimestamp\":1795172400,\"version\":2}}\n",
            digest.trim_end(),
            isoflag::Value::from(first.as_str()),
        )
    );
}

#[test]
fn the_time_defaults_to_the_clock() {
    let ran = isoflag_reading(&["stamp", "-"], r#"{"flags":{}}"#);
    assert_eq!(ran.code, 0);
    // The beginning of 2024: whatever machine runs this is later than that, and its stamp in seconds.
    let document = isoflag::Value::parse(ran.out.as_bytes()).unwrap();
    let stamp = document
        .as_object()
        .and_then(|document| document.get("meta")?.as_object()?.get("lastModifiedTimestamp"))
        .and_then(isoflag::Value::as_integer);
    assert!(stamp.is_some_and(|stamp| (1_704_067_200..100_000_000_000).contains(&stamp)));
}

#[test]
fn a_document_that_cannot_be_stamped_is_unchanged() {
    for text in ["{", r#"{"flags":{},"meta":[]}"#, r#"{"a":{"on":true}}"#] {
        let bad = file("bad.json", Some(text));
        assert_eq!(isoflag(&["stamp", &bad, "--now", "7"]).code, 2, "{text}");
        assert_eq!(std::fs::read_to_string(&bad).unwrap(), text);
    }
}
