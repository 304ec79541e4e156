use isoflag::limits::DOCUMENT_BYTES;
use isoflag::{DocumentError, Gate, TypingLanguage, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use crate::bound_flags::{self, BoundFlags};
use crate::consistency::Consistency;
use crate::diagnostic::Diagnostic;
use crate::evaluation_detail::EvaluationDetail;
use crate::explanation::Explanation;
use crate::receipt::Receipt;
use crate::served::{Served, Wanted};
use crate::{big_segments, context, errors, from_python, state, text};

/// A document of flags and segments, ready to be evaluated. It never changes, and may be shared
/// between threads.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Flags {
    inner: isoflag::Flags,
}

#[pymethods]
impl Flags {
    /// Reads a document from JSON text; raises DocumentError where it is none.
    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let bytes = text::required_bytes(text, "Flags.from_dict")?;
        let read = || isoflag::Flags::from_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// Reads a document from a mapping; raises DocumentError where it is none.
    #[classmethod]
    fn from_dict(_class: &Bound<'_, PyType>, mapping: &Bound<'_, PyAny>) -> PyResult<Flags> {
        from_mapping(mapping, isoflag::Flags::from_value)
    }

    /// Reads a bare map of flags, from JSON text or a mapping.
    #[classmethod]
    fn from_flag_map(class: &Bound<'_, PyType>, flags: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let Some(bytes) = text::bytes(flags)? else {
            return from_mapping(flags, isoflag::Flags::from_flag_map_value);
        };
        let read = || isoflag::Flags::from_flag_map_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// These flags with a patch taken in, as a new object.
    fn apply(&self, patch: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let py = patch.py();
        let Some(bytes) = text::bytes(patch)? else {
            return from_mapping(patch, |value| self.inner.apply_value(value));
        };
        loaded(py, text::reading(py, bytes.len(), || self.inner.apply(&bytes)))
    }

    /// The flags' keys, sorted as RFC 8785 sorts names.
    fn keys(&self) -> Vec<&str> {
        self.inner.keys().collect()
    }

    fn __len__(&self) -> usize {
        self.inner.len()
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> bool {
        let key = key.cast::<PyString>();
        key.is_ok_and(|key| key.to_str().is_ok_and(|key| self.inner.contains(key)))
    }

    /// "sha256:" and 64 hex digits, equal on every host for equal documents.
    #[getter]
    fn digest(&self, py: Python<'_>) -> String {
        py.detach(|| self.inner.digest().to_owned())
    }

    /// The document's version, if it has one.
    #[getter]
    fn version(&self) -> Option<i64> {
        self.inner.version()
    }

    /// What is wrong with parts of the document.
    #[getter]
    fn diagnostics(&self) -> Vec<Diagnostic> {
        self.inner.diagnostics().iter().map(Diagnostic::from).collect()
    }

    /// These flags for one context, which is read once for many evaluations.
    #[pyo3(signature = (context, *, big_segments = None))]
    fn bind(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<BoundFlags> {
        self.bound(context, big_segments).map(BoundFlags::from)
    }

    /// The value that the flag serves, or the default.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Any)?.value(default)
    }

    /// The value and why it was served.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Any)?.detail(default))
    }

