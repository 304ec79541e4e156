//! The error of an invalid document or patch.

use std::fmt;

use super::appconfig;
use crate::json::{self, JsonError};
use crate::limits;

/// An invalid document or patch: what is wrong, and where.
///
/// A malformed flag is not such an error: it loads, evaluates to `MALFORMED_FLAG` and has a
/// diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    code: &'static str,
    path: String,
    message: String,
    position: Option<(usize, usize)>,
}

impl DocumentError {
    pub(crate) fn json(error: &JsonError) -> DocumentError {
        DocumentError {
            code: error.code(),
            path: error.path().to_owned(),
            message: error.message().to_owned(),
            position: Some(error.line_column()),
        }
    }

    /// Names a common reason why a text is not JSON: a comment, or the encoding UTF-16, which some
    /// editors and shells write. Such a text begins with a byte order mark, or with an ASCII character.
    pub(crate) fn explained(mut self, text: &[u8]) -> DocumentError {
        if self.code != "not-json" {
            return self;
        }
        let is_utf16 = matches!(
            text,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] | [1..=0x7f, 0, ..]
        );
        if is_utf16 {
            "not JSON: the text is UTF-16; save it as UTF-8".clone_into(&mut self.message);
        } else if self.is_at_comment(text) {
            "not JSON: a comment, which JSON does not have; remove it"
                .clone_into(&mut self.message);
        }
        self
    }

    fn is_at_comment(&self, text: &[u8]) -> bool {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let Some((line, column)) = self.position else { return false };
        let line = text.split(|byte| *byte == b'\n').nth(line.saturating_sub(1));
        let rest = line.and_then(|line| line.get(column.saturating_sub(1)..)).unwrap_or_default();
        rest.starts_with(b"//") || rest.starts_with(b"/*")
    }

    pub(crate) fn too_long() -> DocumentError {
        DocumentError::new(
            "limit",
            "",
            ["longer than ", &json::integer(limits::DOCUMENT_BYTES as i64), " bytes"].concat(),
        )
    }

    pub(crate) fn too_dense(path: String) -> DocumentError {
        DocumentError::new("limit", path, json::TOO_DENSE)
    }

    pub(crate) fn too_deep(path: String) -> DocumentError {
        DocumentError::new("limit", path, json::too_deep())
    }

    pub(crate) fn number_range(path: String) -> DocumentError {
        DocumentError::new("number-range", path, "a number that is not finite has no JSON form")
    }

    pub(crate) fn not_a_document(
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> DocumentError {
        DocumentError::new("not-a-document", path, message)
    }

    pub(crate) fn not_a_patch(
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> DocumentError {
        DocumentError::new("not-a-patch", path, message)
    }

    pub(super) fn profile() -> DocumentError {
        DocumentError::not_a_document("", appconfig::NOT_A_DOCUMENT)
    }

    pub(crate) fn ion() -> DocumentError {
        let message = "this profile has variants and is Amazon Ion, not JSON; read it from \
                       AppConfig's agent, which decides variants and answers in JSON";
        DocumentError::new("appconfig-ion", "", message)
    }

    fn new(
        code: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
    ) -> DocumentError {
        DocumentError { code, path: path.into(), message: message.into(), position: None }
    }

    /// The stable error code: `not-json`, `number-range`, `limit`, `not-a-document`,
    /// `not-a-patch` or `appconfig-ion`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether the input is a feature-flag profile of AWS AppConfig, which
    /// [`Flags::from_appconfig_json`](crate::Flags::from_appconfig_json) loads.
    #[must_use]
    pub fn is_appconfig_profile(&self) -> bool {
        self.message == appconfig::NOT_A_DOCUMENT
    }

    /// The path, such as `flags.checkout.rules[2]`; empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The problem, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The whole error, as displayed.
    #[must_use]
    pub fn text(&self) -> String {
        let position = self.position.map(json::position).unwrap_or_default();
        let (open, close) = if self.path.is_empty() { ("", "") } else { ("`", "`: ") };
        [open, &self.path, close, &self.message, &position].concat()
    }

    /// Line and column in the text, both from 1, if the text itself is invalid.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.position
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for DocumentError {}

#[cfg(test)]
mod tests {
    use crate::Flags;

    #[test]
    fn a_comment_is_rejected_by_name() {
        for text in [
            "// about\n{\"flags\": {}}",
            "\u{feff}/* about */ {\"flags\": {}}",
            "{\n  // about\n  \"flags\": {}}",
            "{\"flags\": /* about */ {}}",
            "{\"flags\": {} /* about */}",
            "{\"flags\": {}} // about",
        ] {
            let message = Flags::from_json(text.as_bytes()).unwrap_err().text();
            assert!(message.contains("a comment, which JSON does not have"), "{text}: {message}");
        }
        for text in ["{\"flags\": /", "{\"flags\": \"//", "/", "{\"a\"\n"] {
            let message = Flags::from_json(text.as_bytes()).unwrap_err().text();
            assert!(!message.contains("comment"), "{text}: {message}");
        }
    }

    #[test]
    fn a_document_in_utf16_is_rejected_by_name() {
        let units: Vec<u16> = "{\"flags\": {}}".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for text in
            [[&[0xff, 0xfe], &little[..]].concat(), [&[0xfe, 0xff], &big[..]].concat(), little, big]
        {
            for load in [
                Flags::from_json,
                Flags::from_flag_map_json,
                Flags::from_appconfig_json,
                Flags::from_configuration_json,
            ] {
                let error = load(&text).unwrap_err();
                assert_eq!(error.code(), "not-json");
                assert!(
                    error.message().ends_with("the text is UTF-16; save it as UTF-8"),
                    "{error}"
                );
            }
        }
        for text in [&b"\0"[..], b"{\"flags\"", b"", b"\xff{}"] {
            let error = Flags::from_json(text).unwrap_err();
            assert!(!error.message().contains("UTF-16"), "{error}");
        }
    }
}
