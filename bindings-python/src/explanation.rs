use pyo3::prelude::*;

use crate::to_python;

/// An evaluation, watched: what was looked at, in order, and what came of it.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Explanation {
    inner: isoflag::Explanation,
}

impl From<isoflag::Explanation> for Explanation {
    fn from(inner: isoflag::Explanation) -> Explanation {
        Explanation { inner }
    }
}

#[pymethods]
impl Explanation {
    /// The explanation as JSON objects, made afresh by every call.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// The canonical JSON text (RFC 8785), equal to the byte on every host.
    fn to_json(&self) -> String {
        self.inner.to_json()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Explanation {}>", self.inner.to_json())
    }
}
