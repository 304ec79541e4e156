//! Finds the spans of values in a JSON text.
//!
//! Spans, not values: the core interprets values. The core has already parsed the text, so a value
//! that does not scan here simply has no span.

use std::ops::Range;

use isoflag::Value;

/// A range of bytes of the text.
pub(crate) type Span = Range<usize>;

/// A member of an object.
pub(crate) struct Member {
    pub(crate) name: String,
    /// The name with its quotes.
    pub(crate) name_span: Span,
    pub(crate) value_span: Span,
}

/// The outermost value of a text.
pub(crate) fn root(text: &str) -> Option<Span> {
    Scanner { text, at: text.len() - text.trim_start_matches('\u{feff}').len() }.value()
}

/// Returns the members of the object at `span`, in the order of the text; empty for other values.
pub(crate) fn members(text: &str, span: &Span) -> Vec<Member> {
    let mut scanner = Scanner { text, at: span.start };
    let mut members = Vec::new();
    if !scanner.take(b'{') {
        return members;
    }
    while let Some(member) = scanner.member() {
        members.push(member);
        if !scanner.take(b',') {
            break;
        }
    }
    members
}

/// Returns the effective member with this name: of duplicates, the last.
pub(crate) fn member(text: &str, span: &Span, name: &str) -> Option<Member> {
    members(text, span).into_iter().rev().find(|member| member.name == name)
}

/// Returns the elements of the array at `span`; empty for other values.
pub(crate) fn elements(text: &str, span: &Span) -> Vec<Span> {
    let mut scanner = Scanner { text, at: span.start };
    let mut elements = Vec::new();
    if !scanner.take(b'[') {
        return elements;
    }
    while let Some(element) = scanner.value() {
        elements.push(element);
        if !scanner.take(b',') {
            break;
        }
    }
    elements
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let taken = self.peek() == Some(wanted);
        if taken {
            self.at += 1;
        }
        taken
    }

    fn member(&mut self) -> Option<Member> {
        self.skip_space();
        let name_span = self.string()?;
        let Ok(Value::String(name)) = Value::parse(self.text.get(name_span.clone())?.as_bytes())
        else {
            return None;
        };
        if !self.take(b':') {
            return None;
        }
        let value_span = self.value()?;
        Some(Member { name: name.to_string(), name_span, value_span })
    }

    fn string(&mut self) -> Option<Span> {
        let start = self.at;
        if !self.take(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// Skips a value. Iterative, so that any depth of nesting works.
    fn value(&mut self) -> Option<Span> {
        self.skip_space();
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                byte if depth == 0 => {
                    self.literal();
                    if self.at == start || byte == b',' {
                        return None;
                    }
                }
                _ => self.at += 1,
            }
            if depth == 0 {
                return Some(start..self.at);
            }
        }
    }

    /// Skips a number, `true`, `false` or `null`.
    fn literal(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "\u{feff} { \"a\" : [1, {\"x\\\"]\": -2.5e+3}, \"é\"], \"a\\u0062\": null,\n\"a\": true }";

    fn of(span: Span) -> &'static str {
        TEXT.get(span).unwrap()
    }

    #[test]
    fn members_keep_their_order_and_their_decoded_names() {
        let root = root(TEXT).unwrap();
        let found: Vec<_> = members(TEXT, &root)
            .into_iter()
            .map(|m| (m.name, of(m.name_span), of(m.value_span)))
            .collect();
        assert_eq!(
            found,
            [
                ("a".to_string(), "\"a\"", "[1, {\"x\\\"]\": -2.5e+3}, \"é\"]"),
                ("ab".to_string(), "\"a\\u0062\"", "null"),
                ("a".to_string(), "\"a\"", "true"),
            ]
        );
    }

    #[test]
    fn of_duplicates_the_last_counts() {
        let root = root(TEXT).unwrap();
        assert_eq!(of(member(TEXT, &root, "a").unwrap().value_span), "true");
        assert!(member(TEXT, &root, "b").is_none());
    }

    #[test]
    fn elements_are_found_by_index() {
        let root = root(TEXT).unwrap();
        let array = members(TEXT, &root).remove(0).value_span;
        let found: Vec<_> = elements(TEXT, &array).into_iter().map(of).collect();
        assert_eq!(found, ["1", "{\"x\\\"]\": -2.5e+3}", "\"é\""]);
        assert!(elements(TEXT, &root).is_empty());
    }

    #[test]
    fn invalid_text_has_no_span() {
        for text in ["", " ", "]", ",", "\"open", "{\"a\": [}", "[1"] {
            let found = root(text).map(|span| members(text, &span).len());
            assert!(matches!(found, None | Some(0)), "{text}: {found:?}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let text = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        assert_eq!(root(&text), Some(0..text.len()));
    }
}
