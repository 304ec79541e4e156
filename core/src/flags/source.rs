//! The compiled document and its source, for tools that read documents.

use std::sync::Arc;

use super::Flags;
use crate::document::Section;
use crate::json::{Object, Value};
use crate::model::Model;

impl Flags {
    /// The compiled document.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.0.model
    }

    /// Returns a flag or a segment as the document contains it, including `null` and tombstones.
    #[must_use]
    pub fn source(&self, section: Section, key: &str) -> Option<&Value> {
        self.0.model.source(section, key)
    }

    /// The members of the document other than `flags` and `segments`.
    #[must_use]
    pub fn other_members(&self) -> &Object {
        self.0.model.rest()
    }

    /// The member `meta`, if it is an object.
    #[must_use]
    pub fn meta(&self) -> Option<&Object> {
        self.other_members().get("meta").and_then(Value::as_object)
    }

    /// The digest of the whole document, if this one is a projection of it: `meta.parentDigest`.
    #[must_use]
    pub fn parent_digest(&self) -> Option<&str> {
        self.meta()?.get("parentDigest")?.as_str()
    }

    /// Returns the document with some flags added or replaced, whatever their versions are.
    #[must_use]
    pub fn with_flags(&self, flags: &[(Arc<str>, Value)]) -> Flags {
        let flags = flags.iter().map(|(key, flag)| (key, flag));
        Flags::of(self.0.model.clone().with::<true>(flags, std::iter::empty(), &[]))
    }

    /// Returns the document with new members other than `flags` and `segments`.
    #[must_use]
    pub fn with_other_members(&self, members: Object) -> Flags {
        Flags::of(self.0.model.clone().with_rest::<true>(members))
    }
}
