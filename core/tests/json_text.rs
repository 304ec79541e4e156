//! Compares the JSON parser with `serde_json`: both accept the same texts, with the same values,
//! and reject the others at the same position.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use isoflag::Value;
use proptest::prelude::*;
use serde::Deserialize;

/// A rejection: whether a number is out of range, and the line and column.
type Refusal = (bool, (usize, usize));

fn theirs(text: &[u8]) -> Result<serde_json::Value, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    deserializer.disable_recursion_limit();
    let value = serde_json::Value::deserialize(&mut deserializer);
    value.and_then(|value| deserializer.end().map(|()| value)).map_err(|error| {
        let out_of_range = error.to_string().starts_with("number out of range");
        (out_of_range, (error.line(), error.column()))
    })
}

fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), serde_json::Value::Number(theirs)) => {
            ours.to_bits() == (theirs.as_f64().unwrap() + 0.0).to_bits()
        }
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| same(a, b))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            let names: Vec<Vec<u16>> =
                ours.iter().map(|(name, _)| name.encode_utf16().collect()).collect();
            ours.len() == theirs.len()
                && names.is_sorted()
                && ours.iter().all(|(name, a)| theirs.get(&**name).is_some_and(|b| same(a, b)))
        }
        (Value::String(ours), serde_json::Value::String(theirs)) => **ours == **theirs,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::Null, serde_json::Value::Null) => true,
        _ => false,
    }
}

fn check(text: &[u8]) {
    let shown = String::from_utf8_lossy(text);
    match (Value::parse(text), theirs(text)) {
        (Ok(ours), Ok(theirs)) => assert!(same(&ours, &theirs), "{shown}"),
        (Err(ours), Err(theirs)) => {
            let out_of_range = !ours.message().starts_with("not JSON");
            assert_eq!((out_of_range, ours.line_column()), theirs, "{shown}");
        }
        (ours, theirs) => panic!("{shown}: {ours:?}, {theirs:?}"),
    }
}

const SEEDS: [&str; 10] = [
    r#"{"flags": {"a": {"on": true, "off": false, "rules": [null, [], {}]}}, "n": [1, -2, 0]}"#,
    "[\"plain\", \"quoted \\\" \\\\ \\/ \\b\\f\\n\\r\\t\", \"\\u00e9\\u20AC\\ud83d\\ude00\"]",
    "[\n  1.5,\n  -0.25e-3,\n  1E+2,\n  12345678901234567890,\n  0.1234567890123456789012345\n]",
    "[\"\\ud800\", \"\\udc00\", \"\\ud800\\u0041\"]",
    "[1e400, -1e400, 1e99999999999, 0e99999999999, 1e-99999999999, 0.0000000000000000000000001]",
    "[179769313486231570000000000000000000000000000000000e260, 4.9e-324, 2.2250738585072011e-308]",
    "[9007199254740993, 18446744073709551615, 18446744073709551616, -9223372036854775809]",
    "[\"eight by\", \"te chunks and \u{1}control\", \"\u{e9}\u{20ac}\u{1f600}\"]",
    r#"{"a":1,"a":2,"b":{"z":1,"y":2,"z":3}}"#,
    "  nul tru fals -",
];

fn bytes_of_json() -> impl Strategy<Value = Vec<u8>> {
    let byte =
        prop::sample::select(&b"{}[]:,\"\\/ \n\t0123456789.eE+-nulltruefalseu\x01\xc3\xa9\xff"[..]);
    proptest::collection::vec(byte, 0..24)
}

/// Objects with nearly equal shapes, like the flags of a document.
fn repetitive_objects() -> impl Strategy<Value = String> {
    let names = ["a", "b", "ab", "key", "\\u0061", "\u{e9}", "\u{e000}", "\u{1f600}", ""];
    let leaves = ["1", "true", "\"s\"", "\"key\"", "[]", "{}", "\"\\n\"", "[\"s\",[]]"];
    let object = |value: BoxedStrategy<String>| {
        let member = (prop::sample::select(names.to_vec()), value);
        prop::collection::vec(member, 0..6).prop_map(|members| {
            let member = |(name, value): &(&str, String)| format!("\"{name}\": {value}");
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        })
    };
    let leaf = prop::sample::select(leaves.to_vec()).prop_map(str::to_owned).boxed();
    let inner = prop_oneof![3 => leaf.clone(), 1 => object(leaf)].boxed();
    let shapes = prop::collection::vec(object(inner), 1..5);
    (shapes, prop::collection::vec(any::<prop::sample::Index>(), 0..12)).prop_map(
        |(shapes, picks)| {
            picks.iter().map(|pick| pick.get(&shapes).clone()).collect::<Vec<_>>().join(",")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Repeated parts of a long text are parsed on another path than unique ones.
    #[test]
    fn long_texts_that_repeat_themselves(objects in repetitive_objects(), cut in 0_usize..40) {
        let long = " ".repeat(5000);
        let text = format!("[{long}{objects}]");
        check(text.as_bytes());
        check(&text.as_bytes()[..text.len() - cut]);
    }

    #[test]
    fn any_bytes(text in bytes_of_json()) {
        check(&text);
    }

    #[test]
    fn texts_with_a_mistake(seed in 0..SEEDS.len(), cut in 0_usize..90, drop in 0_usize..4, put in bytes_of_json(), few in 0_usize..3) {
        let seed = SEEDS[seed].as_bytes();
        let cut = cut.min(seed.len());
        let after = (cut + drop).min(seed.len());
        let put = &put[..few.min(put.len())];
        check(&[&seed[..cut], put, &seed[after..]].concat());
    }

    #[test]
    fn numbers(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        check(text.as_bytes());
    }
}

#[test]
fn seeds_and_all_their_prefixes() {
    for seed in SEEDS {
        (0..=seed.len()).for_each(|end| check(&seed.as_bytes()[..end]));
    }
}

#[test]
fn large_objects_keep_the_last_of_duplicates() {
    let members: Vec<_> = (0..300).map(|n| format!("\"{}\":{n}", (n * 7919) % 211)).collect();
    check(format!("{{{}}}", members.join(",")).as_bytes());
}
