//! What is returned as JSON text: the state of all flags.

use isoflag::AllFlagsOptions;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::BOUND;

/// The state of all flags as JSON text.
///
/// # Errors
/// Where the bound document was freed.
#[wasm_bindgen(js_name = allFlagsState)]
pub fn all_flags_state(
    bound: u32,
    client_side_only: bool,
    with_reasons: bool,
    details_only_for_tracked_flags: bool,
    now_ms: f64,
) -> Result<String, JsValue> {
    let options =
        AllFlagsOptions { client_side_only, with_reasons, details_only_for_tracked_flags, now_ms };
    BOUND
        .with(|table| table.get(bound, |bound| bound.all_flags_state(&options).to_canonical_json()))
}
