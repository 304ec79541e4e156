//! Evaluates single parts of flags, for tools that derive answers from a part of a context.

use super::bound_context::BoundContext;
use super::evaluation_cache::EvaluationCache;
use super::observer::NoObserver;
use super::watched_context::WatchedContext;
use super::{Evaluation, Malformed};
use crate::model::{Bucketing, Clause, KeyList, Model, Rollout, Targets, WeightedVariation};
use crate::steps::Steps;

/// A document and a valid context, to evaluate parts of the document's flags.
pub(crate) struct Parts<'a> {
    model: &'a Model,
    bound_context: &'a BoundContext,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(model: &'a Model, bound_context: &'a BoundContext) -> Parts<'a> {
        Parts { model, bound_context }
    }

    /// Evaluates a part as the first of an evaluation; `None` if that is malformed, or if the
    /// context is invalid.
    fn evaluate<T>(
        &self,
        part: impl FnOnce(&mut Evaluation<'_, NoObserver>) -> Result<T, Malformed>,
    ) -> Option<T> {
        let mut evaluation = Evaluation {
            model: self.model,
            context: WatchedContext::of(self.bound_context)?,
            observer: &mut NoObserver,
            steps: Steps::default(),
            big_segments: None,
            prerequisites: EvaluationCache::default(),
            segments: EvaluationCache::default(),
            direct_prerequisites: 0,
        };
        part(&mut evaluation).ok()
    }

    pub(crate) fn clause(&self, clause: &Clause) -> Option<bool> {
        self.evaluate(|evaluation| Ok(evaluation.clause(clause, None)?.0))
    }

    pub(crate) fn bucket(&self, bucketing: &Bucketing) -> Option<i64> {
        self.evaluate(|evaluation| Ok(evaluation.bucket(bucketing)?.number))
    }

    pub(crate) fn rollout(&self, rollout: &Rollout) -> Option<(WeightedVariation, bool)> {
        self.evaluate(|evaluation| evaluation.rollout(rollout))
    }

    pub(crate) fn is_listed(&self, list: &KeyList) -> bool {
        self.bound_context.valid().is_some_and(|context| context.is_in(list.kind, &list.keys))
    }

    pub(crate) fn is_targeted(&self, targets: &Targets, index: usize) -> bool {
        let list = targets.lists.get(index);
        self.bound_context
            .valid()
            .zip(list)
            .is_some_and(|(context, list)| context.is_in(list.kind, &list.keys))
    }
}
