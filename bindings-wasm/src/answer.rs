//! Encodes the answers of evaluations: a code, and its description.

use std::cell::Cell;

use isoflag::{Answer, Flags, Value, ValueType};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::handles::{BOUND, with_flags};

/// The bit of a code whose answer every valid context gets; the codes for failures do not have it.
pub(crate) const CONSTANT: u32 = 1 << 6;

/// The code of an answer that does not fit into one: TypeScript requests its description every time.
const UNCODED: u32 = u32::MAX - CONSTANT;

/// The object that answered, by its handle.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A document.
    Flags(u32),
    /// A document bound to a context.
    Bound(u32),
}

thread_local! {
    static LAST: Cell<Option<(Answer, Source)>> = const { Cell::new(None) };
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
pub fn code(answer: Answer, source: Source) -> u32 {
    LAST.set(Some((answer, source)));
    squeeze(answer.pack()).map_or(UNCODED, |code| code | u32::from(answer.is_constant()) << 6)
}

/// The number of kinds of reason, with which the other parts of a reason share six bits.
const KINDS: u32 = 6;

/// Puts the packed answer, without its flag, into 30 bits, which every engine holds in a small integer: 6 for the kind of
/// reason, the experiment and the status of big segments; one that is free for [`CONSTANT`]; 11 for the variation and 12 for
/// the index.
fn squeeze([reason, variation, index, _]: [u32; 4]) -> Option<u32> {
    let reason = (reason & 0xff) + KINDS * (reason >> 8);
    let fits = reason < CONSTANT && variation < 1 << 11 && index < 1 << 12;
    fits.then_some(reason | variation << 7 | index << 18)
}

/// Describes an answer in three lines: the variation's index, empty if the default is served; the reason's JSON; the
/// value's JSON, empty if the caller's default is served.
fn describe(flags: &Flags, answer: &Answer) -> String {
    let index = answer.variation_index().map(Value::from).map(|index| index.to_canonical_json());
    let reason = flags.reason_of(answer).to_value().to_canonical_json();
    let value = flags.value_of(answer).map(Value::to_canonical_json);
    [&*index.unwrap_or_default(), "\n", &reason, "\n", &value.unwrap_or_default()].concat()
}

/// Describes the last answer; fails if the object that answered was freed.
#[wasm_bindgen(js_name = describeAnswer)]
#[must_use]
pub fn describe_answer() -> Option<String> {
    let (answer, source) = LAST.get()?;
    match source {
        Source::Flags(handle) => with_flags(handle, |flags| describe(flags, &answer)).ok(),
        Source::Bound(handle) => {
            BOUND.with(|table| table.get(handle, |bound| describe(bound.flags(), &answer))).ok()
        }
    }
}
