//! Exports documents.

use isoflag::{DocumentError, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure;
use crate::handles::{Document, FLAGS, with_flags};

/// Keeps a loaded document until its handle is freed.
pub fn keep(flags: Result<Flags, DocumentError>) -> u32 {
    let flags = flags.map(Document::from).map_err(|error| failure::document(&error));
    FLAGS.with(|table| table.keep_made(flags))
}

/// Keeps the document that results from the change of another.
pub fn keep_changed(
    flags: u32,
    change: impl FnOnce(&Flags) -> Result<Flags, DocumentError>,
) -> u32 {
    match with_flags(flags, Flags::clone) {
        Ok(flags) => keep(change(&flags)),
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
#[must_use]
pub fn list<'a>(mut texts: impl Iterator<Item = &'a str>) -> String {
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
