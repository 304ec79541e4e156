use pyo3::prelude::*;

use crate::to_python;

/// What changed from one document to another.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Diff {
    inner: isoflag::Diff,
}

impl From<isoflag::Diff> for Diff {
    fn from(inner: isoflag::Diff) -> Diff {
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

    /// What changed as JSON objects, made afresh by every call.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// Markdown for a pull request.
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
