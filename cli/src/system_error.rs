//! What a system refused, in the same words on every system.

use std::io::{Error, ErrorKind};

/// What the standard library calls an error of whose kind it knows nothing.
const UNKNOWN: &str = "uncategorized error";

/// Why something could not be read or written. Systems number and word it each in its own way, and
/// some in the language of their user.
pub(crate) fn reason(error: &Error) -> String {
    let kind = error.kind();
    match kind {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        _ if kind != ErrorKind::Other && kind.to_string() != UNKNOWN => kind.to_string(),
        _ => {
            let text = error.to_string();
            let number = format!(" (os error {})", error.raw_os_error().unwrap_or_default());
            text.strip_suffix(&number).unwrap_or(&text).to_owned()
        }
    }
}
