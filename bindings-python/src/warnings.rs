//! Warnings about evaluations, each logged once for a document by Python's `logging`.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::fast::FixedState;
use isoflag::{Context, ErrorKind, Value};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::from_python::Failure;

/// Maximum number of warnings about one document.
const MOST: usize = 100;

/// The warnings that were logged.
#[derive(Default)]
pub(crate) struct Warnings {
    logged: Mutex<HashSet<(&'static str, Box<str>), FixedState>>,
    /// Whether nothing is left to log.
    is_full: AtomicBool,
    /// Whether a legacy user with ignored members was reported.
    is_legacy_reported: AtomicBool,
}

/// The document of contexts that are converted without one.
pub(crate) static WITHOUT_DOCUMENT: Warnings = Warnings {
    logged: Mutex::new(HashSet::with_hasher(FixedState::with_seed(0))),
    is_full: AtomicBool::new(false),
    is_legacy_reported: AtomicBool::new(false),
};

impl Warnings {
    /// Reports a flag whose default was returned because of an error. An invalid context has a
    /// warning of its own.
    pub(crate) fn flag(&self, py: Python<'_>, key: &str, error: ErrorKind) -> PyResult<()> {
        if error == ErrorKind::UserNotSpecified {
            return Ok(());
        }
        let text = |key: &str| error.note_on_flag(key).unwrap_or_default();
        self.log(py, error.as_str(), key, text, [("flag", key)])
    }

    /// Reports an invalid context.
    pub(crate) fn context(&self, py: Python<'_>, reason: &str) -> PyResult<()> {
        let kind = ErrorKind::UserNotSpecified.as_str();
        self.log(py, kind, reason, Context::note_on_invalid, [])
    }

    /// Reports an attribute that JSON cannot represent.
    pub(crate) fn attribute(&self, py: Python<'_>, failure: &Failure) -> PyResult<()> {
        let path = failure.path();
        let text = |path: &str| Context::note_on_ignored_part(path, &failure.reason());
        self.log(py, "ATTRIBUTE_IGNORED", &path, text, [("attribute", path.as_str())])
    }

    /// Reports the members of a context without `kind` that are ignored.
    pub(crate) fn ignored_members(&self, py: Python<'_>, context: &Value) -> PyResult<()> {
        if self.is_legacy_reported.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some(text) = Context::note_on_ignored_members(context) else { return Ok(()) };
        self.is_legacy_reported.store(true, Ordering::Relaxed);
        self.log(py, "ATTRIBUTE_IGNORED", "", |_| text, [])
    }

    fn log<const N: usize>(
        &self,
        py: Python<'_>,
        kind: &'static str,
        subject: &str,
        text: impl FnOnce(&str) -> String,
        fields: [(&str, &str); N],
    ) -> PyResult<()> {
        if self.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Remembered before it is logged: a handler of the log may evaluate the same flag.
        let Ok(mut logged) = self.logged.lock() else { return Ok(()) };
        if logged.contains(&(kind, Box::from(subject))) {
            return Ok(());
        }
        logged.insert((kind, Box::from(subject)));
        self.is_full.store(logged.len() >= MOST, Ordering::Relaxed);
        drop(logged);
        let warn = || -> PyResult<()> {
            let extra = PyDict::new(py);
            extra.set_item("error_kind", kind)?;
            for (name, value) in fields {
                extra.set_item(name, isoflag::printable(value).to_string())?;
            }
            py.import("isoflag._logs")?.call_method1("warn", (text(subject), extra)).map(drop)
        };
        match warn() {
            // An evaluation raises for no reason, so neither because of a handler of the log.
            Err(error) if error.is_instance_of::<PyException>(py) => {
                error.write_unraisable(py, None);
                Ok(())
            }
            interrupted => interrupted,
        }
    }
}
