//! Exports the decision which document supersedes which, and the consistency gate.

use isoflag::{BoundFlags, Evidence, Flags, Gate, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::Failed;
use crate::handles::{BOUND, with_flags};

/// Marks a missing document; 0 is the handle of a freed one.
const NO_DOCUMENT: u32 = u32::MAX;

fn documents(offered: u32, held: u32) -> Result<(Flags, Option<Flags>), Failed> {
    let held = if held == NO_DOCUMENT { None } else { Some(with_flags(held, Flags::clone)?) };
    Ok((with_flags(offered, Flags::clone)?, held))
}

/// Encodes a boolean: 0 is a failure, 1 false and 2 true.
fn answered(answer: bool) -> u32 {
    1 + u32::from(answer)
}

/// Whether a document supersedes the current one, given the JSON text of the evidence: text that is not JSON does not
/// count. 0 if a document was freed.
#[wasm_bindgen]
#[must_use]
pub fn supersedes(offered: u32, held: u32, evidence_text: &str) -> u32 {
    let evidence = Value::parse(evidence_text.as_bytes()).unwrap_or_default();
    let evidence = Evidence::from_value(&evidence);
    documents(offered, held)
        .map_or(0, |(offered, held)| answered(offered.supersedes(held.as_ref(), &evidence)))
}

/// Whether taking a document in place of the current one goes back in time. 0 if one was freed.
#[wasm_bindgen(js_name = stepsBackFrom)]
#[must_use]
pub fn steps_back_from(offered: u32, held: u32) -> u32 {
    match documents(offered, held) {
        Ok((offered, Some(held))) => answered(offered.steps_back_from(&held)),
        _ => 0,
    }
}

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
