//! Evaluates the prerequisites of a flag.

use super::evaluation_cache::Cached;
use super::observer::{Observer, PrerequisiteSeen};
use super::{Evaluation, Malformed, Trail};
use crate::limits;
use crate::model::{Prerequisite, Targeting};

impl<O: Observer> Evaluation<'_, O> {
    /// Returns the index of the first prerequisite that fails, and the length of the longest path
    /// of prerequisites that was followed.
    pub(super) fn failed_prerequisite(
        &mut self,
        slot: u32,
        targeting: &Targeting,
        above: Option<&Trail<'_>>,
    ) -> Result<(Option<u32>, usize), Malformed> {
        if targeting.prerequisites.is_empty() {
            return Ok((None, 0));
        }
        let trail = Trail::down(above, slot);
        let mut height = 0;
        for (index, prerequisite) in (0..).zip(&targeting.prerequisites) {
            let (holds, below) = self.prerequisite(prerequisite, &trail)?;
            height = height.max(below);
            if !holds {
                return Ok((Some(index), height));
            }
        }
        Ok((None, height))
    }

    /// Whether a prerequisite exists, is on and serves the required variation. One whose own
    /// prerequisites fail serves its off variation, which may be the required one.
    fn prerequisite(
        &mut self,
        prerequisite: &Prerequisite,
        trail: &Trail<'_>,
    ) -> Result<(bool, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_prerequisite(prerequisite);
        if Trail::holds(Some(trail), prerequisite.flag) {
            return Err(Malformed);
        }
        if trail.length == 1 {
            self.direct_prerequisites += 1;
        }
        let Some(flag) = self.model.flag(prerequisite.flag) else {
            self.observer.leave_prerequisite(PrerequisiteSeen::Missing, false);
            return Ok((false, 0));
        };
        let cached = self.prerequisites.get(prerequisite.flag);
        let repeated = cached.is_some();
        let Cached { result: outcome, height } = match cached {
            Some(cached) => cached,
            None => {
                if trail.length > limits::PATH_LENGTH {
                    return Err(Malformed);
                }
                let (result, below) = self.flag(prerequisite.flag, flag, Some(trail))?;
                let cached = Cached { result, height: below + 1 };
                self.prerequisites.insert(prerequisite.flag, cached);
                cached
            }
        };
        if trail.length - 1 + height > limits::PATH_LENGTH {
            return Err(Malformed);
        }
        let served = outcome.variation.map(i64::from);
        let holds = !outcome.off && served == Some(prerequisite.variation);
        self.observer.leave_prerequisite(PrerequisiteSeen::Evaluated { outcome, repeated }, holds);
        Ok((holds, height))
    }
}
