use std::fmt::Display;

use isoflag::{BigSegmentsError, ContextError, DocumentError, JsonError};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// An error of the core as the plain object from which TypeScript makes an exception of its own class.
#[derive(Serialize)]
struct Failure<'a> {
    code: &'a str,
    path: &'a str,
    message: String,
    line: Option<u32>,
    column: Option<u32>,
}

fn thrown(
    code: &str,
    path: &str,
    message: impl Display,
    line_column: Option<(usize, usize)>,
) -> JsValue {
    let failure = Failure {
        code,
        path,
        message: message.to_string(),
        line: line_column.and_then(|(line, _)| u32::try_from(line).ok()),
        column: line_column.and_then(|(_, column)| u32::try_from(column).ok()),
    };
    serde_wasm_bindgen::to_value(&failure).unwrap_or_else(Into::into)
}

pub(crate) fn document(error: &DocumentError) -> JsValue {
    thrown(error.code(), error.path(), error, error.line_column())
}

pub(crate) fn context(error: &ContextError) -> JsValue {
    thrown(error.code(), error.path(), error, None)
}

pub(crate) fn big_segments(error: &BigSegmentsError) -> JsValue {
    thrown("big-segments", "", error, None)
}

pub(crate) fn json(error: &JsonError) -> JsValue {
    thrown("not-json", error.path(), error, Some(error.line_column()))
}
