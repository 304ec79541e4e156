//! The variation that one part of a flag decides on, and the shares in which two such parts decide
//! differently: integers, from the arithmetic of buckets.

use isoflag::model::{BucketInput, Model, Rollout, Served, WeightedVariation};

use super::ServedAnswer;
use super::foresee::ExactShare;
use crate::diff::Words;
use crate::percentage::BUCKETS;

/// The decision of a target list, a rule, the fallthrough, or a flag that is off.
#[derive(Debug)]
pub(super) struct Decision<'m> {
    pub(super) by: By<'m>,
    /// The answers: one, the answer of each target list, or each range of buckets by its end.
    ranges: Vec<(u32, ServedAnswer)>,
}

/// Decides which of several answers a context gets.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'m> {
    /// There is one answer.
    Nothing,
    /// The list that names the key of the context.
    Lists,
    /// The bucket of the context.
    Bucket(BucketInput<'m>),
}

/// The answers before and after, of the contexts for which two decisions are made.
#[derive(Debug)]
pub(super) enum Joint {
    /// Nobody gets another value.
    Unchanged,
    /// The shares, of the keys of a kind if any buckets decide.
    Exact(Vec<ExactShare>),
    /// Some may get another value; how many is not known from the documents.
    Possible(Words),
}

/// Whether the caller gets another value.
pub(super) type Differs<'d> = &'d dyn Fn(ServedAnswer, ServedAnswer) -> bool;

/// The shares of pairs of answers, sorted by them.
struct Shares<'d> {
    all: Vec<ExactShare>,
    differs: Differs<'d>,
}

impl<'m> Decision<'m> {
    pub(super) fn always(answer: ServedAnswer) -> Decision<'m> {
        Decision { by: By::Nothing, ranges: vec![(BUCKETS, answer)] }
    }

    /// The decision of target lists with these variations; `None` without any.
    pub(super) fn lists(variations: impl Iterator<Item = Option<u32>>) -> Option<Decision<'m>> {
        let ranges: Vec<(u32, ServedAnswer)> =
            variations.map(|variation| (BUCKETS, variation_or_error(variation))).collect();
        let (_, first) = *ranges.first()?;
        match ranges.iter().all(|(_, answer)| *answer == first) {
            true => Some(Decision::always(first)),
            false => Some(Decision { by: By::Lists, ranges }),
        }
    }

    /// The decision of a rule or the fallthrough.
    pub(super) fn of(served: &'m Served, model: &'m Model) -> Decision<'m> {
        match served {
            Served::Variation(index) => Decision::always(ServedAnswer::Variation(*index)),
            Served::Nothing => Decision::always(ServedAnswer::Error),
            Served::Rollout(rollout) => Decision::of_rollout(rollout, model),
        }
    }

    fn of_rollout(rollout: &'m Rollout, model: &'m Model) -> Decision<'m> {
        let Some(input) = rollout.bucketing.input(model) else {
            return Decision::always(ServedAnswer::Error);
        };
        let mut ranges: Vec<(u32, ServedAnswer)> = Vec::new();
        for (end, variation) in rollout_ranges(rollout) {
            let answer = variation_or_error(variation);
            match ranges.last_mut() {
                Some((last, known)) if *known == answer => *last = end,
                _ => ranges.push((end, answer)),
            }
        }
        let by = if ranges.len() > 1 { By::Bucket(input) } else { By::Nothing };
        Decision { by, ranges }
    }

    /// The answer of bucket 0, which a context gets that has nothing to hash.
    pub(super) fn of_bucket_0(&self) -> ServedAnswer {
        self.ranges.first().map_or(ServedAnswer::Error, |(_, answer)| *answer)
    }

    pub(super) fn bucket(&self) -> Option<BucketInput<'m>> {
        match self.by {
            By::Bucket(input) => Some(input),
            By::Nothing | By::Lists => None,
        }
    }

    /// The number of steps that [`Decision::joint`] takes at most.
    pub(super) fn steps(&self, other: &Decision<'_>) -> usize {
        let (one, other_ranges) = (self.ranges.len(), other.ranges.len());
        match self.bucket().is_some() && self.bucket() == other.bucket() {
            true => one.saturating_add(other_ranges),
            false => one.saturating_mul(other_ranges),
        }
    }

    /// Pairs two decisions for the same contexts. With `same_lists`, both have the same target
    /// lists.
    pub(super) fn joint(
        &self,
        other: &Decision<'_>,
        same_lists: bool,
        differs: Differs<'_>,
    ) -> Joint {
        let by = match (self.by, other.by) {
            (By::Lists, By::Lists) if same_lists => {
                let mut pairs = self.ranges.iter().zip(&other.ranges);
                let changed = pairs.any(|((_, from), (_, to))| differs(*from, *to));
                return if changed { Joint::Possible(lists()) } else { Joint::Unchanged };
            }
            (By::Bucket(from), By::Bucket(to)) if from == to => {
                return Joint::of(self.same_buckets(other, differs), Some(from));
            }
            (By::Lists, _) | (_, By::Lists) => Err(lists()),
            (By::Bucket(from), By::Bucket(to))
                if (from.kind, from.attribute) != (to.kind, to.attribute) =>
            {
                Err(hashed(Words::new("the buckets are those of "), to)
                    .text(", and were those of ")
                    .words(hashed(Words::default(), from)))
            }
            (By::Bucket(input), _) | (_, By::Bucket(input)) => Ok(Some(input)),
            (By::Nothing, By::Nothing) => Ok(None),
        };
        // The two buckets of a context are unrelated, or one of the decisions needs none.
        let mut shares = Shares { all: Vec::new(), differs };
        let mut start = 0;
        for (end, from) in &self.ranges {
            let width = u64::from(end.saturating_sub(start));
            start = *end;
            let mut start = 0;
            for (end, to) in &other.ranges {
                shares.add(*from, *to, width * u64::from(end.saturating_sub(start)));
                start = *end;
            }
        }
        match by {
            Ok(input) => Joint::of(shares, input),
            Err(_) if !shares.any_changed() => Joint::Unchanged,
            Err(because) => Joint::Possible(because),
        }
    }

    /// Both rollouts have the same bucket for each context.
    fn same_buckets<'d>(&self, other: &Decision<'_>, differs: Differs<'d>) -> Shares<'d> {
        let mut shares = Shares { all: Vec::new(), differs };
        let (mut before, mut after) =
            (self.ranges.iter().peekable(), other.ranges.iter().peekable());
        let mut start = 0;
        while let (Some((from_end, from)), Some((to_end, to))) = (before.peek(), after.peek()) {
            let end = *from_end.min(to_end);
            let pairs = u64::from(end.saturating_sub(start)) * u64::from(BUCKETS);
            shares.add(*from, *to, pairs);
            start = end;
            if *from_end == end {
                before.next();
            }
            if *to_end == end {
                after.next();
            }
        }
        shares
    }
}

