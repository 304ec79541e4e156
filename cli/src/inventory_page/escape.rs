//! Escapes text for HTML.

use std::fmt::{self, Display, Write};

/// Escapes a text for an element or an attribute in quotes.
pub(super) fn escaped(text: &str) -> impl Display + '_ {
    Escaped(text)
}

struct Escaped<'t>(&'t str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                // The page may be printed to a pipeline's log, which executes some lines as
                // commands.
                '\n' => f.write_str("&#10;")?,
                // They would change the direction of the surrounding text, or end it.
                '\0'..='\u{8}'
                | '\u{b}'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        let text = "a<b>\"c\"'d'&\u{0}\u{202e}é\n";
        assert_eq!(
            escaped(text).to_string(),
            "a&lt;b&gt;&quot;c&quot;&#39;d&#39;&amp;\u{fffd}\u{fffd}é&#10;"
        );
    }
}
