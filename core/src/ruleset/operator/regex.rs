//! `matches`: an unanchored search in one dialect on every host: linear time, ASCII classes, no
//! look-around. A pattern that the engine refuses never matches.

use regex_lite::{Regex, RegexBuilder};

use super::ClauseValues;
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;
use crate::limits;

/// Bytes of the compiled program: a bound on the work for each byte that is searched.
const PROGRAM_BYTES: usize = 1 << 20;

/// Bytes of text that count as one step.
const BYTES_PER_STEP: usize = 64;

#[derive(Debug)]
pub(crate) struct Matches {
    patterns: Box<[Option<Regex>]>,
}

impl Matches {
    pub(super) fn prepare(values: &ClauseValues<'_>) -> Matches {
        let patterns = values.prepare(
            Code::InvalidRegex,
            "a regular expression that isoflag can search with",
            |value| value.as_str().and_then(compile),
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

fn compile(pattern: &str) -> Option<Regex> {
    if pattern.len() > limits::REGEX_BYTES {
        return None;
    }
    RegexBuilder::new(pattern).size_limit(PROGRAM_BYTES).build().ok()
}
