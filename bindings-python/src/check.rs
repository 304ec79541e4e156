//! Authoring checks, and AppConfig's encoding of keys.

use isoflag::Value;
use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag_tools::CheckOptions;
use pyo3::prelude::*;

use crate::{errors, from_python};

/// Reads the options of a check from a mapping.
pub(crate) fn options(options: Option<&Bound<'_, PyAny>>) -> PyResult<CheckOptions> {
    let Some(options) = options else { return Ok(CheckOptions::default()) };
    let py = options.py();
    let written: Value = from_python::strict(options, Budget::new(DOCUMENT_BYTES))
        .map_err(|failure| errors::no_document(py, failure))?;
    CheckOptions::read(&written).map_err(errors::invalid_argument)
}

/// Returns a flag's key in the form that AWS AppConfig accepts, or None if it is too long.
#[pyfunction]
pub(crate) fn to_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::to_appconfig_key(key)
}

/// Returns the key that to_appconfig_key encoded, or None for any other text.
#[pyfunction]
pub(crate) fn from_appconfig_key(key: &str) -> Option<String> {
    isoflag_tools::from_appconfig_key(key)
}
