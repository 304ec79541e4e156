//! `Flags.project`, the properties of a projection, and `Flags.patch_between`.

use std::sync::Arc;

use isoflag::Value;
use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag_tools::{ProjectionOptions, check_visibility, patch_between, project, projected_json};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::detached::detached;
use crate::flags::Flags;
use crate::{errors, from_python, to_python};

#[pymethods]
impl Flags {
    /// Returns the document that a client needs, as new Flags.
    #[pyo3(
        signature = (*, visibility = "client", known = None, private = None),
        text_signature = "($self, *, visibility='client', known=None, private=())"
    )]
    fn project(
        &self,
        py: Python<'_>,
        visibility: &str,
        known: Option<&Bound<'_, PyAny>>,
        private: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Flags> {
        check_visibility(visibility).map_err(errors::invalid_argument)?;
        let options = options(py, known, private)?;
        let projection = detached(py, || project(self.inner(), &options));
        Ok(Flags::projected(projection.map_err(errors::invalid_argument)?))
    }

    /// Returns the text of the document that `project` returns, in half the time.
    #[pyo3(signature = (known, private))]
    fn _projected_json(
        &self,
        py: Python<'_>,
        known: &Bound<'_, PyAny>,
        private: &Bound<'_, PyAny>,
    ) -> PyResult<String> {
        let options = options(py, Some(known), Some(private))?;
        let text = detached(py, || projected_json(self.inner(), &options));
        text.map_err(errors::invalid_argument)
    }

    /// Returns the patch that turns one document into another, or None if no patch does.
    #[staticmethod]
    fn patch_between<'py>(
        py: Python<'py>,
        held: &Flags,
        next: &Flags,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let patch = detached(py, || patch_between(held.inner(), next.inner()));
        patch.map(|patch| to_python::object(py, &patch)).transpose()
    }

    /// The digest of the whole document, if this one is a projection.
    #[getter]
    fn parent_digest(&self) -> Option<&str> {
        self.inner().parent_digest()
    }

    /// Returns what the projection still contains, and which flags it leaves out.
    fn projection_report<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(projection) = self.projection() else { return Ok(None) };
        let report = detached(py, || projection.report().to_value());
        to_python::object(py, &report).map(Some)
    }
}

fn options(
    py: Python<'_>,
    known: Option<&Bound<'_, PyAny>>,
    private: Option<&Bound<'_, PyAny>>,
) -> PyResult<ProjectionOptions> {
    let known = match known {
        None => Value::Null,
        Some(known) => from_python::strict(known, Budget::new(DOCUMENT_BYTES))
            .map_err(|failure| errors::no_context(py, failure))?,
    };
    let private = private.map(references).transpose()?.unwrap_or_default();
    Ok(ProjectionOptions { known, private })
}

fn references(private: &Bound<'_, PyAny>) -> PyResult<Vec<Arc<str>>> {
    if private.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("`private` must hold references, not be a str"));
    }
    let reference = |each: PyResult<Bound<'_, PyAny>>| each?.extract::<String>().map(Arc::from);
    private.try_iter()?.map(reference).collect()
}
