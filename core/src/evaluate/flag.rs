//! Evaluates one flag: off, prerequisites, targets, rules, fallthrough, in this order.

use super::answer::Verdict;
use super::observer::Observer;
use super::reason::ErrorKind;
use super::{Evaluation, Malformed, Trail};
use crate::model::{Flag, FlagState, OffVariation, Rule, TargetList, Targeting, Targets};

/// The variation that a flag serves, and the reason.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// `None` if the caller's default is served.
    pub(crate) variation: Option<u32>,
    pub(crate) verdict: Verdict,
    /// Whether the flag is off, which no prerequisite may be.
    pub(crate) off: bool,
}

impl Outcome {
    pub(super) fn served(variation: Option<u32>, verdict: Verdict) -> Outcome {
        match variation {
            Some(_) => Outcome { variation, verdict, off: false },
            None => Outcome::MALFORMED,
        }
    }

    /// An error of this flag alone, such as an index out of range: a flag that depends on it has a
    /// failed prerequisite.
    pub(super) const MALFORMED: Outcome =
        Outcome { variation: None, verdict: Verdict::Error(ErrorKind::MalformedFlag), off: false };
}

fn off_outcome(off: OffVariation, verdict: Verdict) -> Outcome {
    match off {
        OffVariation::Default => Outcome { variation: None, verdict, off: false },
        OffVariation::Variation(index) => Outcome::served(Some(index), verdict),
        OffVariation::OutOfRange => Outcome::MALFORMED,
    }
}

impl<O: Observer> Evaluation<'_, O> {
    /// Evaluates the requested flag.
    pub(super) fn root(&mut self, slot: u32, flag: &Flag) -> Outcome {
        self.flag(slot, flag, None).map_or(Outcome::MALFORMED, |(outcome, _)| outcome)
    }

    /// Evaluates a flag, below others if it is a prerequisite; also returns the length of the
    /// longest path of prerequisites below it.
    pub(super) fn flag(
        &mut self,
        slot: u32,
        flag: &Flag,
        above: Option<&Trail<'_>>,
    ) -> Result<(Outcome, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_flag(slot, flag);
        let (outcome, height) = match &flag.state {
            FlagState::Malformed => return Err(Malformed),
            FlagState::Off(off) => (Outcome { off: true, ..off_outcome(*off, Verdict::Off) }, 0),
            FlagState::On(off, targeting) => {
                let (failed, height) = self.failed_prerequisite(slot, targeting, above)?;
                let outcome = match failed {
                    Some(prerequisite) => {
                        off_outcome(*off, Verdict::PrerequisiteFailed { prerequisite })
                    }
                    None => self.targeting(targeting)?,
                };
                (outcome, height)
            }
        };
        self.observer.leave_flag(&outcome);
        Ok((outcome, height))
    }

    fn targeting(&mut self, targeting: &Targeting) -> Result<Outcome, Malformed> {
        if let Some(variation) = self.target(&targeting.targets)? {
            return Ok(Outcome::served(variation, Verdict::TargetMatch));
        }
        for (index, rule) in (0..).zip(&targeting.rules) {
            if self.rule(index, rule)? {
                return self.served(&rule.served, |in_experiment| Verdict::RuleMatch {
                    rule: index,
                    in_experiment,
                });
            }
        }
        self.served(&targeting.fallthrough, |in_experiment| Verdict::Fallthrough { in_experiment })
    }

    /// Returns the variation of the first target list that names the context; the inner option is
    /// `None` if the flag does not have that variation.
    fn target(&mut self, targets: &Targets) -> Result<Option<Option<u32>>, Malformed> {
        if targets.lists.is_empty() {
            return Ok(None);
        }
        let context = self.context.read();
        let named = |(_, list): &(u32, &TargetList)| context.is_in(list.kind, &list.keys);
        let found = (0..).zip(&targets.lists).find(named);
        let looked_at = found.map_or(targets.lists.len(), |(position, _)| position as usize + 1);
        self.steps.take(looked_at)?;
        self.observer.targets(targets, found.map(|(position, _)| position));
        Ok(found.map(|(_, list)| list.variation))
    }

    /// Whether a rule of a flag matches.
    fn rule(&mut self, index: u32, rule: &Rule) -> Result<bool, Malformed> {
        self.steps.take(1)?;
        self.observer.enter_rule(index, &rule.id);
        let (matches, _) = self.clauses(&rule.clauses, None)?;
        self.observer.leave_rule(matches);
        Ok(matches)
    }
}
