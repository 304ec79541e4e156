//! The result of an evaluation, and its reason.

use std::sync::{Arc, OnceLock};

use isoflag::{Reason, ReasonMember, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString, PyTuple};
use pyo3::{IntoPyObjectExt, PyTraverseError, PyVisit};

use crate::document::Document;
use crate::served::Served;
use crate::to_python;

/// The result of an evaluation: value, variation index and reason.
#[pyclass(module = "isoflag", frozen, generic)]
pub(crate) struct EvaluationDetail {
    content: Content,
    /// The served object or array, once it has been read.
    value: OnceLock<Py<PyAny>>,
    /// The reason, once it has been read.
    reason: OnceLock<Py<PyAny>>,
}

enum Content {
    /// A flag's variation.
    Variation(Served<Arc<Document>>),
    /// The default, with the answer that has the reason.
    Default(Served<Arc<Document>>, Py<PyAny>),
    /// Values passed by Python code.
    Given { value: Py<PyAny>, variation_index: Option<u32>, reason: Py<PyAny> },
}

impl EvaluationDetail {
    /// Creates the detail of an answer, with the default if it is served.
    pub(crate) fn new(
        served: Served<Arc<Document>>,
        default: Option<Py<PyAny>>,
    ) -> EvaluationDetail {
        let content = match default {
            None => Content::Variation(served),
            Some(default) => Content::Default(served, default),
        };
        EvaluationDetail { content, value: OnceLock::new(), reason: OnceLock::new() }
    }

    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.value(py)?, self.variation_index(), self.reason(py)?).into_pyobject(py)
    }
}

#[pymethods]
impl EvaluationDetail {
    #[classattr]
    fn __match_args__() -> (&'static str, &'static str, &'static str) {
        ("value", "variation_index", "reason")
    }

    #[new]
    fn given(value: Py<PyAny>, variation_index: Option<u32>, reason: Py<PyAny>) -> Self {
        let content = Content::Given { value, variation_index, reason };
        EvaluationDetail { content, value: OnceLock::new(), reason: OnceLock::new() }
    }

    /// The value of the served variation, or the default.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.content {
            Content::Variation(served) => match served.held().unwrap_or(&Value::Null) {
                held @ (Value::Array(_) | Value::Object(_)) => {
                    made_once(py, &self.value, || served.object(py, held))
                }
                scalar => served.object(py, scalar),
            },
            Content::Default(_, value) | Content::Given { value, .. } => Ok(value.bind(py).clone()),
        }
    }

    /// Index of the variation in the flag, or None if the default was returned.
    #[getter]
    fn variation_index(&self) -> Option<u32> {
        match &self.content {
            Content::Variation(served) | Content::Default(served, _) => served.variation_index(),
            Content::Given { variation_index, .. } => *variation_index,
        }
    }

    /// LaunchDarkly's reason, such as {"kind": "FALLTHROUGH"}.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.content {
            Content::Variation(served) | Content::Default(served, _) => {
                made_once(py, &self.reason, || served.reason(py))
            }
            Content::Given { reason, .. } => Ok(reason.bind(py).clone()),
        }
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.parts(py)?.try_iter()
    }

    fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        match other.cast::<EvaluationDetail>() {
            Ok(other) => self.parts(py)?.eq(other.get().parts(py)?)?.into_bound_py_any(py),
            Err(_) => Ok(py.NotImplemented().into_bound(py)),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (value, reason) = (self.value(py)?.repr()?, self.reason(py)?.repr()?);
        let index = self.variation_index().map_or("None".to_owned(), |index| index.to_string());
        Ok(format!("EvaluationDetail(value={value}, variation_index={index}, reason={reason})"))
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((slf.get_type().into_any(), slf.get().parts(slf.py())?))
    }

    /// A value may refer to its detail; the collector clears the dict or list in between.
    #[allow(clippy::needless_pass_by_value, reason = "PyO3 hands the visitor over")]
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.value.get())?;
        visit.call(self.reason.get())?;
        match &self.content {
            Content::Variation(_) => Ok(()),
            Content::Default(_, default) => visit.call(default),
            Content::Given { value, reason, .. } => {
                visit.call(value)?;
                visit.call(reason)
            }
        }
    }
}

/// Returns the object in the cell, which the first call creates.
fn made_once<'py>(
    py: Python<'py>,
    cell: &OnceLock<Py<PyAny>>,
    make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(object) = cell.get() {
        return Ok(object.bind(py).clone());
    }
    // Created outside the cell: no lock may be held while Python allocates. If two threads are
    // here at once, the first to finish wins, so that every reader gets the same object.
    let object = make()?;
    let kept = cell.get_or_init(|| object.clone().unbind());
    Ok(kept.bind(py).clone())
}

/// Returns LaunchDarkly's JSON of a reason as a new dict.
pub(crate) fn reason_object<'py>(
    py: Python<'py>,
    reason: &Reason<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    for (name, member) in reason.members() {
        let name = to_python::name(py, name);
        match member {
            ReasonMember::Word(word) => dict.set_item(name, to_python::reason_value(py, word)),
            ReasonMember::Text(text) => dict.set_item(name, PyString::new(py, text)),
            ReasonMember::Index(index) => dict.set_item(name, index),
            ReasonMember::Bool(flag) => dict.set_item(name, flag),
            other => dict.set_item(name, crate::to_python::object(py, &other.into())?),
        }?;
    }
    dict.into_bound_py_any(py)
}
