//! Evaluates clauses: on attributes, on kinds and on segments.

use std::sync::Arc;

use super::bound_context::BoundAttribute;
use super::observer::{ClauseObservation, Observer};
use super::{Evaluation, Malformed, Trail};
use crate::json::Value;
use crate::model::{Clause, Comparable, Condition, Test};

impl<O: Observer> Evaluation<'_, O> {
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

    /// Whether a clause matches, and the length of the longest path of segments below it.
    pub(crate) fn clause(
        &mut self,
        clause: &Clause,
        above: Option<&Trail<'_>>,
    ) -> Result<(bool, usize), Malformed> {
        self.steps.take(1)?;
        self.observer.enter_clause(clause);
        let mut observation = ClauseObservation::default();
        let mut height = 0;
        let matches = match &clause.condition {
            Condition::InvalidReference => return Err(Malformed),
            Condition::Segments(segments) => {
                let (matches, below) = self.any_segment(segments, above)?;
                height = below;
                matches != clause.negate
            }
            Condition::Kinds(test) => self.any_kind(test, &mut observation)? != clause.negate,
            // If the attribute is absent, a negated clause does not match either.
            Condition::Attribute(slot, test) => match self.context.read().attribute(*slot) {
                None => false,
                Some(attribute) => {
                    observation.value = Some(&attribute.value);
                    observation.matching = self.any_element(test, attribute)?;
                    observation.matching.is_some() != clause.negate
                }
            },
        };
        self.observer.leave_clause(clause, observation, matches);
        Ok((matches, height))
    }

    /// The index of the clause's value that the attribute, or any element of it, matches.
    fn any_element(
        &mut self,
        test: &Test,
        attribute: &BoundAttribute,
    ) -> Result<Option<usize>, Malformed> {
        let BoundAttribute { value, comparable } = attribute;
        let Value::Array(elements) = value else {
            return test.matching(value, comparable, &mut self.steps);
        };
        for element in elements.iter() {
            let matching = test.matching(element, comparable, &mut self.steps)?;
            if matching.is_some() {
                return Ok(matching);
            }
            self.steps.take(1)?;
        }
        Ok(None)
    }

    /// Whether any kind of the context passes the test.
    fn any_kind(
        &mut self,
        test: &Test,
        observation: &mut ClauseObservation<'_>,
    ) -> Result<bool, Malformed> {
        for individual in self.context.read().individuals() {
            let kind = Value::String(Arc::clone(&individual.kind));
            observation.matching = test.matching(&kind, &Comparable::Itself, &mut self.steps)?;
            if observation.matching.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the context is in any of the segments.
    fn any_segment(
        &mut self,
        segments: &[u32],
        above: Option<&Trail<'_>>,
    ) -> Result<(bool, usize), Malformed> {
        let mut height = 0;
        for segment in segments {
            let (member, below) = self.segment(*segment, above)?;
            height = height.max(below);
            if member {
                return Ok((true, height));
            }
        }
        Ok((false, height))
    }
}
