//! What an evaluation returns: a code, and the description behind it.

use std::cell::Cell;

use isoflag::{Answer, Flags, ValueType};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::handles::{BOUND, FLAGS};

/// The code of an answer that does not fit into one: TypeScript asks for its description every time.
pub(crate) const UNCODED: u32 = u32::MAX;

thread_local! {
    static LAST: Cell<Option<Answer>> = const { Cell::new(None) };
}

/// The types that a typed getter may ask for, as TypeScript numbers them.
pub(crate) fn value_type(number: u32) -> ValueType {
    match number {
        1 => ValueType::Bool,
        2 => ValueType::Number,
        3 => ValueType::String,
        4 => ValueType::Json,
        _ => ValueType::Any,
    }
}

/// Remembers an answer for [`describe`] and gives its code: equal codes of one flag mean equal answers, so that
/// TypeScript decodes each once.
pub(crate) fn code(answer: Answer) -> u32 {
    LAST.set(Some(answer));
    squeeze(answer.pack())
}

/// Puts the packed answer, without its flag, into 30 bits, which every engine holds in a small integer: 3 for the kind of
/// reason, 1 for the experiment, 3 for the status of big segments, 11 for the variation and 12 for the index.
fn squeeze([reason, variation, index, _]: [u32; 4]) -> u32 {
    let kind = reason & 0xff;
    let rest = reason >> 8;
    if kind < 1 << 3 && rest < 1 << 4 && variation < 1 << 11 && index < 1 << 12 {
        kind | rest << 3 | variation << 7 | index << 18
    } else {
        UNCODED
    }
}

/// What an answer means, in JSON text; without a `value` the caller's default is served.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    value: Option<String>,
    variation_index: Option<u32>,
    reason: String,
}

fn describe(flags: &Flags) -> Result<JsValue, JsValue> {
    let answer = LAST.get().ok_or_else(|| JsError::new("nothing was evaluated"))?;
    let description = Description {
        value: flags.value_of(&answer).map(ToString::to_string),
        variation_index: answer.variation_index(),
        reason: flags.reason_of(&answer).to_value().to_canonical_json(),
    };
    serde_wasm_bindgen::to_value(&description).map_err(JsValue::from)
}

/// Describes the last answer, which was about a flag of this document.
///
/// # Errors
/// Where the document was freed.
#[wasm_bindgen(js_name = describeAnswer)]
pub fn describe_answer(flags: u32) -> Result<JsValue, JsValue> {
    FLAGS.with(|table| table.get(flags, describe))?
}

/// As [`describe_answer`], for the document of a bound one.
///
/// # Errors
/// Where it was freed.
#[wasm_bindgen(js_name = describeBoundAnswer)]
pub fn describe_bound_answer(bound: u32) -> Result<JsValue, JsValue> {
    BOUND.with(|table| table.get(bound, |bound| describe(bound.flags())))?
}
