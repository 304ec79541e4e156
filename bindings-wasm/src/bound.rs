//! A document bound to a context, and its evaluation.

use isoflag::{BigSegments, BoundFlags, Context, FlagHandle, Flags, Value};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{UNCODED, code, value_type};
use crate::failure;
use crate::handles::{BOUND, CONTEXTS, FLAGS};

/// The handle of a key that the document does not hold.
const NO_FLAG: u32 = u32::MAX;

fn flag(handle: u32) -> Option<FlagHandle> {
    (handle != NO_FLAG).then(|| FlagHandle::from_index(handle))
}

fn find(flags: &Flags, key: &str) -> u32 {
    flags.handle(key).map_or(NO_FLAG, FlagHandle::index)
}

pub(crate) fn memberships(text: Option<String>) -> Result<Option<BigSegments>, JsValue> {
    let Some(text) = text else { return Ok(None) };
    let value = Value::parse(text.as_bytes()).map_err(|error| failure::json(&error))?;
    BigSegments::from_value(&value).map(Some).map_err(|error| failure::big_segments(&error))
}

fn bind(
    flags: u32,
    context: Option<&Context>,
    big_segments: Option<String>,
) -> Result<BoundFlags, JsValue> {
    let big_segments = memberships(big_segments)?;
    FLAGS.with(|table| table.get(flags, |flags| flags.bind_with(context, big_segments.as_ref())))
}

/// An invalid context binds too: every answer then is `USER_NOT_SPECIFIED`.
fn bind_host(
    flags: u32,
    context: &str,
    big_segments: Option<String>,
) -> Result<BoundFlags, JsValue> {
    bind(flags, Context::from_host_json(context.as_bytes()).ok().as_ref(), big_segments)
}

fn bind_parsed(
    flags: u32,
    context: u32,
    big_segments: Option<String>,
) -> Result<BoundFlags, JsValue> {
    let context = CONTEXTS.with(|table| table.get(context, Context::clone))?;
    bind(flags, Some(&context), big_segments)
}

fn keep(bound: BoundFlags) -> u32 {
    BOUND.with(|table| table.keep(bound))
}

fn ask(bound: &BoundFlags, handle: u32, expected: u32) -> u32 {
    let answer = bound.evaluate_handle(flag(handle));
    code(answer.expecting(bound.flags(), value_type(expected)))
}

/// Binds a document to the text that the encoder wrote for a host's object.
///
/// # Errors
/// Where the memberships cannot be read or the document was freed.
#[wasm_bindgen(js_name = bindHost)]
pub fn bind_host_context(
    flags: u32,
    context: &str,
    big_segments: Option<String>,
) -> Result<u32, JsValue> {
    bind_host(flags, context, big_segments).map(keep)
}

/// Binds a document to a context.
///
/// # Errors
/// Where the memberships cannot be read or either was freed.
#[wasm_bindgen(js_name = bindContext)]
pub fn bind_context(
    flags: u32,
    context: u32,
    big_segments: Option<String>,
) -> Result<u32, JsValue> {
    bind_parsed(flags, context, big_segments).map(keep)
}

/// The handle of a flag, or [`NO_FLAG`].
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = findFlag)]
pub fn find_flag(flags: u32, key: &str) -> Result<u32, JsValue> {
    FLAGS.with(|table| table.get(flags, |flags| find(flags, key)))
}

/// As [`find_flag`], in the document of a bound one.
///
/// # Errors
/// Where it was freed.
#[wasm_bindgen(js_name = findBoundFlag)]
pub fn find_bound_flag(bound: u32, key: &str) -> Result<u32, JsValue> {
    BOUND.with(|table| table.get(bound, |bound| find(bound.flags(), key)))
}

/// Evaluates a flag and gives the answer's code.
#[wasm_bindgen]
#[must_use]
pub fn evaluate(bound: u32, flag: u32, expected: u32) -> u32 {
    BOUND.with(|table| table.read(bound, |bound| ask(bound, flag, expected)).unwrap_or(UNCODED))
}

/// Evaluates a flag for a host's object in one crossing, leaving no handle behind.
///
/// # Errors
/// As for [`bind_host_context`].
#[wasm_bindgen(js_name = evaluateHost)]
pub fn evaluate_host(
    flags: u32,
    context: &str,
    big_segments: Option<String>,
    flag: u32,
    expected: u32,
) -> Result<u32, JsValue> {
    bind_host(flags, context, big_segments).map(|bound| ask(&bound, flag, expected))
}

/// Evaluates a flag for a context in one crossing.
///
/// # Errors
/// As for [`bind_context`].
#[wasm_bindgen(js_name = evaluateContext)]
pub fn evaluate_context(
    flags: u32,
    context: u32,
    big_segments: Option<String>,
    flag: u32,
    expected: u32,
) -> Result<u32, JsValue> {
    bind_parsed(flags, context, big_segments).map(|bound| ask(&bound, flag, expected))
}
