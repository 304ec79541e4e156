//! `Flags.impact`.

use isoflag_tools::{GroupBy, ImpactCounter};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::flags::{self, Flags};
use crate::{context, errors, to_python};

/// The answers that change between two documents.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Impact {
    inner: isoflag_tools::Impact,
}

/// The number of contexts between two checks for an interrupt.
const INTERRUPTIBLE: u64 = 1024;

#[pymethods]
impl Flags {
    /// Returns the answers that change with a new document, counted over contexts.
    #[pyo3(
        signature = (new, contexts = None, *, by = None),
        text_signature = "($self, new, contexts=None, *, by=())"
    )]
    fn impact(
        &self,
        new: &Bound<'_, PyAny>,
        contexts: Option<&Bound<'_, PyAny>>,
        by: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Impact> {
        let by = by.map(attributes).transpose()?.unwrap_or_default();
        let mut counter = ImpactCounter::new(self.inner(), &flags::document(new)?, &by);
        if let Some(contexts) = contexts {
            for each in contexts.try_iter()? {
                counter.add(context::evaluation_context(&each?, None)?.as_ref());
                if counter.seen().is_multiple_of(INTERRUPTIBLE) {
                    contexts.py().check_signals()?;
                }
            }
        }
        Ok(Impact { inner: counter.finish() })
    }
}

fn attributes(by: &Bound<'_, PyAny>) -> PyResult<Vec<GroupBy>> {
    if by.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("`by` must hold attributes, not be a str"));
    }
    let parse = |each: PyResult<Bound<'_, PyAny>>| {
        let text: String = each?.extract()?;
        GroupBy::parse(&text)
            .map_err(|error| errors::invalid_argument(format_args!("`by`: {error}")))
    };
    by.try_iter()?.map(parse).collect()
}

#[pymethods]
impl Impact {
    /// Returns the impact as a new dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<Impact {}>", self.inner.to_value())
    }
}
