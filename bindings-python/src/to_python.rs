//! Converts JSON values to Python objects, and interns the strings of LaunchDarkly's format. Every
//! call creates new objects: the caller may modify them.

use isoflag::Value;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList, PyString};

/// The largest magnitude up to which every integer is exact as a double.
const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Converts a value to `None`, `bool`, `int` or `float`, `str`, `list` or `dict`.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(flag) => flag.into_bound_py_any(py),
        Value::Number(number) => match value.as_integer().filter(is_safe) {
            Some(integer) => integer.into_bound_py_any(py),
            None => number.into_bound_py_any(py),
        },
        Value::String(text) => Ok(PyString::new(py, text).into_any()),
        Value::Array(elements) => {
            let list = PyList::empty(py);
            for element in elements.iter() {
                list.append(object(py, element)?)?;
            }
            Ok(list.into_any())
        }
        Value::Object(members) => {
            let dict = PyDict::new(py);
            for (name, member) in members.iter() {
                dict.set_item(PyString::new(py, name), object(py, member)?)?;
            }
            Ok(dict.into_any())
        }
    }
}

/// Like [`object`], with a number truncated toward zero to an `int`, however large.
pub(crate) fn truncated<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value.as_number().map(|number| Value::from(number.trunc())) {
        None => object(py, value),
        Some(whole) => match whole.as_integer() {
            Some(integer) => integer.into_bound_py_any(py),
            None => py.get_type::<PyInt>().call1((whole.as_number(),)),
        },
    }
}

/// Like [`object`], with a number always a `float`.
pub(crate) fn floating<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value.as_number() {
        Some(number) => Ok(PyFloat::new(py, number).into_any()),
        None => object(py, value),
    }
}

fn is_safe(integer: &i64) -> bool {
    integer.unsigned_abs() <= MAX_SAFE_INTEGER
}

/// Defines a function from a text to its Python string: interned for the texts listed here, in
/// the order in which they are compared, and new for any other.
macro_rules! interned {
    ($(#[$about:meta])* $function:ident: $($word:literal)*) => {
        $(#[$about])*
        pub(crate) fn $function<'py>(py: Python<'py>, text: &str) -> Bound<'py, PyString> {
            match text {
                $($word => pyo3::intern!(py, $word).clone(),)*
                _ => PyString::new(py, text),
            }
        }
    };
}

interned! {
    /// Returns the name of a member of a reason or of a flag's state.
    name:
    "kind" "ruleIndex" "ruleId" "inExperiment" "errorKind" "prerequisiteKey" "bigSegmentsStatus"
    "variation" "version" "trackEvents" "trackReason" "reason" "debugEventsUntilDate"
    "prerequisites" "$flagsState" "$valid"
}

interned! {
    /// Returns a string value of a reason.
    reason_value:
    "FALLTHROUGH" "RULE_MATCH" "OFF" "TARGET_MATCH" "PREREQUISITE_FAILED" "ERROR" "FLAG_NOT_FOUND"
    "WRONG_TYPE" "MALFORMED_FLAG" "USER_NOT_SPECIFIED" "HEALTHY" "STALE" "STORE_ERROR"
    "NOT_CONFIGURED"
}
