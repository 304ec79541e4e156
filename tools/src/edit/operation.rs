//! Parses edits, and finds those that disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::{Object, Path, Value};

use super::error::EditError;
use crate::percentage::{BUCKETS, Percentage};

/// The edits of one flag.
#[derive(Debug, Default)]
pub(super) struct FlagEdits {
    /// Those without targets, each once.
    pub(super) edits: Vec<Edit>,
    /// Those with targets, and their indexes.
    pub(super) targets: Vec<(usize, Target)>,
    /// The place in `targets` of each key, by [`targeted`].
    keys: BTreeMap<Arc<str>, usize>,
}

/// A key of a kind as one text.
fn targeted(kind: &str, key: &str) -> Arc<str> {
    // No kind contains this character.
    Arc::from([kind, "\0", key].concat())
}

/// One edit, and its index in the list.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) index: usize,
    pub(super) operation: Operation,
}

/// The operation of an edit on its flag.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operation {
    /// Adds it, with these members.
    Add(Object),
    On,
    /// Turns it off; with `force`, even if other flags require it.
    Off {
        force: bool,
    },
    Rollout(Shares),
    Target(Target),
    Remove,
}

/// The shares of a rollout, in buckets of 100,000.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shares {
    /// One share: of this variation, or else of the "on" variation.
    One { variation: Option<u32>, buckets: u32 },
    /// The share of each variation.
    All(Vec<(u32, u32)>),
}

/// Keys of contexts, and the variation that they get; `None` removes them from all lists.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    pub(super) kind: Arc<str>,
    pub(super) variation: Option<u32>,
    pub(super) values: Vec<Arc<str>>,
}

/// The kind of targets without `contextKind`.
pub(super) const USER: &str = "user";

/// Returns the edits of each flag, by key.
pub(super) fn read(edits: &Value) -> Result<BTreeMap<Arc<str>, FlagEdits>, EditError> {
    let root = Path::Root;
    let list = root.member("edits");
    let Some(edits) = edits.as_array() else {
        return Err(EditError::invalid(list, "expected an array of edits"));
    };
    let mut by_key = BTreeMap::<Arc<str>, FlagEdits>::new();
    for (index, edit) in edits.iter().enumerate() {
        let path = list.element(index);
        let (key, operation) = Reader::of(edit, &path)?.edit()?;
        let own = by_key.entry(Arc::clone(&key)).or_default();
        if let Some(earlier) = own.disagreeing(&operation) {
            let message = format!(
                "`{}` and `edits[{earlier}]` disagree about the flag `{key}`; keep one of them",
                operation.name()
            );
            return Err(EditError::refused("conflicting-edits", path, message));
        }
        own.add(index, operation);
    }
    Ok(by_key)
}

impl FlagEdits {
    /// Whether the flag is removed.
    pub(super) fn is_removal(&self) -> bool {
        self.edits.iter().any(|edit| edit.operation == Operation::Remove)
    }

    /// Returns the edit that targets a key, and its index.
    pub(super) fn target(&self, kind: &str, key: &str) -> Option<&(usize, Target)> {
        self.targets.get(*self.keys.get(&targeted(kind, key))?)
    }

    /// Returns the index of an earlier edit that excludes this one.
    fn disagreeing(&self, operation: &Operation) -> Option<usize> {
        if let Operation::Target(target) = operation {
            let mut known = target.values.iter().filter_map(|key| self.target(&target.kind, key));
            let other = known.find(|(_, known)| known.variation != target.variation);
            if let Some((index, _)) = other {
                return Some(*index);
            }
        }
        let first_target = self.targets.first().filter(|_| *operation == Operation::Remove);
        let mut edits = self.edits.iter();
        let other = edits.find(|earlier| disagree(&earlier.operation, operation));
        other.map(|edit| edit.index).or_else(|| first_target.map(|(index, _)| *index))
    }

    fn add(&mut self, index: usize, operation: Operation) {
        if let Operation::Target(target) = operation {
            for key in &target.values {
                self.keys.insert(targeted(&target.kind, key), self.targets.len());
            }
            self.targets.push((index, target));
        } else if !self.edits.iter().any(|edit| edit.operation == operation) {
            self.edits.push(Edit { index, operation });
        }
    }
}

/// Whether two edits of a flag exclude each other, without the keys of targets.
fn disagree(one: &Operation, other: &Operation) -> bool {
    match (one, other) {
        (Operation::Remove, other) | (other, Operation::Remove) => *other != Operation::Remove,
        (Operation::On, Operation::Off { .. }) | (Operation::Off { .. }, Operation::On) => true,
        (Operation::Add(_), Operation::Add(_)) | (Operation::Rollout(_), Operation::Rollout(_)) => {
            one != other
        }
        _ => false,
    }
}

impl Operation {
    fn name(&self) -> &'static str {
        match self {
            Operation::Add(_) => "add",
            Operation::On => "on",
            Operation::Off { .. } => "off",
            Operation::Rollout(_) => "rollout",
            Operation::Target(_) => "target",
            Operation::Remove => "remove",
        }
    }
}

/// Reads the members of one object of the edits.
struct Reader<'a> {
    object: &'a Object,
    path: &'a Path<'a>,
}

