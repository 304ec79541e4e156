//! Exports the document that a client needs, and the patch from one document to another.

use std::sync::Arc;

use isoflag::{Flags, Value};
use isoflag_tools::{Projection, ProjectionOptions, check_visibility, project};
use isoflag_wasm::flags::keep;
use isoflag_wasm::handles::with_flags;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};

fn projection(flags: u32, options: &[u8]) -> Result<Projection, Thrown> {
    let options = Value::parse(options).map_err(refused)?;
    let option = |name: &str| options.as_object().and_then(|options| options.get(name));
    check_visibility(option("visibility").and_then(Value::as_str).unwrap_or("client"))
        .map_err(refused)?;
    let private = option("private").and_then(Value::as_array).unwrap_or_default();
    let private = private.iter().filter_map(Value::as_str).map(Arc::from).collect();
    let known = option("known").cloned().unwrap_or_default();
    let flags = with_flags(flags, Flags::clone)?;
    project(&flags, &ProjectionOptions { known, private }).map_err(refused)
}

/// Returns the document that a client needs; the options are the JSON text of an object.
///
/// # Errors
///
/// If an option is invalid or the document was freed.
#[wasm_bindgen(js_name = projectFlags)]
pub fn project_flags(flags: u32, options: &[u8]) -> Result<u32, Thrown> {
    Ok(keep(Ok(projection(flags, options)?.flags)))
}

/// Returns the report on the projection with the same options, as JSON text.
///
/// # Errors
/// As [`project_flags`].
#[wasm_bindgen(js_name = projectionReport)]
pub fn projection_report(flags: u32, options: &[u8]) -> Result<String, Thrown> {
    Ok(projection(flags, options)?.report().to_value().to_canonical_json())
}

/// Returns the digest of the whole document, if this one is a projection.
///
/// # Errors
///
/// If the document was freed.
#[wasm_bindgen(js_name = parentDigest)]
pub fn parent_digest(flags: u32) -> Result<Option<String>, Thrown> {
    Ok(with_flags(flags, |flags| flags.parent_digest().map(str::to_owned))?)
}

/// Returns the patch that turns one document into another, as JSON text, if one does.
///
/// # Errors
///
/// If a document was freed.
#[wasm_bindgen(js_name = patchBetween)]
pub fn patch_between(held: u32, next: u32) -> Result<Option<String>, Thrown> {
    let next = with_flags(next, Flags::clone)?;
    let patch = with_flags(held, |held| isoflag_tools::patch_between(held, &next))?;
    Ok(patch.map(|patch| patch.to_canonical_json()))
}
