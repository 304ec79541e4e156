//! Loads documents with what their diagnostics need; exports explanations, diagnostics, types and the secure-mode hash.

use isoflag::{Context, Diagnostic, Flags, Value};
use isoflag_tools::TypingLanguage;
use isoflag_wasm::flags::{keep, keep_changed};
use isoflag_wasm::handles::{BOUND, CONTEXTS, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};

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

/// OpenFeature's reasons: in each line a kind, its reason, and the one if a percentage decided.
#[wasm_bindgen(js_name = openfeatureReasons)]
#[must_use]
pub fn openfeature_reasons() -> String {
    isoflag::OPENFEATURE_REASONS
        .map(|(kind, otherwise, split)| [kind, otherwise, split].join(" "))
        .join("\n")
}

/// OpenFeature's errors: in each line the kind of an error, its code, and its message.
#[wasm_bindgen(js_name = openfeatureErrors)]
#[must_use]
pub fn openfeature_errors() -> String {
    isoflag::OPENFEATURE_ERRORS
        .map(|(kind, code, message)| [kind, code, message].join(" "))
        .join("\n")
}

/// Loads a document; fails like [`Flags::from_json`].
#[wasm_bindgen(js_name = loadFlags)]
#[must_use]
pub fn load_flags(text: &[u8]) -> u32 {
    keep(Flags::from_json(text))
}

/// Loads a bare map of flags; fails like [`Flags::from_flag_map_json`].
#[wasm_bindgen(js_name = loadFlagMap)]
#[must_use]
pub fn load_flag_map(text: &[u8]) -> u32 {
    keep(Flags::from_flag_map_json(text))
}

/// Loads a feature-flag profile of AWS AppConfig; fails like [`Flags::from_appconfig_json`].
#[wasm_bindgen(js_name = loadAppConfig)]
#[must_use]
pub fn load_appconfig(text: &[u8]) -> u32 {
    keep(Flags::from_appconfig_json(text))
}

/// Returns the document with a patch applied. Fails like [`Flags::apply`].
#[wasm_bindgen(js_name = applyPatch)]
#[must_use]
pub fn apply_patch(flags: u32, patch: &[u8]) -> u32 {
    keep_changed(flags, |flags| flags.apply(patch))
}

/// Returns the text of a file that types the flags.
///
/// # Errors
///
/// If the language is not supported, or the document was freed.
#[wasm_bindgen(js_name = flagsTyping)]
pub fn flags_typing(flags: u32, language: &str) -> Result<String, Thrown> {
    let Some(language) = TypingLanguage::named(language) else {
        let message =
            format!("cannot generate types for `{language}`; use `typescript` or `python`");
        return Err(refused(message));
    };
    Ok(with_flags(flags, |flags| isoflag_tools::typing(flags, language))?)
}

/// Parses a text such as `45`, `45s`, `5m` or `1h` into seconds.
///
/// # Errors
///
/// For any other text.
#[wasm_bindgen(js_name = parseTtl)]
pub fn parse_ttl(text: &str) -> Result<u32, Thrown> {
    isoflag::parse_ttl(text).map_err(refused)
}
