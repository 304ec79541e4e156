//! The bootstrap state of all flags.

use isoflag::{AllFlagsOptions, BoundFlags, FlagState, StateMember, Value};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::detached::detached;
use crate::evaluation_detail::reason_object;
use crate::to_python;

/// Number of flags from which the GIL is released; below it, handing over the GIL costs
/// more than the evaluations.
pub(crate) const MANY_FLAGS: usize = 64;

pub(crate) fn options(
    py: Python<'_>,
    client_side_only: bool,
    with_reasons: bool,
    details_only_for_tracked_flags: bool,
    now: Option<f64>,
) -> PyResult<AllFlagsOptions> {
    let now_ms = now.map_or_else(|| host_clock(py), Ok)?;
    Ok(AllFlagsOptions { client_side_only, with_reasons, details_only_for_tracked_flags, now_ms })
}

/// Returns the bootstrap dict, with names in RFC 8785 order.
pub(crate) fn object<'py>(
    py: Python<'py>,
    bound: &BoundFlags,
    options: &AllFlagsOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let flags: Option<Vec<FlagState<'_>>> = if bound.flags().len() < MANY_FLAGS {
        bound.flag_states(options).map(Iterator::collect)
    } else {
        detached(py, || bound.flag_states(options).map(Iterator::collect))
    };
    let (state, states) = (PyDict::new(py), PyDict::new(py));
    let valid = flags.is_some().into_bound_py_any(py)?;
    let own = [("$flagsState", states.clone().into_any()), ("$valid", valid)];
    let mut due = own.iter().peekable();
    for flag in flags.iter().flatten() {
        while let Some((name, member)) = due.next_if(|(name, _)| *name <= &**flag.key()) {
            state.set_item(to_python::name(py, name), member)?;
        }
        let key = PyString::new(py, flag.key());
        states.set_item(&key, members(py, flag)?)?;
        if own.iter().all(|(name, _)| *name != &**flag.key()) {
            state.set_item(key, value(py, flag)?)?;
        }
    }
    for (name, member) in due {
        state.set_item(to_python::name(py, name), member)?;
    }
    state.into_bound_py_any(py)
}

/// Returns the value that a flag serves, or None.
pub(crate) fn value<'py>(py: Python<'py>, flag: &FlagState<'_>) -> PyResult<Bound<'py, PyAny>> {
    to_python::object(py, flag.value().unwrap_or(&Value::Null))
}

/// Returns a flag's entry in `$flagsState`.
pub(crate) fn members<'py>(py: Python<'py>, flag: &FlagState<'_>) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, member) in flag.members() {
        let value = match member {
            StateMember::Number(number) => to_python::object(py, &Value::Number(number)),
            StateMember::Bool(flag) => flag.into_bound_py_any(py),
            StateMember::Reason(reason) => reason_object(py, &reason),
            StateMember::Keys(keys) => {
                keys.iter().map(|key| &**key).collect::<Vec<_>>().into_bound_py_any(py)
            }
            other => to_python::object(py, &other.into()),
        }?;
        dict.set_item(to_python::name(py, name), value)?;
    }
    Ok(dict)
}

/// Returns milliseconds since 1970 by Python's `time.time`, so that tests can set the clock.
pub(crate) fn host_clock(py: Python<'_>) -> PyResult<f64> {
    let seconds: f64 = py.import("time")?.call_method0("time")?.extract()?;
    Ok((seconds * 1000.0).floor())
}
