//! Lists of values with look-up by hash.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::hash_index::{self, HashIndex};
use crate::json::Value;

/// Up to this length a scan is as fast as hashing the value.
const FEW: usize = 6;

/// A list of values shared with the document; if it is long, a value is found by its hash. Objects
/// and arrays are never found.
#[derive(Clone, Debug)]
pub(crate) struct ValueList {
    values: Arc<[Value]>,
    index: Index,
}

#[derive(Clone, Debug)]
enum Index {
    /// The hashes of a short list's values.
    Few([u32; FEW]),
    Many(HashIndex),
}

impl ValueList {
    pub(crate) fn new(values: Arc<[Value]>) -> ValueList {
        let mut few = [0; FEW];
        if values.len() <= FEW {
            few.iter_mut().zip(values.iter()).for_each(|(slot, value)| *slot = hash(value));
        }
        let mut list = ValueList { values, index: Index::Few(few) };
        if list.values.len() > FEW {
            // A document is at most 256 MiB, so its values are fewer than 2^32.
            let count = u32::try_from(list.values.len()).unwrap_or(u32::MAX);
            let value = |position: u32| list.values.get(position as usize).unwrap_or(&Value::Null);
            // Values that are never found would only lengthen searches.
            let found = |value: &&Value| !matches!(value, Value::Array(_) | Value::Object(_));
            list.index = Index::Many(HashIndex::of(
                count,
                &|position| Some(value(position)).filter(found).map(hash),
                &|a, b| order(value(a), value(b)),
            ));
        }
        list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(crate) fn values(&self) -> &Arc<[Value]> {
        &self.values
    }

    /// Returns the first index of a value, whose hash may already be known.
    pub(crate) fn index_of(&self, value: &Value, known_hash: Option<u32>) -> Option<usize> {
        let hash = match (&self.index, known_hash) {
            (_, Some(hash)) => hash,
            (Index::Many(_), None) => hash(value),
            // Comparing each is faster than hashing.
            (Index::Few(_), None) => {
                return self.values.iter().position(|known| order(known, value).is_eq());
            }
        };
        self.find(hash, |known| order(known, value))
    }

    /// Whether a string is in the list; its hash is already known.
    pub(crate) fn contains(&self, key: &str, hash: u32) -> bool {
        let compare = |known: &Value| match known {
            Value::String(known) => (**known).cmp(key),
            other => rank(other).cmp(&STRING),
        };
        self.find(hash, compare).is_some()
    }

    fn find(&self, hash: u32, compare: impl Fn(&Value) -> Ordering) -> Option<usize> {
        match &self.index {
            Index::Few(hashes) => {
                let mut known = hashes.iter().zip(self.values.iter());
                known.position(|(known, value)| *known == hash && compare(value).is_eq())
            }
            Index::Many(index) => {
                let compare = |position: u32| self.values.get(position as usize).map(&compare);
                let found =
                    index.find(hash, &|position| compare(position).unwrap_or(Ordering::Less));
                found.map(|position| position as usize)
            }
        }
    }
}

/// The hash for looking up a value.
pub(crate) fn hash(value: &Value) -> u32 {
    match value {
        Value::String(text) => hash_index::hash(text),
        Value::Number(number) => {
            // The significant bits of a small integer's double are all at the top.
            let mixed = number.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed >> 32) as u32
        }
        _ => 0,
    }
}

const STRING: u8 = 3;

/// An order of types.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => STRING,
        Value::Array(_) | Value::Object(_) => 4,
    }
}

/// An arbitrary order that finds equal values. Arrays and objects equal nothing.
fn order(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        // They are finite and never `-0`, so that this is equality.
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(_) | Value::Object(_), _) => Ordering::Greater,
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-3_i64..4).prop_map(Value::from),
            "[ab\\x00é]{0,10}".prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn a_value_is_found_at_its_first_place(
            values in proptest::collection::vec(any_value(), 0..40), other in any_value(),
        ) {
            let list = ValueList::new(values.clone().into());
            for value in values.iter().chain([&other]) {
                let first = values.iter().position(|known| known == value);
                prop_assert_eq!(list.index_of(value, None), first);
                prop_assert_eq!(list.index_of(value, Some(hash(value))), first);
            }
        }
    }
}
