//! What a system refused, in the same words on every system.

use std::io::{Error, ErrorKind};

/// Why something could not be read or written. Systems number and word it each in its own way, and
/// some in the language of their user.
pub(crate) fn reason(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is no folder".to_owned(),
        ErrorKind::InvalidFilename => "its name cannot be a file's".to_owned(),
        ErrorKind::StorageFull => "no space is left".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "nothing can be written there".to_owned(),
        _ => {
            let text = error.to_string();
            let number = format!(" (os error {})", error.raw_os_error().unwrap_or_default());
            text.strip_suffix(&number).unwrap_or(&text).to_owned()
        }
    }
}
