//! Changes the target lists of a flag: `targets` for users, `contextTargets` for other kinds.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::{Object, Value};

use super::operation::{Target, USER};

const TARGETS: &str = "targets";
const CONTEXT_TARGETS: &str = "contextTargets";

/// Returns the flag with keys in the list of a variation, and in no other list of their kind; the
/// error is the name of a malformed member.
pub(super) fn with_target(flag: &Object, target: &Target) -> Result<Object, &'static str> {
    let (held, held_of_kinds) = (lists(flag, TARGETS)?, lists(flag, CONTEXT_TARGETS)?);
    let keys: BTreeSet<&str> = target.values.iter().map(|value| &**value).collect();
    let remove = |list: &Object| -> Object {
        let is_kept =
            target.variation.is_some_and(|variation| variation_of(list) == Some(variation));
        if is_kept || kind_of(list) != &*target.kind {
            return list.clone();
        }
        without(list, &keys)
    };
    let mut of_users: Vec<Object> = held.iter().map(remove).collect();
    let mut of_kinds: Vec<Object> = held_of_kinds.iter().map(remove).collect();
    match target.variation {
        Some(variation) if &*target.kind == USER => {
            add(&mut of_users, target, variation);
            let is_listed =
                |list: &Object| kind_of(list) == USER && variation_of(list) == Some(variation);
            if !of_kinds.is_empty() && !of_kinds.iter().any(is_listed) {
                of_kinds.push(reference(variation));
            }
        }
        Some(variation) => {
            if of_kinds.is_empty() {
                of_kinds = references(&of_users)?;
            }
            add(&mut of_kinds, target, variation);
        }
        None => {}
    }
    let mut flag = flag.clone();
    for (name, held, lists) in
        [(TARGETS, held, of_users), (CONTEXT_TARGETS, held_of_kinds, of_kinds)]
    {
        if held != lists {
            flag = flag.with(name, lists.into_iter().map(Value::Object).collect());
        }
    }
    Ok(flag)
}

/// An entry of `contextTargets` that stands for the list of users of a variation: if there are
/// entries, evaluation searches only lists that they name, in their order.
fn reference(variation: u32) -> Object {
    list(Some(USER), variation, Value::from(Vec::new()))
}

/// The entries for all lists of users, in order.
fn references(of_users: &[Object]) -> Result<Vec<Object>, &'static str> {
    let mut seen = BTreeSet::new();
    let entry = |list: &Object| {
        // Of two lists of one variation an entry would name the first only.
        let variation = variation_of(list).filter(|variation| seen.insert(*variation));
        variation.map(reference).ok_or(TARGETS)
    };
    of_users.iter().map(entry).collect()
}

/// Adds the keys to the first list of the variation, or to a new one.
fn add(lists: &mut Vec<Object>, target: &Target, variation: u32) {
    let own = lists
        .iter_mut()
        .find(|list| kind_of(list) == &*target.kind && variation_of(list) == Some(variation));
    let held = own.as_ref().map(|list| values_of(list)).unwrap_or_default();
    let known: BTreeSet<&str> = held.iter().filter_map(Value::as_str).collect();
    let mut new: Vec<&Arc<str>> = Vec::new();
    let mut seen = known;
    for value in &target.values {
        if seen.insert(value) {
            new.push(value);
        }
    }
    let values: Value = held
        .iter()
        .cloned()
        .chain(new.into_iter().map(|value| Value::String(Arc::clone(value))))
        .collect();
    match own {
        Some(own) => *own = own.with("values", values),
        None => {
            let kind = Some(&*target.kind).filter(|kind| *kind != USER);
            lists.push(list(kind, variation, values));
        }
    }
}

fn list(kind: Option<&str>, variation: u32, values: Value) -> Object {
    let list = Object::from_iter([("variation", Value::from(variation)), ("values", values)]);
    kind.map_or_else(|| list.clone(), |kind| list.with("contextKind", Value::from(kind)))
}

fn without(list: &Object, keys: &BTreeSet<&str>) -> Object {
    let held = values_of(list);
    let is_removed = |value: &Value| value.as_str().is_some_and(|key| keys.contains(key));
    if !held.iter().any(is_removed) {
        return list.clone();
    }
    list.with("values", held.iter().filter(|value| !is_removed(value)).cloned().collect())
}

fn lists(flag: &Object, name: &'static str) -> Result<Vec<Object>, &'static str> {
    match flag.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(lists) => {
            let lists = lists.as_array().ok_or(name)?.iter();
            lists.map(|list| list.as_object().cloned().ok_or(name)).collect()
        }
    }
}

fn kind_of(list: &Object) -> &str {
    let kind = list.get("contextKind").and_then(Value::as_str);
    kind.filter(|kind| !kind.is_empty()).unwrap_or(USER)
}

/// The variation of a list; a missing one is 0, as in evaluation.
fn variation_of(list: &Object) -> Option<u32> {
    let variation = list.get("variation").filter(|variation| !variation.is_null());
    variation.map_or(Some(0), |variation| u32::try_from(variation.as_integer()?).ok())
}

fn values_of(list: &Object) -> &[Value] {
    list.get("values").and_then(Value::as_array).unwrap_or_default()
}
