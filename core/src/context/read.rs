//! Parses contexts of all forms: one kind, several kinds, or a legacy user.

use std::sync::Arc;

use super::error::ContextError;
use super::individual::{BUILT_IN, Individual, KIND, MULTI, objection_to_kind};
use super::legacy_user;
use crate::json::{self, Object, Value};

/// Whether a value of the host runtime may contain [`Value::NO_JSON_FORM`]: a large one is searched
/// for it only then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// It contains no mark.
    Absent,
    /// It may contain marks.
    Possible,
}

impl Marks {
    fn hold(self, value: &Value) -> bool {
        self == Marks::Possible && value.lacks_json_form()
    }
}

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
pub(super) fn read(members: Members<'_>, marks: Marks) -> Result<Read, ContextError> {
    match member(members, KIND) {
        None => legacy_user::read(members, marks).map(Read::One),
        Some(Value::String(kind)) if &**kind == MULTI => {
            let mut individuals = Vec::new();
            for (kind, value) in members.iter().filter(|(name, _)| **name != *KIND) {
                let Value::Object(object) = value else {
                    return Err(ContextError::expected("an object", value, "", kind));
                };
                let prefix = [kind, "."].concat();
                individuals.push(individual(object.members(), kind, &prefix, marks)?);
            }
            Ok(Read::Many(individuals))
        }
        Some(Value::String(kind)) => individual(members, kind, "", marks).map(Read::One),
        Some(other) => Err(ContextError::expected("a string", other, "", KIND)),
    }
}

/// Parses an individual context; the prefix precedes the paths of its members.
fn individual(
    members: Members<'_>,
    kind: &Arc<str>,
    prefix: &str,
    marks: Marks,
) -> Result<Individual, ContextError> {
    if let Some(objection) = objection_to_kind(kind) {
        return Err(ContextError::invalid([prefix, KIND].concat(), objection));
    }
    let key = text(members, "key", prefix)?;
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
        ContextError::invalid([prefix, "key"].concat(), "a context needs a key, a non-empty string")
    })?;
    if let Some(null @ Value::Null) = member(members, ANONYMOUS) {
        return Err(ContextError::expected("a boolean", null, prefix, ANONYMOUS));
    }
    Ok(Individual {
        kind: Arc::clone(kind),
        key: Arc::clone(key),
        name: text(members, "name", prefix)?.cloned(),
        anonymous: anonymous(members, prefix)?,
        attributes: Object::from_members(custom(members, marks)),
        private: private(members, prefix)?,
    })
}

const ANONYMOUS: &str = "anonymous";

/// Parses `anonymous`; absent and null count as false.
pub(super) fn anonymous(members: Members<'_>, prefix: &str) -> Result<bool, ContextError> {
    match member(members, ANONYMOUS) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(anonymous)) => Ok(*anonymous),
        Some(other) => Err(ContextError::expected("a boolean", other, prefix, ANONYMOUS)),
    }
}

/// Returns a string, or `None` if it is absent or null.
pub(super) fn text<'a>(
    members: Members<'a>,
    name: &str,
    prefix: &str,
) -> Result<Option<&'a Arc<str>>, ContextError> {
    match member(members, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ContextError::expected("a string", other, prefix, name)),
    }
}

/// Returns the attributes that are not built in, and are neither null nor without a JSON form.
pub(super) fn custom(members: Members<'_>, marks: Marks) -> Vec<(Arc<str>, Value)> {
    let mut attributes = Vec::new();
    for (name, value) in members {
        if !(BUILT_IN.contains(&&**name) || value.is_null() || marks.hold(value)) {
            attributes.push((Arc::clone(name), value.clone()));
        }
    }
    attributes
}

fn private(members: Members<'_>, prefix: &str) -> Result<Box<[Arc<str>]>, ContextError> {
    match member(members, META) {
        None | Some(Value::Null) => Ok(Box::default()),
        Some(Value::Object(meta)) => {
            texts(meta.members(), "privateAttributes", &[prefix, META, "."].concat())
        }
        Some(other) => Err(ContextError::expected("an object", other, prefix, META)),
    }
}

const META: &str = "_meta";

/// Returns a list of strings, empty if it is absent or null.
pub(super) fn texts(
    members: Members<'_>,
    name: &str,
    prefix: &str,
) -> Result<Box<[Arc<str>]>, ContextError> {
    let elements = match member(members, name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => &**elements,
        Some(other) => return Err(ContextError::expected("an array", other, prefix, name)),
    };
    let mut texts = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let Value::String(text) = element else {
            let name = [name, "[", &json::integer(index as i64), "]"].concat();
            return Err(ContextError::expected("a string", element, prefix, &name));
        };
        texts.push(Arc::clone(text));
    }
    Ok(texts.into())
}
