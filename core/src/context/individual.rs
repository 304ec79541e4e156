//! A context of one kind: its kind, key, built-in attributes and custom attributes.

use std::sync::Arc;

use super::reference::AttributeReference;
use crate::json::{Object, Value};

/// A context of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Individual {
    pub(crate) kind: Arc<str>,
    /// Empty only for a legacy user.
    pub(crate) key: Arc<str>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) anonymous: bool,
    /// Custom attributes, without nulls.
    pub(crate) attributes: Object,
    /// References to the attributes that explanations must not show.
    pub(crate) private: Box<[Arc<str>]>,
}

/// The names of the built-in attributes.
pub(crate) const BUILT_IN: [&str; 5] = [KIND, "key", "name", "anonymous", "_meta"];

/// The classes of values with which a built-in attribute is always valid: `empty` is the empty
/// string, `text` any other string. A value of any other class may make a context invalid.
pub(crate) const ALWAYS_VALID: [(&str, &[&str]); 3] =
    [("key", &["text"]), ("name", &["null", "empty", "text"]), ("anonymous", &["boolean"])];

impl Individual {
    /// Returns the value of an attribute; null counts as absent.
    pub(crate) fn get(&self, reference: &AttributeReference) -> Option<Value> {
        let text = |text: &Arc<str>| Some(Value::String(Arc::clone(text)));
        let built_in = match reference.name() {
            KIND => text(&self.kind),
            "key" => text(&self.key),
            "name" => self.name.as_ref().and_then(text),
            "anonymous" => Some(Value::Bool(self.anonymous)),
            name => {
                let value = reference.follow(self.attributes.get(name)?)?;
                return (!value.is_null()).then(|| value.clone());
            }
        };
        // No built-in attribute is an object, so a longer path resolves to nothing.
        built_in.filter(|_| reference.is(reference.name()))
    }

    /// Whether it lists its key as private. Explanations show the key, reports do not.
    pub(crate) fn marks_key_private(&self) -> bool {
        let is_key = |text| AttributeReference::parse(text).is_ok_and(|each| each.is("key"));
        self.private.iter().any(is_key)
    }

    /// Returns its JSON without the kind.
    pub(crate) fn to_object(&self) -> Object {
        let mut members = self.attributes.members().to_vec();
        let mut add = |name: &str, value| members.push((Arc::from(name), value));
        add("key", Value::String(Arc::clone(&self.key)));
        if let Some(name) = &self.name {
            add("name", Value::String(Arc::clone(name)));
        }
        if self.anonymous {
            add("anonymous", Value::Bool(true));
        }
        if !self.private.is_empty() {
            let references = self.private.iter().map(|text| Value::String(Arc::clone(text)));
            let meta = Object::default().with("privateAttributes", references.collect());
            add("_meta", Value::Object(meta));
        }
        Object::from_members(members)
    }
}

/// The default kind.
pub(crate) const USER: &str = "user";

/// The member that names the kind.
pub(crate) const KIND: &str = "kind";

/// The kind of a context of several kinds; no individual context has it.
pub(super) const MULTI: &str = "multi";

/// Returns why a name is not a valid kind, or `None`.
pub(super) fn objection_to_kind(kind: &str) -> Option<String> {
    if kind.is_empty() {
        return Some("a kind must not be empty".to_owned());
    }
    if kind == KIND || kind == MULTI {
        return Some(["`", kind, "` cannot be the kind of an individual context"].concat());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (!kind.bytes().all(allowed)).then(|| {
        ["the kind `", kind, "` may hold only ASCII letters, digits, `.`, `_` and `-`"].concat()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;

    #[test]
    fn values_of_always_valid_classes_are_valid() {
        let values = |class: &str| match class {
            "null" => vec![Value::Null],
            "empty" => vec![Value::from("")],
            "text" => vec![Value::from("a"), Value::from("é/~ ")],
            "boolean" => vec![Value::Bool(true), Value::Bool(false)],
            other => panic!("no class `{other}`"),
        };
        for (name, classes) in ALWAYS_VALID {
            assert!(BUILT_IN.contains(&name), "{name}");
            for value in classes.iter().flat_map(|class| values(class)) {
                let key = (Arc::from("key"), Value::from("k"));
                let members = [(Arc::from(KIND), Value::from("user")), key, (name.into(), value)];
                let context = Context::from_host(Object::from_members(members.into()).into());
                assert!(context.is_ok(), "{name}: {context:?}");
            }
        }
    }
}
