//! `activity merge` adds the activity of several processes.

mod program;

use program::{file, isoflag, isoflag_reading};

const FIRST: &str =
    r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":1,"default":2}},"first":5,"last":9}}}"#;
const SECOND: &str = r#"{ "activity": 1, "flags": {
  "a": {"counts": {"d": {"0": 3}, "e": {"1": 4}}, "first": 7, "last": 11},
  "b": {"counts": {"d": {"0": 1}}, "first": 1, "last": 1}
}}"#;
const MERGED: &str = concat!(
    r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":4,"default":2},"e":{"1":4}},"first":5,"last":11},"#,
    r#""b":{"counts":{"d":{"0":1}},"first":1,"last":1}}}"#,
    "\n"
);

#[test]
fn counts_are_added_and_times_widened() {
    let (first, second) = (file("first", Some(FIRST)), file("second", Some(SECOND)));
    for files in [[&first, &second], [&second, &first]] {
        let ran = isoflag(&["activity", "merge", files[0], files[1]]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, MERGED, ""));
    }
    let ran = isoflag_reading(&["activity", "merge", "-", &second], FIRST);
    assert_eq!((ran.code, ran.out.as_str()), (0, MERGED));
}

#[test]
fn a_total_may_be_one_of_its_parts() {
    let (total, second) = (file("total", Some(FIRST)), file("more", Some(SECOND)));
    let ran = isoflag(&["activity", "merge", &total, &second, "--out", &total]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    assert_eq!(std::fs::read_to_string(&total).unwrap(), MERGED);
    assert!(std::fs::metadata(format!("{total}.part")).is_err());
}

#[test]
fn invalid_activity_is_reported_and_nothing_is_written() {
    let (good, out) = (file("good", Some(FIRST)), file("none", None));
    for (text, message, place) in [
        ("{", "not-json", "bad:1:1"),
        ("{\n  \"activity\": 2,\n  \"flags\": {}\n}", "expected the format 1", "bad:2:15"),
        (
            r#"{"activity":1,"flags":{"a":{"counts":{"d":{"0":-1}},"first":1,"last":1}}}"#,
            "flags.a.counts.d.0",
            "bad:1:48",
        ),
    ] {
        let bad = file("bad", Some(text));
        let ran = isoflag(&["activity", "merge", &good, &bad, "--out", &out]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{text}");
        assert!(ran.err.contains(message), "{}", ran.err);
        assert!(ran.err.contains(place), "{}", ran.err);
        assert!(std::fs::metadata(&out).is_err());
    }
}

#[test]
fn wrong_usage_is_2() {
    for arguments in [&["activity"][..], &["activity", "merge"], &["activity", "merge", "no-such"]]
    {
        assert_eq!(isoflag(arguments).code, 2, "{arguments:?}");
    }
}
