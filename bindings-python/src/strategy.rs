//! Reads strategies and systems from Python arguments.

use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag::{Object, Value};
use isoflag_tools::{Strategy, StrategyError, System};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::{errors, from_python};

static STRATEGY_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Reads a strategy's name or mapping; lists passed as arguments take precedence over its own.
pub(crate) fn read(
    strategy: &Bound<'_, PyAny>,
    lists: [(&str, Option<Bound<'_, PyAny>>); 3],
) -> PyResult<Strategy> {
    let py = strategy.py();
    let convert = |object: &Bound<'_, PyAny>| {
        from_python::strict(object, Budget::new(DOCUMENT_BYTES))
            .map_err(|failure| errors::no_document(py, failure))
    };
    let written = convert(strategy)?;
    if lists.iter().all(|(_, list)| list.is_none()) {
        return Strategy::read(&written).map_err(|error| refused(py, &error));
    }
    let mut members = match &written {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        name => vec![("strategy".into(), name.clone())],
    };
    for (name, list) in lists {
        if let Some(list) = list {
            members.push((name.into(), convert(&list)?));
        }
    }
    let members = Value::Object(Object::from_members(members));
    Strategy::read(&members).map_err(|error| refused(py, &error))
}

pub(crate) fn system(name: &str) -> PyResult<System> {
    System::named(name).ok_or_else(|| {
        errors::invalid_argument(format_args!(
            "invalid system `{name}`: expected `development` or `production`"
        ))
    })
}

pub(crate) fn refused(py: Python<'_>, error: &StrategyError) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("code", error.code())?;
        members.set_item("path", error.path())?;
        Ok(members)
    };
    errors::raise_with(py, &STRATEGY_ERROR, "StrategyError", &error.to_string(), members())
}
