//! How a run ends: the exit codes.

use std::fmt;
use std::process::ExitCode;

use crate::finding::Rendered;

/// A run that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Fine,
    /// Something in the document, or an answer that is an error.
    Findings,
    /// A document among several that could not be read, and was reported.
    Unreadable,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        match outcome {
            Outcome::Fine => ExitCode::SUCCESS,
            Outcome::Findings => ExitCode::from(1),
            Outcome::Unreadable => ExitCode::from(2),
        }
    }
}

/// A run that could not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One line that says what, where and what to do.
    Message(String),
    /// A finding that underlines its place, ready to be printed.
    Rendered(Rendered),
    /// Standard output was closed by its reader.
    ClosedPipe,
}

impl Failure {
    pub(crate) fn message(text: impl Into<String>) -> Failure {
        Failure::Message(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Message(text) => write!(f, "error: {text}"),
            Failure::Rendered(finding) => finding.fmt(f),
            Failure::ClosedPipe => Ok(()),
        }
    }
}
