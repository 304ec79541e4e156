//! Checking twice the document, or deriving the impact of it, costs about twice as much: counted in
//! bytes that are allocated.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../core/tests/growing_documents/mod.rs"]
mod growing_documents;

use std::alloc::System;

use growing_documents::documents;
use isoflag::Flags;
use isoflag_tools::{CheckOptions, check, impact};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that are allocated for each byte of the document.
fn cost(text: &str, of: fn(&Flags)) -> f64 {
    let flags = Flags::from_json(text.as_bytes()).unwrap();
    let region = Region::new(ALLOCATOR);
    of(&flags);
    region.change().bytes_allocated as f64 / text.len() as f64
}

fn checking(flags: &Flags) {
    let _found = check(flags, &CheckOptions::default());
}

/// All flags are turned on, with all their rules.
fn impact_of(flags: &Flags) {
    let _found = impact(&Flags::from_json(br#"{"flags": {}}"#).unwrap(), flags, [], &[]);
}

#[test]
fn memory_grows_as_the_document_does() {
    const SIZE: usize = 2_000;
    for ((name, small), (_, large)) in documents(SIZE).into_iter().zip(documents(SIZE * 2)) {
        for of in [checking, impact_of] {
            let (small, large) = (cost(&small, of), cost(&large, of));
            assert!(large < small * 1.6 + 4.0, "{name}: {small:.1} bytes a byte, then {large:.1}");
        }
    }
}
