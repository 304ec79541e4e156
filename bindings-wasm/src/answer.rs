//! Encodes the answers of evaluations: a code, and its description.

use std::cell::Cell;

use isoflag::{Answer, Flags, Value, ValueType};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::{BOUND, with_flags};

/// The code of an answer that does not fit into one: TypeScript requests its description every time.
pub(crate) const UNCODED: u32 = u32::MAX;

thread_local! {
    static LAST: Cell<Option<Answer>> = const { Cell::new(None) };
}

/// The type that a typed getter expects, by its number in TypeScript.
#[must_use]
pub fn value_type(number: u32) -> ValueType {
    match number {
        1 => ValueType::Bool,
        2 => ValueType::Number,
        3 => ValueType::String,
        4 => ValueType::Json,
        _ => ValueType::Any,
    }
}

/// Stores an answer for [`describe`] and returns its code: equal codes of one flag mean equal answers, so that
/// TypeScript decodes each once.
#[must_use]
pub fn code(answer: Answer) -> u32 {
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

/// Describes an answer in three lines: the variation's index, empty if the default is served; the reason's JSON; the
/// value's JSON, empty if the caller's default is served.
fn describe(flags: &Flags) -> String {
    let Some(answer) = LAST.get() else { return String::new() };
    let index = answer.variation_index().map(Value::from).map(|index| index.to_canonical_json());
    let reason = flags.reason_of(&answer).to_value().to_canonical_json();
    let value = flags.value_of(&answer).map(Value::to_canonical_json);
    [&*index.unwrap_or_default(), "\n", &reason, "\n", &value.unwrap_or_default()].concat()
}

/// Describes the last answer, which was about a flag of this document.
#[wasm_bindgen(js_name = describeAnswer)]
#[must_use]
pub fn describe_answer(flags: u32) -> Option<String> {
    with_flags(flags, describe).ok()
}

/// Like [`describe_answer`], for the document of a bound one.
#[wasm_bindgen(js_name = describeBoundAnswer)]
#[must_use]
pub fn describe_bound_answer(bound: u32) -> Option<String> {
    BOUND.with(|table| table.get(bound, |bound| describe(bound.flags()))).ok()
}
