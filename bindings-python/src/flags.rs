use std::num::NonZero;
use std::sync::Arc;

use isoflag::limits::DOCUMENT_BYTES;
use isoflag::{DocumentError, FlagHandle, Gate, Value};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use crate::bound_flags::{self, BoundFlags};
use crate::consistency::Consistency;
use crate::diagnostic::Diagnostic;
use crate::diff::Diff;
use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::explanation::Explanation;
use crate::many::{self, EvaluationDetails};
use crate::receipt::Receipt;
use crate::served::{Served, Wanted};
use crate::{big_segments, check, context, errors, from_python, state, strategy, text, to_python};

/// A document of flags and segments, ready to be evaluated. It never changes, and may be shared
/// between threads.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Flags {
    document: Arc<Document>,
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

    /// Reads a feature-flag profile of AWS AppConfig, from JSON text or a mapping.
    #[classmethod]
    fn from_appconfig(class: &Bound<'_, PyType>, profile: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let Some(bytes) = text::bytes(profile)? else {
            return from_mapping(profile, isoflag::Flags::from_appconfig_value);
        };
        let read = || isoflag::Flags::from_appconfig_json(&bytes);
        loaded(class.py(), text::reading(class.py(), bytes.len(), read))
    }

    /// These flags with a patch taken in, as a new object.
    fn apply(&self, patch: &Bound<'_, PyAny>) -> PyResult<Flags> {
        let py = patch.py();
        let Some(bytes) = text::bytes(patch)? else {
            return from_mapping(patch, |value| self.document.flags().apply_value(value));
        };
        loaded(py, text::reading(py, bytes.len(), || self.document.flags().apply(&bytes)))
    }

    /// The flags' keys, sorted as RFC 8785 sorts names.
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

    /// "sha256:" and 64 hex digits, equal on every host for equal documents.
    #[getter]
    fn digest(&self, py: Python<'_>) -> String {
        py.detach(|| self.document.flags().digest().to_owned())
    }

    /// The document's version, if it has one.
    #[getter]
    fn version(&self) -> Option<i64> {
        self.document.flags().version()
    }

    /// What is wrong with parts of the document.
    #[getter]
    fn diagnostics(&self, py: Python<'_>) -> Vec<Diagnostic> {
        let found = py.detach(|| self.document.flags().diagnostics());
        found.iter().map(Diagnostic::from).collect()
    }

    /// These flags for one context, which is read once for many evaluations.
    #[pyo3(signature = (context, *, big_segments = None))]
    fn bind(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<BoundFlags> {
        Ok(BoundFlags::new(&self.document, self.bound(context, big_segments)?))
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

    /// Many flags for many contexts: for each context the details of all keys.
    #[pyo3(signature = (keys, contexts, *, big_segments = None, threads = None))]
    fn evaluate_many(
        &self,
        keys: &Bound<'_, PyAny>,
        contexts: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
        threads: Option<usize>,
    ) -> PyResult<Vec<EvaluationDetails>> {
        let flags = self.document.flags();
        if keys.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("`keys` must hold keys, not be a str"));
        }
        if contexts.is_instance_of::<PyDict>() {
            return Err(PyTypeError::new_err("`contexts` must hold contexts, not be a dict"));
        }
        let threads = threads.map(|threads| {
            NonZero::new(threads)
                .ok_or_else(|| PyValueError::new_err("`threads` must be 1 or more"))
        });
        let handle = |key: PyResult<Bound<'_, PyAny>>| -> PyResult<Option<FlagHandle>> {
            // A key with a lone surrogate is no flag's.
            Ok(key?.cast::<PyString>()?.to_str().ok().and_then(|key| flags.handle(key)))
        };
        let handles: Vec<_> = keys.try_iter()?.map(handle).collect::<PyResult<_>>()?;
        let asked =
            |context: PyResult<Bound<'_, PyAny>>| context::asked_about(&context?, Some(flags));
        let contexts: Vec<_> = contexts.try_iter()?.map(asked).collect::<PyResult<_>>()?;
        let big_segments = big_segments::from_object(big_segments)?;
        let py = keys.py();
        let rows =
            many::rows(py, flags, &handles, &contexts, big_segments.as_ref(), threads.transpose()?);
        Ok(rows.into_iter().map(|row| EvaluationDetails::new(&self.document, row)).collect())
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
        let flags = self.document.flags();
        let Some(context) = context::asked_about(context, Some(flags))? else {
            return Ok(Vec::new());
        };
        Ok(self
            .document
            .flags()
            .big_segment_keys(&context)
            .iter()
            .map(ToString::to_string)
            .collect())
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
        let context = context::asked_about(context, None)?;
        let big_segments = big_segments::from_object(big_segments)?;
        let key = key.to_string_lossy();
        Ok(Receipt::from(self.document.flags().receipt(
            &key,
            context.as_ref(),
            big_segments.as_ref(),
        )))
    }

    /// The document under a strategy, as a new object; raises StrategyError.
    #[pyo3(signature = (strategy, *, on = None, off = None, deployed = None))]
    fn with_strategy<'py>(
        &self,
        strategy: &Bound<'py, PyAny>,
        on: Option<Bound<'py, PyAny>>,
        off: Option<Bound<'py, PyAny>>,
        deployed: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Flags> {
        let py = strategy.py();
        let strategy =
            strategy::read(strategy, [("on", on), ("off", off), ("deployed", deployed)])?;
        match py.detach(|| self.document.flags().with_strategy(&strategy)) {
            Ok(flags) => Ok(Flags::from(flags)),
            Err(error) => Err(strategy::refused(py, &error)),
        }
    }

    /// The strategy that the system chooses for the context, or None.
    fn strategy_for<'py>(
        &self,
        system: &str,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let system = strategy::system(system)?;
        let Some(asked) = context::asked_about(context, None)? else { return Ok(None) };
        let chosen = self.document.flags().strategy_for(system, &asked);
        chosen.map(|chosen| to_python::object(context.py(), &chosen.to_value())).transpose()
    }

    /// What loading says of the document, and the mistakes of its authors.
    #[pyo3(signature = (options = None))]
    fn check(&self, options: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Diagnostic>> {
        let options = check::options(options)?;
        Ok(self.document.flags().check(&options).iter().map(Diagnostic::from).collect())
    }

    /// What changed from this document to a later one.
    fn diff(&self, later: &Bound<'_, PyAny>) -> PyResult<Diff> {
        Ok(Diff::from(self.document.flags().diff(&document(later)?)))
    }

    fn __repr__(&self) -> String {
        let count = self.document.flags().len();
        match self.document.flags().version() {
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
        let text = slf.get().document.flags().document().to_canonical_json();
        Ok((slf.get_type().getattr("from_json")?, (text,)))
    }
}

impl Flags {
    fn bound(
        &self,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<isoflag::BoundFlags> {
        let flags = self.document.flags();
        let context = context::asked_about(context, Some(flags))?;
        let big_segments = big_segments::from_object(big_segments)?;
        Ok(flags.bind_with(context.as_ref(), big_segments.as_ref()))
    }

    fn served(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
        wanted: Wanted,
    ) -> PyResult<Served<&Arc<Document>>> {
        let answer = bound_flags::evaluate(&self.bound(context, big_segments)?, key);
        Ok(Served::new(&self.document, answer, wanted))
    }
}

impl From<isoflag::Flags> for Flags {
    fn from(flags: isoflag::Flags) -> Flags {
        Flags { document: Arc::new(Document::from(flags)) }
    }
}

/// A document, loaded already or not.
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
