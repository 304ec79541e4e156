//! The flags that are due: they should be removed, or may be turned on.

use std::sync::Arc;

use isoflag::{Object, Value};

use super::{ReviewDocument, ReviewPeriod, text};
use crate::lifecycle::{lifecycle, owner};

/// Why a flag is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueReason {
    /// `cleanupTimestamp`: it should be removed.
    Cleanup,
    /// `releaseTimestamp`: it may be turned on outside development.
    Release,
}

impl DueReason {
    /// `cleanup` or `release`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DueReason::Cleanup => "cleanup",
            DueReason::Release => "release",
        }
    }
}

/// A flag that is due by the next review.
#[derive(Clone, Debug)]
pub struct Due {
    /// The flag's key.
    pub key: Arc<str>,
    /// The label of its document.
    pub environment: Arc<str>,
    /// The team that owns it.
    pub owner: Option<Arc<str>>,
    /// Why it is due.
    pub reason: DueReason,
    /// The date, in seconds since the epoch.
    pub moment: f64,
    /// Whether the date for its removal has passed.
    pub overdue: bool,
}

impl Due {
    /// `{key, environment, owner, reason, moment, overdue}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("environment", Value::String(Arc::clone(&self.environment))),
            ("owner", text(self.owner.as_ref())),
            ("reason", Value::from(self.reason.as_str())),
            ("moment", Value::from(self.moment)),
            ("overdue", Value::Bool(self.overdue)),
        ]))
    }
}

/// The flags of a document that are due. A release that has passed is not.
pub(super) fn due(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Due> {
    let mut all = Vec::new();
    for key in document.flags.keys() {
        let lifecycle = lifecycle(document.flags, key).unwrap_or_default();
        let cleanup = lifecycle.cleanup.map(|moment| (DueReason::Cleanup, moment));
        let release = lifecycle.release.filter(|moment| *moment > period.now);
        let release = release.map(|moment| (DueReason::Release, moment));
        let by_then = |(_, moment): &(DueReason, f64)| *moment <= period.until;
        all.extend(cleanup.into_iter().chain(release).filter(by_then).map(|(reason, moment)| {
            Due {
                key: Arc::from(key),
                environment: Arc::from(document.label),
                owner: owner(document.flags, key),
                reason,
                moment,
                overdue: moment <= period.now,
            }
        }));
    }
    all
}
