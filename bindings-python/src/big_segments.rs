use isoflag::BigSegments;
use isoflag::limits::{Budget, DOCUMENT_BYTES};
use pyo3::prelude::*;

use crate::errors;
use crate::from_python;

/// Converts a big-segment store's answer: `{"status": ..., "memberships": {...}}`.
pub(crate) fn from_object(object: Option<&Bound<'_, PyAny>>) -> PyResult<Option<BigSegments>> {
    let Some(object) = object else {
        return Ok(None);
    };
    let value = from_python::strict(object, Budget::new(DOCUMENT_BYTES)).map_err(|failure| {
        failure.into_interrupt().unwrap_or_else(|failure| refused(&failure.message()))
    })?;
    BigSegments::from_value(&value).map(Some).map_err(|error| refused(&error.to_string()))
}

fn refused(message: &str) -> PyErr {
    errors::invalid_argument(format_args!("big_segments: {message}"))
}