impl<'a> Reader<'a> {
    fn of(value: &'a Value, path: &'a Path<'a>) -> Result<Reader<'a>, EditError> {
        match value {
            Value::Object(object) => Ok(Reader { object, path }),
            other => {
                let message = format!("expected an object, found {}", other.type_name());
                Err(EditError::invalid(path, message))
            }
        }
    }

    fn edit(&self) -> Result<(Arc<str>, Operation), EditError> {
        let key = self.text("key")?.filter(|key| !key.is_empty());
        let key = key.ok_or_else(|| self.invalid("key", "expected the key of a flag"))?;
        let name = self.text("op")?.unwrap_or_else(|| Arc::from(""));
        let (operation, members): (_, &[&str]) = match &*name {
            "add" => (Operation::Add(self.flag()?), &["flag"]),
            "on" => (Operation::On, &[]),
            "off" => (Operation::Off { force: self.boolean("force")? }, &["force"]),
            "rollout" => (Operation::Rollout(self.shares()?), &["percent", "variation", "weights"]),
            "target" => {
                (Operation::Target(self.target()?), &["contextKind", "values", "variation"])
            }
            "remove" => (Operation::Remove, &[]),
            _ => {
                let message = "expected `add`, `on`, `off`, `rollout`, `target` or `remove`";
                return Err(self.invalid("op", message));
            }
        };
        self.only(members, &["key", "op"])?;
        Ok((key, operation))
    }

    /// Rejects other members than these.
    fn only(&self, some: &[&str], others: &[&str]) -> Result<(), EditError> {
        let is_known = |name: &str| some.contains(&name) || others.contains(&name);
        match self.object.iter().find(|(name, _)| !is_known(name)) {
            Some((name, _)) => Err(self.invalid(name, "unknown member; remove it")),
            None => Ok(()),
        }
    }

    fn invalid(&self, name: &str, message: &str) -> EditError {
        EditError::invalid(self.path.member(name), message)
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn text(&self, name: &str) -> Result<Option<Arc<str>>, EditError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Arc::clone(text))),
            Some(_) => Err(self.invalid(name, "expected a string")),
        }
    }

    fn boolean(&self, name: &str) -> Result<bool, EditError> {
        let value = self.get(name).map_or(Some(false), Value::as_bool);
        value.ok_or_else(|| self.invalid(name, "expected a boolean"))
    }

    fn index(&self, name: &str) -> Result<Option<u32>, EditError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let index = value.as_integer().and_then(|index| u32::try_from(index).ok());
        let index = index.ok_or_else(|| self.invalid(name, "expected the index of a variation"));
        index.map(Some)
    }

    fn flag(&self) -> Result<Object, EditError> {
        let flag = self
            .get("flag")
            .map_or_else(|| Some(Object::default()), |flag| flag.as_object().cloned());
        flag.ok_or_else(|| self.invalid("flag", "expected an object"))
    }

    fn shares(&self) -> Result<Shares, EditError> {
        match (self.get("percent"), self.get("weights")) {
            (Some(percent), None) => {
                let buckets = percent.as_number().and_then(Percentage::of_number);
                let message = "expected a percentage from 0 to 100 with at most 3 decimals";
                let buckets = buckets.and_then(Percentage::buckets);
                let buckets = buckets.ok_or_else(|| self.invalid("percent", message))?;
                Ok(Shares::One { variation: self.index("variation")?, buckets })
            }
            (None, Some(weights)) if self.get("variation").is_none() => {
                let path = self.path.member("weights");
                let Some(entries) = weights.as_array() else {
                    return Err(EditError::invalid(path, "expected an array"));
                };
                all_shares(entries, &path).map(Shares::All)
            }
            _ => {
                let message = "expected `percent`, with or without `variation`, or `weights`";
                Err(EditError::invalid(self.path, message))
            }
        }
    }

    fn target(&self) -> Result<Target, EditError> {
        let kind = self.text("contextKind")?.filter(|kind| !kind.is_empty());
        let values = self.get("values").and_then(Value::as_array).unwrap_or_default();
        let keys: Vec<Arc<str>> =
            values.iter().filter_map(|value| value.as_str().map(Arc::from)).collect();
        if keys.is_empty() || keys.len() < values.len() {
            return Err(self.invalid("values", "expected an array of keys of contexts"));
        }
        if self.object.get("variation").is_none() {
            let message = "expected the index of a variation, or null to remove the keys";
            return Err(self.invalid("variation", message));
        }
        Ok(Target {
            kind: kind.unwrap_or_else(|| Arc::from(USER)),
            variation: self.index("variation")?,
            values: keys,
        })
    }
}

/// Reads `[{"variation": 0, "weight": 100000}, ...]`.
fn all_shares(entries: &[Value], path: &Path<'_>) -> Result<Vec<(u32, u32)>, EditError> {
    let mut shares: Vec<(u32, u32)> = Vec::new();
    let (mut sum, mut seen) = (0_u64, BTreeSet::new());
    for (index, entry) in entries.iter().enumerate() {
        let path = path.element(index);
        let reader = Reader::of(entry, &path)?;
        reader.only(&["variation", "weight"], &[])?;
        let variation = reader.index("variation")?;
        let variation = variation
            .ok_or_else(|| reader.invalid("variation", "expected the index of a variation"))?;
        let weight = reader.get("weight").and_then(Value::as_integer);
        let weight = weight.and_then(|weight| u32::try_from(weight).ok());
        let weight = weight
            .ok_or_else(|| reader.invalid("weight", "expected an integer from 0 to 100000"))?;
        if !seen.insert(variation) {
            return Err(reader.invalid("variation", "this variation has a weight already"));
        }
        shares.push((variation, weight));
        sum += u64::from(weight);
    }
    if sum != u64::from(BUCKETS) {
        let message = format!("the weights sum to {sum}; they must sum to {BUCKETS}");
        return Err(EditError::invalid(path, message));
    }
    Ok(shares)
}
