//! Writing a later document into the text of an earlier one changes no other byte.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use isoflag::Flags;
use isoflag_tools::{InPlaceError, keys_in_text, stamped, stamped_changes, written_in_place};

fn flags(text: &str) -> Flags {
    Flags::from_json(text.as_bytes()).unwrap()
}

/// Stamps a whole document whose version is 7 or absent.
fn document_stamped(text: &str) -> Result<String, InPlaceError> {
    let before = flags(text);
    written_in_place(text, &before, &stamped(&before, 99.0).unwrap())
}

/// Writes a document with other values into the text.
fn changed(before: &str, after: &str) -> Result<String, InPlaceError> {
    written_in_place(before, &flags(before), &flags(after))
}

#[test]
fn members_are_replaced_in_place() {
    for (before, after) in [
        (
            "{\"meta\": {\"lastModifiedTimestamp\":1, \"version\" : 7,\n\"hash\":\"murmur3\"},\n\"flags\":{ } }",
            "{\"meta\": {\"lastModifiedTimestamp\":99, \"version\" : 8,\n\"hash\":\"murmur3\"},\n\"flags\":{ } }",
        ),
        (
            "\u{feff}{\"flags\":{},\"meta\":{\"version\" :\t7 }}\r\n",
            "\u{feff}{\"flags\":{},\"meta\":{\"version\" :\t8, \"lastModifiedTimestamp\" :\t99 }}\r\n",
        ),
        (
            "{\"flags\":{},\"meta\":{},\"meta\":{\"version\":1,\"version\":7}}",
            "{\"flags\":{},\"meta\":{},\"meta\":{\"version\":1,\"version\":8,\"lastModifiedTimestamp\":99}}",
        ),
    ] {
        assert_eq!(document_stamped(before).unwrap(), after);
    }
}

#[test]
fn members_are_added_in_the_layout_of_their_neighbors() {
    for (before, after) in [
        (
            "{\n  \"flags\": {},\n  \"meta\": {\n    \"hash\": \"murmur3\"\n  }\n}\n",
            "{\n  \"flags\": {},\n  \"meta\": {\n    \"hash\": \"murmur3\",\n    \"version\": 1,\n    \"lastModifiedTimestamp\": 99\n  }\n}\n",
        ),
        (
            "{\"meta\":{\"hash\":\"sha1\"},\"flags\":{}}",
            "{\"meta\":{\"hash\":\"sha1\",\"version\":1,\"lastModifiedTimestamp\":99},\"flags\":{}}",
        ),
        (
            "{\"meta\": {\"hash\": \"sha1\"}, \"flags\": {}}",
            "{\"meta\": {\"hash\": \"sha1\", \"version\": 1, \"lastModifiedTimestamp\": 99}, \"flags\": {}}",
        ),
        (
            "{\r\n\t\"flags\": {},\r\n\t\"é\\u00e9\": 1e5,\r\n\t\"meta\": {\r\n\t\t\"version\": 7\r\n\t}\r\n}",
            "{\r\n\t\"flags\": {},\r\n\t\"é\\u00e9\": 1e5,\r\n\t\"meta\": {\r\n\t\t\"version\": 8,\r\n\t\t\"lastModifiedTimestamp\": 99\r\n\t}\r\n}",
        ),
    ] {
        assert_eq!(document_stamped(before).unwrap(), after);
    }
}

#[test]
fn a_document_without_meta_gets_one() {
    for (before, after) in [
        (
            "{\n  \"flags\": {}\n}",
            "{\n  \"meta\": {\"version\": 1, \"lastModifiedTimestamp\": 99},\n  \"flags\": {}\n}",
        ),
        (
            "{\"path\":\"/\",\"data\":{\"flags\":{}}}",
            "{\"path\":\"/\",\"data\":{\"meta\":{\"version\": 1, \"lastModifiedTimestamp\": 99},\"flags\":{}}}",
        ),
        (
            "{\"meta\": null, \"flags\": {}}",
            "{\"meta\": {\"version\": 1, \"lastModifiedTimestamp\": 99}, \"flags\": {}}",
        ),
    ] {
        assert_eq!(document_stamped(before).unwrap(), after);
    }
}

