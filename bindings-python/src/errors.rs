//! Converts the core's errors and conversion failures to the exceptions of `isoflag`.

use std::fmt::Display;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::from_python::{self, Failure};

static DOCUMENT_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static CONTEXT_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The members that all errors have.
struct Told<'a> {
    message: String,
    path: &'a str,
    code: &'a str,
    line_column: Option<(usize, usize)>,
}

pub(crate) fn document(py: Python<'_>, error: &isoflag::DocumentError) -> PyErr {
    let told = Told {
        message: error.to_string(),
        path: error.path(),
        code: error.code(),
        line_column: error.line_column(),
    };
    raise(py, &DOCUMENT_ERROR, "DocumentError", &told)
}

/// Raises a rejected edit like an invalid document.
pub(crate) fn edit(py: Python<'_>, error: &isoflag_tools::EditError) -> PyErr {
    let told = Told {
        message: error.to_string(),
        path: error.path(),
        code: error.code(),
        line_column: error.line_column(),
    };
    raise(py, &DOCUMENT_ERROR, "DocumentError", &told)
}

pub(crate) fn context(py: Python<'_>, error: &isoflag::ContextError) -> PyErr {
    let told = Told {
        message: error.to_string(),
        path: error.path(),
        code: error.code(),
        line_column: None,
    };
    raise(py, &CONTEXT_ERROR, "ContextError", &told)
}

pub(crate) fn invalid_context(py: Python<'_>, message: String) -> PyErr {
    let told = Told { message, path: "", code: "", line_column: None };
    raise(py, &CONTEXT_ERROR, "ContextError", &told)
}

pub(crate) fn no_document(py: Python<'_>, failure: Box<Failure>) -> PyErr {
    unconvertible(py, &DOCUMENT_ERROR, "DocumentError", failure)
}

pub(crate) fn no_context(py: Python<'_>, failure: Box<Failure>) -> PyErr {
    unconvertible(py, &CONTEXT_ERROR, "ContextError", failure)
}

pub(crate) fn lone_surrogate(py: Python<'_>, path: &str) -> PyErr {
    no_context(py, from_python::lone_surrogate(path))
}

fn unconvertible(
    py: Python<'_>,
    class: &PyOnceLock<Py<PyType>>,
    name: &str,
    failure: Box<Failure>,
) -> PyErr {
    match failure.into_interrupt() {
        Ok(interrupt) => interrupt,
        Err(failure) => {
            let (message, path) = (failure.message(), failure.path());
            let told = Told { message, path: &path, code: failure.code(), line_column: None };
            let error = raise(py, class, name, &told);
            error.set_cause(py, failure.into_raised());
            error
        }
    }
}

fn raise(py: Python<'_>, class: &PyOnceLock<Py<PyType>>, name: &str, told: &Told<'_>) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("path", told.path)?;
        members.set_item("code", told.code)?;
        if let Some((line, column)) = told.line_column {
            members.set_item("line", line)?;
            members.set_item("column", column)?;
        }
        Ok(members)
    };
    raise_with(py, class, name, &told.message, members())
}

/// Creates a ValueError for an invalid argument.
pub(crate) fn invalid_argument(error: impl Display) -> PyErr {
    PyValueError::new_err(isoflag::printable(&error.to_string()).to_string())
}

/// Creates an exception of `isoflag._errors` with a message and members.
pub(crate) fn raise_with<'py>(
    py: Python<'py>,
    class: &PyOnceLock<Py<PyType>>,
    name: &str,
    message: &str,
    members: PyResult<Bound<'py, PyDict>>,
) -> PyErr {
    let build = || {
        let class = class.import(py, "isoflag._errors", name)?;
        // Tracebacks are shown in terminals and logs.
        let message = isoflag::printable(message).to_string();
        class.call((message,), Some(&members?))
    };
    build().map_or_else(|error| error, PyErr::from_value)
}
