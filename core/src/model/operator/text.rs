//! `startsWith`, `endsWith`, `contains`: both sides strings, case-sensitive.

use std::sync::Arc;

use super::{ClauseValues, first_text_match};
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;

#[derive(Debug)]
pub(crate) struct TextTest {
    place: Place,
    values: Box<[Option<Part>]>,
}

/// The position in the attribute's text at which the clause's must occur.
#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    End,
    Anywhere,
}

impl TextTest {
    pub(super) fn prepare(operator: &str, values: &ClauseValues<'_>) -> Option<TextTest> {
        let place = match operator {
            "startsWith" => Place::Start,
            "endsWith" => Place::End,
            "contains" => Place::Anywhere,
            _ => return None,
        };
        let values = values.prepare(Code::UnusableValue, "a string", |value| match value {
            Value::String(text) => Some(Part::new(text, place)),
            _ => None,
        });
        Some(TextTest { place, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::String(text) = value else { return Ok(None) };
        let bytes = |part: &Part| match self.place {
            _ if part.text.len() > text.len() => 0,
            Place::Start | Place::End => part.text.len(),
            Place::Anywhere => text.len(),
        };
        first_text_match(&self.values, steps, bytes, |part| match self.place {
            Place::Start => text.starts_with(&*part.text),
            Place::End => text.ends_with(&*part.text),
            Place::Anywhere => part.is_in(text),
        })
    }
}

/// A text that is searched for in others.
#[derive(Debug)]
struct Part {
    text: Arc<str>,
    /// For each matched length, the longest shorter length that still matches if the next byte does
    /// not (Knuth, Morris, Pratt). The standard library's search is three times the code, and
    /// prepares again for each text. Empty if all are 0.
    shorter: Box<[u32]>,
}

impl Part {
    fn new(text: &Arc<str>, place: Place) -> Part {
        let mut part = Part { text: Arc::clone(text), shorter: Box::default() };
        if let Place::Anywhere = place {
            let mut shorter = Vec::with_capacity(text.len());
            let mut matched = 0;
            for byte in text.bytes() {
                shorter.push(matched);
                if shorter.len() > 1 {
                    matched = part.next(matched, byte, &shorter);
                }
            }
            // Most texts do not repeat their beginning.
            if shorter.iter().any(|matched| *matched > 0) {
                part.shorter = shorter.into();
            }
        }
        part
    }

    /// The number of bytes that match after one more byte, if `matched` have matched before it.
    fn next(&self, mut matched: u32, byte: u8, shorter: &[u32]) -> u32 {
        while self.text.as_bytes().get(matched as usize) != Some(&byte) {
            if matched == 0 {
                return 0;
            }
            matched = shorter.get(matched as usize).copied().unwrap_or_default();
        }
        matched + 1
    }

    fn is_in(&self, text: &str) -> bool {
        let mut matched = 0;
        let whole = self.text.len();
        let found = whole <= text.len()
            && text.bytes().any(|byte| {
                matched = self.next(matched, byte, &self.shorter);
                matched as usize == whole
            });
        found || whole == 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_part_is_found_where_the_standard_library_finds_it(
            text in "[abé]{0,40}",
            part in "[abé]{0,7}",
        ) {
            let found = Part::new(&Arc::from(&*part), Place::Anywhere).is_in(&text);
            prop_assert_eq!(found, text.contains(&part));
        }
    }
}
