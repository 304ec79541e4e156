//! `startsWith`, `endsWith`, `contains`: both sides strings, case-sensitive.

use std::sync::Arc;

use super::{ClauseValues, first_text_match};
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::steps::{Malformed, Steps};

#[derive(Debug)]
pub(crate) struct TextTest {
    position: Position,
    values: Box<[Option<Arc<str>>]>,
}

/// The position in the attribute's text at which the clause's must occur.
#[derive(Clone, Copy, Debug)]
enum Position {
    Start,
    End,
    Anywhere,
}

impl TextTest {
    pub(super) fn prepare<F: Findings>(
        operator: &str,
        values: &ClauseValues<'_, F>,
    ) -> Option<TextTest> {
        let position = match operator {
            "startsWith" => Position::Start,
            "endsWith" => Position::End,
            "contains" => Position::Anywhere,
            _ => return None,
        };
        let values = values.prepare(Code::UNUSABLE_VALUE, "a string", |value| match value {
            Value::String(text) => Some(Arc::clone(text)),
            _ => None,
        });
        Some(TextTest { position, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::String(text) = value else { return Ok(None) };
        let bytes = |part: &Arc<str>| match self.position {
            _ if part.len() > text.len() => 0,
            Position::Start | Position::End => part.len(),
            Position::Anywhere => text.len(),
        };
        first_text_match(&self.values, steps, bytes, |part| match self.position {
            Position::Start => text.starts_with(&**part),
            Position::End => text.ends_with(&**part),
            Position::Anywhere => text.contains(&**part),
        })
    }
}
