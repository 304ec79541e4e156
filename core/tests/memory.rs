//! Counts allocations: the memory for an input grows as its bytes do.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod growing_documents;

use std::alloc::System;
use std::sync::{Mutex, PoisonError};

use growing_documents::{colliding, documents, list};
use isoflag::{AllFlagsOptions, Context, Flags, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator counts what every thread allocates.
static ALONE: Mutex<()> = Mutex::new(());

/// Returns the allocations of a call, and its result.
fn counted<T>(call: impl FnOnce() -> T) -> (Stats, T) {
    let region = Region::new(ALLOCATOR);
    let result = call();
    (region.change(), result)
}

fn document(clause: &str, rules: usize) -> String {
    let rule = format!(r#"{{"variation":0,"clauses":[{clause}]}}"#);
    let rules = vec![rule; rules].join(",");
    format!(
        r#"{{"flags":{{"f":{{"on":true,"variations":[true],"fallthrough":{{"variation":0}},"rules":[{rules}]}}}}}}"#
    )
}

fn patterns(pattern: &str, count: usize) -> String {
    let values = vec![format!("\"{pattern}\""); count].join(",");
    document(&format!(r#"{{"attribute":"a","op":"matches","values":[{values}]}}"#), 1)
}

#[test]
fn memory_is_linear_in_the_input() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let refused = "a{32000}|".repeat(450);
    for (pattern, count) in [
        ("a{32000}", 10_000),
        ("(?:a|b){0,6000}", 5_000),
        ("(?:(?:a{50}){50}){3}", 5_000),
        ("[^é]{30000}", 5_000),
        (&refused, 100),
    ] {
        let text = patterns(pattern, count);
        let (made, flags) = counted(|| Flags::from_json(text.as_bytes()).unwrap());
        let held = made.bytes_allocated - made.bytes_deallocated;
        assert!(held < 12 * text.len(), "{pattern}: {held} bytes for {}", text.len());
        // The temporary memory of parsing is bounded by the text as well.
        assert!(made.bytes_allocated < 200 * text.len(), "{pattern}: {}", made.bytes_allocated);
        let context = Context::builder("u").attribute("a", "".into()).build().unwrap();
        let (evaluated, _) = counted(|| flags.variation("f", &context, Value::Null));
        let kept = evaluated.bytes_allocated.saturating_sub(evaluated.bytes_deallocated);
        assert!(kept < 20 * text.len(), "{pattern}: {kept} bytes are kept");
    }

    // A list is not read on after what is unreadable, and a reference not below the deepest value.
    let unreadable = format!("{{}},1{}", ",{}".repeat(150_000));
    let rules =
        document("", 1).replace(r#"[{"variation":0,"clauses":[]}]"#, &format!("[{unreadable}]"));
    let names = "/a".repeat(500_000);
    let clause =
        format!(r#"{{"attribute":"{names}","contextKind":"user","op":"in","values":[1]}}"#);
    for text in [rules, document(&unreadable, 1), document(&clause, 1)] {
        let (made, _) = counted(|| Flags::from_json(text.as_bytes()).unwrap());
        let held = made.bytes_allocated - made.bytes_deallocated;
        assert!(held < 12 * text.len(), "{held} bytes for {}", text.len());
        assert!(made.bytes_allocated < 30 * text.len(), "{} bytes", made.bytes_allocated);
    }
    // The memory of an evaluation depends on what it visits, not on the size of the document.
    let flag = r#""on":true,"variations":[true],"fallthrough":{"variation":0}"#;
    let names = |from: usize, count: usize| (from..from + count).map(|name| name.to_string());
    let plain = names(10_000, 5_009).map(|name| format!(r#""{name}":{{{flag}}}"#));
    let prerequisites = names(15_000, 9).map(|key| format!(r#"{{"key":"{key}","variation":0}}"#));
    let prerequisites = prerequisites.collect::<Vec<_>>().join(",");
    let dependent = names(20_000, 5_000)
        .map(|name| format!(r#""{name}":{{{flag},"prerequisites":[{prerequisites}]}}"#));
    let text = plain.chain(dependent).collect::<Vec<_>>().join(",");
    let flags = Flags::from_json(format!(r#"{{"flags":{{{text}}}}}"#).as_bytes()).unwrap();
    let bound = flags.bind(&Context::builder("u").build().unwrap());
    let (made, state) = counted(|| bound.all_flags_state(&AllFlagsOptions::default()));
    assert_eq!(state.as_object().unwrap().get("24999"), Some(&Value::from(true)));
    assert!(made.bytes_allocated < 20 * text.len(), "{} bytes", made.bytes_allocated);

    // Findings are counted before they take memory.
    let text = document(&vec!["1"; 150_000].join(","), 1);
    let flags = Flags::from_json(text.as_bytes()).unwrap();
    let (made, found) = counted(|| flags.diagnostics());
    assert_eq!(found.len(), 100_000);
    assert_eq!(found.last().unwrap().code(), "too-many-findings");
    assert!(made.bytes_allocated < 1_000 * found.len(), "{}", made.bytes_allocated);

    // Each private reference is parsed once, not once for each clause.
    let private: Vec<Value> = (0..2_000).map(|n| Value::from(format!("/p/{n}"))).collect();
    let meta = isoflag::Object::from_iter([("privateAttributes", Value::from(private))]);
    let members =
        [("kind", "user".into()), ("key", "u".into()), ("a", 1.into()), ("_meta", meta.into())];
    let context = Context::from_value(isoflag::Object::from_iter(members).into()).unwrap();
    let explained = |rules: usize| {
        let clause = r#"{"attribute":"a","op":"in","values":[2]}"#;
        let bound = Flags::from_json(document(clause, rules).as_bytes()).unwrap().bind(&context);
        counted(|| bound.explain("f")).0.allocations
    };
    let (few, many) = (explained(1), explained(100));
    assert!(many < few + 100 * 100, "{few} allocations for one clause, {many} for a hundred");

    // A value of the context is shown once, not once for each clause.
    let long = "x".repeat(900_000);
    let context = Context::builder("u").attribute("a", long.as_str().into()).build().unwrap();
    let text = document(r#"{"attribute":"a","op":"in","values":[2]}"#, 1_000);
    let flags = Flags::from_json(text.as_bytes()).unwrap();
    for written in
        [flags.bind(&context).explain("f").to_json(), flags.bind(&context).explain("f").to_string()]
    {
        assert!(written.len() < long.len() + 4 * text.len(), "{}", written.len());
    }
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
                ("digest", allocated(text.len(), || flags.digest().len()).0),
                ("bind", allocated(text.len(), || flags.bind(&context)).0),
                (
                    "dependencies",
                    allocated(text.len(), || flags.dependencies_of(flags.handle(flag))).0,
                ),
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
