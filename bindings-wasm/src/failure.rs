//! Reports errors to JavaScript: a call that fails returns a marker, and [`failure`] returns the reason.
//!
//! It creates no JavaScript object, so `core.wasm` needs no host function for it.

use std::cell::RefCell;
use std::sync::Arc;

use isoflag::{BigSegmentsError, ContextError, DocumentError, JsonError, Object, Value};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static FAILURE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// A failed call; the error is stored for [`failure`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// Functions that only `tools.wasm` has throw; they use the same stored error.
#[cfg(feature = "tools")]
impl From<Failed> for wasm_bindgen::JsValue {
    fn from(_: Failed) -> wasm_bindgen::JsValue {
        wasm_bindgen::JsValue::from_str(&failure())
    }
}

fn noted(code: &str, path: &str, message: String, line_column: Option<(usize, usize)>) -> Failed {
    // An uncaught error on a server is printed to its terminal and logs.
    #[cfg(feature = "tools")]
    let message = isoflag::printable(&message).to_string();
    let mut members = vec![
        (Arc::from("code"), Value::from(code)),
        (Arc::from("path"), Value::from(path)),
        (Arc::from("message"), Value::from(message)),
    ];
    if let Some((line, column)) = line_column {
        let number = |number: usize| Value::from(i32::try_from(number).unwrap_or(i32::MAX));
        members.push((Arc::from("line"), number(line)));
        members.push((Arc::from("column"), number(column)));
    }
    FAILURE.replace(Value::Object(Object::from_members(members)).to_canonical_json());
    Failed
}

pub(crate) fn document(error: &DocumentError) -> Failed {
    noted(error.code(), error.path(), error.text(), error.line_column())
}

pub(crate) fn context(error: &ContextError) -> Failed {
    noted(error.code(), error.path(), error.text(), None)
}

pub(crate) fn big_segments(error: &BigSegmentsError) -> Failed {
    noted("big-segments", "", error.text(), None)
}

#[cfg(feature = "tools")]
pub(crate) fn strategy(error: &isoflag_tools::StrategyError) -> Failed {
    noted(error.code(), error.path(), error.to_string(), None)
}

/// With `legal`, the statuses that may follow.
#[cfg(feature = "tools")]
pub(crate) fn lifecycle(error: &isoflag_tools::LifecycleError) -> Failed {
    let legal = error.legal().iter().map(|status| Value::from(status.as_str()));
    let members = Object::from_iter([
        ("code", Value::from(error.code())),
        ("path", Value::from("")),
        ("message", Value::from(isoflag::printable(&error.to_string()).to_string())),
        ("legal", legal.collect()),
    ]);
    FAILURE.replace(Value::Object(members).to_canonical_json());
    Failed
}

pub(crate) fn json(error: &JsonError) -> Failed {
    noted("not-json", error.path(), error.text(), Some(error.line_column()))
}

/// An object that JavaScript freed, or an invalid handle.
pub(crate) fn freed() -> Failed {
    FAILURE.replace(String::new());
    Failed
}

/// More objects than handles.
pub(crate) fn too_many() -> Failed {
    noted("limit", "", "too many objects are held; call `free()` on some".to_owned(), None)
}

/// Returns the error of the last call: the JSON text of `{code, path, message, line, column}`, empty if the call used a
/// freed object.
#[wasm_bindgen]
#[must_use]
pub fn failure() -> String {
    FAILURE.take()
}
