//! What a page does without that only evaluates: explanations, diagnostics, AppConfig's profiles and the secure-mode
//! hash. The module `core.wasm` leaves them out, `tools.wasm` is the same with them.

use isoflag::{Context, Diagnostic, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure;
use crate::flags::keep;
use crate::handles::{BOUND, CONTEXTS, with_flags};

/// Loads a feature-flag profile of AWS AppConfig; fails as [`Flags::from_appconfig_json`].
#[wasm_bindgen(js_name = loadAppConfig)]
#[must_use]
pub fn load_appconfig(text: &[u8]) -> u32 {
    keep(Flags::from_appconfig_json(text))
}

/// What is wrong with the document, as the JSON text of an array.
#[wasm_bindgen(js_name = flagsDiagnostics)]
#[must_use]
pub fn flags_diagnostics(flags: u32) -> Option<String> {
    let diagnostics =
        |flags: &Flags| -> Value { flags.diagnostics().iter().map(Diagnostic::to_value).collect() };
    with_flags(flags, |flags| diagnostics(flags).to_canonical_json()).ok()
}

/// The hash that proves to a front end who is asked about.
#[wasm_bindgen(js_name = secureModeHash)]
#[must_use]
pub fn secure_mode_hash(sdk_key: &str, context: u32) -> Option<String> {
    CONTEXTS
        .with(|table| table.get(context, |context| isoflag::secure_mode_hash(sdk_key, context)))
        .ok()
}

/// As [`secure_mode_hash`], for the text that the encoder wrote for a host's object; fails where that is no context.
#[wasm_bindgen(js_name = secureModeHashForHost)]
#[must_use]
pub fn secure_mode_hash_for_host(sdk_key: &str, context: &str) -> Option<String> {
    let context = Context::from_host_json(context.as_bytes());
    let context = context.map_err(|error| failure::context(&error)).ok()?;
    Some(isoflag::secure_mode_hash(sdk_key, &context))
}

/// Evaluates a flag, watched: a line of JSON for machines, then the text for people.
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

/// The largest context, document and nesting that the core reads, in this order.
#[wasm_bindgen]
#[must_use]
pub fn limits() -> Vec<u32> {
    use isoflag::limits::{CONTEXT_BYTES, DOCUMENT_BYTES, NESTING};
    [CONTEXT_BYTES, DOCUMENT_BYTES, NESTING]
        .iter()
        .map(|limit| u32::try_from(*limit).unwrap_or(u32::MAX))
        .collect()
}
