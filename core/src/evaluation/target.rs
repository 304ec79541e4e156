use super::observer::Observer;
use super::{Evaluation, Malformed};
use crate::ruleset::Targets;

impl<O: Observer> Evaluation<'_, O> {
    /// The variation of the first target list that names the context; the inner option is none
    /// where the flag has no such variation.
    pub(super) fn target(&mut self, targets: &Targets) -> Result<Option<Option<u32>>, Malformed> {
        if targets.is_empty() {
            return Ok(None);
        }
        self.steps.take(1)?;
        let context = self.context;
        let found = targets.find(|kind| context.key(kind).map(|key| &**key));
        self.observer.targets(targets, found.map(|(position, _)| position));
        Ok(found.map(|(_, list)| list.variation))
    }
}
