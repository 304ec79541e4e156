//! Reads JSON text from Python objects, and releases the GIL while the core parses it.

use std::borrow::Cow;

use crate::detached::detached;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyByteArrayMethods, PyBytes, PyString};

/// Size from which the GIL is released while a text is parsed; below it, handing over the GIL
/// costs more than parsing.
const LARGE_TEXT: usize = 1 << 14;

/// Returns the UTF-8 bytes of a `str`, `bytes` or `bytearray`, or `None` for any other object.
pub(crate) fn bytes<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Ok(text) = object.cast::<PyString>() {
        match text.to_str() {
            Ok(text) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
            // A lone surrogate is passed on, so that the core rejects it with its position.
            Err(_) => {
                let encoded = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
                Ok(Some(Cow::Owned(encoded.cast::<PyBytes>()?.as_bytes().to_vec())))
            }
        }
    } else if let Ok(bytes) = object.cast::<PyBytes>() {
        Ok(Some(Cow::Borrowed(bytes.as_bytes())))
    } else if let Ok(bytes) = object.cast::<PyByteArray>() {
        Ok(Some(Cow::Owned(bytes.to_vec())))
    } else {
        Ok(None)
    }
}

/// Like [`bytes`], but raises `TypeError` for any other object.
pub(crate) fn required_bytes<'a>(
    object: &'a Bound<'_, PyAny>,
    instead: &str,
) -> PyResult<Cow<'a, [u8]>> {
    bytes(object)?.ok_or_else(|| {
        let class = object.get_type().name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
        PyTypeError::new_err(format!(
            "expected JSON text as str or bytes, not `{class}`; for a mapping use {instead}"
        ))
    })
}

/// Returns the text with terminal and CI-log control sequences escaped.
#[pyfunction]
pub(crate) fn printable(text: &Bound<'_, PyString>) -> String {
    isoflag::printable(&text.to_string_lossy()).to_string()
}

/// Parses a text; releases the GIL if it is large.
pub(crate) fn reading<T: Send>(py: Python<'_>, bytes: usize, read: impl FnOnce() -> T + Send) -> T {
    if bytes < LARGE_TEXT { read() } else { detached(py, read) }
}
