//! The variation that one part of a flag decides on, and the shares in which two such parts decide
//! differently: integers, from the arithmetic of buckets.

use std::collections::BTreeMap;

use isoflag::model::{BucketInput, Model, Rollout, Served};

use super::ServedAnswer;
use crate::diff::Words;

/// The number of buckets.
const BUCKETS: u32 = 100_000;

/// The whole of which shares are counted: every pair of two buckets.
pub(super) const WHOLE: u64 = 10_000_000_000;

/// The decision of a target list, a rule, the fallthrough, or a flag that is off.
#[derive(Clone, Debug)]
pub(super) enum Decision<'m> {
    /// The same answer for every context.
    Always(ServedAnswer),
    /// One of these, by the list that names the key of the context.
    Lists(Vec<ServedAnswer>),
    /// By the bucket of the context.
    Buckets(Buckets<'m>),
}

/// A rollout that serves at least two answers.
#[derive(Clone, Debug)]
pub(super) struct Buckets<'m> {
    pub(super) input: BucketInput<'m>,
    /// Each range of buckets, by its end, and its answer.
    ranges: Vec<(u32, ServedAnswer)>,
}

/// How many of the contexts for which two decisions are made get which two answers.
#[derive(Debug)]
pub(super) enum Joint {
    /// Shares of [`WHOLE`] of the keys of a kind, if any buckets decide.
    Exact(Vec<(ServedAnswer, ServedAnswer, u64)>),
    /// The possible pairs; how many contexts get each is not known from the documents.
    Possible(Vec<(ServedAnswer, ServedAnswer)>, Words),
}

impl<'m> Decision<'m> {
    /// The decision of a rule or the fallthrough.
    pub(super) fn of(served: &'m Served, model: &'m Model) -> Decision<'m> {
        match served {
            Served::Variation(index) => Decision::Always(ServedAnswer::Variation(*index)),
            Served::Nothing => Decision::Always(ServedAnswer::Error),
            Served::Rollout(rollout) => Decision::of_rollout(rollout, model),
        }
    }

    pub(super) fn of_rollout(rollout: &'m Rollout, model: &'m Model) -> Decision<'m> {
        let Some(input) = rollout.bucketing.input(model) else {
            return Decision::Always(ServedAnswer::Error);
        };
        let mut ranges: Vec<(u32, ServedAnswer)> = Vec::new();
        for (end, variation) in rollout_ranges(rollout) {
            let answer = variation.map_or(ServedAnswer::Error, ServedAnswer::Variation);
            match ranges.last_mut() {
                Some((last, known)) if *known == answer => *last = end,
                _ => ranges.push((end, answer)),
            }
        }
        match ranges.as_slice() {
            [(_, answer)] => Decision::Always(*answer),
            _ => Decision::Buckets(Buckets { input, ranges }),
        }
    }

    pub(super) fn buckets(&self) -> Option<&Buckets<'m>> {
        match self {
            Decision::Buckets(buckets) => Some(buckets),
            Decision::Always(_) | Decision::Lists(_) => None,
        }
    }

    fn answers(&self) -> Vec<ServedAnswer> {
        match self {
            Decision::Always(answer) => vec![*answer],
            Decision::Lists(answers) => answers.clone(),
            Decision::Buckets(buckets) => {
                buckets.ranges.iter().map(|(_, answer)| *answer).collect()
            }
        }
    }

    /// Pairs two decisions for the same contexts. With `same_lists`, both have the same target
    /// lists.
    pub(super) fn joint(&self, other: &Decision<'_>, same_lists: bool) -> Joint {
        let (from, to) = (self.answers(), other.answers());
        let because = match (self, other) {
            (Decision::Always(from), Decision::Always(to)) => {
                return Joint::Exact(vec![(*from, *to, WHOLE)]);
            }
            (Decision::Lists(_), Decision::Lists(_)) if same_lists => {
                let pairs = from.into_iter().zip(to).collect();
                return Joint::Possible(pairs, lists());
            }
            (Decision::Lists(_), _) | (_, Decision::Lists(_)) => lists(),
            (Decision::Buckets(from), Decision::Buckets(to)) if from.input == to.input => {
                return by_bucket(&same_buckets(from, to), from.input);
            }
            (Decision::Buckets(from), Decision::Buckets(to))
                if (from.input.kind, from.input.attribute)
                    != (to.input.kind, to.input.attribute) =>
            {
                hashed(Words::new("the buckets are those of "), to.input)
                    .text(", and were those of ")
                    .words(hashed(Words::default(), from.input))
            }
            (Decision::Buckets(buckets), _) | (_, Decision::Buckets(buckets)) => {
                return by_bucket(&independent(self, other), buckets.input);
            }
        };
        let pairs = from.iter().flat_map(|from| to.iter().map(|to| (*from, *to))).collect();
        Joint::Possible(pairs, because)
    }
}

