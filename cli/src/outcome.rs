//! Results of a run, and their exit codes.

use std::fmt;
use std::io::{Error, ErrorKind};
use std::process::ExitCode;

use crate::finding::Rendered;

/// A run that completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Fine,
    /// Findings about the document, or an answer that is an error.
    Findings,
    /// One of several documents could not be read, and was reported.
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

/// A run that could not complete.
#[derive(Debug)]
pub(crate) enum Failure {
    /// One line: what is wrong, where, and what to do.
    Message(String),
    /// A finding with an underlined excerpt, ready to be printed.
    Rendered(Rendered),
}

impl Failure {
    pub(crate) fn message(text: impl Into<String>) -> Failure {
        Failure::Message(text.into())
    }

    /// The error of a build for WebAssembly whose subcommand runs another program.
    pub(crate) fn runs_a_program(what: &str) -> Failure {
        Failure::message(format!(
            "{what}, which WebAssembly cannot; install the native binary: \
             `pip install 'isoflag[cli]'` or `cargo install isoflag-cli`"
        ))
    }

    /// The message without its prefix.
    pub(crate) fn text(&self) -> String {
        match self {
            Failure::Message(text) => text.clone(),
            Failure::Rendered(finding) => finding.to_string(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Message(text) => write!(f, "error: {text}"),
            Failure::Rendered(finding) => finding.fmt(f),
        }
    }
}

/// The standard library's name for an error of unknown kind.
const UNKNOWN: &str = "uncategorized error";

/// Describes why a file could not be read or written. Systems number and word errors differently,
/// some in the user's language.
pub(crate) fn reason(error: &Error) -> String {
    let kind = error.kind();
    match kind {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is not a folder".to_owned(),
        _ if kind != ErrorKind::Other && kind.to_string() != UNKNOWN => kind.to_string(),
        _ => {
            let text = error.to_string();
            let number = format!(" (os error {})", error.raw_os_error().unwrap_or_default());
            text.strip_suffix(&number).unwrap_or(&text).to_owned()
        }
    }
}
