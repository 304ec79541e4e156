//! Follows the indices of variations from one list to another.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::{Object, Value};

/// For each variation of a list, the index of its value in another list.
pub(super) struct Indices(Vec<Option<usize>>);

/// The index of a variation whose value the other list lacks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gone(pub(super) usize);

const VARIATION: &str = "variation";

impl Indices {
    /// Compares two lists. A value that is replaced by a new one at the same index, in a list of the
    /// same length, is edited: its index is kept.
    pub(super) fn between(before: &[Value], after: &[Value]) -> Indices {
        let names =
            |list: &[Value]| -> Vec<String> { list.iter().map(Value::to_canonical_json).collect() };
        let (before, after) = (names(before), names(after));
        let mut places = BTreeMap::<&str, Vec<usize>>::new();
        for (index, name) in after.iter().enumerate() {
            places.entry(name).or_default().push(index);
        }
        let mut held = BTreeMap::<&str, ()>::new();
        held.extend(before.iter().map(|name| (&**name, ())));
        let index = |(index, name): (usize, &String)| match places.get(&**name).map(Vec::as_slice) {
            _ if after.get(index) == Some(name) => Some(index),
            Some([only]) => Some(*only),
            Some(_) => None,
            None => {
                let is_new = after.get(index).is_some_and(|new| !held.contains_key(&**new));
                (is_new && before.len() == after.len()).then_some(index)
            }
        };
        Indices(before.iter().enumerate().map(index).collect())
    }

    /// Returns an index of the first list in the second. Other values are kept.
    pub(super) fn follow(&self, index: &Value) -> Result<Value, Gone> {
        let held = index.as_integer().and_then(|index| usize::try_from(index).ok());
        match held.and_then(|held| Some((held, self.0.get(held)?))) {
            None => Ok(index.clone()),
            Some((held, Some(new))) if held == *new => Ok(index.clone()),
            Some((_, Some(new))) => Ok(Value::from(*new as f64)),
            Some((held, None)) => Err(Gone(held)),
        }
    }

    /// Returns an entry of a rollout or a target list, whose index is 0 if it is absent.
    fn entry(&self, entry: &Value) -> Result<Value, Gone> {
        let Some(members) = entry.as_object() else { return Ok(entry.clone()) };
        let first = Value::from(0);
        let held = members.get(VARIATION).filter(|index| !index.is_null()).unwrap_or(&first);
        let index = self.follow(held)?;
        Ok(if index == *held { entry.clone() } else { members.with(VARIATION, index).into() })
    }

    /// Returns a list of targets.
    pub(super) fn targets(&self, lists: &Value) -> Result<Value, Gone> {
        match lists.as_array() {
            Some(lists) => lists.iter().map(|list| self.entry(list)).collect(),
            None => Ok(lists.clone()),
        }
    }

    /// Returns an object with `variation` or `rollout`.
    pub(super) fn served(&self, served: &Object) -> Result<Object, Gone> {
        let mut members: Vec<(Arc<str>, Value)> = Vec::new();
        for (name, value) in served.iter() {
            let value = match (&**name, value) {
                (VARIATION, index) => self.follow(index)?,
                ("rollout", Value::Object(rollout)) => match rollout.get("variations") {
                    Some(entries) => rollout.with("variations", self.targets(entries)?).into(),
                    None => value.clone(),
                },
                _ => value.clone(),
            };
            members.push((Arc::clone(name), value));
        }
        Ok(members.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_follows_its_value() {
        let list = |text: &str| Value::parse(text.as_bytes()).unwrap();
        for (before, after, expected) in [
            (r#"["a","b"]"#, r#"["a","b"]"#, [Some(0), Some(1)]),
            (r#"["a","b"]"#, r#"["b","a"]"#, [Some(1), Some(0)]),
            (r#"["a","b"]"#, r#"["new","b","a"]"#, [Some(2), Some(1)]),
            // Edited in its place.
            (r#"["a","b"]"#, r#"["a","c"]"#, [Some(0), Some(1)]),
            (r#"["a","b"]"#, r#"["b","c"]"#, [None, Some(0)]),
            (r#"["a","b"]"#, r#"["a"]"#, [Some(0), None]),
            // The index decides between equal values, if it can.
            (r#"["a","b"]"#, r#"["a","a","b"]"#, [Some(0), Some(2)]),
            (r#"["a","b"]"#, r#"["b","a","a"]"#, [None, Some(0)]),
            (r#"["a","a"]"#, r#"["b","a"]"#, [Some(1), Some(1)]),
        ] {
            let [before, after] = [list(before), list(after)];
            let found = Indices::between(before.as_array().unwrap(), after.as_array().unwrap());
            assert_eq!(found.0, expected, "{before} {after}");
        }
    }
}
