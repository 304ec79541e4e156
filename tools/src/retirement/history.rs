//! Determines since when a flag has been constant and stable, from earlier documents and
//! timestamps.

use isoflag::{Flags, Object, Value, sort_by};

use crate::analysis::{ChangedParts, changed_parts, constant};
use crate::lifecycle::{document_changed, lifecycle};

/// A document, and the time from which it was current.
#[derive(Clone, Copy, Debug)]
pub struct DatedDocument<'a> {
    /// In seconds since the epoch.
    pub from: f64,
    /// The document.
    pub flags: &'a Flags,
}

/// The time since which a fact has held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since {
    /// In seconds since the epoch.
    pub moment: f64,
    /// Whether the fact did not hold before; otherwise it may have held for longer.
    pub exact: bool,
}

impl Since {
    /// `{"moment", "exact"}`.
    #[must_use]
    pub fn to_value(self) -> Value {
        Value::Object(Object::from_iter([
            ("moment", Value::from(self.moment)),
            ("exact", Value::Bool(self.exact)),
        ]))
    }
}

/// The documents until now, in the order in which they were current.
pub(super) struct Past<'a> {
    now: &'a Flags,
    documents: Vec<DatedDocument<'a>>,
    /// For each document but the first, the flags whose answers can have changed with it.
    changed: Vec<ChangedParts<'a>>,
    /// The same for the current document, if it is not the last of the history.
    changed_now: Option<ChangedParts<'a>>,
    /// The time since which the current document has been current.
    in_force_since: Option<f64>,
}

impl<'a> Past<'a> {
    pub(super) fn of(flags: &'a Flags, history: &[DatedDocument<'a>], now: f64) -> Past<'a> {
        let mut documents: Vec<DatedDocument<'a>> =
            history.iter().filter(|document| document.from <= now).copied().collect();
        sort_by(&mut documents, |one, other| one.from.total_cmp(&other.from));
        let pairs = documents.iter().zip(documents.iter().skip(1));
        let changed = pairs.map(|(old, new)| changed_parts(old.flags, new.flags));
        Past {
            now: flags,
            changed: changed.collect(),
            changed_now: documents.last().map(|last| changed_parts(last.flags, flags)),
            documents,
            in_force_since: document_changed(flags).filter(|stamp| *stamp <= now),
        }
    }

    /// Returns since when every context has got the current constant; `None` if that is unknown.
    pub(super) fn constant_since(&self, key: &str) -> Option<Since> {
        let now = constant(self.now, key)?;
        let mut since = self.stamped(key);
        for document in self.documents.iter().rev() {
            if constant(document.flags, key) != Some(now) {
                return self.began_after(document.from, since);
            }
            since = Some(earlier(since, document.from));
        }
        since.map(|moment| Since { moment, exact: false })
    }

    /// Returns since when the flag's answers cannot have changed; `None` if that is unknown.
    pub(super) fn stable_since(&self, key: &str) -> Option<Since> {
        let stamped = self.stamped(key);
        let Some(last) = self.documents.last() else {
            return stamped.map(|moment| Since { moment, exact: false });
        };
        if self.changed_now.as_ref().is_some_and(|changed| changed.has_flag(key)) {
            return self.began_after(last.from, stamped);
        }
        let mut since = last.from;
        for (document, changed) in self.documents.iter().rev().zip(self.changed.iter().rev()) {
            if changed.has_flag(key) {
                return Some(Since { moment: document.from, exact: true });
            }
            since = document.from;
        }
        let oldest = self.documents.first().map_or(since, |first| first.from);
        Some(Since { moment: earlier(stamped, oldest), exact: false })
    }

    /// The start of the first document after this moment: the one in the history, or the current
    /// one.
    fn began_after(&self, moment: f64, stamped: Option<f64>) -> Option<Since> {
        let next = self.documents.partition_point(|document| document.from <= moment);
        let began = self.documents.get(next).map(|document| document.from);
        let began = began.or_else(|| stamped.filter(|stamp| *stamp > moment));
        began.map(|moment| Since { moment, exact: true })
    }

    /// The flag's own timestamp, else that of its document.
    fn stamped(&self, key: &str) -> Option<f64> {
        let own = lifecycle(self.now, key).and_then(|lifecycle| lifecycle.last_modified);
        own.or(self.in_force_since)
    }
}

fn earlier(one: Option<f64>, other: f64) -> f64 {
    one.map_or(other, |one| one.min(other))
}
