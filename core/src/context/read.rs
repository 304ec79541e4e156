use std::sync::Arc;

use super::error::ContextError;
use super::individual::{BUILT_IN, Individual};
use super::kind::{self, KIND, MULTI};
use super::legacy_user;
use crate::json::{self, Object, Value};

/// Reads a context of any form.
pub(super) fn read(value: &Value) -> Result<Vec<Individual>, ContextError> {
    let Value::Object(object) = value else {
        let message = ["a context is an object, found ", value.type_name()].concat();
        return Err(ContextError::invalid("", message));
    };
    match object.get(KIND) {
        None => Ok(vec![legacy_user::read(object)?]),
        Some(Value::String(kind)) if &**kind == MULTI => object
            .iter()
            .filter(|(name, _)| ***name != *KIND)
            .map(|(kind, value)| match value {
                Value::Object(object) => individual(object, kind, &[&**kind, "."].concat()),
                other => {
                    let message = ["expected an object, found ", other.type_name()].concat();
                    Err(ContextError::invalid(&**kind, message))
                }
            })
            .collect(),
        Some(Value::String(kind)) => Ok(vec![individual(object, kind, "")?]),
        Some(other) => {
            let message = ["expected a string, found ", other.type_name()].concat();
            Err(ContextError::invalid(KIND, message))
        }
    }
}

fn individual(object: &Object, kind: &Arc<str>, place: &str) -> Result<Individual, ContextError> {
    if let Some(objection) = kind::objection(kind) {
        return Err(ContextError::invalid([place, KIND].concat(), objection));
    }
    let key = text(object, "key", place)?;
    let key = key.filter(|key| !key.is_empty()).ok_or_else(|| {
        ContextError::invalid([place, "key"].concat(), "a context needs a key, a non-empty string")
    })?;
    let anonymous = match object.get("anonymous") {
        None => false,
        Some(Value::Bool(anonymous)) => *anonymous,
        Some(other) => {
            let message = ["expected a boolean, found ", other.type_name()].concat();
            return Err(ContextError::invalid([place, "anonymous"].concat(), message));
        }
    };
    Ok(Individual {
        kind: Arc::clone(kind),
        key: Arc::clone(key),
        name: text(object, "name", place)?.cloned(),
        anonymous,
        attributes: custom(object.iter().filter(|(name, _)| !BUILT_IN.contains(&&***name))),
        private: private(object, place)?,
    })
}

/// A string, or none where it is absent or null.
pub(super) fn text<'a>(
    object: &'a Object,
    name: &str,
    place: &str,
) -> Result<Option<&'a Arc<str>>, ContextError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => {
            let message = ["expected a string, found ", other.type_name()].concat();
            Err(ContextError::invalid([place, name].concat(), message))
        }
    }
}

/// The attributes that are there: neither null nor without a JSON form.
pub(super) fn custom<'a>(members: impl Iterator<Item = (&'a Arc<str>, &'a Value)>) -> Object {
    members
        .filter(|(_, value)| !value.is_null() && !value.lacks_json_form())
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect()
}

fn private(object: &Object, place: &str) -> Result<Box<[Arc<str>]>, ContextError> {
    let path = [place, "_meta"].concat();
    match object.get("_meta") {
        None | Some(Value::Null) => Ok(Box::default()),
        Some(Value::Object(meta)) => texts(meta, "privateAttributes", &[&*path, "."].concat()),
        Some(other) => {
            let message = ["expected an object, found ", other.type_name()].concat();
            Err(ContextError::invalid(path, message))
        }
    }
}

/// A list of strings, empty where it is absent or null.
pub(super) fn texts(
    object: &Object,
    name: &str,
    place: &str,
) -> Result<Box<[Arc<str>]>, ContextError> {
    let elements = match object.get(name) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => &**elements,
        Some(other) => {
            let message = ["expected an array, found ", other.type_name()].concat();
            return Err(ContextError::invalid([place, name].concat(), message));
        }
    };
    let text = |(index, element): (usize, &Value)| match element {
        Value::String(text) => Ok(Arc::clone(text)),
        other => {
            let message = ["expected a string, found ", other.type_name()].concat();
            Err(ContextError::invalid(
                [place, name, "[", &json::integer(index as i64), "]"].concat(),
                message,
            ))
        }
    };
    elements.iter().enumerate().map(text).collect()
}
