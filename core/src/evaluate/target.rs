//! Evaluates the target lists of a flag.

use super::observer::Observer;
use super::{Evaluation, Malformed};
use crate::model::{TargetList, Targets};

impl<O: Observer> Evaluation<'_, O> {
    /// Returns the variation of the first target list that names the context; the inner option is
    /// `None` if the flag does not have that variation.
    pub(super) fn target(&mut self, targets: &Targets) -> Result<Option<Option<u32>>, Malformed> {
        if targets.lists.is_empty() {
            return Ok(None);
        }
        let context = self.context.read();
        let named = |(_, list): &(u32, &TargetList)| context.is_in(list.kind, &list.keys);
        let found = (0..).zip(&targets.lists).find(named);
        let looked_at = found.map_or(targets.lists.len(), |(position, _)| position as usize + 1);
        self.steps.take(looked_at)?;
        self.observer.targets(targets, found.map(|(position, _)| position));
        Ok(found.map(|(_, list)| list.variation))
    }
}
