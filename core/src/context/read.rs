//! Parses contexts of all forms: one kind, several kinds, or a legacy user.

use std::sync::Arc;

use super::error::ContextError;
use super::individual::{BUILT_IN, Individual};
use super::kind::{self, KIND, MULTI};
use super::legacy_user;
use crate::json::{self, Object, Value};

/// A parsed context; nearly all have one kind.
pub(super) enum Read {
    One(Individual),
    Many(Vec<Individual>),
}

/// The members of an object in any order, with unique names.
pub(super) type Members<'a> = &'a [(Arc<str>, Value)];

pub(super) fn member<'a>(members: Members<'a>, name: &str) -> Option<&'a Value> {
    members.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
}

/// Parses a context of any form.
pub(super) fn read(members: Members<'_>) -> Result<Read, ContextError> {
    match member(members, KIND) {
        None => legacy_user::read(members).map(Read::One),
        Some(Value::String(kind)) if &**kind == MULTI => members
            .iter()
            .filter(|(name, _)| **name != *KIND)
            .map(|(kind, value)| match value {
                Value::Object(object) => {
                    individual(object.members(), kind, &[&**kind, "."].concat())
                }
                other => Err(ContextError::expected("an object", other, "", kind)),
            })
            .collect::<Result<_, _>>()
            .map(Read::Many),
        Some(Value::String(kind)) => individual(members, kind, "").map(Read::One),
        Some(other) => Err(ContextError::expected("a string", other, "", KIND)),
    }
}

fn individual(
    members: Members<'_>,
    kind: &Arc<str>,
    place: &str,
) -> Result<Individual, ContextError> {
    if let Some(objection) = kind::objection(kind) {
        return Err(ContextError::invalid([place, KIND].concat(), objection));
    }
    let key = text(members, "key", place)?;
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
        ContextError::invalid([place, "key"].concat(), "a context needs a key, a non-empty string")
    })?;
    if let Some(null @ Value::Null) = member(members, ANONYMOUS) {
        return Err(ContextError::expected("a boolean", null, place, ANONYMOUS));
    }
    Ok(Individual {
        kind: Arc::clone(kind),
        key: Arc::clone(key),
        name: text(members, "name", place)?.cloned(),
        anonymous: anonymous(members, place)?,
        attributes: custom(members.iter().filter(|(name, _)| !BUILT_IN.contains(&&**name))),
        private: private(members, place)?,
    })
}

const ANONYMOUS: &str = "anonymous";

/// Parses `anonymous`; absent and null count as false.
pub(super) fn anonymous(members: Members<'_>, place: &str) -> Result<bool, ContextError> {
    match member(members, ANONYMOUS) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(anonymous)) => Ok(*anonymous),
        Some(other) => Err(ContextError::expected("a boolean", other, place, ANONYMOUS)),
    }
}

/// Returns a string, or `None` if it is absent or null.
pub(super) fn text<'a>(
    members: Members<'a>,
    name: &str,
    place: &str,
) -> Result<Option<&'a Arc<str>>, ContextError> {
    match member(members, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ContextError::expected("a string", other, place, name)),
    }
}

/// Returns the attributes that are neither null nor without a JSON form.
pub(super) fn custom<'a>(members: impl Iterator<Item = &'a (Arc<str>, Value)>) -> Object {
    members
        .filter(|(_, value)| !value.is_null() && !value.lacks_json_form())
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect()
}

fn private(members: Members<'_>, place: &str) -> Result<Box<[Arc<str>]>, ContextError> {
    match member(members, META) {
        None | Some(Value::Null) => Ok(Box::default()),
        Some(Value::Object(meta)) => {
            texts(meta.members(), "privateAttributes", &[place, META, "."].concat())
        }
        Some(other) => Err(ContextError::expected("an object", other, place, META)),
    }
}

const META: &str = "_meta";

/// Returns a list of strings, empty if it is absent or null.
pub(super) fn texts(
    members: Members<'_>,
    name: &str,
    place: &str,
) -> Result<Box<[Arc<str>]>, ContextError> {
    let elements = match member(members, name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => &**elements,
        Some(other) => return Err(ContextError::expected("an array", other, place, name)),
    };
    let text = |(index, element): (usize, &Value)| match element {
        Value::String(text) => Ok(Arc::clone(text)),
        other => Err(ContextError::expected(
            "a string",
            other,
            place,
            &[name, "[", &json::integer(index as i64), "]"].concat(),
        )),
    };
    elements.iter().enumerate().map(text).collect()
}
