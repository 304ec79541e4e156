//! What a page does without that only evaluates: explanations, diagnostics, digests, AppConfig's profiles and the
//! secure-mode hash. The module `core.wasm` leaves them out, `tools.wasm` is the same with them.

use isoflag::{Context, Diagnostic, Flags};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::failure;
use crate::flags::keep;
use crate::handles::{BOUND, CONTEXTS, FLAGS};

/// Loads a feature-flag profile of AWS AppConfig.
///
/// # Errors
/// What [`Flags::from_appconfig_json`] says.
#[wasm_bindgen(js_name = loadAppConfig)]
pub fn load_appconfig(text: &[u8]) -> Result<u32, JsValue> {
    keep(Flags::from_appconfig_json(text))
}

/// The digest of the document.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = flagsDigest)]
pub fn flags_digest(flags: u32) -> Result<String, JsValue> {
    FLAGS.with(|table| table.get(flags, |flags| flags.digest().to_owned()))
}

#[derive(Serialize)]
struct DiagnosticOut<'a> {
    severity: &'static str,
    code: &'static str,
    path: &'a str,
    message: &'a str,
}

impl<'a> From<&'a Diagnostic> for DiagnosticOut<'a> {
    fn from(diagnostic: &'a Diagnostic) -> Self {
        DiagnosticOut {
            severity: diagnostic.severity().as_str(),
            code: diagnostic.code(),
            path: diagnostic.path(),
            message: diagnostic.message(),
        }
    }
}

/// What is wrong with the document, as an array of plain objects.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = flagsDiagnostics)]
pub fn flags_diagnostics(flags: u32) -> Result<JsValue, JsValue> {
    FLAGS.with(|table| {
        table.get(flags, |flags| {
            let diagnostics: Vec<_> = flags.diagnostics().iter().map(DiagnosticOut::from).collect();
            serde_wasm_bindgen::to_value(&diagnostics)
                .map_err(|e| JsError::new(&e.to_string()).into())
        })
    })?
}

/// The hash that proves to a front end who is asked about.
///
/// # Errors
/// Where the context was freed.
#[wasm_bindgen(js_name = secureModeHash)]
pub fn secure_mode_hash(sdk_key: &str, context: u32) -> Result<String, JsValue> {
    CONTEXTS.with(|table| table.get(context, |context| isoflag::secure_mode_hash(sdk_key, context)))
}

/// As [`secure_mode_hash`], for the text that the encoder wrote for a host's object.
///
/// # Errors
/// Where the context is invalid.
#[wasm_bindgen(js_name = secureModeHashForHost)]
pub fn secure_mode_hash_for_host(sdk_key: &str, context: &str) -> Result<String, JsValue> {
    let context =
        Context::from_host_json(context.as_bytes()).map_err(|error| failure::context(&error))?;
    Ok(isoflag::secure_mode_hash(sdk_key, &context))
}

/// An evaluation's trace, for machines and for people.
#[derive(Serialize)]
struct Trace {
    json: String,
    text: String,
}

/// Evaluates a flag, watched.
///
/// # Errors
/// Where the bound document was freed.
#[wasm_bindgen]
pub fn explain(bound: u32, key: &str) -> Result<JsValue, JsValue> {
    let explanation = BOUND.with(|table| table.get(bound, |bound| bound.explain(key)))?;
    let trace = Trace { json: explanation.to_json(), text: explanation.to_string() };
    serde_wasm_bindgen::to_value(&trace).map_err(JsValue::from)
}
