//! `lessThan`, `lessThanOrEqual`, `greaterThan`, `greaterThanOrEqual`: both sides numbers.

use std::cmp::Ordering;

use super::{ClauseValues, first_match};
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::steps::{Malformed, Steps};

#[derive(Debug)]
pub(crate) struct NumberTest {
    /// How the attribute's number and the clause's must compare, or must not.
    order: Ordering,
    wanted: bool,
    values: Box<[Option<f64>]>,
}

impl NumberTest {
    pub(super) fn prepare<F: Findings>(
        operator: &str,
        values: &ClauseValues<'_, F>,
    ) -> Option<NumberTest> {
        let (order, wanted) = match operator {
            "lessThan" => (Ordering::Less, true),
            "lessThanOrEqual" => (Ordering::Greater, false),
            "greaterThan" => (Ordering::Greater, true),
            "greaterThanOrEqual" => (Ordering::Less, false),
            _ => return None,
        };
        let values = values.prepare(Code::UNUSABLE_VALUE, "a number", Value::as_number);
        Some(NumberTest { order, wanted, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::Number(number) = value else { return Ok(None) };
        // Numbers are finite and never `-0`, so their total order is the order of their values.
        let holds = |limit: &f64| (number.total_cmp(limit) == self.order) == self.wanted;
        first_match(&self.values, steps, holds)
    }
}
