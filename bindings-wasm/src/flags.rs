//! Documents.

use isoflag::Flags;
use js_sys::{Array, JsString};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure;
use crate::handles::FLAGS;

pub(crate) fn keep(flags: Result<Flags, isoflag::DocumentError>) -> Result<u32, JsValue> {
    let flags = flags.map_err(|error| failure::document(&error))?;
    Ok(FLAGS.with(|table| table.keep(flags)))
}

/// Loads a document.
///
/// # Errors
/// What [`Flags::from_json`] says.
#[wasm_bindgen(js_name = loadFlags)]
pub fn load_flags(text: &[u8]) -> Result<u32, JsValue> {
    keep(Flags::from_json(text))
}

/// Loads a bare map of flags.
///
/// # Errors
/// What [`Flags::from_flag_map_json`] says.
#[wasm_bindgen(js_name = loadFlagMap)]
pub fn load_flag_map(text: &[u8]) -> Result<u32, JsValue> {
    keep(Flags::from_flag_map_json(text))
}

/// Another document: this one with a patch.
///
/// # Errors
/// What [`Flags::apply`] says.
#[wasm_bindgen(js_name = applyPatch)]
pub fn apply_patch(flags: u32, patch: &[u8]) -> Result<u32, JsValue> {
    let flags = FLAGS.with(|table| table.get(flags, Flags::clone))?;
    keep(flags.apply(patch))
}

/// The keys of the flags, in RFC 8785 order.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = flagKeys)]
pub fn flag_keys(flags: u32) -> Result<Array, JsValue> {
    FLAGS.with(|table| table.get(flags, |flags| flags.keys().map(JsString::from).collect()))
}

/// The version of the document, if it has one.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = flagsVersion)]
pub fn flags_version(flags: u32) -> Result<Option<f64>, JsValue> {
    FLAGS.with(|table| table.get(flags, |flags| flags.version().map(|version| version as f64)))
}
