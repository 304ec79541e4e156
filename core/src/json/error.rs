//! The error of invalid JSON.

use std::fmt;

use super::number::integer;
use crate::limits;

/// Invalid JSON: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonError {
    pub(crate) kind: JsonErrorKind,
    pub(crate) path: String,
    pub(super) message: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The message for a value beyond the limit of levels.
pub(crate) fn too_deep() -> String {
    ["nested deeper than ", &integer(limits::NESTING as i64), " levels"].concat()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonErrorKind {
    Syntax,
    NumberRange,
    Nesting,
    Memory,
}

impl JsonError {
    /// The stable error code: `not-json`, `number-range` or `limit`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            JsonErrorKind::Syntax => "not-json",
            JsonErrorKind::NumberRange => "number-range",
            JsonErrorKind::Nesting | JsonErrorKind::Memory => "limit",
        }
    }

    /// Line and column of the text, both from 1.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// The path among the values read so far, such as `flags.checkout.rules[2]`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole error, as displayed.
    #[must_use]
    pub fn text(&self) -> String {
        [&*self.message, &position(self.line_column())].concat()
    }

    /// The problem, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Line and column, in the form in which messages end.
pub(crate) fn position((line, column): (usize, usize)) -> String {
    [" (line ", &integer(line as i64), ", column ", &integer(column as i64), ")"].concat()
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for JsonError {}
