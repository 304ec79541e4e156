//! Interned Python strings of LaunchDarkly's format.

use pyo3::prelude::*;
use pyo3::types::PyString;

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
