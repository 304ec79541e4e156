//! Single parts of flags, evaluated for a context: for tools that know only a part of one.

use super::BoundFlags;
use crate::evaluate::evaluate_part;
use crate::model::{Bucketing, Clause, KeyList, Rollout, Targets, WeightedVariation};

/// Parts of the document's flags. Each is evaluated as in an evaluation of a flag, with all of its
/// steps.
impl BoundFlags {
    /// Whether a clause matches; `None` if evaluating it makes a flag malformed.
    #[must_use]
    pub fn clause_matches(&self, clause: &Clause) -> Option<bool> {
        evaluate_part(self.flags().model(), self.bound_context(), |evaluation| {
            Ok(evaluation.clause(clause, None)?.0)
        })
    }

    /// Returns the bucket, 0 to 99999; `None` if computing it makes a flag malformed.
    #[must_use]
    pub fn bucket(&self, bucketing: &Bucketing) -> Option<i64> {
        evaluate_part(self.flags().model(), self.bound_context(), |evaluation| {
            Ok(evaluation.bucket(bucketing)?.number)
        })
    }

    /// Returns the entry that a rollout chooses, and whether the context takes part in an
    /// experiment; `None` if computing the bucket makes a flag malformed.
    #[must_use]
    pub fn chosen_entry(&self, rollout: &Rollout) -> Option<(WeightedVariation, bool)> {
        let (model, context) = (self.flags().model(), self.bound_context());
        evaluate_part(model, context, |evaluation| evaluation.rollout(rollout))
    }

    /// Whether a list of a segment contains the context's key.
    #[must_use]
    pub fn is_listed(&self, list: &KeyList) -> bool {
        let context = self.bound_context().valid();
        context.is_some_and(|context| context.is_in(list.kind, &list.keys))
    }

    /// Whether the target list with this index contains the context's key.
    #[must_use]
    pub fn is_targeted(&self, targets: &Targets, index: usize) -> bool {
        let context = self.bound_context().valid().zip(targets.lists.get(index));
        context.is_some_and(|(context, list)| context.is_in(list.kind, &list.keys))
    }
}
