//! Findings about documents: checks, diagnostics and differences; and the encoding of keys by AppConfig.

use isoflag::Value;
use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag_tools::CheckOptions;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::{errors, from_python, to_python};

/// Reads the options of a check from a mapping.
pub(crate) fn options(options: Option<&Bound<'_, PyAny>>) -> PyResult<CheckOptions> {
    let Some(options) = options else { return Ok(CheckOptions::default()) };
    let py = options.py();
    let written: Value = from_python::strict(options, Budget::new(DOCUMENT_BYTES))
        .map_err(|failure| errors::no_document(py, failure))?;
    CheckOptions::read(&written).map_err(errors::invalid_argument)
}

/// Returns a flag's key in the form that AWS AppConfig accepts, or None if it is too long.
#[pyfunction]
pub(crate) fn to_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::to_appconfig_key(key)
}

/// Returns the key that to_appconfig_key encoded, or None for any other text.
#[pyfunction]
pub(crate) fn from_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::from_appconfig_key(key)
}

/// A finding about one part of a loaded document.
///
/// Members are attributes and can be read by their JSON names: `d.code`, `d["code"]`, `dict(d)`.
#[pyclass(module = "isoflag", frozen, eq, hash)]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Diagnostic {
    severity: &'static str,
    code: &'static str,
    path: String,
    message: String,
}

const NAMES: [&str; 4] = ["severity", "code", "path", "message"];

impl From<&isoflag::Diagnostic> for Diagnostic {
    fn from(inner: &isoflag::Diagnostic) -> Diagnostic {
        Diagnostic {
            severity: inner.severity().as_str(),
            code: inner.code(),
            path: inner.path().to_string(),
            message: inner.message().to_owned(),
        }
    }
}

impl From<&isoflag_tools::Note> for Diagnostic {
    fn from(note: &isoflag_tools::Note) -> Diagnostic {
        Diagnostic {
            severity: isoflag::Severity::Warning.as_str(),
            code: note.code,
            path: note.path.to_string(),
            message: note.message.clone(),
        }
    }
}

#[pymethods]
impl Diagnostic {
    /// "error", "warning" or "info".
    #[getter]
    fn severity(&self) -> &str {
        self.severity
    }

    /// The stable name of the finding, such as "invalid-regex".
    #[getter]
    fn code(&self) -> &str {
        self.code
    }

    /// Path in the document, such as "flags.checkout.rules[2].clauses[0].values[1]".
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }

    /// Description of the problem and its remedy.
    #[getter]
    fn message(&self) -> &str {
        &self.message
    }

    /// Returns the names of the members.
    fn keys(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    fn __getitem__(&self, name: &str) -> PyResult<&str> {
        match name {
            "severity" => Ok(self.severity),
            "code" => Ok(self.code),
            "path" => Ok(&self.path),
            "message" => Ok(&self.message),
            _ => Err(PyKeyError::new_err(name.to_owned())),
        }
    }

    fn __str__(&self) -> String {
        let Diagnostic { severity, code, path, message } = self;
        isoflag::printable(&format!("{severity} [{code}] {path}: {message}")).to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Diagnostic {}>", self.__str__())
    }
}

/// The changes between two documents.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Diff {
    inner: isoflag_tools::Diff,
}

impl From<isoflag_tools::Diff> for Diff {
    fn from(inner: isoflag_tools::Diff) -> Diff {
        Diff { inner }
    }
}

#[pymethods]
impl Diff {
    /// The keys of the flags whose answers can have changed.
    #[getter]
    fn answers(&self) -> Vec<&str> {
        self.inner.answers().collect()
    }

    /// Returns the changes as a new dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// Returns the changes as Markdown for a pull request.
    fn to_markdown(&self) -> String {
        self.inner.to_markdown()
    }

    fn __bool__(&self) -> bool {
        !self.inner.is_empty()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Diff {}>", self.inner.to_value())
    }
}
