//! `matches`: an unanchored search in one dialect on every host: linear time, ASCII classes, no
//! look-around. A pattern that is no regular expression never matches.
//!
//! The dialect is that of the crate `regex-lite`, to the last refused pattern; tests hold both
//! against each other. A clause asks only whether there is a match, never where, so that a
//! [`Pattern`] keeps no positions, priorities or groups, which is most of a general engine.

mod characters;
mod part;
mod program;
mod reader;

use super::ClauseValues;
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;
use crate::limits;

pub(crate) use program::Pattern;

/// Bytes of text that count as one step.
const BYTES_PER_STEP: usize = 64;

#[derive(Debug)]
pub(crate) struct Matches {
    patterns: Box<[Option<Pattern>]>,
}

impl Matches {
    pub(super) fn prepare(values: &ClauseValues<'_>) -> Matches {
        let patterns = values.prepare(
            Code::InvalidRegex,
            "a regular expression that isoflag can search with",
            |value| value.as_str().and_then(Pattern::read),
        );
        Matches { patterns }
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::String(text) = value else { return Ok(None) };
        for (index, pattern) in self.patterns.iter().enumerate() {
            steps.take(1 + text.len() / BYTES_PER_STEP)?;
            if pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)) {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

impl Pattern {
    /// None where it cannot be read or passes a limit.
    pub(crate) fn read(pattern: &str) -> Option<Pattern> {
        if pattern.len() > limits::REGEX_BYTES {
            return None;
        }
        reader::read(pattern, part::LARGEST)
    }
}

#[cfg(test)]
mod tests;
