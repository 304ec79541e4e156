use super::Malformed;
use crate::limits;

/// What is left of the steps of one evaluation.
#[derive(Debug)]
pub(crate) struct Steps {
    left: u32,
}

impl Default for Steps {
    fn default() -> Self {
        Steps { left: limits::STEPS }
    }
}

impl Steps {
    /// How many have been taken since there were so many left.
    pub(super) fn taken_since(&self, left: u32) -> u32 {
        left.saturating_sub(self.left)
    }

    pub(super) fn left(&self) -> u32 {
        self.left
    }

    /// Takes steps, unless the limit is passed.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Malformed> {
        let steps = u32::try_from(steps).map_err(|_| Malformed)?;
        self.left = self.left.checked_sub(steps).ok_or(Malformed)?;
        Ok(())
    }
}
