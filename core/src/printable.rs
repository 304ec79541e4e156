//! Makes untrusted text printable: terminals obey control characters, bidirectional marks and
//! invisible characters mislead readers, and pipeline runners execute some lines of a log as
//! commands.

use std::borrow::Cow;
use std::fmt::{self, Display, Formatter};

/// Command prefixes that a pipeline runner detects anywhere in a line.
const COMMANDS: [&str; 2] = ["##[", "##vso["];

/// A command prefix that a pipeline runner detects at the start of a line, after white space.
const LINE_COMMAND: &str = "::";

/// Formats a text as part of a line: dangerous characters and line breaks are written as JSON
/// escapes, such as `\u001b`. JSON text remains JSON text with the same value.
///
/// ```
/// assert_eq!(isoflag::printable("a\u{1b}[2J\n::error::b").to_string(), r"a\u001b[2J\n::error::b");
/// assert_eq!(isoflag::printable("::error::b").to_string(), r"\u003a:error::b");
/// ```
pub fn printable(text: &str) -> impl Display + '_ {
    Printable { text, keeps_lines: false }
}

/// Like [`printable`], for a text of several lines.
pub fn printable_lines(text: &str) -> impl Display + '_ {
    Printable { text, keeps_lines: true }
}

/// The most characters of a name that a message shows.
const MOST_CHARACTERS: usize = 100;

/// Returns a name or value for a message: its beginning if it is long, since many messages may quote
/// it.
///
/// ```
/// assert_eq!(isoflag::shortened("plan"), "plan");
/// assert_eq!(isoflag::shortened(&"é".repeat(101)), "é".repeat(100) + "…");
/// ```
#[must_use]
pub fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MOST_CHARACTERS) {
        None => Cow::Borrowed(name),
        Some((end, _)) => Cow::Owned([name.get(..end).unwrap_or_default(), "…"].concat()),
    }
}

struct Printable<'t> {
    text: &'t str,
    keeps_lines: bool,
}

/// Whether a terminal or a reader would not treat it as an ordinary character: control characters,
/// format characters (Unicode's categories `Cc` and `Cf`) and separators of lines.
fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0001}'
                | '\u{e0020}'..='\u{e007f}'
        )
}

impl Display for Printable<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut at_start = true;
        let mut written = 0;
        for (index, character) in self.text.char_indices() {
            let begins = |command: &str| {
                self.text.get(index..).is_some_and(|rest| rest.starts_with(command))
            };
            let is_escaped = match character {
                '\n' => !self.keeps_lines,
                // Escapes the first of two, so that the second does not begin a command.
                '#' => COMMANDS.into_iter().any(begins),
                ':' => at_start && begins(LINE_COMMAND),
                _ => is_obeyed(character),
            };
            if is_escaped {
                f.write_str(self.text.get(written..index).unwrap_or_default())?;
                match character {
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    _ => {
                        for unit in character.encode_utf16(&mut [0; 2]) {
                            write!(f, "\\u{unit:04x}")?;
                        }
                    }
                }
                written = index + character.len_utf8();
            }
            at_start = !is_escaped && (character == '\n' || at_start && character.is_whitespace());
        }
        f.write_str(self.text.get(written..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Value;

    #[test]
    fn nothing_is_obeyed() {
        for (text, shown, shown_lines) in [
            ("plain é 汉 👍", "plain é 汉 👍", "plain é 汉 👍"),
            ("a\nb", "a\\nb", "a\nb"),
            ("\r\t\0\u{7f}\u{9b}", "\\r\\t\\u0000\\u007f\\u009b", "\\r\\t\\u0000\\u007f\\u009b"),
            ("\u{1b}]0;x\u{7}", "\\u001b]0;x\\u0007", "\\u001b]0;x\\u0007"),
            (
                "\u{202e}\u{2066}\u{61c}\u{200f}",
                "\\u202e\\u2066\\u061c\\u200f",
                "\\u202e\\u2066\\u061c\\u200f",
            ),
            (
                "a\u{200b}b\u{feff}\u{2060}\u{ad}",
                "a\\u200bb\\ufeff\\u2060\\u00ad",
                "a\\u200bb\\ufeff\\u2060\\u00ad",
            ),
            ("a\u{e0041}\u{200d}", "a\\udb40\\udc41\\u200d", "a\\udb40\\udc41\\u200d"),
            ("::a::b", "\\u003a:a::b", "\\u003a:a::b"),
            (" \u{a0}::a", " \u{a0}\\u003a:a", " \u{a0}\\u003a:a"),
            ("a\n  ::b", "a\\n  ::b", "a\n  \\u003a:b"),
            ("\t::a", "\\t::a", "\\t::a"),
            ("a ::b", "a ::b", "a ::b"),
            ("a ##[b] ##vso[c]", "a \\u0023#[b] \\u0023#vso[c]", "a \\u0023#[b] \\u0023#vso[c]"),
            ("###[", "#\\u0023#[", "#\\u0023#["),
        ] {
            assert_eq!(printable(text).to_string(), shown);
            assert_eq!(printable_lines(text).to_string(), shown_lines);
        }
    }

    #[test]
    fn json_says_the_same() {
        let every: String = (0..0x3000).filter_map(char::from_u32).collect();
        for text in [every.as_str(), "##[a", "\\##[", "::a", "\\\u{202e}"] {
            let value = Value::from(vec![Value::from(text)]);
            let shown = printable(&value.to_canonical_json()).to_string();
            assert!(!shown.chars().any(is_obeyed) && !shown.contains("##["));
            assert_eq!(Value::parse(shown.as_bytes()).unwrap(), value);
        }
    }
}
