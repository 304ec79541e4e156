//! The class `Flags`: loading and properties. Its evaluation methods are in [`crate::evaluation`],
//! its lifecycle methods in [`crate::lifecycle`].

use std::sync::Arc;

use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag::{DocumentError, Value};
use isoflag_tools::{Projection, System};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use crate::bound_flags::BoundFlags;
use crate::check::Diagnostic;
use crate::detached::detached;
use crate::document::Document;
use crate::system_flags::SystemFlags;
use crate::{context, errors, from_python, text};

/// An immutable document of flags and segments, ready to evaluate; threads may share it.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Flags {
    document: Arc<Document>,
    /// The projection that it is the document of.
    projection: Option<Box<Projection>>,
}

#[pymethods]
impl Flags {
    /// Loads a document from JSON text; raises DocumentError if it is not a flag document.
    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let bytes = text::required_bytes(text, "Flags.from_dict")?;
        let read = || isoflag::Flags::from_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// Loads a document from a mapping; raises DocumentError if it is not a flag document.
    #[classmethod]
    fn from_dict(_class: &Bound<'_, PyType>, mapping: &Bound<'_, PyAny>) -> PyResult<Flags> {
        from_mapping(mapping, isoflag::Flags::from_value)
    }

    /// Loads a bare map of flags by key, from JSON text or a mapping.
    #[classmethod]
    fn from_flag_map(class: &Bound<'_, PyType>, flags: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let Some(bytes) = text::bytes(flags)? else {
            return from_mapping(flags, isoflag::Flags::from_flag_map_value);
        };
        let read = || isoflag::Flags::from_flag_map_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// Loads a feature-flag profile of AWS AppConfig, from JSON text or a mapping.
    #[classmethod]
    fn from_appconfig(class: &Bound<'_, PyType>, profile: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let Some(bytes) = text::bytes(profile)? else {
            return from_mapping(profile, isoflag::Flags::from_appconfig_value);
        };
        let read = || isoflag::Flags::from_appconfig_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// Loads a configuration of AWS AppConfig of either profile type, from JSON text.
    #[classmethod]
    #[pyo3(name = "_from_configuration")]
    fn from_configuration(class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let bytes = text::required_bytes(text, "Flags.from_appconfig")?;
        let read = || isoflag::Flags::from_configuration_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// Returns new Flags with a patch applied.
    fn apply(&self, patch: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let py = patch.py();
        let Some(bytes) = text::bytes(patch)? else {
            return from_mapping(patch, |value| self.document.flags().apply_value(value));
        };
        loaded(py, text::reading(py, bytes.len(), || self.document.flags().apply(&bytes)))
    }

    /// Returns the keys of the flags, in RFC 8785 order.
    fn keys(&self) -> Vec<&str> {
        self.document.flags().keys().collect()
    }

    fn __len__(&self) -> usize {
        self.document.flags().len()
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> bool {
        let key = key.cast::<PyString>();
        key.is_ok_and(|key| key.to_str().is_ok_and(|key| self.document.flags().contains(key)))
    }

    /// "sha256:" and 64 hex digits, equal on every runtime for equal documents.
    #[getter]
    fn digest(&self, py: Python<'_>) -> String {
        detached(py, || self.document.flags().digest().to_owned())
    }

    /// Whether evaluations may need memberships of big segments.
    #[getter]
    fn _has_big_segments(&self) -> bool {
        self.document.flags().has_big_segments()
    }

    /// The document's version, if it has one.
    #[getter]
    fn version(&self) -> Option<i64> {
        self.document.flags().version()
    }

    /// Errors, warnings and notes found while loading the document.
    #[getter]
    fn diagnostics(&self, py: Python<'_>) -> Vec<Diagnostic> {
        let found = detached(py, || self.document.flags().diagnostics());
        found.iter().map(Diagnostic::from).collect()
    }

    /// Returns the flags bound to a context, which is converted once for many evaluations.
    #[pyo3(signature = (context, *, big_segments = None))]
    fn bind(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<BoundFlags> {
        Ok(BoundFlags::new(&self.document, self.bound(context, big_segments)?))
    }

    fn __repr__(&self) -> String {
        let count = self.document.flags().len();
        match self.document.flags().version() {
            Some(version) => format!("<Flags: {count} flags, version {version}>"),
            None => format!("<Flags: {count} flags>"),
        }
    }

    /// Returns the same object, which is immutable.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let text = slf.get().document.flags().document().to_canonical_json();
        Ok((slf.get_type().getattr("from_json")?, (text,)))
    }
}

impl Flags {
    /// The core's document.
    pub(crate) fn inner(&self) -> &isoflag::Flags {
        self.document.flags()
    }

    /// The document of a projection.
    pub(crate) fn projected(projection: Projection) -> Flags {
        let document = Arc::new(Document::from(projection.flags.clone()));
        Flags { document, projection: Some(Box::new(projection)) }
    }

    /// The projection that it is the document of.
    pub(crate) fn projection(&self) -> Option<&Projection> {
        self.projection.as_deref()
    }

    /// The document with its cache of Python objects.
    pub(crate) fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// The document as a system evaluates it; `None` if it has no strategies for the system.
    pub(crate) fn system_flags(&self, py: Python<'_>, system: System) -> Option<&SystemFlags> {
        self.document.system_flags(py, system)
    }

    pub(crate) fn bound(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<isoflag::BoundFlags> {
        let flags = self.document.flags();
        let context = context::evaluation_context(context, Some(&self.document))?;
        let big_segments = context::big_segments(big_segments)?;
        Ok(flags.bind_with(context.as_ref(), big_segments.as_ref()))
    }
}

impl From<isoflag::Flags> for Flags {
    fn from(flags: isoflag::Flags) -> Flags {
        Flags { document: Arc::new(Document::from(flags)), projection: None }
    }
}

/// A document, loaded or not.
pub(crate) fn document(object: &Bound<'_, PyAny>) -> PyResult<isoflag::Flags> {
    if let Ok(flags) = object.cast::<Flags>() {
        return Ok(flags.get().document.flags().clone());
    }
    let py = object.py();
    let flags = match text::bytes(object)? {
        Some(bytes) => {
            loaded(py, text::reading(py, bytes.len(), || isoflag::Flags::from_json(&bytes)))
        }
        None => from_mapping(object, isoflag::Flags::from_value),
    };
    flags.map(|flags| flags.document.flags().clone())
}

fn loaded(py: Python<'_>, flags: Result<isoflag::Flags, DocumentError>) -> PyResult<Flags> {
    match flags {
        Ok(flags) => Ok(Flags::from(flags)),
        Err(error) => Err(errors::document(py, &error)),
    }
}

/// Converts a mapping, and releases the GIL while the core loads it.
fn from_mapping(
    mapping: &Bound<'_, PyAny>,
    read: impl FnOnce(Value) -> Result<isoflag::Flags, DocumentError> + Send,
) -> PyResult<Flags> {
    let py = mapping.py();
    let value = from_python::strict(mapping, Budget::new(DOCUMENT_BYTES))
        .map_err(|failure| errors::no_document(py, failure))?;
    loaded(py, detached(py, || read(value)))
}
