//! Reads and writes parts of a document's source.

use std::sync::{Arc, LazyLock};

use isoflag::{Object, Value};

/// The members of an object to write.
pub(super) type Members = Vec<(&'static str, Value)>;

pub(super) fn object(members: Members) -> Value {
    let members = members.into_iter().map(|(name, value)| (shared(name), value));
    Value::Object(Object::from_members(members.collect()))
}

/// The names of members, by length: a projection has each of them in every flag.
const NAMES: [&str; 43] = [
    "id",
    "on",
    "op",
    "key",
    "hash",
    "kind",
    "meta",
    "salt",
    "seed",
    "flags",
    "rules",
    "negate",
    "values",
    "weight",
    "clauses",
    "rollout",
    "targets",
    "version",
    "bucketBy",
    "excluded",
    "included",
    "segments",
    "attribute",
    "unbounded",
    "untracked",
    "variation",
    "clientSide",
    "generation",
    "variations",
    "contextKind",
    "fallthrough",
    "trackEvents",
    "offVariation",
    "parentDigest",
    "prerequisites",
    "contextTargets",
    "excludedContexts",
    "includedContexts",
    "rolloutContextKind",
    "debugEventsUntilDate",
    "unboundedContextKind",
    "lastModifiedTimestamp",
    "trackEventsFallthrough",
];

/// Returns a name, which is allocated once.
fn shared(name: &str) -> Arc<str> {
    static SHARED: LazyLock<[Arc<str>; NAMES.len()]> = LazyLock::new(|| NAMES.map(Arc::from));
    let first = SHARED.partition_point(|known| known.len() < name.len());
    let same_length = SHARED.iter().skip(first).take_while(|known| known.len() == name.len());
    same_length.into_iter().find(|known| ***known == *name).map_or_else(|| name.into(), Arc::clone)
}

/// The member with this name; null counts as absent.
pub(super) fn member<'v>(source: &'v Value, name: &str) -> Option<&'v Value> {
    source.as_object()?.get(name).filter(|value| !value.is_null())
}

/// The element of a list that a member contains; null if the list is shorter.
pub(super) fn element<'v>(source: &'v Value, name: &str, index: usize) -> &'v Value {
    let list = member(source, name).and_then(Value::as_array);
    list.and_then(|list| list.get(index)).unwrap_or(&Value::Null)
}

/// The members with these names, without null ones.
pub(super) fn pick(source: &Value, names: &[&'static str]) -> Members {
    let pick = |name: &&'static str| Some((*name, member(source, name)?.clone()));
    names.iter().filter_map(pick).collect()
}

/// The member with this name, if it is a string.
pub(super) fn pick_text(source: &Value, name: &'static str) -> Option<(&'static str, Value)> {
    let text = member(source, name).filter(|value| value.as_str().is_some())?;
    Some((name, text.clone()))
}
