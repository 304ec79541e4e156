//! Refuses to be imported by a second interpreter of the process.
//!
//! The extension keeps classes of the standard library and its own exceptions, which every interpreter has for itself: a
//! second one would get wrong answers.

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;

/// The module `sys` of the first interpreter; each has another one.
static FIRST: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Raises `ImportError` unless this interpreter is the first that imports the extension.
pub(crate) fn require_first(py: Python<'_>) -> PyResult<()> {
    let own = py.import("sys")?;
    if FIRST.get_or_init(py, || own.clone().unbind()).is(&own) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "isoflag is already imported by another interpreter of this process, and does not support several; import it in one only, \
         with mod_wsgi by `WSGIApplicationGroup %{GLOBAL}`",
    ))
}
