//! JSON text as Python holds it, and the GIL while the core reads it.

use std::borrow::Cow;

use crate::detached::detached;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyByteArrayMethods, PyBytes, PyString};

/// From this size on other threads may run while a text is read; below it, handing over the GIL
/// costs more than the reading.
const LARGE_TEXT: usize = 1 << 14;

/// The UTF-8 bytes of a `str`, `bytes` or `bytearray`; none for any other object.
pub(crate) fn bytes<'a>(object: &'a Bound<'_, PyAny>) -> PyResult<Option<Cow<'a, [u8]>>> {
    if let Ok(text) = object.cast::<PyString>() {
        match text.to_str() {
            Ok(text) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
            // A lone surrogate is written as it stands, for the core to refuse at its place.
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

/// As [`bytes`], where nothing but text will do.
pub(crate) fn required_bytes<'a>(
    object: &'a Bound<'_, PyAny>,
    instead: &str,
) -> PyResult<Cow<'a, [u8]>> {
    bytes(object)?.ok_or_else(|| {
        let class = object.get_type().name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
        PyTypeError::new_err(format!(
            "expected JSON text as str or bytes, not `{class}`; for a mapping there is {instead}"
        ))
    })
}

/// The text with what a terminal or the log of a pipeline would obey written as escapes.
#[pyfunction]
pub(crate) fn printable(text: &Bound<'_, PyString>) -> String {
    isoflag::printable(&text.to_string_lossy()).to_string()
}

/// Reads a text, letting other threads run where that takes long.
pub(crate) fn reading<T: Send>(py: Python<'_>, bytes: usize, read: impl FnOnce() -> T + Send) -> T {
    if bytes < LARGE_TEXT { read() } else { detached(py, read) }
}
