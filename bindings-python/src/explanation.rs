use pyo3::prelude::*;

use crate::to_python;

/// The trace of an evaluation: every rule and clause that was considered, in order, and the result.
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
    /// Returns the explanation as a new dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// Returns canonical JSON (RFC 8785), byte-for-byte identical on every runtime.
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
