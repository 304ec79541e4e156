//! All flags at once, in the form that a browser's SDK starts from.

use isoflag::{AllFlagsOptions, BoundFlags};
use pyo3::prelude::*;

use crate::to_python;

/// From this many flags on other threads may run meanwhile; below it, handing over the GIL costs
/// more than the evaluations.
const MANY_FLAGS: usize = 64;

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

pub(crate) fn object<'py>(
    py: Python<'py>,
    bound: &BoundFlags,
    options: &AllFlagsOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let state = if bound.flags().len() < MANY_FLAGS {
        bound.all_flags_state(options)
    } else {
        py.detach(|| bound.all_flags_state(options))
    };
    to_python::object(py, &state)
}

/// Milliseconds since 1970, by the clock that Python code sees, so that tests can set it.
fn host_clock(py: Python<'_>) -> PyResult<f64> {
    let seconds: f64 = py.import("time")?.call_method0("time")?.extract()?;
    Ok((seconds * 1000.0).floor())
}
