//! `lessThan`, `lessThanOrEqual`, `greaterThan`, `greaterThanOrEqual`: both sides numbers.

use super::{ClauseValues, first_match};
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;

#[derive(Debug)]
pub(crate) struct NumberTest {
    holds: fn(f64, f64) -> bool,
    values: Box<[Option<f64>]>,
}

impl NumberTest {
    pub(super) fn prepare(operator: &str, values: &ClauseValues<'_>) -> Option<NumberTest> {
        let holds: fn(f64, f64) -> bool = match operator {
            "lessThan" => |a, b| a < b,
            "lessThanOrEqual" => |a, b| a <= b,
            "greaterThan" => |a, b| a > b,
            "greaterThanOrEqual" => |a, b| a >= b,
            _ => return None,
        };
        let values = values.prepare(Code::UnusableValue, "a number", Value::as_number);
        Some(NumberTest { holds, values })
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        let Value::Number(number) = value else { return Ok(None) };
        first_match(&self.values, steps, |limit| (self.holds)(*number, *limit))
    }
}
