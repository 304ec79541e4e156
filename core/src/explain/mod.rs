use std::fmt;
use crate::bound_flags::BoundFlags;
use crate::json::Value;

/// Placeholder.
pub struct Explanation(Value);
pub(crate) fn explain(_bound: &BoundFlags, _key: &str) -> Explanation { Explanation(Value::Null) }
impl Explanation {
    /// The trace.
    #[must_use]
    pub fn to_value(&self) -> Value { self.0.clone() }
    /// Canonical text.
    #[must_use]
    pub fn to_json(&self) -> String { self.0.to_canonical_json() }
}
impl fmt::Display for Explanation { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) } }
