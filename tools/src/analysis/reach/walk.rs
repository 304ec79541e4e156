//! Follows all paths through an evaluation at once.

use std::collections::BTreeMap;

use isoflag::limits;
use isoflag::model::{
    Bucketing, Clause, Condition, FlagState, Membership, Model, OffVariation, Rollout, Rule,
    Segment, SegmentBody, SegmentRule, Served, Targeting, Test,
};

use super::part::{Match, Outcomes};
use crate::percentage::BUCKETS;

/// Follows one flag; each dependency is followed once.
pub(super) struct Walk<'a> {
    model: &'a Model,
    flags: BTreeMap<u32, Outcomes>,
    segments: BTreeMap<u32, Match>,
    flags_above: Vec<u32>,
    segments_above: Vec<u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn of(model: &'a Model) -> Walk<'a> {
        Walk {
            model,
            flags: BTreeMap::new(),
            segments: BTreeMap::new(),
            flags_above: Vec::new(),
            segments_above: Vec::new(),
        }
    }

    pub(super) fn root(mut self, slot: u32) -> Outcomes {
        self.flag(slot)
    }

    /// Follows a flag. If a longer path leads to it again, the length of the path is updated.
    pub(super) fn flag(&mut self, slot: u32) -> Outcomes {
        let above = self.flags_above.len();
        if self.flags_above.contains(&slot) || above > limits::PATH_LENGTH {
            return Outcomes::anything();
        }
        let outcomes = match self.flags.get(&slot) {
            Some(known) => known.clone(),
            None => {
                let outcomes = self.state(slot);
                self.flags.insert(slot, outcomes.clone());
                outcomes
            }
        };
        match above + outcomes.height > limits::PATH_LENGTH {
            true => Outcomes::anything(),
            false => outcomes,
        }
    }

    fn state(&mut self, slot: u32) -> Outcomes {
        let Some(flag) = self.model.flag(slot) else { return Outcomes::failing() };
        match &flag.state {
            FlagState::Malformed => Outcomes::failing(),
            FlagState::Off(off) => {
                let mut outcomes = Outcomes::default();
                outcomes.off = true;
                match off {
                    OffVariation::Default => outcomes.default = true,
                    OffVariation::Variation(index) => outcomes.share_out(Some(*index), BUCKETS),
                    OffVariation::OutOfRange => outcomes.malformed = true,
                }
                outcomes
            }
            FlagState::On(off, targeting) => {
                self.flags_above.push(slot);
                let mut outcomes = Outcomes::default();
                if self.prerequisites(*off, targeting, &mut outcomes) {
                    self.targeting(targeting, &mut outcomes);
                }
                self.flags_above.pop();
                outcomes
            }
        }
    }

    /// Whether any context can satisfy all prerequisites.
    fn prerequisites(
        &mut self,
        off: OffVariation,
        targeting: &Targeting,
        outcomes: &mut Outcomes,
    ) -> bool {
        for prerequisite in &targeting.prerequisites {
            let (can_hold, can_break) = match self.model.flag(prerequisite.flag) {
                None => (false, true),
                Some(_) => {
                    let reached = self.flag(prerequisite.flag);
                    outcomes.fails |= reached.fails;
                    outcomes.height = outcomes.height.max(reached.height + 1);
                    reached.as_prerequisite(prerequisite.variation)
                }
            };
            if can_break {
                match off {
                    OffVariation::Default => outcomes.default = true,
                    OffVariation::Variation(index) => outcomes.catch(Some(index)),
                    OffVariation::OutOfRange => outcomes.malformed = true,
                }
            }
            if !can_hold {
                return false;
            }
        }
        true
    }

    fn targeting(&mut self, targeting: &Targeting, outcomes: &mut Outcomes) {
        for variation in targeting.targets.variations() {
            outcomes.catch(variation);
        }
        for rule in &targeting.rules {
            let Rule { clauses, served, .. } = rule;
            let found = self.clauses(clauses);
            outcomes.fails |= found.can_fail;
            match found {
                Match { can_match: false, can_miss: true, .. } => {}
                Match { can_match: true, can_miss: true, .. } => self.caught(served, outcomes),
                Match { can_match: true, can_miss: false, .. } => {
                    // It replaces the fallthrough.
                    return self.shared_out(served, outcomes);
                }
                Match { can_match: false, can_miss: false, .. } => return,
            }
        }
        self.shared_out(&targeting.fallthrough, outcomes);
    }

    fn caught(&self, served: &Served, outcomes: &mut Outcomes) {
        let mut own = Outcomes::default();
        self.shared_out(served, &mut own);
        own.variations().into_iter().for_each(|variation| outcomes.catch(Some(variation)));
        outcomes.malformed |= own.malformed;
        outcomes.fails |= own.fails;
    }

    fn shared_out(&self, served: &Served, outcomes: &mut Outcomes) {
        match served {
            Served::Variation(index) => outcomes.share_out(Some(*index), BUCKETS),
            Served::Nothing => outcomes.malformed = true,
            Served::Rollout(rollout) => self.rollout(rollout, outcomes),
        }
    }

    /// The entries whose share of the buckets is not empty; contexts beyond the last share get the
    /// last entry.
    fn rollout(&self, rollout: &Rollout, outcomes: &mut Outcomes) {
        if self.bucket_fails(&rollout.bucketing) {
            outcomes.fails = true;
            return;
        }
        let mut reached = 0;
        for entry in &rollout.entries {
            // At most the whole, so it fits.
            let end = entry.cumulative_weight.clamp(0, i64::from(BUCKETS));
            let end = u32::try_from(end).unwrap_or(BUCKETS);
            if end > reached {
                outcomes.share_out(entry.variation, end - reached);
                reached = end;
            }
        }
        if reached < BUCKETS
            && let Some(last) = rollout.entries.last()
        {
            outcomes.share_out(last.variation, BUCKETS - reached);
        }
    }

    fn bucket_fails(&self, bucketing: &Bucketing) -> bool {
        !bucketing.is_computable(self.model.hash())
    }

    fn clauses(&mut self, clauses: &[Clause]) -> Match {
        // One after another, since each may follow a segment.
        let found: Vec<Match> = clauses.iter().map(|clause| self.clause(clause)).collect();
        Match::all(found)
    }

    fn clause(&mut self, clause: &Clause) -> Match {
        let never = |test: &Test| !test.is_known() || clause.values.is_empty();
        match &clause.condition {
            Condition::InvalidReference => Match::FAILS,
            Condition::Segments(segments) => {
                let found: Vec<Match> = segments.iter().map(|slot| self.segment(*slot)).collect();
                Match::any(found).negated(clause.negate)
            }
            // Every context has a kind.
            Condition::Kinds(test) if never(test) => Match::NEVER.negated(clause.negate),
            Condition::Kinds(_) => Match::EITHER,
            // If there is nothing to compare, a negated clause does not match either.
            Condition::Attribute(_, test) if never(test) && !clause.negate => Match::NEVER,
            Condition::Attribute(..) => Match::EITHER,
        }
    }

    fn segment(&mut self, slot: u32) -> Match {
        let Some(segment) = self.model.segment(slot) else { return Match::NEVER };
        let above = self.segments_above.len();
        if self.segments_above.contains(&slot) || above > limits::PATH_LENGTH {
            return Match::ANYTHING;
        }
        let found = match (self.segments.get(&slot), segment) {
            (Some(known), _) => *known,
            (None, Segment::Malformed) => Match::FAILS,
            (None, Segment::Readable(body)) => {
                self.segments_above.push(slot);
                let below = self.membership(body);
                self.segments_above.pop();
                let found = Match { height: below.height + 1, ..below };
                self.segments.insert(slot, found);
                found
            }
        };
        match above + found.height > limits::PATH_LENGTH {
            true => Match::ANYTHING,
            false => found,
        }
    }

    fn membership(&mut self, body: &SegmentBody) -> Match {
        let (included, excluded) = match &body.membership {
            Membership::Lists { included, excluded } => {
                (!included.is_empty(), !excluded.is_empty())
            }
            Membership::Big { .. } => (true, true),
        };
        let found: Vec<Match> = body.rules.iter().map(|rule| self.segment_rule(rule)).collect();
        let by_rules = Match::any(found);
        Match {
            can_match: included || by_rules.can_match,
            can_miss: excluded || by_rules.can_miss,
            ..by_rules
        }
    }

    fn segment_rule(&mut self, rule: &SegmentRule) -> Match {
        let found = self.clauses(&rule.clauses);
        let Some((weight, bucketing)) = &rule.weighted else { return found };
        if !found.can_match {
            return found;
        }
        if self.bucket_fails(bucketing) {
            return Match { can_match: false, can_fail: true, ..found };
        }
        Match {
            can_match: *weight > 0,
            can_miss: found.can_miss || *weight < i64::from(BUCKETS),
            ..found
        }
    }
}
