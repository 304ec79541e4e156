use isoflag::{Reason, ReasonMember};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::interned;

/// Returns LaunchDarkly's JSON of a reason as a new dict.
pub(crate) fn object<'py>(py: Python<'py>, reason: &Reason<'_>) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    for (name, member) in reason.members() {
        let name = interned::name(py, name);
        match member {
            ReasonMember::Word(word) => dict.set_item(name, interned::reason_value(py, word)),
            ReasonMember::Text(text) => dict.set_item(name, PyString::new(py, text)),
            ReasonMember::Index(index) => dict.set_item(name, index),
            ReasonMember::Bool(flag) => dict.set_item(name, flag),
            other => dict.set_item(name, crate::to_python::object(py, &other.into())?),
        }?;
    }
    dict.into_bound_py_any(py)
}
