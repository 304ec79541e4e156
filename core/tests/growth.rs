//! Twice the input costs about twice as much: counted in bytes that are allocated, never in seconds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod growing_documents;

use std::alloc::System;
use std::sync::{Mutex, PoisonError};

use growing_documents::{colliding, documents, list};
use isoflag::{AllFlagsOptions, Context, Flags, Value};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The allocator counts what every thread allocates.
static ALONE: Mutex<()> = Mutex::new(());

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
