//! Flags bound to a context.

use std::sync::Arc;

use isoflag::{Answer, Gate, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::consistency::Consistency;
use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::receipt::Explanation;
use crate::served::{Served, Wanted};
use crate::{from_python, state};

/// Flags bound to one context. Immutable; threads may share it.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct BoundFlags {
    document: Arc<Document>,
    inner: isoflag::BoundFlags,
}

/// Evaluates a key; no flag has a key with a lone surrogate.
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
    /// Evaluates every flag and returns the bootstrap state of LaunchDarkly's browser SDKs.
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

    /// Returns the value of one flag and its entry in the bootstrap state, with its reason, if it is visible.
    fn _flag_state<'py>(
        &self,
        py: Python<'py>,
        key: &Bound<'py, PyString>,
        client_side_only: bool,
    ) -> PyResult<Option<(Bound<'py, PyAny>, Bound<'py, PyDict>)>> {
        let options = state::options(py, client_side_only, true, false, None)?;
        let flag = self.inner.flag_state(&key.to_string_lossy(), &options);
        flag.map(|flag| Ok((state::value(py, &flag)?, state::members(py, &flag)?))).transpose()
    }

    /// Evaluates a flag and returns a trace of every rule and clause that was considered.
    fn explain(&self, key: &Bound<'_, PyString>) -> Explanation {
        explain(&self.inner, key)
    }

    /// Returns whether every polling back-end instance has picked up the flag's last change.
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

    /// The fully-qualified key of the context, or None if it is invalid.
    #[getter]
    fn _context_key(&self) -> Option<&str> {
        self.inner.context_key()
    }

    /// Returns OpenFeature's name for a reason of this flag.
    fn _openfeature_reason(
        &self,
        key: &Bound<'_, PyString>,
        reason: &Bound<'_, PyAny>,
    ) -> PyResult<&'static str> {
        let reason = from_python::lenient(reason, None)?.map_or(Value::Null, |reason| reason.value);
        Ok(self.inner.flags().openfeature_reason(&key.to_string_lossy(), &reason))
    }

    /// Returns the same object, which is immutable.
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

    #[inline(never)]
    pub(crate) fn value<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
        wanted: Wanted,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, wanted)?.value(default)
    }

    #[inline(never)]
    pub(crate) fn detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        default: Bound<'py, PyAny>,
        wanted: Wanted,
    ) -> PyResult<Py<EvaluationDetail>> {
        Py::new(key.py(), self.served(key, wanted)?.detail(default))
    }

    fn served(
        &self,
        key: &Bound<'_, PyString>,
        wanted: Wanted,
    ) -> PyResult<Served<&Arc<Document>>> {
        Served::new(&self.document, key, evaluate(&self.inner, key), wanted)
    }
}
