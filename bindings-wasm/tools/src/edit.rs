//! Exports edits of a document's text, promotions into it, and conversions from other tools.

use isoflag::{Flags, Object, Value};
use isoflag_tools::{
    Conversion, ConversionSource, EditError, Note, PromoteOptions, moment_of_seconds,
};
use isoflag_wasm::failure::{Failed, noted};
use isoflag_wasm::handles::with_flags;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};

/// Returns the text of a document after edits, which are the JSON text of an array.
///
/// # Errors
///
/// As [`isoflag_tools::edit`], and if `now` is not a time.
#[wasm_bindgen(js_name = editText)]
pub fn edit_text(text: &[u8], edits: &[u8], now: f64) -> Result<String, Thrown> {
    let edits = Value::parse(edits).map_err(|error| isoflag_wasm::failure::json(&error))?;
    let now = moment_of_seconds(now).map_err(|error| refused(format!("`now`: {error}")))?;
    let edited = isoflag_tools::edit(utf8(text)?, &edits, now);
    Ok(edited.map_err(|error| rejected(&error))?)
}

/// Returns the text of a document after flags of another one are carried into it: the JSON text of `{text, notes}`. The
/// features are the JSON text of an array of keys.
///
/// # Errors
///
/// As [`isoflag_tools::promote`], and if an argument is invalid or the source was freed.
#[wasm_bindgen(js_name = promoteText)]
pub fn promote_text(
    from: u32,
    text: &[u8],
    features: &[u8],
    with_rollout: bool,
    with_targets: bool,
    with_on: bool,
    now: f64,
) -> Result<String, Thrown> {
    let from = with_flags(from, Flags::clone)?;
    let features = Value::parse(features).map_err(|error| isoflag_wasm::failure::json(&error))?;
    let features = features.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
    let features: Vec<String> = features.map(str::to_owned).collect();
    let options = PromoteOptions { features: &features, with_rollout, with_targets, with_on };
    let now = moment_of_seconds(now).map_err(|error| refused(format!("`now`: {error}")))?;
    let promoted = isoflag_tools::promote(&from, utf8(text)?, &options, now);
    let promoted = promoted.map_err(|error| rejected(&error))?;
    let members = [
        ("text", Value::from(promoted.text)),
        ("notes", promoted.notes.iter().map(Note::to_value).collect()),
    ];
    Ok(Value::Object(Object::from_iter(members)).to_canonical_json())
}

fn rejected(error: &EditError) -> Failed {
    noted(error.code(), error.path(), error.to_string(), error.line_column())
}

fn utf8(bytes: &[u8]) -> Result<&str, Failed> {
    std::str::from_utf8(bytes).or_else(|_| match Flags::from_json(bytes) {
        Err(error) => Err(isoflag_wasm::failure::document(&error)),
        Ok(_) => Ok(""),
    })
}

/// Converts a text; returns the JSON text of `{document, notes}`, of which `document` is a text.
///
/// # Errors
///
/// As [`isoflag_tools::convert`], and if the source is unknown.
#[wasm_bindgen(js_name = convertText)]
pub fn convert_text(text: &[u8], source: &str) -> Result<String, Thrown> {
    let Some(source) = ConversionSource::named(source) else {
        let message = format!("unknown source `{source}`: expected `powertools` or `appconfig`");
        return Err(refused(message));
    };
    let Conversion { flags, notes } = isoflag_tools::convert(utf8(text)?, source)
        .map_err(|error| isoflag_wasm::failure::document(&error))?;
    let converted = Object::from_iter([
        ("document", Value::from(flags.document().to_canonical_json())),
        ("notes", notes.iter().map(Note::to_value).collect()),
    ]);
    Ok(Value::Object(converted).to_canonical_json())
}
