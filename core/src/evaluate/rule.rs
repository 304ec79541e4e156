//! Evaluates the rules of a flag.

use super::observer::Observer;
use super::{Evaluation, Malformed, Trail};
use crate::model::{Clause, Rule};

impl<O: Observer> Evaluation<'_, O> {
    /// Whether a rule of a flag matches.
    pub(super) fn rule(&mut self, index: u32, rule: &Rule) -> Result<bool, Malformed> {
        self.steps.take(1)?;
        self.observer.enter_rule(index, &rule.id);
        let (matches, _) = self.clauses(&rule.clauses, None)?;
        self.observer.leave_rule(matches);
        Ok(matches)
    }

    /// Whether all clauses match, and the length of the longest path of segments below them.
    pub(super) fn clauses(
        &mut self,
        clauses: &[Clause],
        above: Option<&Trail<'_>>,
    ) -> Result<(bool, usize), Malformed> {
        let mut height = 0;
        for clause in clauses {
            let (matches, below) = self.clause(clause, above)?;
            height = height.max(below);
            if !matches {
                return Ok((false, height));
            }
        }
        Ok((true, height))
    }
}
