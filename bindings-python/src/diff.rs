use pyo3::prelude::*;

use crate::to_python;

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
