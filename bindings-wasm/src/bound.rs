//! Exports documents bound to a context, evaluation, and the state of all flags.

use isoflag::{AllFlagsOptions, BigSegments, BoundFlags, FlagHandle, Flags, Value};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::answer::{CONSTANT, Source, code, value_type};
use crate::context::passed;
use crate::failure::{self, Failed};
use crate::handles::{BOUND, with_flags};

/// The handle of a key that is not in the document.
const NO_FLAG: u32 = u32::MAX;

/// Returned instead of a flag's handle or an answer's code if a call fails.
pub const FAILED: u32 = u32::MAX - 1 - CONSTANT;

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

/// Binds a document to [a context](passed); if it is invalid, every answer is `USER_NOT_SPECIFIED`.
fn bind(flags: u32, context: u32, host: &[u8], big_segments: &[u8]) -> Result<BoundFlags, Failed> {
    let context = passed(context, host)?;
    let big_segments = memberships(big_segments)?;
    with_flags(flags, |flags| flags.bind_with(context.as_ref(), big_segments.as_ref()))
}

fn keep(bound: Result<BoundFlags, Failed>) -> u32 {
    BOUND.with(|table| table.keep_made(bound))
}

fn answer_code(bound: &BoundFlags, handle: u32, expected: u32, source: Source) -> u32 {
    let answer = bound.evaluate_handle(flag(handle));
    code(answer.expecting(bound.flags(), value_type(expected)), source)
}

/// Binds a document to [a context](passed). Fails if the memberships are invalid.
#[wasm_bindgen(js_name = bindContext)]
#[must_use]
pub fn bind_context(flags: u32, context: u32, host: &[u8], big_segments: &[u8]) -> u32 {
    keep(bind(flags, context, host, big_segments))
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
        let source = Source::Bound(bound);
        table.get(bound, |bound| answer_code(bound, flag, expected, source)).unwrap_or(FAILED)
    })
}

/// Evaluates a flag for [a context](passed) in one call, leaving no handle behind.
#[wasm_bindgen(js_name = evaluateContext)]
#[must_use]
pub fn evaluate_context(flags: u32, context: u32, host: &[u8], flag: u32, expected: u32) -> u32 {
    let source = Source::Flags(flags);
    bind(flags, context, host, &[])
        .map_or(FAILED, |bound| answer_code(&bound, flag, expected, source))
}

/// The state of all flags as JSON text.
#[wasm_bindgen(js_name = allFlagsState)]
#[must_use]
pub fn all_flags_state(
    bound: u32,
    client_side_only: bool,
    with_reasons: bool,
    details_only_for_tracked_flags: bool,
    now_ms: f64,
) -> Option<String> {
    let options =
        AllFlagsOptions { client_side_only, with_reasons, details_only_for_tracked_flags, now_ms };
    let state = |bound: &BoundFlags| bound.all_flags_state(&options).to_canonical_json();
    BOUND.with(|table| table.get(bound, state)).ok()
}
