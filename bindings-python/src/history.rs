//! The documents held by digest, and pins to them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use isoflag::{Gate, HistoryLimits};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use crate::detached::detached;
use crate::errors;
use crate::flags::{self, Flags};

static PIN_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Documents by digest: the one in force, and those that were before it. May be shared between
/// threads.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct DocumentHistory {
    inner: Mutex<isoflag::DocumentHistory>,
}

#[pymethods]
impl DocumentHistory {
    #[new]
    #[pyo3(
        signature = (*, max_documents = None, max_bytes = None),
        text_signature = "(*, max_documents=16, max_bytes=67108864)"
    )]
    fn new(max_documents: Option<usize>, max_bytes: Option<usize>) -> DocumentHistory {
        let usual = HistoryLimits::default();
        let limits = HistoryLimits {
            documents: max_documents.unwrap_or(usual.documents),
            bytes: max_bytes.unwrap_or(usual.bytes),
        };
        DocumentHistory { inner: Mutex::new(isoflag::DocumentHistory::new(limits)) }
    }

    /// Takes the document that is in force at a moment.
    fn add(&self, document: &Bound<'_, PyAny>, now_ms: f64) -> PyResult<()> {
        let flags = flags::document(document)?;
        // The digest of a large document takes a while.
        detached(document.py(), || {
            let _ = flags.digest();
            self.held().add(flags, now_ms);
        });
        Ok(())
    }

    /// Keeps a document that was in force until a moment; returns whether it is held now.
    #[pyo3(signature = (document, superseded_ms = None))]
    fn keep(&self, document: &Bound<'_, PyAny>, superseded_ms: Option<f64>) -> PyResult<bool> {
        let flags = flags::document(document)?;
        Ok(detached(document.py(), || {
            let _ = flags.digest();
            self.held().keep(flags, superseded_ms)
        }))
    }

    /// Keeps a document that was fetched by a host that may be behind; returns whether it is held.
    fn keep_fetched(&self, document: &Bound<'_, PyAny>) -> PyResult<bool> {
        let flags = flags::document(document)?;
        Ok(detached(document.py(), || {
            let _ = flags.digest();
            self.held().keep_fetched(flags)
        }))
    }

    /// The document of that digest, if it is held.
    fn get(&self, digest: &Bound<'_, PyString>) -> Option<Flags> {
        self.held().get(&digest.to_string_lossy()).cloned().map(Flags::from)
    }

    /// The document in force, if there is one.
    #[getter]
    fn newest(&self) -> Option<Flags> {
        self.held().newest().cloned().map(Flags::from)
    }

    /// The digests of all documents held, the newest first.
    fn digests(&self) -> Vec<String> {
        self.held().digests().map(str::to_owned).collect()
    }

    /// How many bytes of canonical JSON the documents have.
    #[getter]
    fn size(&self) -> usize {
        self.held().bytes()
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    /// The document of a pin, but for what was switched off since; raises PinError.
    #[pyo3(
        signature = (digest, now_ms, ttl_seconds, poll_timeout_ms = isoflag::POLL_TIMEOUT_MS, *, max_pin_age_ms = None),
        text_signature = "($self, digest, now_ms, ttl_seconds, poll_timeout_ms=3000.0, *, max_pin_age_ms=None)"
    )]
    fn pinned(
        &self,
        py: Python<'_>,
        digest: &Bound<'_, PyString>,
        now_ms: f64,
        ttl_seconds: f64,
        poll_timeout_ms: f64,
        max_pin_age_ms: Option<f64>,
    ) -> PyResult<Pinned> {
        let gate = Gate { poll_timeout_ms, ..Gate::new(now_ms, ttl_seconds) };
        // With a lone surrogate it is not a digest either, for the core to say.
        let digest = digest.to_string_lossy();
        match detached(py, || self.held().pinned(&digest, &gate, max_pin_age_ms)) {
            Ok(inner) => Ok(Pinned { inner }),
            Err(error) => Err(pin_error(py, &error)),
        }
    }

    fn __repr__(&self) -> String {
        format!("<DocumentHistory: {} documents>", self.held().len())
    }
}

impl DocumentHistory {
    /// What was held before somebody else failed is held still.
    fn held(&self) -> MutexGuard<'_, isoflag::DocumentHistory> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pin_error(py: Python<'_>, error: &isoflag::PinError) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("code", error.code())?;
        members.set_item("held", error.held())?;
        Ok(members)
    };
    errors::raise_with(py, &PIN_ERROR, "PinError", &error.to_string(), members())
}

/// What answers a pin.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Pinned {
    inner: isoflag::Pinned,
}

#[pymethods]
impl Pinned {
    /// The pinned document, with what was switched off since off in it.
    #[getter]
    fn flags(&self) -> Flags {
        Flags::from(self.inner.flags().clone())
    }

    /// The digest that was pinned.
    #[getter]
    fn digest(&self) -> &str {
        self.inner.digest()
    }

    /// The keys of the flags that were switched off since.
    #[getter]
    fn switched_off(&self) -> Vec<&str> {
        self.inner.switched_off().collect()
    }

    fn __repr__(&self) -> String {
        format!("<Pinned {}>", self.inner.digest())
    }
}
