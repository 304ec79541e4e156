//! The evaluation methods of `Flags`, and those of `BoundFlags` that evaluate one flag.

use std::num::NonZero;
use std::sync::Arc;

use isoflag::{ErrorKind, FlagHandle, Gate};
use isoflag_tools::{receipt, system_receipt};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::bound_flags::{self, BoundFlags};
use crate::consistency::Consistency;
use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::flags::Flags;
use crate::many::{self, EvaluationDetails};
use crate::receipt::{Explanation, Receipt};
use crate::served::{Served, Wanted};
use crate::system_flags::read_system;
use crate::{context, state};

/// Defines the methods of `Flags` and `BoundFlags` that evaluate one flag: for each type one that returns the value, and one
/// that returns the detail. An option is a keyword parameter, by default true.
macro_rules! getters {
    ($(
        $wanted:ident $({ $option:ident })?
        $(#[$about:meta])* $variation:ident
        $(#[$about_detail:meta])* $variation_detail:ident
    )*) => {
        #[pymethods]
        impl Flags {
            $(
                $(#[$about])*
                #[pyo3(signature = (key, context, default, *, big_segments = None $(, $option = true)?))]
                fn $variation<'py>(
                    &self,
                    key: &Bound<'py, PyString>,
                    context: &Bound<'py, PyAny>,
                    default: Bound<'py, PyAny>,
                    big_segments: Option<&Bound<'py, PyAny>>,
                    $($option: bool,)?
                ) -> PyResult<Bound<'py, PyAny>> {
                    self.value(key, context, default, big_segments, Wanted::$wanted $({ $option })?)
                }

                $(#[$about_detail])*
                #[pyo3(signature = (key, context, default, *, big_segments = None $(, $option = true)?))]
                fn $variation_detail<'py>(
                    &self,
                    key: &Bound<'py, PyString>,
                    context: &Bound<'py, PyAny>,
                    default: Bound<'py, PyAny>,
                    big_segments: Option<&Bound<'py, PyAny>>,
                    $($option: bool,)?
                ) -> PyResult<Py<EvaluationDetail>> {
                    self.detail(key, context, default, big_segments, Wanted::$wanted $({ $option })?)
                }
            )*
        }

        #[pymethods]
        impl BoundFlags {
            $(
                $(#[$about])*
                #[pyo3(signature = (key, default $(, *, $option = true)?))]
                fn $variation<'py>(
                    &self,
                    key: &Bound<'py, PyString>,
                    default: Bound<'py, PyAny>,
                    $($option: bool,)?
                ) -> PyResult<Bound<'py, PyAny>> {
                    self.value(key, default, Wanted::$wanted $({ $option })?)
                }

                $(#[$about_detail])*
                #[pyo3(signature = (key, default $(, *, $option = true)?))]
                fn $variation_detail<'py>(
                    &self,
                    key: &Bound<'py, PyString>,
                    default: Bound<'py, PyAny>,
                    $($option: bool,)?
                ) -> PyResult<Py<EvaluationDetail>> {
                    self.detail(key, default, Wanted::$wanted $({ $option })?)
                }
            )*
        }
    };
}

getters! {
    Any { copy }
    /// Returns the value that the flag serves, or `default`.
    variation
    /// Returns the value that the flag serves, its variation index and the reason.
    variation_detail

    Bool
    /// Returns the bool that the flag serves, or `default`.
    bool_variation
    /// Returns the bool that the flag serves, its variation index and the reason.
    bool_variation_detail

    Int
    /// Returns the number that the flag serves, truncated toward zero, or `default`.
    int_variation
    /// Returns the number, truncated toward zero, its variation index and the reason.
    int_variation_detail

    Float
    /// Returns the number that the flag serves, as a float, or `default`.
    float_variation
    /// Returns the number as a float, its variation index and the reason.
    float_variation_detail

    Str
    /// Returns the str that the flag serves, or `default`.
    str_variation
    /// Returns the str that the flag serves, its variation index and the reason.
    str_variation_detail

    Json { copy }
    /// Returns the value, of any JSON type, that the flag serves, or `default`.
    json_variation
    /// Returns the value, of any JSON type, its variation index and the reason.
    json_variation_detail
}

