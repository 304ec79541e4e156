//! The methods that decide whether a fetched document replaces the current one.

use std::sync::Arc;

use isoflag::limits::{Budget, CONTEXT_BYTES};
use isoflag::{Evidence, Object, Value};
use pyo3::prelude::*;

use crate::errors;
use crate::flags::Flags;
use crate::from_python;

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