    /// As variation, for a flag that serves a bool.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn bool_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Bool)?.value(default)
    }

    /// As variation_detail, for a flag that serves a bool.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn bool_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Bool)?.detail(default))
    }

    /// As variation, for a flag that serves a number, truncated toward zero.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn int_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Int)?.value(default)
    }

    /// As variation_detail, for a flag that serves a number, truncated toward zero.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn int_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Int)?.detail(default))
    }

    /// As variation, for a flag that serves a number, as a float.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn float_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Float)?.value(default)
    }

    /// As variation_detail, for a flag that serves a number, as a float.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn float_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Float)?.detail(default))
    }

    /// As variation, for a flag that serves a str.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn str_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Str)?.value(default)
    }

    /// As variation_detail, for a flag that serves a str.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn str_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Str)?.detail(default))
    }

    /// As variation, for a flag that serves any JSON value.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn json_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, Wanted::Json)?.value(default)
    }

    /// As variation_detail, for a flag that serves any JSON value.
    #[pyo3(signature = (key, context, default, *, big_segments = None))]
    fn json_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<EvaluationDetail> {
        Ok(self.served(key, context, big_segments, Wanted::Json)?.detail(default))
    }

    /// Every flag at once, in LaunchDarkly's bootstrap form.
    #[pyo3(signature = (
        context,
        *,
        client_side_only = false,
        with_reasons = false,
        details_only_for_tracked_flags = false,
        now = None,
        big_segments = None,
    ))]
    fn all_flags_state<'py>(
        &self,
        context: &Bound<'py, PyAny>,
        client_side_only: bool,
        with_reasons: bool,
        details_only_for_tracked_flags: bool,
        now: Option<f64>,
        big_segments: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = context.py();
        let options = state::options(
            py,
            client_side_only,
            with_reasons,
            details_only_for_tracked_flags,
            now,
        )?;
        state::object(py, &self.bound(context, big_segments)?, &options)
    }

    /// The evaluation of a flag, watched.
    #[pyo3(signature = (key, context, *, big_segments = None))]
    fn explain(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Explanation> {
        Ok(bound_flags::explain(&self.bound(context, big_segments)?, key))
    }

    /// The context keys whose big-segment memberships an evaluation may ask for.
    fn big_segment_keys(&self, context: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        let Some(context) = context::asked_about(context)? else {
            return Ok(Vec::new());
        };
        Ok(self.inner.big_segment_keys(&context).iter().map(ToString::to_string).collect())
    }

    /// Whether every instance of a back end that polls has noticed the flag's last change.
    #[pyo3(
        signature = (key, context, now_ms, ttl_seconds, poll_timeout_ms = isoflag::POLL_TIMEOUT_MS, *, big_segments = None),
        text_signature = "($self, key, context, now_ms, ttl_seconds, poll_timeout_ms=3000.0, *, big_segments=None)"
    )]
    fn consistency(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        now_ms: f64,
        ttl_seconds: f64,
        poll_timeout_ms: f64,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Consistency> {
        let gate = Gate { now_ms, ttl_seconds, poll_timeout_ms };
        let bound = self.bound(context, big_segments)?;
        Ok(Consistency::from(bound.consistency(&key.to_string_lossy(), &gate)))
    }

    /// The answer, with everything that it takes to check it elsewhere.
    #[pyo3(signature = (key, context, *, big_segments = None))]
    fn receipt(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Receipt> {
        let context = context::asked_about(context)?;
        let big_segments = big_segments::from_object(big_segments)?;
        let key = key.to_string_lossy();
        Ok(Receipt::from(self.inner.receipt(&key, context.as_ref(), big_segments.as_ref())))
    }

    /// The text of a file that types the flags, for "python" or "typescript".
    #[pyo3(signature = (language = "python"))]
    fn typing(&self, language: &str) -> PyResult<String> {
        match TypingLanguage::named(language) {
            Some(language) => Ok(self.inner.typing(language)),
            None => Err(PyValueError::new_err(format!(
                "there are no types for `{language}`; ask for `python` or `typescript`"
            ))),
        }
    }

    fn __repr__(&self) -> String {
        let count = self.inner.len();
        match self.inner.version() {
            Some(version) => format!("<Flags: {count} flags, version {version}>"),
            None => format!("<Flags: {count} flags>"),
        }
    }

    /// It never changes: a copy would be the same.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let text = slf.get().inner.document().to_canonical_json();
        Ok((slf.get_type().getattr("from_json")?, (text,)))
    }
}

impl Flags {
    fn bound(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<isoflag::BoundFlags> {
        let context = context::asked_about(context)?;
        let big_segments = big_segments::from_object(big_segments)?;
        Ok(self.inner.bind_with(context.as_ref(), big_segments.as_ref()))
    }

    fn served(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
        wanted: Wanted,
    ) -> PyResult<Served<&isoflag::Flags>> {
        let answer = bound_flags::evaluate(&self.bound(context, big_segments)?, key);
        Ok(Served::new(&self.inner, answer, wanted))
    }
}

impl From<isoflag::Flags> for Flags {
    fn from(inner: isoflag::Flags) -> Flags {
        Flags { inner }
    }
}

/// A document, loaded already or not.
pub(crate) fn document(object: &Bound<'_, PyAny>) -> PyResult<isoflag::Flags> {
    if let Ok(flags) = object.cast::<Flags>() {
        return Ok(flags.get().inner.clone());
    }
    let py = object.py();
    let flags = match text::bytes(object)? {
        Some(bytes) => {
            loaded(py, text::reading(py, bytes.len(), || isoflag::Flags::from_json(&bytes)))
        }
        None => from_mapping(object, isoflag::Flags::from_value),
    };
    flags.map(|flags| flags.inner)
}

fn loaded(py: Python<'_>, flags: Result<isoflag::Flags, DocumentError>) -> PyResult<Flags> {
    match flags {
        Ok(inner) => Ok(Flags { inner }),
        Err(error) => Err(errors::document(py, &error)),
    }
}

/// Converts a mapping, and lets other threads run while the core reads it.
fn from_mapping(
    mapping: &Bound<'_, PyAny>,
    read: impl FnOnce(Value) -> Result<isoflag::Flags, DocumentError> + Send,
) -> PyResult<Flags> {
    let py = mapping.py();
    let value = from_python::strict(mapping, DOCUMENT_BYTES)
        .map_err(|failure| errors::no_document(py, failure))?;
    loaded(py, py.detach(|| read(value)))
}
