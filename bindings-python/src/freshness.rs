//! Which document supersedes which.

use std::sync::Arc;

use isoflag::limits::CONTEXT_BYTES;
use isoflag::{Evidence, Object, Value};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::flags::Flags;
use crate::from_python;

#[pymethods]
impl Flags {
    /// Whether this document, just fetched, takes the place of the one that is held.
    fn supersedes(
        &self,
        held: Option<&Bound<'_, Flags>>,
        evidence: &Bound<'_, PyAny>,
    ) -> PyResult<bool> {
        let evidence = evidence_of(evidence)?;
        Ok(self.inner().supersedes(held.map(|held| held.get().inner()), &evidence))
    }

    /// Whether taking this document in place of another goes back in time, as a rollback does.
    fn steps_back_from(&self, held: &Bound<'_, Flags>) -> bool {
        self.inner().steps_back_from(held.get().inner())
    }
}

fn evidence_of(object: &Bound<'_, PyAny>) -> PyResult<Evidence> {
    let value = from_python::strict(object, CONTEXT_BYTES).map_err(|failure| {
        failure.into_interrupt().unwrap_or_else(|failure| {
            PyValueError::new_err(format!("invalid `evidence`: {}", failure.message()))
        })
    })?;
    Ok(Evidence::from_value(&with_core_names(&value)))
}

/// The evidence with the members of Python's spelling under the names that the core reads.
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
