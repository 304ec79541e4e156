use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

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
