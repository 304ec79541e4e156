//! Evaluates the outcome of a rule or the fallthrough: a variation, a rollout or an experiment.

use super::answer::Verdict;
use super::flag::Outcome;
use super::observer::{BucketSeen, Observer};
use super::{Evaluation, Malformed};
use crate::model::{Rollout, Served, WeightedVariation};

impl<O: Observer> Evaluation<'_, O> {
    /// Returns the variation that a rule or the fallthrough serves; `verdict` receives whether an
    /// experiment decided.
    pub(super) fn served(
        &mut self,
        served: &Served,
        verdict: impl FnOnce(bool) -> Verdict,
    ) -> Result<Outcome, Malformed> {
        match served {
            Served::Variation(index) => Ok(Outcome::served(Some(*index), verdict(false))),
            Served::Nothing => Ok(Outcome::MALFORMED),
            Served::Rollout(rollout) => {
                let (entry, in_experiment) = self.rollout(rollout)?;
                Ok(Outcome::served(entry.variation, verdict(in_experiment)))
            }
        }
    }

    /// Returns the entry whose share contains the bucket, else the last; and whether the context
    /// takes part in an experiment.
    pub(crate) fn rollout(
        &mut self,
        rollout: &Rollout,
    ) -> Result<(WeightedVariation, bool), Malformed> {
        let bucket = self.bucket(&rollout.bucketing)?;
        let within = |entry: &WeightedVariation| bucket.number < entry.cumulative_weight;
        let position = rollout.entries.iter().position(within);
        self.steps.take(position.map_or(rollout.entries.len(), |position| position + 1))?;
        let chosen = position.unwrap_or(rollout.entries.len() - 1);
        let entry = *rollout.entries.get(chosen).ok_or(Malformed)?;
        // A context beyond the last share takes part even without the kind, as in LaunchDarkly's
        // SDKs.
        let takes_part = bucket.kind_present || position.is_none();
        let in_experiment = rollout.experiment && !entry.untracked && takes_part;
        self.observer.rollout(BucketSeen { rollout, bucket, chosen, in_experiment });
        Ok((entry, in_experiment))
    }
}
