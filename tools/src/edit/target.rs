//! Changes the target lists of a flag: `targets` for users, `contextTargets` for other kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::{Object, Value};

use super::operation::{FlagEdits, Target, USER};

const TARGETS: &str = "targets";
const CONTEXT_TARGETS: &str = "contextTargets";

/// Returns the flag with keys in the list of a variation, and in no other list of their kind; the
/// error is the name of a malformed member.
pub(super) fn with_targets(flag: &Object, edits: &FlagEdits) -> Result<Object, &'static str> {
    let (held, held_of_kinds) = (lists(flag, TARGETS)?, lists(flag, CONTEXT_TARGETS)?);
    let targets = || edits.targets.iter().map(|(_, target)| target);
    let without = |list: &Object| without(list, edits);
    let mut of_users: Vec<Object> = held.iter().map(without).collect();
    let mut of_kinds: Vec<Object> = held_of_kinds.iter().map(without).collect();
    add(&mut of_users, targets().filter(|target| &*target.kind == USER));
    let others = || targets().filter(|target| &*target.kind != USER);
    let is_ordered = !of_kinds.is_empty();
    if is_ordered || others().any(|target| target.variation.is_some()) {
        // Then evaluation searches only lists that `contextTargets` names, in its order.
        refer(
            &mut of_kinds,
            if is_ordered { of_users.get(held.len()..) } else { Some(&of_users) },
        )?;
    }
    add(&mut of_kinds, others());
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

/// Adds an entry that stands for each of these lists of users, unless there is one.
fn refer(of_kinds: &mut Vec<Object>, of_users: Option<&[Object]>) -> Result<(), &'static str> {
    let own = of_kinds.iter().filter(|list| kind_of(list) == USER);
    let mut referred = BTreeSet::new();
    own.filter_map(variation_of).for_each(|variation| _ = referred.insert(variation));
    let mut seen = BTreeSet::new();
    for list in of_users.unwrap_or_default() {
        // Of two lists of one variation an entry would name the first only.
        let variation = variation_of(list).filter(|variation| seen.insert(*variation));
        let variation = variation.ok_or(TARGETS)?;
        if !referred.contains(&variation) {
            of_kinds.push(new_list(Some(USER), variation, Value::from(Vec::new())));
        }
    }
    Ok(())
}

/// Adds keys to the first list of their kind and variation, or to a new one.
fn add<'a>(lists: &mut Vec<Object>, targets: impl Iterator<Item = &'a Target>) {
    let mut new: Vec<(&str, u32, Vec<&Arc<str>>)> = Vec::new();
    let mut places: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    // No kind contains a space.
    let name = |kind: &str, variation: u32| Arc::from(format!("{kind} {variation}"));
    for target in targets {
        let Some(variation) = target.variation else { continue };
        let place = *places.entry(name(&target.kind, variation)).or_insert(new.len());
        match new.get_mut(place) {
            Some((.., keys)) => keys.extend(&target.values),
            None => new.push((&target.kind, variation, target.values.iter().collect())),
        }
    }
    for list in lists.iter_mut() {
        let Some(variation) = variation_of(list) else { continue };
        let place = places.remove(&name(kind_of(list), variation));
        if let Some((.., keys)) = place.and_then(|place| new.get_mut(place)) {
            *list = list.with("values", extended(values_of(list), std::mem::take(keys)));
        }
    }
    for (kind, variation, keys) in new.into_iter().filter(|(.., keys)| !keys.is_empty()) {
        let kind = Some(kind).filter(|kind| *kind != USER);
        lists.push(new_list(kind, variation, extended(&[], keys)));
    }
}

/// The values with those of the keys that are missing.
fn extended(held: &[Value], keys: Vec<&Arc<str>>) -> Value {
    let mut seen = BTreeSet::new();
    held.iter().filter_map(Value::as_str).for_each(|key| _ = seen.insert(key));
    let added = keys.into_iter().filter(|key| seen.insert(&***key));
    let added = added.map(|key| Value::String(Arc::clone(key)));
    held.iter().cloned().chain(added).collect()
}

fn new_list(kind: Option<&str>, variation: u32, values: Value) -> Object {
    let list = Object::from_iter([("variation", Value::from(variation)), ("values", values)]);
    kind.map_or_else(|| list.clone(), |kind| list.with("contextKind", Value::from(kind)))
}

/// Returns the list without the keys that get another variation.
fn without(list: &Object, edits: &FlagEdits) -> Object {
    let (held, own, kind) = (values_of(list), variation_of(list), kind_of(list));
    let is_kept = |value: &&Value| {
        let target = value.as_str().and_then(|key| edits.target(kind, key));
        target.is_none_or(|(_, target)| target.variation.is_some() && target.variation == own)
    };
    let kept: Vec<Value> = held.iter().filter(is_kept).cloned().collect();
    if kept.len() == held.len() { list.clone() } else { list.with("values", Value::from(kept)) }
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