fn lists() -> Words {
    Words::new("the shares depend on the keys that ").code("targets").text(" lists")
}

/// Each range of buckets of a rollout by its end, and the variation; `None` for one that the flag
/// does not have. Buckets beyond the last share get the last entry.
pub(crate) fn rollout_ranges(rollout: &Rollout) -> Vec<(u32, Option<u32>)> {
    let mut ranges = Vec::new();
    let mut reached = 0;
    for entry in &rollout.entries {
        let end = entry.cumulative_weight.clamp(0, i64::from(BUCKETS));
        let end = u32::try_from(end).unwrap_or(BUCKETS);
        if end > reached {
            ranges.push((end, entry.variation));
            reached = end;
        }
    }
    if reached < BUCKETS
        && let Some(last) = rollout.entries.last()
    {
        ranges.push((BUCKETS, last.variation));
    }
    ranges
}

/// Adds the name of the hashed attribute.
pub(super) fn hashed(words: Words, input: BucketInput<'_>) -> Words {
    words.code(input.attribute).text(" of kind ").code(input.kind)
}

type Shares = BTreeMap<(ServedAnswer, ServedAnswer), u64>;

/// The shares are exact if the hashed attribute is the key, which each context has for itself.
fn by_bucket(shares: &Shares, input: BucketInput<'_>) -> Joint {
    if input.attribute.is("key") {
        let shares = shares.iter().map(|((from, to), share)| (*from, *to, *share));
        return Joint::Exact(shares.collect());
    }
    let because = hashed(Words::new("the buckets are those of "), input);
    Joint::Possible(shares.keys().copied().collect(), because.text(", which contexts share"))
}

/// Both rollouts have the same bucket for each context.
fn same_buckets(from: &Buckets<'_>, to: &Buckets<'_>) -> Shares {
    let mut shares = Shares::new();
    let (mut before, mut after) = (from.ranges.iter().peekable(), to.ranges.iter().peekable());
    let mut reached = 0;
    while let (Some((from_end, from)), Some((to_end, to))) = (before.peek(), after.peek()) {
        let end = *from_end.min(to_end);
        let share = u64::from(end.saturating_sub(reached)) * u64::from(BUCKETS);
        *shares.entry((*from, *to)).or_default() += share;
        reached = end;
        if *from_end == end {
            before.next();
        }
        if *to_end == end {
            after.next();
        }
    }
    shares
}

/// The two buckets of a context are unrelated, or one of the decisions needs none.
fn independent(from: &Decision<'_>, to: &Decision<'_>) -> Shares {
    let widths = |decision: &Decision<'_>| -> Vec<(ServedAnswer, u64)> {
        let mut start = 0;
        match decision {
            Decision::Buckets(buckets) => {
                let width = |(end, answer): &(u32, ServedAnswer)| {
                    let width = u64::from(end.saturating_sub(start));
                    start = *end;
                    (*answer, width)
                };
                buckets.ranges.iter().map(width).collect()
            }
            other => {
                other.answers().into_iter().map(|answer| (answer, u64::from(BUCKETS))).collect()
            }
        }
    };
    let mut shares = Shares::new();
    for (from, first) in widths(from) {
        for (to, second) in widths(to) {
            *shares.entry((from, to)).or_default() += first * second;
        }
    }
    shares
}
