//! The error of an invalid context.

use std::fmt;

use crate::json::{JsonError, Value};

/// An invalid context: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextError {
    code: &'static str,
    path: String,
    message: String,
}

impl ContextError {
    pub(crate) fn invalid(path: impl AsRef<str>, message: impl AsRef<str>) -> ContextError {
        ContextError::new(path.as_ref(), message.as_ref())
    }

    #[cold]
    #[inline(never)]
    fn new(path: &str, message: &str) -> ContextError {
        ContextError { code: "invalid-context", path: path.to_owned(), message: message.to_owned() }
    }

    /// A member of the wrong type; the prefix precedes its name in the path.
    pub(super) fn expected(what: &str, found: &Value, prefix: &str, name: &str) -> ContextError {
        let message = ["expected ", what, ", found ", found.type_name()].concat();
        ContextError::invalid([prefix, name].concat(), message)
    }

    pub(super) fn limit(message: String) -> ContextError {
        ContextError { code: "limit", path: String::new(), message }
    }

    pub(super) fn json(error: &JsonError) -> ContextError {
        ContextError { code: error.code(), path: error.path().to_owned(), message: error.text() }
    }

    /// The stable error code: `not-json`, `number-range`, `invalid-context` or `limit`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The path, such as `org.key`; empty for the context as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole error, as displayed.
    #[must_use]
    pub fn text(&self) -> String {
        let (open, close) = if self.path.is_empty() { ("", "") } else { ("`", "`: ") };
        [open, &self.path, close, &self.message].concat()
    }

    /// The problem, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for ContextError {}
