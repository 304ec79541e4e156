//! Explanations, and receipts, which can be replayed.

use isoflag::Value;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::{context, errors, flags, text, to_python};

static RECEIPT_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A verifiable record of an evaluation.
#[pyclass(module = "isoflag", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct Receipt {
    inner: isoflag_tools::Receipt,
}

impl From<isoflag_tools::Receipt> for Receipt {
    fn from(inner: isoflag_tools::Receipt) -> Receipt {
        Receipt { inner }
    }
}

#[pymethods]
impl Receipt {
    /// Returns the receipt as a new dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// Returns canonical JSON (RFC 8785), byte-for-byte identical on every runtime.
    fn to_json(&self) -> String {
        self.inner.to_json()
    }

    fn __str__(&self) -> String {
        self.inner.to_json()
    }

    fn __repr__(&self) -> String {
        format!("<Receipt {}>", self.inner.to_json())
    }
}

/// Re-evaluates a receipt; raises ReceiptError if the results differ.
#[pyfunction]
#[pyo3(signature = (receipt, document, context, *, big_segments = None))]
pub(crate) fn replay(
    receipt: &Bound<'_, PyAny>,
    document: &Bound<'_, PyAny>,
    context: &Bound<'_, PyAny>,
    big_segments: Option<&Bound<'_, PyAny>>,
) -> PyResult<Receipt> {
    let py = receipt.py();
    let flags = flags::document(document)?;
    let context = context::evaluation_context(context, None)?;
    let big_segments = context::big_segments(big_segments)?;
    let check = |text: &[u8]| {
        isoflag_tools::replay(text, &flags, context.as_ref(), big_segments.as_ref())
            .map(Receipt::from)
            .map_err(|error| receipt_error(py, &error))
    };
    match receipt.cast::<Receipt>() {
        Ok(receipt) => check(receipt.get().inner.to_json().as_bytes()),
        Err(_) => check(&text::required_bytes(receipt, "Receipt.to_json")?),
    }
}

fn receipt_error(py: Python<'_>, error: &isoflag_tools::ReceiptError) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("code", error.code())?;
        members.set_item("path", error.path())?;
        let value = |value: Option<&Value>| to_python::object(py, value.unwrap_or(&Value::Null));
        members.set_item("claimed", value(error.claimed())?)?;
        members.set_item("found", value(error.found())?)?;
        Ok(members)
    };
    errors::raise_with(py, &RECEIPT_ERROR, "ReceiptError", &error.to_string(), members())
}

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
