//! Exports the search for a context that gets a variation.

use isoflag::Flags;
use isoflag_wasm::bound::memberships;
use isoflag_wasm::handles::with_flags;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Thrown, refused};
use crate::receipt::context;

/// Returns the suggestion for a variation of a flag, as JSON text.
///
/// # Errors
///
/// If the context or the memberships are invalid, the flag or its variation is missing, or an
/// object was freed.
#[wasm_bindgen(js_name = suggestChanges)]
pub fn suggest_changes(
    flags: u32,
    key: &str,
    host: Option<Vec<u8>>,
    parsed: Option<u32>,
    variation: u32,
    big_segments: &[u8],
) -> Result<String, Thrown> {
    let Some(context) = context(host.as_deref(), parsed)? else {
        return Err(refused("the context is invalid, so that every flag serves its default"));
    };
    let big_segments = memberships(big_segments)?;
    let flags = with_flags(flags, Flags::clone)?;
    let found = isoflag_tools::suggest(&flags, key, &context, variation, big_segments.as_ref());
    Ok(found.map_err(refused)?.to_value().to_canonical_json())
}
