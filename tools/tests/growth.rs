//! Checking or comparing twice the document costs about twice as much: counted in bytes that are allocated.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/growing_documents/mod.rs"]
mod growing_documents;

use std::alloc::System;

use growing_documents::documents;
use isoflag::{Context, Flags, Value};
use isoflag_tools::{
    CheckOptions, ProjectionOptions, PromoteOptions, check, diff, edit, impact, project, promote,
    receipt, replay,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that something allocates for each byte of a document.
fn cost<T>(text: &str, act: impl FnOnce(&Flags) -> T) -> f64 {
    let flags = Flags::from_json(text.as_bytes()).unwrap();
    let region = Region::new(ALLOCATOR);
    let _result = act(&flags);
    region.change().bytes_allocated as f64 / text.len() as f64
}

fn check_growth(name: &str, small: f64, large: f64) {
    assert!(large < small * 1.6 + 4.0, "{name}: {small:.1} bytes a byte, then {large:.1}");
}

// One test, since the allocator counts what every thread allocates.
#[test]
fn memory_grows_as_the_document_does() {
    const SIZE: usize = 2_000;
    for ((name, small), (_, large)) in documents(SIZE).into_iter().zip(documents(SIZE * 2)) {
        let checked = |text: &str| cost(text, |flags| check(flags, &CheckOptions::default()));
        check_growth(name, checked(&small), checked(&large));
        // All flags are turned on, with all their rules.
        let empty = Flags::from_json(br#"{"flags": {}}"#).unwrap();
        let turned_on = |text: &str| cost(text, |flags| impact(&empty, flags, [], &[]));
        check_growth(name, turned_on(&small), turned_on(&large));
        let client_side =
            |text: &str| text.replace(r#""on":true"#, r#""on":true,"clientSide":true"#);
        let projected = |text: &str| {
            cost(&client_side(text), |flags| {
                let projection = project(flags, &ProjectionOptions::default());
                projection.map(|projection| projection.report().to_string())
            })
        };
        check_growth(name, projected(&small), projected(&large));
    }
    for ((name, small), (_, large)) in documents(SIZE / 4).into_iter().zip(documents(SIZE / 2)) {
        check_growth(name, edited(&small), edited(&large));
    }
    for known in ["{}", r#"{"user": {"key": "k7"}}"#] {
        let known = Value::parse(known.as_bytes()).unwrap();
        let options = ProjectionOptions { known, private: vec!["user.email".into()] };
        let [small, large] = [50_000, 100_000].map(|size| {
            cost(&a_segment_of_many_keys(size), |flags| {
                project(flags, &options).map(|projection| projection.report().to_string())
            })
        });
        check_growth("keys of a segment", small, large);
    }
    let [small, large] = [SIZE, SIZE * 2].map(|size| {
        let empty = Flags::from_json(br#"{"flags":{"f":{"key":"f"}}}"#).unwrap();
        cost(&rules_that_serve_a_long_value(size), |flags| diff(&empty, flags).to_string())
    });
    check_growth("rules that serve a long value", small, large);
    let ada = Context::builder("ada").build().unwrap();
    let [small, large] = [SIZE, SIZE * 2].map(|size| {
        cost(&a_value_with_a_long_name(size), |flags| {
            let receipt = receipt(flags, "f", Some(&ada), None).to_json();
            replay(receipt.as_bytes(), flags, Some(&ada), None).unwrap()
        })
    });
    check_growth("a value with a long name", small, large);
    let [small, large] = [SIZE, SIZE * 2].map(|size| {
        cost(&a_long_key_that_needs_others(size), |flags| {
            promote(flags, r#"{"flags":{}}"#, &PromoteOptions::default(), 0.0)
        })
    });
    check_growth("a long key that needs other items", small, large);
    for (name, document) in LONG_NAMES {
        let [small, large] = [SIZE, SIZE * 2].map(|size| {
            let text = document(size);
            let checked = cost(&text, |flags| check(flags, &CheckOptions::default()));
            let private = ["user.email".into()].to_vec();
            let options = ProjectionOptions { private, ..ProjectionOptions::default() };
            let projected = |flags: &Flags| project(flags, &options).unwrap().report().to_value();
            checked + cost(&text, projected)
        });
        check_growth(name, small, large);
    }
}

type LongName = (&'static str, fn(usize) -> String);

/// Documents in which many messages or paths have the same long name.
const LONG_NAMES: [LongName; 4] = [
    ("a long flag key", |size| {
        let values = growing_documents::list(size, |n| format!(r#""v{n}""#));
        let long = long(size);
        format!(
            r#"{{"flags":{{"{long}":{{"clientSide":true,"on":true,"variations":[{values}],"fallthrough":{{"rollout":{{"variations":[{}]}}}}}}}}}}"#,
            growing_documents::list(size, |n| format!(r#"{{"variation":{n},"weight":1}}"#))
        )
    }),
    ("a long environment", |size| {
        let flags = growing_documents::list(size, |n| {
            format!(
                r#""f{n}":{{"on":true,"variations":[1],"fallthrough":{{"variation":0}},"lifecycle":{{"status":"Doing"}}}}"#
            )
        });
        format!(r#"{{"flags":{{{flags}}},"meta":{{"environment":"{}"}}}}"#, long(size))
    }),
    ("a long pattern of names", |size| {
        let flags = growing_documents::list(size, |n| format!(r#""f{n}":{{"on":false}}"#));
        let pattern = "a.".repeat(size * 5);
        format!(r#"{{"flags":{{{flags}}},"meta":{{"check":{{"names":"{pattern}a"}}}}}}"#)
    }),
    ("a long key of a segment with a private value", |size| {
        let long = long(size);
        let flags = growing_documents::list(size, |n| {
            format!(
                r#""f{n}":{{"clientSide":true,"on":true,"variations":[1],"fallthrough":{{"variation":0}},"prerequisites":[{{"key":"base","variation":0}}]}}"#
            )
        });
        format!(
            r#"{{"flags":{{{flags},"base":{{"on":true,"variations":[1],"fallthrough":{{"variation":0}},"rules":[{{"variation":0,"clauses":[{{"op":"segmentMatch","values":["{long}"]}}]}}]}}}},
            "segments":{{"{long}":{{"rules":[{{"clauses":[{{"attribute":"email","op":"in","values":["a"]}}]}}]}}}}}}"#
        )
    }),
];

fn long(size: usize) -> String {
    "n".repeat(size * 10)
}

/// The cost of turning off every flag, and of targeting as many keys, one edit each.
fn edited(text: &str) -> f64 {
    cost(text, |flags| {
        let off = flags.keys().map(|key| format!(r#"{{"op":"off","key":"{key}","force":true}}"#));
        let target = (0..text.len() / 100)
            .map(|n| format!(r#"{{"op":"target","key":"f","variation":0,"values":["u{n}"]}}"#));
        let edits: Vec<String> = off.chain(target.filter(|_| flags.contains("f"))).collect();
        let edits = Value::parse(format!("[{}]", edits.join(",")).as_bytes()).unwrap();
        edit(text, &edits, 0.0)
    })
}

fn a_segment_of_many_keys(size: usize) -> String {
    let keys = growing_documents::list(size, |n| format!(r#""k{n}""#));
    format!(
        r#"{{"flags":{{"f":{{"on":true,"clientSide":true,"variations":[0,1],"fallthrough":{{"variation":0}},
            "rules":[{{"variation":1,"clauses":[{{"op":"segmentMatch","values":["s"]}}]}}]}}}},
        "segments":{{"s":{{"included":[{keys}]}}}}}}"#
    )
}

fn a_value_with_a_long_name(size: usize) -> String {
    let (long, numbers) = (long(size), growing_documents::list(size, |_| "0".to_owned()));
    format!(
        r#"{{"flags":{{"f":{{"on":false,"offVariation":0,"variations":[{{"{long}":[{numbers}]}}]}}}}}}"#
    )
}

/// A flag with a long key and many segments.
fn a_long_key_that_needs_others(size: usize) -> String {
    let rule =
        |n| format!(r#"{{"variation":0,"clauses":[{{"op":"segmentMatch","values":["s{n}"]}}]}}"#);
    let rules = growing_documents::list(size, rule);
    let segments = growing_documents::list(size, |n| format!(r#""s{n}":{{"included":["a"]}}"#));
    let flag = format!(
        r#"{{"on":true,"variations":[1],"fallthrough":{{"variation":0}},"rules":[{rules}]}}"#
    );
    format!(r#"{{"flags":{{"{}":{flag}}},"segments":{{{segments}}}}}"#, long(size))
}

fn rules_that_serve_a_long_value(size: usize) -> String {
    let long = "v".repeat(size * 10);
    let rules = growing_documents::list(size, |_| r#"{"variation":0}"#.to_owned());
    format!(r#"{{"flags":{{"f":{{"key":"f","variations":["{long}"],"rules":[{rules}]}}}}}}"#)
}
