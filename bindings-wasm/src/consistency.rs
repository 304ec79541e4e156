//! Exports the consistency gate.

use isoflag::{BoundFlags, Gate};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::BOUND;

/// Returns the gate's result for a flag as JSON text; the timeout has a default.
#[wasm_bindgen]
#[must_use]
pub fn consistency(
    bound: u32,
    key: &str,
    now_ms: f64,
    ttl_seconds: f64,
    poll_timeout_ms: Option<f64>,
    taken_ms: Option<f64>,
) -> Option<String> {
    let gate = Gate { taken_ms, ..gate(now_ms, ttl_seconds, poll_timeout_ms) };
    let record = |bound: &BoundFlags| bound.consistency(key, &gate).to_value().to_canonical_json();
    BOUND.with(|table| table.get(bound, record)).ok()
}

/// The gate for a moment; the timeout has a default.
#[must_use]
pub fn gate(now_ms: f64, ttl_seconds: f64, poll_timeout_ms: Option<f64>) -> Gate {
    let usual = Gate::new(now_ms, ttl_seconds);
    Gate { poll_timeout_ms: poll_timeout_ms.unwrap_or(usual.poll_timeout_ms), ..usual }
}
