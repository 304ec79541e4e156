use super::Malformed;
use crate::limits;

/// What is left of the steps of one evaluation.
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
    /// At most this number of steps.
    pub(crate) fn of(left: u32) -> Steps {
        Steps { left }
    }

    /// How many have been taken since there were so many left.
    pub(crate) fn taken_since(&self, left: u32) -> u32 {
        left.saturating_sub(self.left)
    }

    pub(crate) fn left(&self) -> u32 {
        self.left
    }

    /// Takes steps, and those that a number of bytes of text count; a short text takes none.
    pub(crate) fn take_with_bytes(&mut self, steps: usize, bytes: usize) -> Result<(), Malformed> {
        self.take(steps + bytes / limits::STEP_BYTES)
    }

    /// Takes steps, unless the limit is passed.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Malformed> {
        let steps = u32::try_from(steps).map_err(|_| Malformed)?;
        self.left = self.left.checked_sub(steps).ok_or(Malformed)?;
        Ok(())
    }
}
