use pyo3::prelude::*;

use crate::to_python;

/// The trace of an evaluation: every rule and clause that was considered, in order, and the result.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Explanation {
    inner: isoflag::Explanation,
    /// A note on the context, which the text includes.
    note: Option<String>,
}

impl Explanation {
    pub(crate) fn with_note(self, note: Option<String>) -> Explanation {
        Explanation { note, ..self }
    }
}

impl From<isoflag::Explanation> for Explanation {
    fn from(inner: isoflag::Explanation) -> Explanation {
        Explanation { inner, note: None }
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
        match &self.note {
            Some(note) => format!("{}\nnote: {}", self.inner, isoflag::printable(note)),
            None => self.inner.to_string(),
        }
    }

    fn __repr__(&self) -> String {
        format!("<Explanation {}>", self.inner.to_json())
    }
}