#[pymethods]
impl Flags {
    /// Evaluates many flags for many contexts; returns the details of all keys for each context.
    #[pyo3(signature = (keys, contexts, *, big_segments = None, threads = None))]
    fn evaluate_many(
        &self,
        keys: &Bound<'_, PyAny>,
        contexts: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
        threads: Option<usize>,
    ) -> PyResult<Vec<EvaluationDetails>> {
        let flags = self.inner();
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
            // No flag has a key with a lone surrogate.
            let key = key?;
            let key = key.cast::<PyString>()?;
            let handle = key.to_str().ok().and_then(|key| flags.handle(key));
            if handle.is_none() {
                let key = key.to_string_lossy();
                self.document().warnings().flag(keys.py(), &key, ErrorKind::FlagNotFound)?;
            }
            Ok(handle)
        };
        let handles: Vec<_> = keys.try_iter()?.map(handle).collect::<PyResult<_>>()?;
        let converted = |context: PyResult<Bound<'_, PyAny>>| {
            context::evaluation_context(&context?, Some(self.document()))
        };
        let contexts: Vec<_> = contexts.try_iter()?.map(converted).collect::<PyResult<_>>()?;
        let big_segments = context::big_segments(big_segments)?;
        let py = keys.py();
        let rows =
            many::rows(py, flags, &handles, &contexts, big_segments.as_ref(), threads.transpose()?);
        Ok(rows.into_iter().map(|row| EvaluationDetails::new(self.document(), row)).collect())
    }

    /// Evaluates every flag and returns the bootstrap state of LaunchDarkly's browser SDKs.
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

    /// Evaluates a flag and returns a trace of every rule and clause that was considered.
    #[pyo3(signature = (key, context, *, big_segments = None))]
    fn explain(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Explanation> {
        let explanation = bound_flags::explain(&self.bound(context, big_segments)?, key);
        Ok(explanation.with_note(context::ignored_members(context)?))
    }

    /// Returns the context keys whose big-segment memberships an evaluation may need.
    fn big_segment_keys(&self, context: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        let flags = self.inner();
        let Some(context) = context::evaluation_context(context, Some(self.document()))? else {
            return Ok(Vec::new());
        };
        Ok(flags.big_segment_keys(&context).iter().map(ToString::to_string).collect())
    }

    /// Returns whether every polling back-end instance has picked up the flag's last change.
    #[pyo3(
        signature = (key, context, now_ms, ttl_seconds, poll_timeout_ms = isoflag::POLL_TIMEOUT_MS, *, taken_ms = None, big_segments = None),
        text_signature = "($self, key, context, now_ms, ttl_seconds, poll_timeout_ms=3000.0, *, taken_ms=None, big_segments=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are a Python method's keywords")]
    fn consistency(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        now_ms: f64,
        ttl_seconds: f64,
        poll_timeout_ms: f64,
        taken_ms: Option<f64>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Consistency> {
        let gate = Gate { now_ms, ttl_seconds, poll_timeout_ms, taken_ms };
        let bound = self.bound(context, big_segments)?;
        Ok(Consistency::from(bound.consistency(&key.to_string_lossy(), &gate)))
    }

    /// Evaluates a flag and returns a receipt that `replay` can verify.
    #[pyo3(signature = (key, context, *, system = None, big_segments = None))]
    fn receipt(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        system: Option<&str>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Receipt> {
        let system = system.map(read_system).transpose()?;
        let system = system.and_then(|system| self.system_flags(key.py(), system));
        let context = context::evaluation_context(context, None)?;
        let big_segments = context::big_segments(big_segments)?;
        let key = key.to_string_lossy();
        if let Some(system) = system {
            let (context, read) = (context.as_ref(), big_segments.as_ref());
            return Ok(Receipt::from(system_receipt(system.inner(), &key, context, read)));
        }
        Ok(Receipt::from(receipt(self.inner(), &key, context.as_ref(), big_segments.as_ref())))
    }
}

impl Flags {
    #[inline(never)]
    fn value<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
        wanted: Wanted,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.served(key, context, big_segments, wanted)?.value(default)
    }

    #[inline(never)]
    fn detail<'py>(
        &self,
        key: &Bound<'py, PyString>,
        context: &Bound<'py, PyAny>,
        default: Bound<'py, PyAny>,
        big_segments: Option<&Bound<'py, PyAny>>,
        wanted: Wanted,
    ) -> PyResult<Py<EvaluationDetail>> {
        let served = self.served(key, context, big_segments, wanted)?;
        Py::new(key.py(), served.detail(default))
    }

    fn served(
        &self,
        key: &Bound<'_, PyString>,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
        wanted: Wanted,
    ) -> PyResult<Served<&Arc<Document>>> {
        let answer = bound_flags::evaluate(&self.bound(context, big_segments)?, key);
        Served::new(self.document(), key, answer, wanted)
    }
}
