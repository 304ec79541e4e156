//! The one evaluator. It reads compiled flags and bound attributes, and tells an observer what it
//! sees; with the observer that looks away, it is the fast path.
//!
//! The way of an answer: [`flag`](mod@flag) decides the order (off, prerequisites, targets, rules,
//! fallthrough); `prerequisite`, `target`, `rule` with `clause` and `segment`, and `rollout` with
//! `bucket` answer its questions.

mod answer;
mod big_segment;
mod bucket;
mod clause;
mod flag;
mod memo;
mod murmur3;
mod observer;
mod prerequisite;
mod reason;
mod remembered;
mod rollout;
mod rule;
mod segment;
mod steps;
mod subject;
mod target;

pub use answer::{Answer, EvaluationDetail, FlagHandle, ValueType};
pub use big_segment::{BigSegments, BigSegmentsError, BigSegmentsStatus};
pub use reason::{ErrorKind, Reason, ReasonKind, ReasonMember};

pub(crate) use answer::Verdict;
pub(crate) use bucket::Bucket;
pub(crate) use flag::Outcome;
pub(crate) use observer::{
    BucketSeen, Clues, NoMemory, NoObserver, Observer, PrerequisiteSeen, SegmentSeen,
};
pub(crate) use steps::Steps;
pub(crate) use subject::Subject;

use memo::Memo;

use crate::ruleset::Ruleset;

/// What ends a whole evaluation: a part that cannot be read, a cycle, a limit. The flag that was
/// asked for is `MALFORMED_FLAG`, even if a prerequisite or a segment is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Evaluates one flag for one subject, within the steps that are left.
pub(crate) fn evaluate<O: Observer>(
    ruleset: &Ruleset,
    subject: &Subject,
    flag: Option<FlagHandle>,
    observer: &mut O,
    steps: &mut Steps,
) -> Answer {
    let Some(context) = subject.context() else {
        return Answer::error(ErrorKind::UserNotSpecified);
    };
    let found = flag.and_then(|handle| Some((handle, ruleset.flag(handle.index())?)));
    let Some((handle, flag)) = found else {
        return Answer::error(ErrorKind::FlagNotFound);
    };
    let mut evaluation = Evaluation {
        ruleset,
        subject,
        context,
        observer,
        steps: Steps::of(steps.left()),
        big_segments: None,
        prerequisites: Memo::default(),
        segments: Memo::default(),
        direct_prerequisites: 0,
    };
    let outcome = evaluation.root(handle.index(), flag);
    *steps = evaluation.steps;
    Answer {
        flag: Some(handle),
        variation: outcome.variation,
        verdict: outcome.verdict,
        big_segments: evaluation.big_segments,
        direct_prerequisites: evaluation.direct_prerequisites,
    }
}

/// One evaluation under way.
struct Evaluation<'a, O> {
    ruleset: &'a Ruleset,
    subject: &'a Subject,
    context: &'a subject::BoundContext,
    observer: &'a mut O,
    steps: Steps,
    /// The worst status of the big segments asked so far.
    big_segments: Option<BigSegmentsStatus>,
    /// Each prerequisite and each segment is computed once, so that diamonds stay linear.
    prerequisites: Memo<flag::Outcome>,
    segments: Memo<bool>,
    /// How many prerequisites of the flag that was asked for have been looked at.
    direct_prerequisites: u32,
}

/// The way from the flag that was asked for down to a prerequisite, or from a flag down to a
/// segment: linked on the stack, so that it costs nothing where there is none.
struct Trail<'a> {
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
