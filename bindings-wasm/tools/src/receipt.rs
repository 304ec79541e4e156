//! Exports receipts.

use isoflag::{Context, Flags, Value};
use isoflag_tools::ReceiptError;
use isoflag_wasm::bound::memberships;
use isoflag_wasm::failure::Failed;
use isoflag_wasm::handles::{CONTEXTS, with_flags};
use serde::Serialize;
use wasm_bindgen::JsValue;
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
#[derive(Serialize)]
struct ReceiptFailure<'a> {
    code: &'a str,
    path: &'a str,
    message: String,
    claimed: Option<String>,
    found: Option<String>,
}

fn refused(error: &ReceiptError) -> JsValue {
    let failure = ReceiptFailure {
        code: error.code(),
        path: error.path(),
        message: error.to_string(),
        claimed: error.claimed().map(Value::to_canonical_json),
        found: error.found().map(Value::to_canonical_json),
    };
    serde_wasm_bindgen::to_value(&failure).unwrap_or_else(Into::into)
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
