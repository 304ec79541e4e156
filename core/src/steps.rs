//! Counts the steps of an evaluation against its limit.

use crate::limits;

/// Ends a whole evaluation: an unreadable part, a cycle or a limit. The requested flag evaluates to
/// `MALFORMED_FLAG`, even if a prerequisite or a segment is the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The remaining steps of one evaluation.
#[derive(Debug)]
pub(crate) struct Steps {
    left: u32,
}

impl Default for Steps {
    fn default() -> Self {
        Steps::of(limits::STEPS)
    }
}

impl Steps {
    /// Allows at most this number of steps.
    pub(crate) fn of(left: u32) -> Steps {
        Steps { left }
    }

    /// Returns the number of steps taken since `left` of them remained.
    pub(crate) fn taken_since(&self, left: u32) -> u32 {
        left.saturating_sub(self.left)
    }

    pub(crate) fn left(&self) -> u32 {
        self.left
    }

    /// Takes steps, and those that a number of bytes of text counts as; a short text takes none.
    pub(crate) fn take_with_bytes(&mut self, steps: usize, bytes: usize) -> Result<(), Malformed> {
        self.take(steps + bytes / limits::STEP_BYTES)
    }

    /// Takes steps, unless that exceeds the limit.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Malformed> {
        let steps = u32::try_from(steps).map_err(|_| Malformed)?;
        self.left = self.left.checked_sub(steps).ok_or(Malformed)?;
        Ok(())
    }
}
