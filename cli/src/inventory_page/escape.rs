//! Escapes text for HTML. The templates escape each value with it.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Escapes a text for an element or an attribute in quotes.
#[derive(Clone, Copy)]
pub(crate) struct Page;

impl Escaper for Page {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => to.write_str("&amp;")?,
                '<' => to.write_str("&lt;")?,
                '>' => to.write_str("&gt;")?,
                '"' => to.write_str("&quot;")?,
                '\'' => to.write_str("&#39;")?,
                // The page may be printed to a pipeline's log, which executes some lines as
                // commands.
                '\n' => to.write_str("&#10;")?,
                // They would change the direction of the surrounding text, or end it.
                '\0'..='\u{8}'
                | '\u{b}'..='\u{1f}'
                | '\u{7f}'..='\u{9f}'
                | '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}' => to.write_char('\u{fffd}')?,
                other => to.write_char(other)?,
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
        let mut escaped = String::new();
        Page.write_escaped_str(&mut escaped, text).unwrap();
        assert_eq!(escaped, "a&lt;b&gt;&quot;c&quot;&#39;d&#39;&amp;\u{fffd}\u{fffd}é&#10;");
    }
}
