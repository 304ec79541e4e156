//! Sentences with highlighted names and values, as text or Markdown.

use std::fmt;

use isoflag::printable;

/// A sentence with highlighted names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Words(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Code(String),
}

impl Words {
    pub(crate) fn new(text: &str) -> Words {
        Words::default().text(text)
    }

    pub(crate) fn text(mut self, text: &str) -> Words {
        self.0.push(Piece::Text(text.to_owned()));
        self
    }

    pub(crate) fn code(mut self, code: impl fmt::Display) -> Words {
        // The JSON form has the whole value.
        self.0.push(Piece::Code(isoflag::shortened(&code.to_string()).into_owned()));
        self
    }

    pub(crate) fn words(mut self, other: Words) -> Words {
        self.0.extend(other.0);
        self
    }

    /// Formats as Markdown; values from a document cannot end their code span.
    pub(crate) fn to_markdown(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => printable(text).to_string(),
            Piece::Code(code) => code_span(code),
        };
        self.0.iter().map(piece).collect()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => write!(f, "{}", printable(text)),
            Piece::Code(code) => write!(f, "`{}`", printable(code)),
        })
    }
}

/// A Markdown code span: its fence is longer than any run of backticks in the text.
pub(crate) fn code_span(text: &str) -> String {
    let line = printable(text).to_string();
    let mut longest = 0_usize;
    let mut run = 0_usize;
    for letter in line.chars() {
        run = if letter == '`' { run.saturating_add(1) } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.saturating_add(1));
    let space =
        if line.starts_with('`') || line.ends_with('`') || line.is_empty() { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

/// Returns text as code in a cell of a Markdown table, which it cannot leave.
///
/// A vertical bar ends the cell, even in a code span and after
/// a backslash that is escaped itself, so that text with one is written in entities.
#[must_use]
pub fn cell_code(text: &str) -> String {
    if !text.contains('|') {
        return code_span(text);
    }
    let mut code = String::from("<code>");
    for letter in printable(text).to_string().chars() {
        match letter.is_ascii_punctuation() {
            true => code.push_str(&format!("&#{};", u32::from(letter))),
            false => code.push(letter),
        }
    }
    code + "</code>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_leave_its_span() {
        for (text, span) in [
            ("a", "`a`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a``b\n<script>", "```a``b\\n<script>```"),
            ("", "`  `"),
        ] {
            assert_eq!(code_span(text), span);
        }
    }

    #[test]
    fn code_cannot_leave_its_cell() {
        for (text, cell) in [
            ("a`b", "``a`b``"),
            ("a|b", "<code>a&#124;b</code>"),
            ("\\|<i>\n`", "<code>&#92;&#124;&#60;i&#62;&#92;n&#96;</code>"),
        ] {
            assert_eq!(cell_code(text), cell);
        }
    }
}
