//! Words the notes on flags whose default is returned. `conformance/notes` has their texts for
//! every host runtime.

use super::ErrorKind;
use crate::printable::{printable, shortened};

impl ErrorKind {
    /// Returns a note on a flag whose default is returned because of this error; `None` for an
    /// [invalid context](crate::Context::note_on_invalid), of which every flag returns the default.
    ///
    /// ```
    /// assert_eq!(
    ///     isoflag::ErrorKind::FlagNotFound.note_on_flag("chekout").unwrap(),
    ///     "there is no flag `chekout`: the default is returned; check the key",
    /// );
    /// ```
    #[must_use]
    pub fn note_on_flag(self, key: &str) -> Option<String> {
        let key = shortened(key);
        let note = match self {
            ErrorKind::UserNotSpecified => return None,
            ErrorKind::FlagNotFound => {
                format!("there is no flag `{key}`: the default is returned; check the key")
            }
            ErrorKind::WrongType => format!(
                "the flag `{key}` serves a value of another type: the default is returned; use \
                 the getter of its type"
            ),
            ErrorKind::MalformedFlag => format!(
                "the flag `{key}`, or a flag or segment that it needs, is malformed: the default \
                 is returned; `isoflag check` reports the reason"
            ),
        };
        Some(printable(&note).to_string())
    }
}
