use std::sync::Arc;

use crate::json::Value;
use crate::key_set::{self, HashIndex};

/// Up to here a scan is no slower than hashing the value that is looked for.
const FEW: usize = 6;

/// A list of values as the document holds it, in which a value is found by its hash if the list
/// is long. Objects and arrays are never found.
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
    pub(super) fn new(values: Arc<[Value]>) -> ValueList {
        let mut few = [0; FEW];
        if values.len() <= FEW {
            few.iter_mut().zip(values.iter()).for_each(|(place, value)| *place = hash(value));
        }
        let mut list = ValueList { values, index: Index::Few(few) };
        if list.values.len() > FEW {
            let mut index = HashIndex::with_capacity(list.values.len());
            for (place, value) in (0..).zip(list.values.iter()) {
                // What is never found would only lengthen the way to what is.
                if matches!(value, Value::Array(_) | Value::Object(_)) {
                    continue;
                }
                let hash = hash(value);
                if index.find(hash, |known| list.holds(known, value)).is_none() {
                    index.insert(hash, place);
                }
            }
            list.index = Index::Many(index);
        }
        list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first place of a value, whose hash may be known already.
    pub(crate) fn place(&self, value: &Value, known_hash: Option<u32>) -> Option<usize> {
        let hash = match (&self.index, known_hash) {
            (_, Some(hash)) => hash,
            (Index::Many(_), None) => hash(value),
            // A look at each is less work than a hash.
            (Index::Few(_), None) => {
                return self.values.iter().position(|known| equal(known, value));
            }
        };
        self.find(hash, |known| equal(known, value))
    }

    /// Whether a string is in the list, whose hash is known already.
    pub(crate) fn contains(&self, key: &str, hash: u32) -> bool {
        let is_it = |known: &Value| matches!(known, Value::String(known) if **known == *key);
        self.find(hash, is_it).is_some()
    }

    fn find(&self, hash: u32, is_it: impl Fn(&Value) -> bool) -> Option<usize> {
        match &self.index {
            Index::Few(hashes) => {
                let mut known = hashes.iter().zip(self.values.iter());
                known.position(|(known, value)| *known == hash && is_it(value))
            }
            Index::Many(index) => {
                let holds = |place: u32| self.values.get(place as usize).is_some_and(&is_it);
                index.find(hash, holds).map(|place| place as usize)
            }
        }
    }

    fn holds(&self, place: u32, value: &Value) -> bool {
        self.values.get(place as usize).is_some_and(|known| equal(known, value))
    }
}

/// The hash by which a value is looked for.
pub(super) fn hash(value: &Value) -> u32 {
    match value {
        Value::String(text) => key_set::hash(text),
        Value::Number(number) => {
            // The bits of a small integer's double are all at the top.
            let mixed = number.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (mixed >> 32) as u32
        }
        _ => 0,
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
