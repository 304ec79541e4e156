//! Big segments: memberships that the caller fetched from a store, and the store's status.

use std::fmt;
use std::sync::Arc;

use super::observer::Observer;
use super::{Evaluation, Malformed};
use crate::json::{Member, Object, Value};
use crate::model::KindSlot;

/// The status of the store of big segments, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BigSegmentsStatus {
    /// The memberships are up to date.
    Healthy,
    /// They may be out of date.
    Stale,
    /// The store could not be queried.
    StoreError,
    /// There is no store, or a segment does not specify its generation.
    NotConfigured,
}

impl BigSegmentsStatus {
    pub(crate) const ALL: [BigSegmentsStatus; 4] = [
        BigSegmentsStatus::Healthy,
        BigSegmentsStatus::Stale,
        BigSegmentsStatus::StoreError,
        BigSegmentsStatus::NotConfigured,
    ];

    /// The name that a reason contains.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            BigSegmentsStatus::Healthy => "HEALTHY",
            BigSegmentsStatus::Stale => "STALE",
            BigSegmentsStatus::StoreError => "STORE_ERROR",
            BigSegmentsStatus::NotConfigured => "NOT_CONFIGURED",
        }
    }
}

/// The memberships that the caller fetched from a store of big segments for the keys of a context;
/// [`Flags::big_segment_keys`](crate::Flags::big_segment_keys) lists the keys to fetch.
#[derive(Clone, Debug)]
pub struct BigSegments(Arc<Answered>);

#[derive(Debug)]
struct Answered {
    status: BigSegmentsStatus,
    /// By context key, then by segment reference: true, false or null.
    memberships: Object,
}

/// Invalid memberships of big segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigSegmentsError {
    path: String,
    message: &'static str,
}

impl fmt::Display for BigSegmentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for BigSegmentsError {}

impl BigSegmentsError {
    /// The whole error, as displayed.
    #[must_use]
    pub fn text(&self) -> String {
        ["`", &self.path, "`: ", self.message].concat()
    }
}

impl BigSegments {
    /// Parses `{"status": "HEALTHY", "memberships": {"<context key>": {"<segment
    /// key>.g<generation>": true}}}`. An absent context key is a member of nothing.
    ///
    /// # Errors
    ///
    /// If the value has another shape.
    pub fn from_value(value: &Value) -> Result<BigSegments, BigSegmentsError> {
        let error = |path: String, message| BigSegmentsError { path, message };
        let object = value
            .as_object()
            .ok_or_else(|| error("bigSegments".to_owned(), "expected an object"))?;
        let status = object.get("status").and_then(Value::as_str);
        let status = BigSegmentsStatus::ALL
            .into_iter()
            .find(|known| Some(known.as_str()) == status)
            .ok_or_else(|| {
                let message = "expected `HEALTHY`, `STALE`, `STORE_ERROR` or `NOT_CONFIGURED`";
                error("bigSegments.status".to_owned(), message)
            })?;
        let path = "bigSegments.memberships";
        let memberships = match object.get("memberships") {
            None | Some(Value::Null) => Object::default(),
            Some(Value::Object(memberships)) => memberships.clone(),
            Some(_) => return Err(error(path.to_owned(), "expected an object")),
        };
        for (key, value) in memberships.iter() {
            let message = match value {
                Value::Null => continue,
                Value::Object(members) => {
                    let valid =
                        |(_, member): &Member| matches!(member, Value::Null | Value::Bool(_));
                    if members.members().iter().all(valid) {
                        continue;
                    }
                    "expected true or false for each segment"
                }
                _ => "expected an object",
            };
            let key = Value::String(Arc::clone(key)).to_canonical_json();
            return Err(error([path, "[", &key, "]"].concat(), message));
        }
        Ok(BigSegments(Arc::new(Answered { status, memberships })))
    }
}

impl<O: Observer> Evaluation<'_, O> {
    /// Whether the store includes the context in a big segment or excludes it; the inner option is
    /// `None` if it does neither, the outer one if it was not queried.
    pub(super) fn big_segment(
        &mut self,
        kind: KindSlot,
        reference: Option<&str>,
    ) -> Result<Option<Option<bool>>, Malformed> {
        let Some(reference) = reference else {
            self.note(BigSegmentsStatus::NotConfigured);
            return Ok(None);
        };
        let Some(key) = self.context.read().key(kind) else { return Ok(None) };
        let Some(BigSegments(answered)) = self.context.read_big_segments() else {
            self.note(BigSegmentsStatus::NotConfigured);
            return Ok(Some(None));
        };
        self.note(answered.status);
        self.steps.take_with_bytes(0, key.len())?;
        let membership = answered.memberships.get(key).and_then(Value::as_object);
        Ok(Some(membership.and_then(|members| members.get(reference)?.as_bool())))
    }

    /// Keeps the worse status.
    fn note(&mut self, status: BigSegmentsStatus) {
        self.big_segments = self.big_segments.max(Some(status));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_have_a_shape() {
        let read = |text: &str| BigSegments::from_value(&Value::parse(text.as_bytes()).unwrap());
        for valid in [
            r#"{"status": "HEALTHY"}"#,
            r#"{"status": "STALE", "memberships": null}"#,
            r#"{"status": "HEALTHY", "memberships": {"k": null, "l": {"s.g1": true, "t.g2": null}}}"#,
        ] {
            assert!(read(valid).is_ok(), "{valid}");
        }
        for (invalid, message) in [
            ("[]", "`bigSegments`: expected an object"),
            (
                r#"{"status": "healthy"}"#,
                "`bigSegments.status`: expected `HEALTHY`, `STALE`, `STORE_ERROR` or `NOT_CONFIGURED`",
            ),
            (
                r#"{"status": "STALE", "memberships": []}"#,
                "`bigSegments.memberships`: expected an object",
            ),
            (
                r#"{"status": "STALE", "memberships": {"k": true}}"#,
                "`bigSegments.memberships[\"k\"]`: expected an object",
            ),
            (
                r#"{"status": "STALE", "memberships": {"k": {"s.g1": 1}}}"#,
                "`bigSegments.memberships[\"k\"]`: expected true or false for each segment",
            ),
        ] {
            assert_eq!(read(invalid).unwrap_err().to_string(), message);
        }
    }
}
