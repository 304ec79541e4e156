//! The consistency of a change among instances, and which document replaces which.

use std::sync::Arc;

use isoflag::limits::{Budget, CONTEXT_BYTES};
use isoflag::{Evidence, Object, Value};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::check::Diagnostic;
use crate::flags::Flags;
use crate::{errors, from_python, to_python};

/// The consistency of a flag's last change among back-end instances, for one context.
///
/// Members are attributes and can be read by their JSON names: `c.is_backend_consistent`,
/// `c["isBackendConsistent"]`, `dict(c)`.
#[pyclass(module = "isoflag", frozen, eq)]
#[derive(PartialEq)]
pub(crate) struct Consistency {
    inner: isoflag::Consistency,
}

impl From<isoflag::Consistency> for Consistency {
    fn from(inner: isoflag::Consistency) -> Consistency {
        Consistency { inner }
    }
}

#[pymethods]
impl Consistency {
    /// Whether the flag is on for the context.
    #[getter]
    fn enabled(&self) -> bool {
        self.inner.enabled
    }

    /// Whether a journey may start: the flag is on and changed more than one TTL ago.
    #[getter]
    fn is_backend_consistent(&self) -> bool {
        self.inner.is_backend_consistent
    }

    /// Whether the last change has propagated: it is older than two TTLs and a poll timeout.
    #[getter]
    fn settled(&self) -> bool {
        self.inner.settled
    }

    /// Seconds until the change is one TTL old, rounded up; None if its time is unknown.
    #[getter]
    fn remaining_seconds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let remaining = self.inner.remaining_seconds.map(Value::from);
        to_python::object(py, &remaining.unwrap_or_default())
    }

    /// The document's version, if it has one.
    #[getter]
    fn version(&self) -> Option<i64> {
        self.inner.version
    }

    /// The document's digest.
    #[getter]
    fn digest(&self) -> &str {
        &self.inner.digest
    }

    /// Problems with the time of the last change.
    #[getter]
    fn diagnostics(&self) -> Vec<Diagnostic> {
        self.inner.diagnostics().iter().map(Diagnostic::from).collect()
    }

    /// Returns the names of the members.
    fn keys(&self) -> Vec<String> {
        let value = self.inner.to_value();
        let members = value.as_object().map(|members| members.iter().map(|(name, _)| &**name));
        members.into_iter().flatten().map(str::to_owned).collect()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        match self.inner.to_value().as_object().and_then(|members| members.get(name)) {
            Some(member) => to_python::object(py, member),
            None => Err(PyKeyError::new_err(name.to_owned())),
        }
    }

    fn __repr__(&self) -> String {
        format!("<Consistency {}>", self.inner.to_value())
    }
}

/// Parses a TTL in the form of AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS, in seconds.
#[pyfunction]
pub(crate) fn parse_ttl(text: &str) -> PyResult<u32> {
    isoflag::parse_ttl(text).map_err(errors::invalid_argument)
}

#[pymethods]
impl Flags {
    /// Returns whether this document, just fetched, replaces the held one.
    fn supersedes(
        &self,
        held: Option<&Bound<'_, Flags>>,
        evidence: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let evidence = evidence_of(evidence)?;
        Ok(self.inner().supersedes(held.map(|held| held.get().inner()), &evidence))
    }

    /// Returns whether replacing `held` by this document goes back in time, like a rollback.
    fn steps_back_from(&self, held: &Bound<'_, Flags>) -> bool {
        self.inner().steps_back_from(held.get().inner())
    }
}

fn evidence_of(object: &Bound<'_, PyAny>) -> PyResult<Evidence> {
    let value = from_python::strict(object, Budget::new(CONTEXT_BYTES)).map_err(|failure| {
        failure.into_interrupt().unwrap_or_else(|failure| {
            errors::invalid_argument(format_args!("invalid `evidence`: {}", failure.message()))
        })
    })?;
    Ok(Evidence::from_value(&with_core_names(&value)))
}

/// Renames the members of the evidence from Python's spelling to the core's.
fn with_core_names(value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let rename = |(name, value): (&Arc<str>, &Value)| {
        let name = match &**name {
            "last_modified" => "lastModified".into(),
            "received_ms" => "receivedMs".into(),
            _ => Arc::clone(name),
        };
        (name, with_core_names(value))
    };
    members.iter().map(rename).collect::<Object>().into()
}
