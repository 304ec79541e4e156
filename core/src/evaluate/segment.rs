//! Evaluates the membership of a context in a segment.

use super::big_segment::BigSegmentsStatus;
use super::evaluation_cache::Cached;
use super::observer::{Observer, SegmentSeen};
use super::{Evaluation, Malformed, Trail};
use crate::limits;
use crate::model::{KeyList, Membership, Segment, SegmentBody, SegmentRule};

impl<O: Observer> Evaluation<'_, O> {
    /// Whether the context is in a segment, and the length of the longest path of segments from it
    /// down. A segment that is not in the document has no members.
    pub(super) fn segment(
        &mut self,
        slot: u32,
        above: Option<&Trail<'_>>,
    ) -> Result<(bool, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_segment(slot);
        let Some(segment) = self.model.segment(slot) else {
            self.observer.leave_segment(SegmentSeen::Missing, false);
            return Ok((false, 0));
        };
        if Trail::holds(above, slot) {
            return Err(Malformed);
        }
        let Segment::Readable(body) = segment else { return Err(Malformed) };
        let trail = Trail::down(above, slot);
        let cached = match self.segments.get(slot) {
            Some(cached) => {
                self.observer.leave_segment(SegmentSeen::Repeated, cached.result);
                cached
            }
            None => {
                if trail.length > limits::PATH_LENGTH {
                    return Err(Malformed);
                }
                let (result, below) = self.cached_or_computed(slot, body, &trail)?;
                let cached = Cached { result, height: below + 1 };
                self.segments.insert(slot, cached);
                cached
            }
        };
        if trail.length - 1 + cached.height > limits::PATH_LENGTH {
            return Err(Malformed);
        }
        Ok((cached.result, cached.height))
    }

    /// Returns the membership, and the length of the longest path of segments below. If it depends
    /// on the bound context alone, it is cached there.
    fn cached_or_computed(
        &mut self,
        slot: u32,
        body: &SegmentBody,
        trail: &Trail<'_>,
    ) -> Result<(bool, usize), Malformed> {
        let uses_cache = O::USES_CACHE && !body.refers_to_segments;
        let context = self.context.read();
        if uses_cache && let Some(cached) = context.segments.get(slot) {
            let CachedMembership { member, big_segments, steps } = CachedMembership::unpack(cached);
            // The store is queried before any step is taken.
            self.big_segments = self.big_segments.max(big_segments);
            self.steps.take(steps as usize)?;
            return Ok((member, 0));
        }
        let left = self.steps.left();
        let noted_before = self.big_segments.take();
        let decided = self.membership(body, trail);
        let big_segments = self.big_segments;
        self.big_segments = big_segments.max(noted_before);
        let (seen, member, below) = decided?;
        self.observer.leave_segment(seen, member);
        if uses_cache {
            let steps = self.steps.taken_since(left);
            let cached = CachedMembership { member, big_segments, steps };
            context.segments.set(slot, cached.pack());
        }
        Ok((member, below))
    }

    /// Computes a segment's membership: its lists or the store of a big segment, then rules.
    fn membership(
        &mut self,
        body: &SegmentBody,
        trail: &Trail<'_>,
    ) -> Result<(SegmentSeen, bool, usize), Malformed> {
        match &body.membership {
            Membership::Lists { included, excluded } => {
                self.steps.take((included.len() + excluded.len()).saturating_sub(2))?;
                if self.any_list(included) {
                    return Ok((SegmentSeen::Included, true, 0));
                }
                if self.any_list(excluded) {
                    return Ok((SegmentSeen::Excluded, false, 0));
                }
            }
            Membership::Big { kind, reference } => {
                match self.big_segment(*kind, reference.as_deref())? {
                    Some(Some(member)) => return Ok((SegmentSeen::Stored, member, 0)),
                    Some(None) => {}
                    None => return Ok((SegmentSeen::NotStored, false, 0)),
                }
            }
        }
        let mut height = 0;
        for (index, rule) in (0..).zip(&body.rules) {
            let (matches, below) = self.segment_rule(index, rule, trail)?;
            height = height.max(below);
            if matches {
                return Ok((SegmentSeen::Rule, true, height));
            }
        }
        Ok((SegmentSeen::NoRule, false, height))
    }

    fn any_list(&mut self, lists: &[KeyList]) -> bool {
        lists.iter().any(|list| self.context.read().is_in(list.kind, &list.keys))
    }

    fn segment_rule(
        &mut self,
        index: u32,
        rule: &SegmentRule,
        trail: &Trail<'_>,
    ) -> Result<(bool, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_segment_rule(index);
        let (mut matches, height) = self.clauses(&rule.clauses, Some(trail))?;
        if matches && let Some((weight, bucketing)) = &rule.weighted {
            let bucket = self.bucket(bucketing)?;
            self.observer.segment_weight(bucketing, bucket, *weight);
            matches = bucket.number < *weight;
        }
        self.observer.leave_segment_rule(matches);
        Ok((matches, height))
    }
}

/// The cached result of a segment: the membership, and everything else that computing it sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CachedMembership {
    member: bool,
    /// The status of the store of big segments, if it was queried.
    big_segments: Option<BigSegmentsStatus>,
    steps: u32,
}

impl CachedMembership {
    /// One bit for the membership, three for the status, the others for the steps, at most those of
    /// one evaluation.
    pub(super) const BITS: u32 = 4 + (u32::BITS - limits::STEPS.leading_zeros());

    fn pack(self) -> u32 {
        let status = self.big_segments.map_or(0, |status| status as u32 + 1);
        u32::from(self.member) | status << 1 | self.steps << 4
    }

    fn unpack(packed: u32) -> CachedMembership {
        let status = (packed >> 1 & 7).checked_sub(1);
        let cached = |status: u32| BigSegmentsStatus::ALL.get(status as usize).copied();
        CachedMembership {
            member: packed & 1 == 1,
            big_segments: status.and_then(cached),
            steps: packed >> 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_membership_is_unpacked_as_it_was_packed() {
        for big_segments in BigSegmentsStatus::ALL.map(Some).into_iter().chain([None]) {
            for member in [true, false] {
                for steps in [0, 1, limits::STEPS] {
                    let cached = CachedMembership { member, big_segments, steps };
                    assert_eq!(CachedMembership::unpack(cached.pack()), cached);
                    assert_eq!(cached.pack() >> CachedMembership::BITS, 0);
                }
            }
        }
    }
}
