//! The bootstrap state of all flags.

use isoflag::{AllFlagsOptions, BoundFlags};
use pyo3::prelude::*;

use crate::detached::detached;
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

/// Returns the bootstrap state as a new dict.
pub(crate) fn object<'py>(
    py: Python<'py>,
    bound: &BoundFlags,
    options: &AllFlagsOptions,
) -> PyResult<Bound<'py, PyAny>> {
    let state = if bound.flags().len() < MANY_FLAGS {
        bound.all_flags_state(options)
    } else {
        detached(py, || bound.all_flags_state(options))
    };
    to_python::object(py, &state)
}

/// Returns milliseconds since 1970 by Python's `time.time`, so that tests can set the clock.
/// Returns the milliseconds of the host runtime's clock.
pub(crate) fn host_clock(py: Python<'_>) -> PyResult<f64> {
    let seconds: f64 = py.import("time")?.call_method0("time")?.extract()?;
    Ok((seconds * 1000.0).floor())
}
