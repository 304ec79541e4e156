//! Builds a context of one kind.

use std::sync::Arc;

use super::Context;
use super::error::ContextError;
use super::individual::{KIND, MULTI, USER, objection_to_kind};
use crate::json::{Object, Value};

/// Builds a context of one kind.
///
/// ```
/// use isoflag::{Context, Value};
/// let context = Context::builder("acme")
///     .kind("organization")
///     .attribute("seats", Value::from(40))
///     .private("seats")
///     .build()?;
/// assert_eq!(context.key(), "organization:acme");
/// # Ok::<(), isoflag::ContextError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ContextBuilder {
    members: Vec<(Arc<str>, Value)>,
    private: Vec<Value>,
}

impl ContextBuilder {
    pub(super) fn new(key: &str) -> ContextBuilder {
        let builder = ContextBuilder { members: Vec::new(), private: Vec::new() };
        builder.kind(USER).attribute("key", Value::from(key))
    }

    /// Sets the kind; the default is `user`.
    pub fn kind(self, kind: &str) -> ContextBuilder {
        self.attribute(KIND, Value::from(kind))
    }

    /// Sets the name, addressable as the attribute `name`.
    pub fn name(self, name: &str) -> ContextBuilder {
        self.attribute("name", Value::from(name))
    }

    /// Marks the context as anonymous.
    pub fn anonymous(self, anonymous: bool) -> ContextBuilder {
        self.attribute("anonymous", Value::Bool(anonymous))
    }

    /// Sets an attribute; the last value of a name wins, and null removes it.
    pub fn attribute(mut self, name: &str, value: Value) -> ContextBuilder {
        self.members.push((Arc::from(name), value));
        self
    }

    /// Hides the referenced attribute from explanations.
    pub fn private(mut self, reference: &str) -> ContextBuilder {
        self.private.push(Value::from(reference));
        self
    }

    /// Validates and builds the context.
    ///
    /// # Errors
    ///
    /// If the kind or the key is invalid, a built-in attribute has the wrong type, or a value has
    /// no JSON form.
    pub fn build(mut self) -> Result<Context, ContextError> {
        let kind = self.members.iter().rfind(|(name, _)| &**name == KIND);
        if kind.is_some_and(|(_, kind)| kind.as_str() == Some(MULTI)) {
            let message = objection_to_kind(MULTI).unwrap_or_default();
            return Err(ContextError::invalid(KIND, message));
        }
        if !self.private.is_empty() {
            let meta = Object::default().with("privateAttributes", Value::from(self.private));
            self.members.push((Arc::from("_meta"), Value::Object(meta)));
        }
        Context::from_value(Value::Object(Object::from_members(self.members)))
    }
}
