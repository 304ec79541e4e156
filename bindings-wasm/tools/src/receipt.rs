//! Exports receipts.

use isoflag::{Context, Flags, Value};
use isoflag_tools::ReceiptError;
use isoflag_wasm::bound::memberships;
use isoflag_wasm::failure::{Failed, note};
use isoflag_wasm::handles::{CONTEXTS, with_flags};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::Thrown;

/// The text that the encoder wrote for a host's object, or the handle of a context.
pub(crate) fn context(host: Option<&[u8]>, parsed: Option<u32>) -> Result<Option<Context>, Failed> {
    match (host, parsed) {
        (_, Some(handle)) => CONTEXTS.with(|table| table.get(handle, Context::clone)).map(Some),
        (Some(text), None) => Ok(Context::from_host_json(text).ok()),
        (None, None) => Ok(None),
    }
}

/// Returns the canonical text of a flag's receipt.
///
/// # Errors
///
/// If the memberships are invalid or an object was freed.
#[wasm_bindgen]
pub fn receipt(
    flags: u32,
    key: &str,
    host: Option<Vec<u8>>,
    parsed: Option<u32>,
    big_segments: &[u8],
) -> Result<String, Thrown> {
    let context = context(host.as_deref(), parsed)?;
    let big_segments = memberships(big_segments)?;
    let flags = with_flags(flags, Flags::clone)?;
    Ok(isoflag_tools::receipt(&flags, key, context.as_ref(), big_segments.as_ref()).to_json())
}

/// Why a receipt does not match the evaluation; values are JSON text.
fn refused(error: &ReceiptError) -> Failed {
    let text = |value: &Value| Value::from(value.to_canonical_json());
    let members = [
        ("code", Some(Value::from(error.code()))),
        ("path", Some(Value::from(error.path()))),
        ("message", Some(Value::from(error.to_string()))),
        ("claimed", error.claimed().map(text)),
        ("found", error.found().map(text)),
    ];
    note(members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

/// Verifies a receipt by evaluating again, and returns its text.
///
/// # Errors
///
/// As [`isoflag_tools::replay`], and if the memberships are invalid or an object was freed.
#[wasm_bindgen(js_name = replayReceipt)]
pub fn replay_receipt(
    receipt: &[u8],
    flags: u32,
    host: Option<Vec<u8>>,
    parsed: Option<u32>,
    big_segments: &[u8],
) -> Result<String, Thrown> {
    let context = context(host.as_deref(), parsed)?;
    let big_segments = memberships(big_segments)?;
    let flags = with_flags(flags, Flags::clone)?;
    isoflag_tools::replay(receipt, &flags, context.as_ref(), big_segments.as_ref())
        .map(|receipt| receipt.to_json())
        .map_err(|error| refused(&error).into())
}
