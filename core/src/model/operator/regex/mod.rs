//! `matches`: an unanchored search in one dialect on every host: linear time, ASCII classes, no
//! look-around. A pattern that is not a regular expression never matches.
//!
//! The dialect is that of the crate `regex-lite`, except that the size of a program has a limit of
//! its own; tests hold both against each other. A clause needs only whether there is a match, never
//! its position, so that a [`Pattern`] keeps no positions, priorities or groups, which is most of a
//! general engine.

mod characters;
mod program;
mod reader;
mod syntax;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::ClauseValues;
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::limits;
use crate::steps::{Malformed, Steps};
use program::Program;

/// Limits the instructions that a clause keeps after searches: for the programs that fit, these for
/// each byte of its patterns, plus a fixed number. Other programs are built again for each search,
/// so that the memory of patterns is proportional to their length, whatever their counts are. No
/// answer depends on it.
const KEPT_PER_BYTE: usize = 1;
const KEPT: usize = 1024;

#[derive(Debug)]
pub(crate) struct Matches {
    patterns: Box<[Option<Pattern>]>,
    /// The instructions that may still be kept.
    left: AtomicUsize,
}

impl Matches {
    pub(super) fn prepare<F: Findings>(values: &ClauseValues<'_, F>) -> Matches {
        let patterns =
            values.prepare(Code::INVALID_REGEX, "a supported regular expression", |value| {
                match value {
                    Value::String(text) => Pattern::read(text),
                    _ => None,
                }
            });
        let bytes: usize = patterns.iter().flatten().map(|pattern| pattern.text.len()).sum();
        Matches { patterns, left: AtomicUsize::new(KEPT + KEPT_PER_BYTE * bytes) }
    }

    /// Whether a program of this size may be kept; if so, its room is reserved.
    fn keeps(&self, size: usize) -> bool {
        let take = |left: usize| left.checked_sub(size);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::String(text) = value else { return Ok(None) };
        for (index, pattern) in self.patterns.iter().enumerate() {
            steps.take(1)?;
            if let Some(pattern) = pattern
                && pattern.is_match(text, |size| self.keeps(size), steps)?
            {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

/// A pattern of the operator `matches`; its program is built by the first search.
#[derive(Debug)]
pub struct Pattern {
    text: Arc<str>,
    /// The number of instructions.
    size: u32,
    program: OnceLock<Option<Box<Program>>>,
}

impl Pattern {
    /// Parses a pattern; `None` if it is not one or exceeds a limit.
    #[must_use]
    pub fn read(text: &Arc<str>) -> Option<Pattern> {
        if text.len() > limits::REGEX_BYTES {
            return None;
        }
        let size = reader::read(text)?.0.size();
        let fits = size <= limits::REGEX_INSTRUCTIONS;
        fits.then(|| Pattern { text: Arc::clone(text), size, program: OnceLock::new() })
    }

    /// Whether the pattern matches anywhere in a text. It takes a step for a number of instructions
    /// of the program, and of visits of the search. The program is kept if its size allows it.
    pub(crate) fn is_match(
        &self,
        text: &str,
        keeps: impl FnOnce(usize) -> bool,
        steps: &mut Steps,
    ) -> Result<bool, Malformed> {
        steps.take((self.size / limits::STEP_INSTRUCTIONS) as usize)?;
        let built;
        let program = match self.program.get() {
            Some(program) => program,
            None if keeps(self.size as usize) => self.program.get_or_init(|| self.build()),
            None => {
                built = self.build();
                &built
            }
        };
        program.as_ref().map_or(Ok(false), |program| program.is_match(text, steps))
    }

    /// Whether the pattern matches anywhere in a text, within the limits of one evaluation.
    #[must_use]
    pub fn is_found_in(&self, text: &str) -> bool {
        self.is_match(text, |_| true, &mut Steps::default()).unwrap_or(false)
    }

    fn build(&self) -> Option<Box<Program>> {
        let (part, classes) = reader::read(&self.text)?;
        let mut instructions = Vec::with_capacity(self.size as usize);
        part.write(&mut instructions);
        Some(Box::new(Program::new(instructions, classes)))
    }
}

#[cfg(test)]
mod tests;
