//! Every function of core and tools that reads data, as targets for fuzzing.
//!
//! A target takes any bytes, checks properties of the results, and has a bound for its cost.
//! libFuzzer drives the targets (`make fuzz`), and `tests/replay.rs` replays the corpus on every
//! `cargo test`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a target fails by panicking"
)]

pub mod corpus;
mod cost;
mod entrances;
mod input;
mod mutation;

pub use cost::{Bound, Cost, count_block, measured};
pub use input::{Input, SEPARATOR};
pub use mutation::mutated;

use entrances::{document, freshness, json, lifecycle, tools};

/// A group of entrances that read the same parts.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, such as `patch`.
    pub name: &'static str,
    /// Calls the entrances and checks their properties.
    pub enter: fn(&Input<'_>),
    /// The cost that is allowed for each byte of the input.
    pub bound: Bound,
}

const fn target(name: &'static str, enter: fn(&Input<'_>), memory: u64, blocks: u64) -> Target {
    Target { name, enter, bound: Bound { memory, blocks } }
}

/// All targets, with the bytes of memory and the basic blocks that each byte of input may take.
pub const TARGETS: [Target; 26] = [
    target("json", json::json, 400, 2_000),
    target("numbers", json::numbers, 400, 20_000),
    target("patterns", json::patterns, 50_000, 200_000),
    target("texts", json::texts, 400, 5_000),
    target("document", document::document, 1_000, 10_000),
    target("patch", document::patch, 1_000, 10_000),
    target("appconfig", document::appconfig, 1_000, 10_000),
    target("context", document::context, 1_000, 10_000),
    target("evidence", freshness::evidence, 1_000, 10_000),
    target("history", freshness::history, 1_000, 10_000),
    target("gate", freshness::gate, 1_000, 10_000),
    target("diff", tools::diff, 1_000, 10_000),
    target("impact", tools::impact, 1_000, 10_000),
    target("check", tools::check, 1_000, 20_000),
    target("edit", tools::edit, 1_000, 10_000),
    target("promote", tools::promote, 1_000, 10_000),
    target("in-place", tools::in_place, 1_000, 10_000),
    target("project", tools::project, 1_000, 10_000),
    target("typing", tools::typing, 2_000, 20_000),
    target("convert", tools::convert, 1_000, 10_000),
    target("simulate", tools::simulate, 1_000, 10_000),
    target("receipt", lifecycle::receipt, 1_000, 10_000),
    target("inventory", lifecycle::inventory, 1_000, 10_000),
    target("status", lifecycle::status, 1_000, 10_000),
    target("strategy", lifecycle::strategy, 1_000, 10_000),
    target("advance", lifecycle::advance, 1_000, 10_000),
];

impl Target {
    /// Returns the target with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Target> {
        TARGETS.iter().find(|target| target.name == name)
    }

    /// Enters it with any bytes, and returns the cost.
    ///
    /// # Panics
    ///
    /// If a property does not hold, or the cost exceeds the bound.
    pub fn run(&self, bytes: &[u8]) -> Cost {
        let input = Input::of(bytes);
        let ((), cost) = measured(|| (self.enter)(&input));
        if let Some(excess) = self.bound.excess(cost, bytes.len()) {
            panic!("{}: {} bytes of input take {excess}", self.name, bytes.len());
        }
        cost
    }
}