#[test]
fn an_object_does_not_replace_another_value() {
    let error = document_stamped("{\"flags\":{},\n \"meta\": 3}").unwrap_err();
    assert_eq!(error, InPlaceError::NotAnObject("meta".into(), "3".into(), 22));
    assert_eq!(error.to_string(), "`meta` is `3`, not an object; write `{}`");
}

#[test]
fn flags_are_added_changed_and_removed() {
    for (before, after, written) in [
        (r#"{"flags": {}}"#, r#"{"flags":{"a":1}}"#, r#"{"flags": {"a": 1}}"#),
        (r#"{"segments": {}}"#, r#"{"flags":{"a":1}}"#, r#"{"segments": {}, "flags": {"a": 1}}"#),
        (
            r#"{"flags": null, "x": 1}"#,
            r#"{"flags":{"a":1},"x":1}"#,
            r#"{"flags": {"a": 1}, "x": 1}"#,
        ),
        (
            r#"{"flags": { "a": 1, "b" : [ 2 ] }}"#,
            r#"{"flags":{"b":[2]}}"#,
            r#"{"flags": { "b" : [ 2 ] }}"#,
        ),
        (
            r#"{"flags": {"a":1, "b":2, "c":3}}"#,
            r#"{"flags":{"a":1,"c":3}}"#,
            r#"{"flags": {"a":1, "c":3}}"#,
        ),
        (r#"{"flags": {"a":1, "b":2, "c":3}}"#, r#"{"flags":{"a":1}}"#, r#"{"flags": {"a":1}}"#),
        (
            r#"{"flags": {"a":1, "b":2}}"#,
            r#"{"flags":{"a":1,"c":3}}"#,
            r#"{"flags": {"a":1,"c":3}}"#,
        ),
        (r#"{"flags": {"a":1, "b":2}}"#, r#"{"flags":{"c":3}}"#, r#"{"flags": {"c":3}}"#),
        (r#"{"flags": {"a":1, "a":2, "b":3}}"#, r#"{"flags":{"b":3}}"#, r#"{"flags": {"b":3}}"#),
        (
            r#"{"flags": {"\u0061": {"x": 1}}}"#,
            r#"{"flags":{"a":{"x":2}}}"#,
            r#"{"flags": {"\u0061": {"x": 2}}}"#,
        ),
        (
            r#"{"flags": {"a": [1e0, "\u0062", 3]}}"#,
            r#"{"flags":{"a":[1,"b",4]}}"#,
            r#"{"flags": {"a": [1e0, "\u0062", 4]}}"#,
        ),
        (
            r#"{"flags": {"a": [1e0,"\u0062",3]}}"#,
            r#"{"flags":{"a":[1,3,4]}}"#,
            r#"{"flags": {"a": [1e0,3,4]}}"#,
        ),
        (
            r#"{"flags": {"a": [1e0, "\u0062", 3]}}"#,
            r#"{"flags":{"a":["b"]}}"#,
            r#"{"flags": {"a": ["\u0062"]}}"#,
        ),
        (r#"{"flags": {"a": [ 1 ]}}"#, r#"{"flags":{"a":[]}}"#, r#"{"flags": {"a": []}}"#),
        (r#"{"flags": {"a": [ ]}}"#, r#"{"flags":{"a":[1,2]}}"#, r#"{"flags": {"a": [1, 2]}}"#),
    ] {
        assert_eq!(changed(before, after).as_deref(), Ok(written), "{before} {after}");
    }
    let values = changed(r#"{"flagValues": {"a": 1}}"#, r#"{"flags": {"a": {"on": true}}}"#);
    assert!(matches!(values, Err(InPlaceError::FlagValue(_))), "{values:?}");
}

#[test]
fn a_large_object_has_a_line_for_each_member_if_its_neighbors_have() {
    let new = r#"{"key": "b", "on": true, "variations": [1, 2], "fallthrough": {"variation": 0}}"#;
    let lines = "\"b\": {\n    \"key\": \"b\",\n    \"on\": true,\n    \"variations\": [1, 2],\n    \"fallthrough\": {\"variation\": 0}\n  }";
    for (before, held, written) in [
        ("{\n \"flags\": {\n  \"a\": {\n   \"on\": true\n  }\n }\n}", r#""a":{"on":true},"#, None),
        ("{\n \"flags\": {}\n}", "", Some("{\n \"flags\": {\n  NEW\n }\n}")),
        (
            "{\n \"flags\": {\n  \"a\": {}\n }\n}",
            r#""a":{},"#,
            Some("{\n \"flags\": {\n  \"a\": {},\n  \"b\": INLINE\n }\n}"),
        ),
        (r#"{"flags":{"a":{}}}"#, r#""a":{},"#, Some(r#"{"flags":{"a":{},"b":INLINE}}"#)),
    ] {
        let after = changed(before, &format!("{{\"flags\":{{{held}\"b\":{new}}}}}")).unwrap();
        let expected = match written {
            Some(written) => {
                written.replace("NEW", lines).replace("    \"", "   \"").replace("INLINE", new)
            }
            None => "{\n \"flags\": {\n  \"a\": {\n   \"on\": true\n  },\n  NEW\n }\n}"
                .replace("NEW", lines)
                .replace("    \"", "   \""),
        };
        assert_eq!(after, expected);
    }
}

#[test]
fn a_document_as_deep_as_the_core_allows_is_changed() {
    let depth = isoflag::limits::NESTING - 1;
    let deep = ["[".repeat(depth), "]".repeat(depth)].concat();
    let text = |version| {
        format!(
            "{{\"flags\":{{}},\"meta\":{{\"version\":{version},\"lastModifiedTimestamp\":99}},\"x\":{deep}}}"
        )
    };
    assert_eq!(document_stamped(&text(7)).unwrap(), text(8));
}

/// Stamps the flag `f`, whose text changes; its answers differ because of `g`.
fn flag_stamped(text: &str) -> Result<String, InPlaceError> {
    let before = flags(text);
    let old = flags(r#"{"flags": {}, "meta": {"version": 0, "lastModifiedTimestamp": 5}}"#);
    let keys = keys_in_text(text).unwrap();
    let (after, _) = stamped_changes(&old, &before, 99.0, |key| keys.contains(key)).unwrap();
    written_in_place(text, &before, &after)
}

#[test]
fn a_flag_has_its_time_in_its_lifecycle() {
    let document = |flags: &str| {
        format!(
            "{{\"flags\": {flags}, \"meta\": {{\"version\": 1, \"lastModifiedTimestamp\": 5}}}}"
        )
    };
    for (before, after) in [
        (r#"{"f":{}}"#, r#"{"f":{"lifecycle": {"lastModifiedTimestamp": 99}}}"#),
        (r#"{"f":{"on":true}}"#, r#"{"f":{"on":true,"lifecycle":{"lastModifiedTimestamp": 99}}}"#),
        (
            r#"{"f": {"lifecycle": {"owner": "a"}}}"#,
            r#"{"f": {"lifecycle": {"owner": "a", "lastModifiedTimestamp": 99}}}"#,
        ),
        (
            r#"{"f":{"lifecycle":null},"f":{"lifecycle":null}}"#,
            r#"{"f":{"lifecycle":null},"f":{"lifecycle":{"lastModifiedTimestamp": 99}}}"#,
        ),
    ] {
        assert_eq!(flag_stamped(&document(before)).unwrap(), document(after));
    }
    let error = flag_stamped(&document("\n{\"f\": {\"lifecycle\": []}}")).unwrap_err();
    assert_eq!(error, InPlaceError::NotAnObject("lifecycle".into(), "[]".into(), 31));
}

#[test]
fn a_flag_without_members_has_the_time_of_the_document() {
    let stamped =
        flag_stamped(r#"{"flags": {"f": 7}, "meta": {"version": 1, "lastModifiedTimestamp": 5}}"#);
    let time = r#"{"flags": {"f": 7}, "meta": {"version": 1, "lastModifiedTimestamp": 99}}"#;
    assert_eq!(stamped.unwrap(), time);
    let values = r#"{"flagValues": {"f": 7}, "meta": {"version": 1, "lastModifiedTimestamp": 5}}"#;
    assert_eq!(flag_stamped(values).unwrap(), values.replace(": 5", ": 99"));
}
