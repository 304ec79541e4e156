//! `startsWith`, `endsWith`, `contains`: both sides strings, case-sensitive.

use std::sync::Arc;

use super::{ClauseValues, first_match};
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;

#[derive(Debug)]
pub(crate) struct TextTest {
    holds: fn(&str, &str) -> bool,
    values: Box<[Option<Arc<str>>]>,
}

impl TextTest {
    pub(super) fn prepare(operator: &str, values: &ClauseValues<'_>) -> Option<TextTest> {
        let holds: fn(&str, &str) -> bool = match operator {
            "startsWith" => |text, part| text.starts_with(part),
            "endsWith" => |text, part| text.ends_with(part),
            "contains" => |text, part| text.contains(part),
            _ => return None,
        };
        let values = values.prepare(Code::UnusableValue, "a string", |value| match value {
            Value::String(text) => Some(Arc::clone(text)),
            _ => None,
        });
        Some(TextTest { holds, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::String(text) = value else { return Ok(None) };
        first_match(&self.values, steps, |part| (self.holds)(text, part))
    }
}
