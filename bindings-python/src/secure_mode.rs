use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::context;

/// Returns the hash that proves that a server vouches for a context; "" for an invalid one.
///
/// Raises ValueError if the SDK key is empty or contains a lone surrogate.
#[pyfunction]
pub(crate) fn secure_mode_hash(
    sdk_key: &Bound<'_, PyString>,
    context: &Bound<'_, PyAny>,
) -> PyResult<String> {
    let Ok(sdk_key) = sdk_key.to_str() else {
        return Err(PyValueError::new_err(
            "the SDK key has a lone surrogate; pass it as it was issued",
        ));
    };
    if sdk_key.is_empty() {
        return Err(PyValueError::new_err("the SDK key is empty; anybody could compute the hash"));
    }
    let context = context::evaluation_context(context, None)?;
    Ok(context.map_or_else(String::new, |context| isoflag::secure_mode_hash(sdk_key, &context)))
}
