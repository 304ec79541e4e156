use pyo3::prelude::*;

use crate::context;

/// The hash by which a client proves that its server knows the context; "" for an invalid one.
#[pyfunction]
pub(crate) fn secure_mode_hash(sdk_key: &str, context: &Bound<'_, PyAny>) -> PyResult<String> {
    let context = context::asked_about(context, None)?;
    Ok(context.map_or_else(String::new, |context| isoflag::secure_mode_hash(sdk_key, &context)))
}
