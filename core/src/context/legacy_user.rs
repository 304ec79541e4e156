//! Parses and writes legacy users: no `kind`, a `custom` object, and private attributes as plain
//! names.

use std::sync::Arc;

use super::error::ContextError;
use super::escaped;
use super::individual::Individual;
use super::individual::USER;
use super::read::{Marks, Members, anonymous, custom, member, text, texts};
use super::reference::AttributeReference;
use crate::json::{Object, Value};

const STRINGS: [&str; 6] = ["firstName", "lastName", "email", "country", "avatar", "ip"];

/// The other members that are read.
const OTHERS: [&str; 5] = ["key", "name", "anonymous", "custom", "privateAttributeNames"];

/// Returns the names of members that are ignored: attributes that belong in `custom`.
pub(super) fn ignored(user: Members<'_>) -> Vec<&str> {
    let names = user.iter().map(|(name, _)| &**name);
    names.filter(|name| !STRINGS.contains(name) && !OTHERS.contains(name)).collect()
}

/// Parses a legacy user, the only form in which the key may be empty.
pub(super) fn read(user: Members<'_>, marks: Marks) -> Result<Individual, ContextError> {
    let key = text(user, "key", "")?
        .ok_or_else(|| ContextError::invalid("key", "a user needs a key, a string"))?;
    let mut attributes = match member(user, "custom") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(attributes)) => custom(attributes.members(), marks),
        Some(other) => return Err(ContextError::expected("an object", other, "", "custom")),
    };
    for name in STRINGS {
        // Top-level members override those of `custom`.
        if let Some(value) = text(user, name, "")? {
            attributes.push((Arc::from(name), Value::String(Arc::clone(value))));
        }
    }
    let private = texts(user, "privateAttributeNames", "")?;
    Ok(Individual {
        kind: Arc::from(USER),
        key: Arc::clone(key),
        name: text(user, "name", "")?.cloned(),
        anonymous: anonymous(user, "")?,
        attributes: Object::from_members(attributes),
        private: private.iter().map(as_reference).collect(),
    })
}

/// Writes a user with an empty key, which only the legacy form can represent.
pub(super) fn write(user: &Individual) -> Value {
    let mut private = Vec::new();
    for reference in &user.private {
        let name = AttributeReference::parse(reference);
        private.push(Value::from(name.as_ref().map_or(&**reference, AttributeReference::name)));
    }
    let mut object = Object::default().with("key", Value::String(Arc::clone(&user.key)));
    if let Some(name) = &user.name {
        object = object.with("name", Value::String(Arc::clone(name)));
    }
    if user.anonymous {
        object = object.with("anonymous", Value::Bool(true));
    }
    if !user.attributes.is_empty() {
        object = object.with("custom", Value::Object(user.attributes.clone()));
    }
    if !private.is_empty() {
        object = object.with("privateAttributeNames", Value::from(private));
    }
    Value::Object(object)
}

/// Converts a plain name to a reference: a leading slash would make it a path.
fn as_reference(name: &Arc<str>) -> Arc<str> {
    if name.starts_with('/') {
        Arc::from(["/", &escaped(name, [('~', "~0"), ('/', "~1")])].concat())
    } else {
        Arc::clone(name)
    }
}
