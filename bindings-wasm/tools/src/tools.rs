//! Exports explanations, diagnostics and the secure-mode hash.

use isoflag::{Context, Diagnostic, Flags, Value};
use isoflag_wasm::handles::{BOUND, CONTEXTS, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

/// Returns the diagnostics of the document, as the JSON text of an array.
#[wasm_bindgen(js_name = flagsDiagnostics)]
#[must_use]
pub fn flags_diagnostics(flags: u32) -> Option<String> {
    let diagnostics =
        |flags: &Flags| -> Value { flags.diagnostics().iter().map(Diagnostic::to_value).collect() };
    with_flags(flags, |flags| diagnostics(flags).to_canonical_json()).ok()
}

/// Returns the hash that proves the identity of a context to a service.
#[wasm_bindgen(js_name = secureModeHash)]
#[must_use]
pub fn secure_mode_hash(sdk_key: &str, context: u32) -> Option<String> {
    CONTEXTS
        .with(|table| table.get(context, |context| isoflag::secure_mode_hash(sdk_key, context)))
        .ok()
}

/// Like [`secure_mode_hash`], for the text that the encoder wrote for a host object; fails if that is not a valid
/// context.
#[wasm_bindgen(js_name = secureModeHashForHost)]
#[must_use]
pub fn secure_mode_hash_for_host(sdk_key: &str, context: &[u8]) -> Option<String> {
    let context = Context::from_host_json(context);
    let context = context.map_err(|error| isoflag_wasm::failure::context(&error)).ok()?;
    Some(isoflag::secure_mode_hash(sdk_key, &context))
}

/// Explains an evaluation: a line of JSON, then the text for people.
#[wasm_bindgen]
#[must_use]
pub fn explain(bound: u32, key: &str) -> Option<String> {
    let explanation = BOUND.with(|table| table.get(bound, |bound| bound.explain(key))).ok()?;
    Some(format!("{}\n{explanation}", explanation.to_json()))
}

/// The version of the evaluation rules.
#[wasm_bindgen(js_name = specVersion)]
#[must_use]
pub fn spec_version() -> u32 {
    isoflag::SPEC_VERSION
}

/// The version of the core.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    isoflag::VERSION.to_owned()
}

/// Returns the limits of a context's size, a document's size and nesting, in this order.
#[wasm_bindgen]
#[must_use]
pub fn limits() -> Vec<u32> {
    use isoflag::limits::{CONTEXT_BYTES, DOCUMENT_BYTES, NESTING};
    [CONTEXT_BYTES, DOCUMENT_BYTES, NESTING]
        .iter()
        .map(|limit| u32::try_from(*limit).unwrap_or(u32::MAX))
        .collect()
}
