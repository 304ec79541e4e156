//! `keys` and `digest` print what scripts compare.

mod program;

use program::{isoflag, isoflag_reading};

const FIRST: &str = "examples/first/flags.json";

#[test]
fn keys_are_sorted_as_rfc_8785_sorts() {
    let text = "{\"flags\": {\"b\": {}, \"\u{ffff}\": {}, \"a\": {}, \"\u{1f600}\": {}, \"10\": {}, \"9\": {}}}";
    let sorted = "10\n9\na\nb\n\u{1f600}\n\u{ffff}\n";
    assert_eq!(isoflag_reading(&["keys", "-"], text).out, sorted);
    assert_eq!(
        isoflag_reading(&["keys", "-", "--json"], text).out,
        "[\"10\",\"9\",\"a\",\"b\",\"\u{1f600}\",\"\u{ffff}\"]\n"
    );
}

#[test]
fn the_digest_is_over_the_canonical_text() {
    // sha256 of {"flags":{},"segments":{}}, by sha256sum.
    let empty = "sha256:d0c20a32a05c28bc3e20a911b5c65f664bebcaca454dab08fc2e7cedfb0f315a";
    for text in
        ["{\"flags\": {}}", " { \"segments\": {}, \"flags\": { } } ", "\u{feff}{\"flags\":{}}"]
    {
        assert_eq!(isoflag_reading(&["digest", "-"], text).out.trim_end(), empty);
    }
    let ran = isoflag_reading(&["digest", "-", "--flag-map", "--json"], "{}");
    assert_eq!(ran.out, format!("{{\"digest\":\"{empty}\"}}\n"));
}

#[test]
fn layout_does_not_change_a_digest_and_a_value_does() {
    let text = include_str!("../../examples/first/flags.json");
    let packed: String = text.split_whitespace().collect();
    let digest = isoflag(&["digest", FIRST]).out;
    assert_eq!(isoflag_reading(&["digest", "-"], &packed).out, digest);
    let edited = text.replace("20000", "20001");
    assert_ne!(isoflag_reading(&["digest", "-"], &edited).out, digest);
}
