//! The consistency gate.

use isoflag::Gate;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::BOUND;

/// What the gate says of a flag, as JSON text; the usual timeout where none is given.
///
/// # Errors
/// Where the bound document was freed.
#[wasm_bindgen]
pub fn consistency(
    bound: u32,
    key: &str,
    now_ms: f64,
    ttl_seconds: f64,
    poll_timeout_ms: Option<f64>,
) -> Result<String, JsValue> {
    let gate = gate(now_ms, ttl_seconds, poll_timeout_ms);
    BOUND.with(|table| {
        table.get(bound, |bound| bound.consistency(key, &gate).to_value().to_canonical_json())
    })
}

pub(crate) fn gate(now_ms: f64, ttl_seconds: f64, poll_timeout_ms: Option<f64>) -> Gate {
    let usual = Gate::new(now_ms, ttl_seconds);
    Gate { poll_timeout_ms: poll_timeout_ms.unwrap_or(usual.poll_timeout_ms), ..usual }
}
