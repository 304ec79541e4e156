//! Twice the input costs about twice as much: counted in bytes that are allocated, never in seconds.
#![cfg(feature = "authoring")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::System;
use std::sync::{Mutex, PoisonError};

use isoflag::{AllFlagsOptions, CheckOptions, Context, Flags, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator counts what every thread allocates.
static ALONE: Mutex<()> = Mutex::new(());

fn list(count: usize, one: impl Fn(usize) -> String) -> String {
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
fn colliding(count: usize) -> Vec<String> {
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
fn documents(size: usize) -> Vec<(&'static str, String)> {
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

/// The bytes that something allocates for each byte of its input.
fn allocated<T>(input: usize, act: impl FnOnce() -> T) -> (f64, T) {
    let region = Region::new(ALLOCATOR);
    let result = act();
    (region.change().bytes_allocated as f64 / input as f64, result)
}

fn check_growth(name: &str, small: f64, large: f64) {
    assert!(large < small * 1.6 + 4.0, "{name}: {small:.1} bytes a byte, then {large:.1}");
}

#[test]
fn memory_grows_as_the_document_does() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    const SIZE: usize = 2_000;
    for ((name, small), (_, large)) in documents(SIZE).into_iter().zip(documents(SIZE * 2)) {
        let cost = |text: &str| {
            let (load, flags) =
                allocated(text.len(), || Flags::from_json(text.as_bytes()).unwrap());
            let context = Context::builder("u").build().unwrap();
            let flag = flags.keys().next().unwrap();
            [
                ("load", load),
                ("diagnostics", allocated(text.len(), || flags.diagnostics().len()).0),
                ("check", allocated(text.len(), || flags.check(&CheckOptions::default())).0),
                ("digest", allocated(text.len(), || flags.digest().len()).0),
                ("bind", allocated(text.len(), || flags.bind(&context)).0),
                ("mentions", allocated(text.len(), || flags.mentions_of(flags.handle(flag))).0),
                (
                    "state",
                    allocated(text.len(), || {
                        flags.all_flags_state(&context, &AllFlagsOptions::default())
                    })
                    .0,
                ),
            ]
        };
        for ((what, small), (_, large)) in cost(&small).into_iter().zip(cost(&large)) {
            check_growth(&format!("{name}, {what}"), small, large);
        }
    }
}

#[test]
fn memory_grows_as_the_context_does() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let contexts = |size: usize| {
        let keys = colliding(size);
        let names = keys.iter().map(|key| format!("{}:1", Value::from(&**key)));
        let names = names.collect::<Vec<_>>().join(",");
        let numbers = list(size, |_| "3e-308".to_owned());
        let kinds = list(size, |n| format!(r#""k{n}":{{"key":"a"}}"#));
        [
            ("names of one hash", format!(r#"{{"kind":"user","key":"a","o":{{{names}}}}}"#)),
            ("small numbers", format!(r#"{{"kind":"user","key":"a","x":[{numbers}]}}"#)),
            ("kinds", format!(r#"{{"kind":"multi",{kinds}}}"#)),
        ]
    };
    for ((name, small), (_, large)) in contexts(4_000).into_iter().zip(contexts(8_000)) {
        let cost = |text: &str| {
            let (read, context) =
                allocated(text.len(), || Context::from_json(text.as_bytes()).unwrap());
            (read, allocated(text.len(), || context.to_value().canonical_length()).0)
        };
        let (small, large) = (cost(&small), cost(&large));
        check_growth(name, small.0, large.0);
        check_growth(name, small.1, large.1);
    }
}
