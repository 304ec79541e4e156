//! `in`: the same JSON type and equal. Objects and arrays never match; null matches a null element
//! of an array.

use std::sync::Arc;

use super::{ClauseValues, Comparable, take_reading};
use crate::diagnostic::{Code, Findings};
use crate::json::Value;
use crate::model::value_list::ValueList;
use crate::steps::{Malformed, Steps};

#[derive(Debug)]
pub(crate) struct In(ValueList);

impl In {
    pub(super) fn prepare<F: Findings>(values: &ClauseValues<'_, F>) -> In {
        values.check(Code::UNUSABLE_VALUE, "a string, number, boolean or null", |value| {
            !matches!(value, Value::Array(_) | Value::Object(_))
        });
        In(ValueList::new(Arc::clone(values.values)))
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        comparable: &Comparable,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        steps.take(1)?;
        let hash = match comparable {
            Comparable::Hash(hash) => Some(*hash),
            _ => {
                take_reading(value, steps)?;
                None
            }
        };
        Ok(self.0.index_of(value, hash))
    }
}
