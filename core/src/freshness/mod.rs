//! Decides whether a fetched document supersedes the current one, and whether that goes back in
//! time.

mod consistency;
mod evidence;
mod history;
mod http_date;

pub use consistency::{Consistency, Gate, POLL_TIMEOUT_MS, TtlError, parse_ttl};
pub use evidence::{Evidence, ResponseTimes};
pub use history::{DocumentHistory, HistoryLimits, PinError, Pinned};

use crate::document::Section;
use crate::flags::Flags;
use crate::json::Value;

/// The member of a flag's `lifecycle` and of a document's `meta` with the time of the last change.
pub(crate) const STAMP: &str = "lastModifiedTimestamp";

/// The latest time in seconds; a larger number is in milliseconds.
pub(crate) const LATEST_SECONDS: f64 = 1e11;

impl Flags {
    /// Returns whether this document, just fetched, supersedes the current one.
    ///
    /// An authoritative source is always accepted: a rollback serves an earlier document again. A
    /// response that may come from a cache is rejected only if the evidence shows that the origin
    /// made it before the current one. `meta.version` and timestamps in the documents are ignored,
    /// and equal documents are ordered like any others, so that a source can keep the later of two
    /// responses. Without a current document the answer is true.
    ///
    /// ```
    /// use isoflag::{Evidence, Flags, Value};
    /// let held = Flags::from_json(br#"{"flags": {}, "meta": {"version": 2}}"#)?;
    /// let offered = Flags::from_json(br#"{"flags": {}, "meta": {"version": 1}}"#)?;
    /// let authoritative = Evidence { authoritative: true, ..Evidence::default() };
    /// assert!(offered.supersedes(Some(&held), &authoritative));
    ///
    /// let evidence = Value::parse(br#"{
    ///     "offered": {"lastModified": "Mon, 30 Nov 2026 10:00:00 GMT"},
    ///     "held": {"lastModified": "Mon, 30 Nov 2026 10:05:00 GMT"}}"#).unwrap();
    /// assert!(!offered.supersedes(Some(&held), &Evidence::from_value(&evidence)));
    /// # Ok::<(), isoflag::DocumentError>(())
    /// ```
    #[must_use]
    pub fn supersedes(&self, held: Option<&Flags>, evidence: &Evidence) -> bool {
        held.is_none() || evidence.authoritative || !evidence.is_older()
    }

    /// Returns whether taking this document in place of `held` goes back in time, as a rollback
    /// does: its latest `lastModifiedTimestamp` is earlier, or missing.
    ///
    /// The old timestamps then do not show when the change was made, so the consistency gate counts
    /// from the moment at which the document was taken: [`Gate::taken_ms`](crate::Gate).
    #[must_use]
    pub fn steps_back_from(&self, held: &Flags) -> bool {
        self.latest_stamp() < held.latest_stamp()
    }

    /// The latest `lastModifiedTimestamp` of `meta` and of all flags, in seconds; invalid ones are
    /// skipped.
    #[must_use]
    pub fn latest_stamp(&self) -> Option<f64> {
        let model = self.model();
        let mut latest = self.meta_stamp();
        for (slot, _) in model.flags() {
            let flag = model.source(Section::Flags, model.flag_key(slot));
            let lifecycle = flag.and_then(|flag| flag.as_object()?.get("lifecycle"));
            let stamp = lifecycle.and_then(seconds);
            if latest < stamp {
                latest = stamp;
            }
        }
        latest
    }

    /// The `lastModifiedTimestamp` of `meta`, in seconds, if it is valid.
    pub(crate) fn meta_stamp(&self) -> Option<f64> {
        self.model().rest().get("meta").and_then(seconds)
    }
}

/// The timestamp that a `lifecycle` or `meta` has; null counts as absent.
pub(crate) fn stamp_of(object: &Value) -> Option<&Value> {
    object.as_object()?.get(STAMP).filter(|stamp| !stamp.is_null())
}

fn seconds(object: &Value) -> Option<f64> {
    let seconds = stamp_of(object)?.as_integer()? as f64;
    (0.0..=LATEST_SECONDS).contains(&seconds).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(meta: &str, lifecycle: &str) -> Flags {
        let text = format!(r#"{{"flags": {{"f": {{"lifecycle": {lifecycle}}}}}, "meta": {meta}}}"#);
        Flags::from_json(text.as_bytes()).unwrap()
    }

    fn meta(stamp: &str) -> Flags {
        document(&format!(r#"{{"lastModifiedTimestamp": {stamp}}}"#), "{}")
    }

    #[test]
    fn an_earlier_or_missing_timestamp_steps_back() {
        for (offered, held, back) in [
            (meta("100"), meta("200"), true),
            (meta("200"), meta("100"), false),
            (meta("100"), meta("100"), false),
            (meta("null"), meta("100"), true),
            (meta("100"), meta("null"), false),
            (meta("null"), meta("null"), false),
            (meta("1795172400000"), meta("100"), true),
            (meta("-1"), meta("0"), true),
            (document("{}", r#"{"lastModifiedTimestamp": 100}"#), meta("101"), true),
            (document("{}", r#"{"lastModifiedTimestamp": 102}"#), meta("101"), false),
            (document("3", "[]"), meta("101"), true),
        ] {
            assert_eq!(offered.steps_back_from(&held), back, "{offered:?} {held:?}");
        }
    }
}
