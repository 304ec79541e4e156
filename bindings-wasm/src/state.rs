//! Exports the state of all flags as JSON text.

use isoflag::{AllFlagsOptions, BoundFlags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::BOUND;

/// The state of all flags as JSON text.
#[wasm_bindgen(js_name = allFlagsState)]
#[must_use]
pub fn all_flags_state(
    bound: u32,
    client_side_only: bool,
    with_reasons: bool,
    details_only_for_tracked_flags: bool,
    now_ms: f64,
) -> Option<String> {
    let options =
        AllFlagsOptions { client_side_only, with_reasons, details_only_for_tracked_flags, now_ms };
    let state = |bound: &BoundFlags| bound.all_flags_state(&options).to_canonical_json();
    BOUND.with(|table| table.get(bound, state)).ok()
}