impl Joint {
    /// The shares are exact if the hashed attribute is the key, which each context of the kind has
    /// for itself.
    fn of(shares: Shares<'_>, input: Option<BucketInput<'_>>) -> Joint {
        if !shares.any_changed() {
            return Joint::Unchanged;
        }
        if let Some(input) = input.filter(|input| !input.attribute.is("key")) {
            let because = hashed(Words::new("the buckets are those of "), input);
            return Joint::Possible(because.text(", which contexts share"));
        }
        Joint::Exact(shares.all)
    }
}

impl Shares<'_> {
    fn add(&mut self, from: ServedAnswer, to: ServedAnswer, pairs: u64) {
        let known = self.all.binary_search_by_key(&(from, to), |share| (share.from, share.to));
        match known {
            Ok(index) => {
                if let Some(share) = self.all.get_mut(index) {
                    share.pairs += pairs;
                }
            }
            Err(index) => {
                let changed = (self.differs)(from, to);
                self.all.insert(index, ExactShare { from, to, changed, pairs });
            }
        }
    }

    fn any_changed(&self) -> bool {
        self.all.iter().any(|share| share.changed)
    }
}

fn variation_or_error(variation: Option<u32>) -> ServedAnswer {
    variation.map_or(ServedAnswer::Error, ServedAnswer::Variation)
}

fn lists() -> Words {
    Words::new("the shares depend on the keys that ").code("targets").text(" lists")
}

/// Each range of buckets of a rollout by its end, and the variation; `None` for one that the flag
/// does not have. Buckets beyond the last share get the last entry.
pub(crate) fn rollout_ranges(rollout: &Rollout) -> Vec<(u32, Option<u32>)> {
    let mut reached = 0;
    let buckets = entry_buckets(rollout).into_iter().zip(&rollout.entries);
    let buckets = buckets.filter(|(buckets, _)| *buckets > 0);
    let range = |(buckets, entry): (u32, &WeightedVariation)| {
        reached += buckets;
        (reached, entry.variation)
    };
    buckets.map(range).collect()
}

/// The number of buckets of each entry, together all.
pub(crate) fn entry_buckets(rollout: &Rollout) -> Vec<u32> {
    buckets(rollout.entries.iter().map(|entry| entry.cumulative_weight))
}

/// The number of buckets of each entry, from the sums of the weights up to each.
pub(crate) fn buckets(cumulative_weights: impl IntoIterator<Item = i64>) -> Vec<u32> {
    let mut reached = 0;
    let mut buckets: Vec<u32> = Vec::new();
    for sum in cumulative_weights {
        let end = sum.clamp(0, i64::from(BUCKETS));
        // A weight may be negative, so that a sum is smaller than one before it.
        let end = u32::try_from(end).unwrap_or(BUCKETS).max(reached);
        buckets.push(end - reached);
        reached = end;
    }
    if let Some(last) = buckets.last_mut() {
        *last += BUCKETS - reached;
    }
    buckets
}

/// Adds the name of the hashed attribute.
pub(super) fn hashed(words: Words, input: BucketInput<'_>) -> Words {
    words.code(input.attribute).text(" of kind ").code(input.kind)
}
