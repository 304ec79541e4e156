//! Exports documents bound to a context, and evaluation.

use isoflag::{BigSegments, BoundFlags, Context, FlagHandle, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{UNCODED, code, value_type};
use crate::failure::{self, Failed};
use crate::handles::{BOUND, CONTEXTS, with_flags};

/// The handle of a key that is not in the document.
const NO_FLAG: u32 = u32::MAX;

/// Returned instead of a flag's handle or an answer's code if a call fails.
pub const FAILED: u32 = u32::MAX - 1;

/// The flag with this handle; `None` if the document has no flag with that key.
#[must_use]
pub fn flag(handle: u32) -> Option<FlagHandle> {
    (handle != NO_FLAG).then(|| FlagHandle::from_index(handle))
}

fn find(flags: &Flags, key: &str) -> u32 {
    flags.handle(key).map_or(NO_FLAG, FlagHandle::index)
}

/// Parses memberships; an empty text has none.
///
/// # Errors
///
/// If the text is not JSON or not memberships.
pub fn memberships(text: &[u8]) -> Result<Option<BigSegments>, Failed> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = Value::parse(text).map_err(|error| failure::json(&error))?;
    BigSegments::from_value(&value).map(Some).map_err(|error| failure::big_segments(&error))
}

fn bind(flags: u32, context: Option<&Context>, big_segments: &[u8]) -> Result<BoundFlags, Failed> {
    let big_segments = memberships(big_segments)?;
    with_flags(flags, |flags| flags.bind_with(context, big_segments.as_ref()))
}

/// An invalid context binds too: every answer then is `USER_NOT_SPECIFIED`.
fn bind_host(flags: u32, context: &[u8], big_segments: &[u8]) -> Result<BoundFlags, Failed> {
    bind(flags, Context::from_host_json(context).ok().as_ref(), big_segments)
}

fn bind_parsed(flags: u32, context: u32, big_segments: &[u8]) -> Result<BoundFlags, Failed> {
    let context = CONTEXTS.with(|table| table.get(context, Context::clone))?;
    bind(flags, Some(&context), big_segments)
}

fn keep(bound: Result<BoundFlags, Failed>) -> u32 {
    BOUND.with(|table| table.keep_made(bound))
}

fn answer_code(bound: &BoundFlags, handle: u32, expected: u32) -> u32 {
    let answer = bound.evaluate_handle(flag(handle));
    code(answer.expecting(bound.flags(), value_type(expected)))
}

/// Binds a document to the text that the encoder wrote for a host object. Fails if the memberships are invalid.
#[wasm_bindgen(js_name = bindHost)]
#[must_use]
pub fn bind_host_context(flags: u32, context: &[u8], big_segments: &[u8]) -> u32 {
    keep(bind_host(flags, context, big_segments))
}

/// Binds a document to a context. Fails if the memberships are invalid.
#[wasm_bindgen(js_name = bindContext)]
#[must_use]
pub fn bind_context(flags: u32, context: u32, big_segments: &[u8]) -> u32 {
    keep(bind_parsed(flags, context, big_segments))
}

/// Returns the handle of a flag, or [`NO_FLAG`]; [`FAILED`] if the document was freed.
#[wasm_bindgen(js_name = findFlag)]
#[must_use]
pub fn find_flag(flags: u32, key: &str) -> u32 {
    with_flags(flags, |flags| find(flags, key)).unwrap_or(FAILED)
}

/// Like [`find_flag`], in the document of a bound one.
#[wasm_bindgen(js_name = findBoundFlag)]
#[must_use]
pub fn find_bound_flag(bound: u32, key: &str) -> u32 {
    BOUND.with(|table| table.get(bound, |bound| find(bound.flags(), key))).unwrap_or(FAILED)
}

/// Whether a percentage decides the variation that a rule serves; of the fallthrough without the index of a rule.
#[wasm_bindgen(js_name = isSplit)]
#[must_use]
pub fn is_split(bound: u32, key: &str, rule: Option<u32>) -> bool {
    let is_split = |flags: &Flags| flags.is_split(flags.handle(key), rule);
    BOUND.with(|table| table.get(bound, |bound| is_split(bound.flags()))).unwrap_or_default()
}

/// Evaluates a flag and returns the answer's code.
#[wasm_bindgen]
#[must_use]
pub fn evaluate(bound: u32, flag: u32, expected: u32) -> u32 {
    BOUND.with(|table| {
        table.read(bound, |bound| answer_code(bound, flag, expected)).unwrap_or(UNCODED)
    })
}

/// Evaluates a flag for a host object in one call, leaving no handle behind.
#[wasm_bindgen(js_name = evaluateHost)]
#[must_use]
pub fn evaluate_host(flags: u32, context: &[u8], flag: u32, expected: u32) -> u32 {
    bind_host(flags, context, &[]).map_or(FAILED, |bound| answer_code(&bound, flag, expected))
}

/// Evaluates a flag for a context in one call.
#[wasm_bindgen(js_name = evaluateContext)]
#[must_use]
pub fn evaluate_context(flags: u32, context: u32, flag: u32, expected: u32) -> u32 {
    bind_parsed(flags, context, &[]).map_or(FAILED, |bound| answer_code(&bound, flag, expected))
}
