//! The error of a rejected edit.

use std::fmt;

use isoflag::{DocumentError, printable};

use crate::in_place::InPlaceError;

/// Why a document is not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// The text is not a document.
    Document(DocumentError),
    /// An edit is invalid, or does not fit the document.
    Refused(Refusal),
}

/// A rejected edit: its stable code, its place and a message with the remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: &'static str,
    path: String,
    message: String,
}

impl EditError {
    pub(crate) fn refused(
        code: &'static str,
        path: impl ToString,
        message: impl Into<String>,
    ) -> EditError {
        EditError::Refused(Refusal { code, path: path.to_string(), message: message.into() })
    }

    /// The error of an edit that is invalid for every document.
    pub(super) fn invalid(path: impl ToString, message: impl Into<String>) -> EditError {
        EditError::refused("invalid-edit", path, message)
    }

    /// The stable code: that of a [`DocumentError`], or `invalid-edit`, `conflicting-edits`,
    /// `unknown-flag`, `existing-flag`, `malformed-flag`, `required-flag`, `unknown-variation`,
    /// `unknown-segment` or `not-editable`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            EditError::Document(error) => error.code(),
            EditError::Refused(refusal) => refusal.code,
        }
    }

    /// The path in the document, such as `flags.checkout`, or of an edit, such as
    /// `edits[1].percent`; empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            EditError::Document(error) => error.path(),
            EditError::Refused(refusal) => &refusal.path,
        }
    }

    /// Line and column in the text, both from 1, if the text itself is invalid.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        match self {
            EditError::Document(error) => error.line_column(),
            EditError::Refused(_) => None,
        }
    }

    pub(super) fn in_place(error: &InPlaceError) -> EditError {
        match error {
            InPlaceError::NotAnObject(..) => {
                EditError::refused("malformed-flag", "", error.to_string())
            }
            _ => EditError::refused("not-editable", "", error.to_string()),
        }
    }
}

impl From<DocumentError> for EditError {
    fn from(error: DocumentError) -> EditError {
        EditError::Document(error)
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Document(error) => error.fmt(f),
            EditError::Refused(Refusal { path, message, .. }) if path.is_empty() => {
                f.write_str(message)
            }
            EditError::Refused(Refusal { path, message, .. }) => {
                write!(f, "`{}`: {message}", printable(path))
            }
        }
    }
}

impl std::error::Error for EditError {}
