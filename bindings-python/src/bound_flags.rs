use std::sync::Arc;

use isoflag::{Answer, Gate};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::consistency::Consistency;
use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::explanation::Explanation;
use crate::served::{Served, Wanted};
use crate::state;

/// Flags for one context. It never changes, and may be shared between threads.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct BoundFlags {
    document: Arc<Document>,
    inner: isoflag::BoundFlags,
}

/// The answer for a key; one with a lone surrogate is no flag's.
pub(crate) fn evaluate(bound: &isoflag::BoundFlags, key: &Bound<'_, PyString>) -> Answer {
    match key.to_str() {
        Ok(key) => bound.evaluate(key),
        Err(_) => bound.evaluate_handle(None),
    }
}

pub(crate) fn explain(bound: &isoflag::BoundFlags, key: &Bound<'_, PyString>) -> Explanation {
    Explanation::from(bound.explain(&key.to_string_lossy()))
}

#[pymethods]
impl BoundFlags {
    /// The value that the flag serves, or the default.
    fn variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Any).value(default)
    }

    /// The value and why it was served.
    fn variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Any).detail(default)
    }

    /// As variation, for a flag that serves a bool.
    fn bool_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Bool).value(default)
    }

    /// As variation_detail, for a flag that serves a bool.
    fn bool_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Bool).detail(default)
    }

    /// As variation, for a flag that serves a number, truncated toward zero.
    fn int_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Int).value(default)
    }

    /// As variation_detail, for a flag that serves a number, truncated toward zero.
    fn int_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Int).detail(default)
    }

    /// As variation, for a flag that serves a number, as a float.
    fn float_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Float).value(default)
    }

    /// As variation_detail, for a flag that serves a number, as a float.
    fn float_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Float).detail(default)
    }

    /// As variation, for a flag that serves a str.
    fn str_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Str).value(default)
    }

    /// As variation_detail, for a flag that serves a str.
    fn str_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Str).detail(default)
    }

    /// As variation, for a flag that serves any JSON value.
    fn json_variation<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, Wanted::Json).value(default)
    }

    /// As variation_detail, for a flag that serves any JSON value.
    fn json_variation_detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
    ) -> EvaluationDetail {
        self.served(key, Wanted::Json).detail(default)
    }

    /// Every flag at once, in LaunchDarkly's bootstrap form.
    #[pyo3(signature = (
        *,
        client_side_only = false,
        with_reasons = false,
        details_only_for_tracked_flags = false,
        now = None,
    ))]
    fn all_flags_state<'py>(
        &self,
        py: Python<'py>,
        client_side_only: bool,
        with_reasons: bool,
        details_only_for_tracked_flags: bool,
        now: Option<f64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = state::options(
            py,
            client_side_only,
            with_reasons,
            details_only_for_tracked_flags,
            now,
        )?;
        state::object(py, &self.inner, &options)
    }

    /// The evaluation of a flag, watched.
    fn explain(&self, key: &Bound<'_, PyString>) -> Explanation {
        explain(&self.inner, key)
    }

    /// Whether every instance of a back end that polls has noticed the flag's last change.
    #[pyo3(
        signature = (key, now_ms, ttl_seconds, poll_timeout_ms = isoflag::POLL_TIMEOUT_MS, *, taken_ms = None),
        text_signature = "($self, key, now_ms, ttl_seconds, poll_timeout_ms=3000.0, *, taken_ms=None)"
    )]
    fn consistency(
        &self,
        key: &Bound<'_, PyString>,
        now_ms: f64,
        ttl_seconds: f64,
        poll_timeout_ms: f64,
        taken_ms: Option<f64>,
    ) -> Consistency {
        let gate = Gate { now_ms, ttl_seconds, poll_timeout_ms, taken_ms };
        Consistency::from(self.inner.consistency(&key.to_string_lossy(), &gate))
    }

    /// It never changes: a copy would be the same.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }
}

impl BoundFlags {
    pub(crate) fn new(document: &Arc<Document>, inner: isoflag::BoundFlags) -> BoundFlags {
        BoundFlags { document: Arc::clone(document), inner }
    }

    fn served(&self, key: &Bound<'_, PyString>, wanted: Wanted) -> Served<&Arc<Document>> {
        Served::new(&self.document, evaluate(&self.inner, key), wanted)
    }
}
