//! Documents of any size, each of a kind that once took quadratic time.

use isoflag::Value;

pub(crate) fn list(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

fn flag(rest: &str) -> String {
    format!(r#"{{"flags":{{"f":{{"key":"f","on":true,"variations":[1],{rest}}}}}}}"#)
}

fn flags(count: usize, rest: impl Fn(usize) -> String) -> String {
    let flag = |n| format!(r#""f{n}":{{"key":"f{n}","on":true,"variations":[1],{}}}"#, rest(n));
    format!(r#"{{"flags":{{{}}}}}"#, list(count, flag))
}

fn rule(clauses: &str) -> String {
    format!(r#"{{"variation":0,"clauses":[{clauses}]}}"#)
}

/// Printable keys with one hash; the last eight bytes compensate for the first.
pub(crate) fn colliding(count: usize) -> Vec<String> {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut inverse = FACTOR;
    for _ in 0..6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)));
    }
    assert_eq!(FACTOR.wrapping_mul(inverse), 1);
    let start = 8_u64.wrapping_mul(FACTOR).rotate_left(23);
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && *byte != b'"' && *byte != b'\\';
    (0_u64..)
        .map(|low| {
            let mixed = (0x1234_5678 << 32 | low).wrapping_mul(inverse);
            (mixed ^ mixed >> 32).wrapping_mul(inverse) ^ start
        })
        .filter(|word| word.to_le_bytes().iter().all(plain))
        .filter_map(|word| String::from_utf8(word.to_le_bytes().to_vec()).ok())
        .take(count)
        .collect()
}

/// Documents of a size, each of a kind that once took quadratic time.
pub(crate) fn documents(size: usize) -> Vec<(&'static str, String)> {
    let long = "k".repeat(size * 10);
    let keys = colliding(size);
    let quoted = |n: usize| Value::from(keys.get(n).map_or("", |key| key)).to_string();
    let clause = |n: usize| format!(r#"{{"attribute":"x{n}","op":"in","values":[{n}]}}"#);
    let reference = |n: usize| {
        rule(&format!(r#"{{"contextKind":"user","attribute":"/a/x{n}","op":"in","values":[1]}}"#))
    };
    let bucketed = |n: usize| {
        format!(
            r#"{{"clauses":[{{"op":"in"}}],"rollout":{{"bucketBy":"x{n}","variations":[{{"weight":1}}]}}}}"#
        )
    };
    let many = |n: usize| {
        rule(&list(6, |one| {
            format!(r#"{{"attribute":"a{one}","op":"in","values":["{n}-{one}","all"]}}"#)
        }))
    };
    vec![
        ("repeated members", flags(size, |_| r#""on":true"#.to_owned())),
        ("references into one attribute", flag(&format!(r#""rules":[{}]"#, list(size, reference)))),
        ("attributes", flag(&format!(r#""rules":[{}]"#, list(size, |n| rule(&clause(n)))))),
        ("clauses of one rule", flag(&format!(r#""rules":[{}]"#, rule(&list(size, clause))))),
        ("buckets", flag(&format!(r#""rules":[{}]"#, list(size, bucketed)))),
        (
            "equal rules",
            flag(&format!(
                r#""rules":[{}]"#,
                list(size, |_| rule(r#"{"attribute":"a","op":"in","values":["x"]}"#))
            )),
        ),
        ("rules of many clauses", flag(&format!(r#""rules":[{}]"#, list(size / 4, many)))),
        (
            "large integers under a long key",
            format!(
                r#"{{"flags":{{"{long}":{{"x":[{}]}}}}}}"#,
                list(size, |_| "9007199254740993".to_owned())
            ),
        ),
        (
            "rollouts under a long key",
            format!(
                r#"{{"flags":{{"{long}":{{"on":true,"rules":[{}]}}}}}}"#,
                list(size, |_| r#"{"rollout":{"variations":[{}]}}"#.to_owned())
            ),
        ),
        ("flags of one hash", format!(r#"{{"flags":{{{}}}}}"#, list(size, |n| quoted(n) + ":{}"))),
        (
            "targets of one hash, twice",
            flag(&format!(
                r#""targets":[{{"variation":0,"values":[{}]}}]"#,
                list(size * 2, |n| quoted(n % size))
            )),
        ),
        (
            "two lists of targets",
            flag(&format!(
                r#""targets":[{}],"contextTargets":[{}]"#,
                list(size, |n| format!(r#"{{"variation":{n},"values":["a"]}}"#)),
                list(size, |n| format!(r#"{{"variation":{},"values":[]}}"#, size - n)),
            )),
        ),
        (
            "useless values",
            flag(&format!(
                r#""rules":[{}]"#,
                rule(&format!(
                    r#"{{"attribute":"a","op":"before","values":[{}]}}"#,
                    list(size, |_| "\"x\"".to_owned())
                ))
            )),
        ),
        (
            "a chain of prerequisites",
            flags(size, |n| {
                let before = n.saturating_sub(1);
                format!(r#""prerequisites":[{{"key":"f{before}","variation":0}}]"#)
            }),
        ),
        (
            "segments",
            format!(
                r#"{{"flags":{{"f":{{"on":true,"rules":[{}]}}}},"segments":{{{}}}}}"#,
                rule(&format!(
                    r#"{{"op":"segmentMatch","values":[{}]}}"#,
                    list(size, |n| format!("\"s{n}\""))
                )),
                list(size, |n| format!(r#""s{n}":{{"included":["a{n}"]}}"#)),
            ),
        ),
    ]
}
