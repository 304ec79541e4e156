//! Describes system errors in the same words on every system.

use std::io::{Error, ErrorKind};

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
