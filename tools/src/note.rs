//! A remark on a part of a document that a conversion or promotion did not carry over as it is.

use std::sync::Arc;

use isoflag::{Object, Path, Value};

/// A part that was left out, changed or added on the way, or that needs something from the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The stable name. [`convert`](crate::convert()) has `unknown-action`, `untranslated-condition`,
    /// `malformed-feature`, `time-zone`, `variants` and `attribute-constraints`;
    /// [`promote`](crate::promote()) has `rollout-left-out`, `targets-left-out`, `rule-removed`,
    /// `status-lowered`, `prerequisite-added`, `segment-added` and `segment-differs`.
    pub code: &'static str,
    /// The path in the text, such as `flags.checkout.fallthrough`.
    pub path: Arc<str>,
    /// The reason and its effect.
    pub message: String,
}

impl Note {
    pub(crate) fn new(code: &'static str, path: &Path<'_>, message: impl Into<String>) -> Note {
        Note { code, path: Arc::from(path.to_string()), message: message.into() }
    }

    /// `{code, path, message}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("code", Value::from(self.code)),
            ("path", Value::String(Arc::clone(&self.path))),
            ("message", Value::from(self.message.as_str())),
        ]))
    }
}
