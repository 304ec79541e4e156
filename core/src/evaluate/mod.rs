//! The evaluator. It reads compiled flags and bound attributes, and reports each step to an
//! observer; with the observer that ignores everything, it is the fast path.
//!
//! The data flow: [`flag`](mod@flag) sets the order (off, prerequisites, targets, rules,
//! fallthrough); `prerequisite`, `clause` with `segment`, and `rollout` with `bucket` evaluate each
//! part.

mod answer;
mod big_segment;
mod bound_context;
mod bucket;
mod clause;
mod context_cache;
mod evaluation_cache;
mod flag;
mod notes;
mod observer;
mod prerequisite;
mod reason;
mod rollout;
mod segment;

pub use answer::{Answer, EvaluationDetail, FlagHandle, ValueType};
pub use big_segment::{BigSegments, BigSegmentsError, BigSegmentsStatus};
pub use reason::{ErrorKind, Reason, ReasonKind, ReasonMember};

pub(crate) use answer::Verdict;
pub(crate) use bound_context::{BoundAttribute, BoundContext};
pub(crate) use bucket::Bucket;
pub(crate) use flag::Outcome;
pub(crate) use observer::{
    BucketSeen, ClauseObservation, NoObserver, Observer, PrerequisiteSeen, SegmentSeen, Uncached,
};

use bound_context::WatchedContext;
use evaluation_cache::EvaluationCache;

use crate::model::Model;
use crate::steps::{Malformed, Steps};

/// Evaluates one flag for one bound context, within the remaining steps.
pub(crate) fn evaluate<O: Observer>(
    model: &Model,
    bound_context: &BoundContext,
    flag: Option<FlagHandle>,
    observer: &mut O,
    steps: &mut Steps,
) -> Answer {
    let Some(context) = WatchedContext::of(bound_context) else {
        return Answer::error(ErrorKind::UserNotSpecified);
    };
    let found = flag.and_then(|handle| Some((handle, model.flag(handle.index())?)));
    let Some((handle, flag)) = found else {
        return Answer::error(ErrorKind::FlagNotFound);
    };
    let mut evaluation = Evaluation::new(model, context, observer, Steps::of(steps.left()));
    let outcome = evaluation.root(handle.index(), flag);
    *steps = evaluation.steps;
    Answer {
        flag: Some(handle),
        variation: outcome.variation,
        verdict: outcome.verdict,
        big_segments: evaluation.big_segments,
        direct_prerequisites: evaluation.direct_prerequisites,
        is_constant: !evaluation.context.was_read(),
    }
}

/// Evaluates a part of a flag, such as a clause, as the first of an evaluation; `None` if the part is
/// malformed, or if the context is invalid.
pub(crate) fn evaluate_part<T>(
    model: &Model,
    bound_context: &BoundContext,
    part: impl FnOnce(&mut Evaluation<'_, NoObserver>) -> Result<T, Malformed>,
) -> Option<T> {
    let context = WatchedContext::of(bound_context)?;
    part(&mut Evaluation::new(model, context, &mut NoObserver, Steps::default())).ok()
}

/// The state of one evaluation.
pub(crate) struct Evaluation<'a, O> {
    model: &'a Model,
    context: WatchedContext<'a>,
    observer: &'a mut O,
    steps: Steps,
    /// The worst status of the big segments queried so far.
    big_segments: Option<BigSegmentsStatus>,
    /// Each prerequisite and each segment is computed once, so that diamond-shaped dependencies
    /// take linear time.
    prerequisites: EvaluationCache<flag::Outcome>,
    segments: EvaluationCache<bool>,
    /// The number of prerequisites of the requested flag that were evaluated.
    direct_prerequisites: u32,
}

impl<'a, O> Evaluation<'a, O> {
    fn new(
        model: &'a Model,
        context: WatchedContext<'a>,
        observer: &'a mut O,
        steps: Steps,
    ) -> Evaluation<'a, O> {
        Evaluation {
            model,
            context,
            observer,
            steps,
            big_segments: None,
            prerequisites: EvaluationCache::default(),
            segments: EvaluationCache::default(),
            direct_prerequisites: 0,
        }
    }
}

/// The path from the requested flag down to a prerequisite, or from a flag down to a segment:
/// linked on the stack, so that an empty path costs nothing.
pub(crate) struct Trail<'a> {
    slot: u32,
    above: Option<&'a Trail<'a>>,
    length: usize,
}

impl<'a> Trail<'a> {
    fn holds(trail: Option<&Trail<'_>>, slot: u32) -> bool {
        let mut next = trail;
        while let Some(here) = next {
            if here.slot == slot {
                return true;
            }
            next = here.above;
        }
        false
    }

    fn down(above: Option<&'a Trail<'a>>, slot: u32) -> Trail<'a> {
        Trail { slot, above, length: above.map_or(0, |above| above.length) + 1 }
    }
}
