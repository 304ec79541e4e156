//! `in`: the same JSON type and equal. Objects and arrays never match; null matches a null element
//! of an array.

use std::sync::Arc;

use super::ClauseValues;
use crate::diagnostic::Code;
use crate::evaluation::{Malformed, Steps};
use crate::json::Value;
use crate::ruleset::key_table::Map;

/// Up to here a scan is no slower than hashing the context's value.
const FEW: usize = 6;

#[derive(Debug)]
pub(crate) enum In {
    Few(Arc<[Value]>),
    Many(Box<Many>),
}

/// A long list: each value with its first index.
#[derive(Debug)]
pub(crate) struct Many {
    texts: Map<Arc<str>, u32>,
    numbers: Map<u64, u32>,
    others: Vec<(Value, u32)>,
}

impl In {
    pub(super) fn prepare(values: &ClauseValues<'_>) -> In {
        values.prepare(Code::UnusableValue, "a string, number, boolean or null", |value| {
            (!matches!(value, Value::Array(_) | Value::Object(_))).then_some(())
        });
        if values.values.len() <= FEW {
            return In::Few(Arc::clone(values.values));
        }
        let mut many = Many { texts: Map::default(), numbers: Map::default(), others: Vec::new() };
        for (index, value) in (0..).zip(values.values.iter()) {
            match value {
                Value::String(text) => {
                    many.texts.entry(Arc::clone(text)).or_insert(index);
                }
                Value::Number(number) => {
                    many.numbers.entry(number.to_bits()).or_insert(index);
                }
                Value::Null | Value::Bool(_) => {
                    if many.others.iter().all(|(known, _)| known != value) {
                        many.others.push((value.clone(), index));
                    }
                }
                Value::Array(_) | Value::Object(_) => {}
            }
        }
        In::Many(Box::new(many))
    }

    pub(super) fn matching(
        &self,
        value: &Value,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        steps.take(1)?;
        Ok(match self {
            In::Few(values) => values.iter().position(|candidate| equal(candidate, value)),
            In::Many(many) => match value {
                Value::String(text) => many.texts.get(&**text).copied(),
                Value::Number(number) => many.numbers.get(&number.to_bits()).copied(),
                Value::Null | Value::Bool(_) => many
                    .others
                    .iter()
                    .find(|(candidate, _)| equal(candidate, value))
                    .map(|(_, index)| *index),
                Value::Array(_) | Value::Object(_) => None,
            }
            .map(|index| index as usize),
        })
    }
}

/// Numbers are finite and never `-0`, so equal ones have equal bits.
fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}
