use super::memo::Known;
use super::observer::{Observer, SegmentSeen};
use super::{Evaluation, Malformed, Trail};
use crate::limits;
use crate::ruleset::{KeyList, Membership, Segment, SegmentBody, SegmentRule};

impl<O: Observer> Evaluation<'_, O> {
    /// Whether the context is in a segment, and the length of the longest path of segments from
    /// it down. A segment that the document does not hold has no members.
    pub(super) fn segment(
        &mut self,
        slot: u32,
        above: Option<&Trail<'_>>,
    ) -> Result<(bool, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_segment(slot);
        let Some(segment) = self.ruleset.segment(slot) else {
            self.observer.leave_segment(SegmentSeen::Missing, false);
            return Ok((false, 0));
        };
        if Trail::holds(above, slot) {
            return Err(Malformed);
        }
        let Segment::Readable(body) = segment else { return Err(Malformed) };
        let trail = Trail::down(above, slot);
        let known = match self.segments.get(slot) {
            Some(known) => {
                self.observer.leave_segment(SegmentSeen::Repeated, known.result);
                known
            }
            None => {
                if trail.length > limits::PATH_LENGTH {
                    return Err(Malformed);
                }
                let (seen, result, below) = self.membership(body, &trail)?;
                self.observer.leave_segment(seen, result);
                let known = Known { result, height: below + 1 };
                self.segments.insert(slot, known);
                known
            }
        };
        if trail.length - 1 + known.height > limits::PATH_LENGTH {
            return Err(Malformed);
        }
        Ok((known.result, known.height))
    }

    /// How a segment's membership is decided: its lists or the store of a big segment, then rules.
    fn membership(
        &mut self,
        body: &SegmentBody,
        trail: &Trail<'_>,
    ) -> Result<(SegmentSeen, bool, usize), Malformed> {
        match &body.membership {
            Membership::Lists { included, excluded } => {
                if self.any_list(included) {
                    return Ok((SegmentSeen::Included, true, 0));
                }
                if self.any_list(excluded) {
                    return Ok((SegmentSeen::Excluded, false, 0));
                }
            }
            Membership::Big { kind, reference } => {
                match self.big_segment(*kind, reference.as_deref()) {
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

    fn any_list(&self, lists: &[KeyList]) -> bool {
        lists.iter().any(|list| self.context.is_in(list.kind, &list.keys))
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
