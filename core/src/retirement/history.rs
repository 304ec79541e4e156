//! Since when a flag is as it is, from documents that were in force before and from stamps.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::flags::Flags;
use crate::inventory::stamp_of_document;
use crate::json::{Object, Value};

/// A document, and since when it was in force.
#[derive(Clone, Copy, Debug)]
pub struct DatedDocument<'a> {
    /// In seconds since the epoch.
    pub from: f64,
    /// The document.
    pub flags: &'a Flags,
}

/// Since when something is so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since {
    /// In seconds since the epoch.
    pub moment: f64,
    /// Whether it was otherwise before; else it may have been so for longer.
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

/// The documents until now, in the order in which they were in force.
pub(super) struct Past<'a> {
    now: &'a Flags,
    documents: Vec<DatedDocument<'a>>,
    /// Of each document but the first, the flags whose answers can have changed with it.
    changed: Vec<BTreeSet<Arc<str>>>,
    /// With the document that is in force, if the last of the history is another one.
    changed_now: BTreeSet<Arc<str>>,
    /// Since when the document that is in force is.
    in_force_since: Option<f64>,
}

impl<'a> Past<'a> {
    pub(super) fn of(flags: &'a Flags, history: &[DatedDocument<'a>], now: f64) -> Past<'a> {
        let mut documents: Vec<DatedDocument<'a>> =
            history.iter().filter(|document| document.from <= now).copied().collect();
        documents.sort_by(|one, other| one.from.total_cmp(&other.from));
        let pairs = documents.iter().zip(documents.iter().skip(1));
        let changed =
            pairs.map(|(old, new)| old.flags.changed_answers(new.flags).into_iter().collect());
        let changed_now =
            documents.last().map(|last| last.flags.changed_answers(flags).into_iter().collect());
        Past {
            now: flags,
            changed: changed.collect(),
            changed_now: changed_now.unwrap_or_default(),
            documents,
            in_force_since: stamp_of_document(flags).filter(|stamp| *stamp <= now),
        }
    }

    /// Since when everybody gets what everybody gets now; none where nothing says.
    pub(super) fn constant_since(&self, key: &str) -> Option<Since> {
        let constant = self.now.constant(key)?;
        let mut since = self.stamped(key);
        for document in self.documents.iter().rev() {
            if document.flags.constant(key) != Some(constant) {
                return self.began_after(document.from, since);
            }
            since = Some(earlier(since, document.from));
        }
        since.map(|moment| Since { moment, exact: false })
    }

    /// Since when the flag's answers cannot have changed; none where nothing says.
    pub(super) fn stable_since(&self, key: &str) -> Option<Since> {
        let stamped = self.stamped(key);
        let Some(last) = self.documents.last() else {
            return stamped.map(|moment| Since { moment, exact: false });
        };
        if self.changed_now.contains(key) {
            return self.began_after(last.from, stamped);
        }
        let mut since = last.from;
        for (document, changed) in self.documents.iter().rev().zip(self.changed.iter().rev()) {
            if changed.contains(key) {
                return Some(Since { moment: document.from, exact: true });
            }
            since = document.from;
        }
        let oldest = self.documents.first().map_or(since, |first| first.from);
        Some(Since { moment: earlier(stamped, oldest), exact: false })
    }

    /// What began with the document after this moment: that one's, or the one in force.
    fn began_after(&self, moment: f64, stamped: Option<f64>) -> Option<Since> {
        let next = self.documents.iter().find(|document| document.from > moment);
        let began = next.map(|document| document.from);
        let began = began.or_else(|| stamped.filter(|stamp| *stamp > moment));
        began.map(|moment| Since { moment, exact: true })
    }

    /// The flag's own stamp, else that of its document.
    fn stamped(&self, key: &str) -> Option<f64> {
        let own = self.now.lifecycle(key).and_then(|lifecycle| lifecycle.last_modified);
        own.or(self.in_force_since)
    }
}

fn earlier(one: Option<f64>, other: f64) -> f64 {
    one.map_or(other, |one| one.min(other))
}
