//! Single parts of flags, evaluated for a context: for tools that know only a part of one.

use super::BoundFlags;
use crate::evaluate::Parts;
use crate::model::{Bucketing, Clause, KeyList, Rollout, Targets, WeightedVariation};

/// Parts of the document's flags. Each is evaluated as in an evaluation of a flag, with all of its
/// steps.
impl BoundFlags {
    fn parts(&self) -> Parts<'_> {
        Parts::of(self.flags().model(), self.bound_context())
    }

    /// Whether a clause matches; `None` if evaluating it makes a flag malformed.
    #[must_use]
    pub fn clause_matches(&self, clause: &Clause) -> Option<bool> {
        self.parts().clause(clause)
    }

    /// Returns the bucket, 0 to 99999; `None` if computing it makes a flag malformed.
    #[must_use]
    pub fn bucket(&self, bucketing: &Bucketing) -> Option<i64> {
        self.parts().bucket(bucketing)
    }

    /// Returns the entry that a rollout chooses, and whether the context takes part in an
    /// experiment; `None` if computing the bucket makes a flag malformed.
    #[must_use]
    pub fn chosen_entry(&self, rollout: &Rollout) -> Option<(WeightedVariation, bool)> {
        self.parts().rollout(rollout)
    }

    /// Whether a list of a segment contains the context's key.
    #[must_use]
    pub fn is_listed(&self, list: &KeyList) -> bool {
        self.parts().is_listed(list)
    }

    /// Whether the target list with this index contains the context's key.
    #[must_use]
    pub fn is_targeted(&self, targets: &Targets, index: usize) -> bool {
        self.parts().is_targeted(targets, index)
    }
}
