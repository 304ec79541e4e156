//! Reads and writes parts of a document's source.

use isoflag::{Object, Value};

/// The members of an object to write.
pub(super) type Members = Vec<(&'static str, Value)>;

pub(super) fn object(members: Members) -> Value {
    Value::Object(members.into_iter().collect::<Object>())
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
