//! Exports documents.

use isoflag::{DocumentError, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure;
use crate::handles::{Document, FLAGS, with_flags};

pub(crate) fn keep(flags: Result<Flags, DocumentError>) -> u32 {
    let flags = flags.map(Document::from).map_err(|error| failure::document(&error));
    FLAGS.with(|table| table.keep_made(flags))
}

/// Loads a document; fails like [`Flags::from_json`].
#[wasm_bindgen(js_name = loadFlags)]
#[must_use]
pub fn load_flags(text: &[u8]) -> u32 {
    #[cfg(feature = "tools")]
    return keep(Flags::from_json(text));
    #[cfg(not(feature = "tools"))]
    keep(Flags::from_json_without_notes(text))
}

/// Loads a bare map of flags; fails like [`Flags::from_flag_map_json`].
#[wasm_bindgen(js_name = loadFlagMap)]
#[must_use]
pub fn load_flag_map(text: &[u8]) -> u32 {
    #[cfg(feature = "tools")]
    return keep(Flags::from_flag_map_json(text));
    #[cfg(not(feature = "tools"))]
    keep(Flags::from_flag_map_json_without_notes(text))
}

/// Returns the document with a patch applied. Fails like [`Flags::apply`].
#[wasm_bindgen(js_name = applyPatch)]
#[must_use]
pub fn apply_patch(flags: u32, patch: &[u8]) -> u32 {
    match with_flags(flags, Flags::clone) {
        #[cfg(feature = "tools")]
        Ok(flags) => keep(flags.apply(patch)),
        #[cfg(not(feature = "tools"))]
        Ok(flags) => keep(flags.apply_without_notes(patch)),
        Err(failed) => FLAGS.with(|table| table.keep_made(Err(failed))),
    }
}

/// The keys of the flags, in RFC 8785 order, as the JSON text of an array.
#[wasm_bindgen(js_name = flagKeys)]
#[must_use]
pub fn flag_keys(flags: u32) -> Option<String> {
    with_flags(flags, |flags| list(flags.keys())).ok()
}

/// The digest of the document.
#[wasm_bindgen(js_name = flagsDigest)]
#[must_use]
pub fn flags_digest(flags: u32) -> Option<String> {
    with_flags(flags, |flags| flags.digest().to_owned()).ok()
}

/// The normalised document as canonical JSON text.
#[wasm_bindgen(js_name = flagsText)]
#[must_use]
pub fn flags_text(flags: u32) -> Option<String> {
    with_flags(flags, |flags| flags.document().to_canonical_json()).ok()
}

/// Returns the version of the document; NaN if it has none, infinite if it was freed.
#[wasm_bindgen(js_name = flagsVersion)]
#[must_use]
pub fn flags_version(flags: u32) -> f64 {
    let version = |flags: &Flags| flags.version().map_or(f64::NAN, |version| version as f64);
    with_flags(flags, version).unwrap_or(f64::INFINITY)
}

/// The JSON text of an array of strings.
pub(crate) fn list<'a>(mut texts: impl Iterator<Item = &'a str>) -> String {
    written(&mut texts)
}

/// One function for all lists: each type of iterator would add code to a page's download.
fn written(texts: &mut dyn Iterator<Item = &str>) -> String {
    let mut values = Vec::new();
    for text in texts {
        values.push(Value::from(text));
    }
    Value::from(values).to_canonical_json()
}
