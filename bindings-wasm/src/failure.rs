//! Stores errors for JavaScript: a call that fails returns a marker, and the export `failure` of each module returns
//! the reason.
//!
//! It creates no JavaScript object, so `core.wasm` needs no host function for it.

use std::cell::RefCell;
use std::sync::Arc;

use isoflag::{BigSegmentsError, ContextError, DocumentError, JsonError, Object, Value};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static FAILURE: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// A failed call; the error is stored for [`failure`].
#[derive(Clone, Copy, Debug)]
pub struct Failed;

/// Stores an error: `{code, path, message, line, column}`, the last two if the position in a text is known.
pub fn noted(
    code: &str,
    path: &str,
    message: String,
    line_column: Option<(usize, usize)>,
) -> Failed {
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
    note(Object::from_members(members))
}

/// Stores the members of an error.
pub fn note(members: Object) -> Failed {
    FAILURE.replace(Some(members.into()));
    Failed
}

/// Returns the error of the last call: the JSON text of `{code, path, message, line, column}`, empty if the call used a
/// freed object.
#[wasm_bindgen]
#[must_use]
pub fn failure() -> String {
    FAILURE.take().map(|members| members.to_canonical_json()).unwrap_or_default()
}

/// Stores the error of a document or a patch.
pub fn document(error: &DocumentError) -> Failed {
    noted(error.code(), error.path(), error.text(), error.line_column())
}

/// Stores the error of a context.
pub fn context(error: &ContextError) -> Failed {
    noted(error.code(), error.path(), error.text(), None)
}

/// Stores the error of memberships.
pub fn big_segments(error: &BigSegmentsError) -> Failed {
    noted("big-segments", "", error.text(), None)
}

/// Stores the error of a text that is not JSON.
pub fn json(error: &JsonError) -> Failed {
    noted(error.code(), error.path(), error.text(), Some(error.line_column()))
}

/// An object that JavaScript freed, or an invalid handle.
pub(crate) fn freed() -> Failed {
    FAILURE.replace(None);
    Failed
}

/// More objects than handles.
pub(crate) fn too_many() -> Failed {
    noted("limit", "", "too many objects are held; call `free()` on some".to_owned(), None)
}
