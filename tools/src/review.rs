//! The review of all documents at a meeting: the flags that moved since a date, those that are due, and
//! those that can go.

use std::sync::Arc;

use isoflag::{Flags, Object, Value, sort_by};

use crate::diff::diff;
use crate::lifecycle::{lifecycle, owner};
use crate::retirement::{DatedDocument, JointRetirement};

/// One document of a review.
#[derive(Clone, Copy, Debug)]
pub struct ReviewDocument<'a> {
    /// The name of its environment or account.
    pub label: &'a str,
    /// The document.
    pub flags: &'a Flags,
    /// The earlier documents, in any order.
    pub history: &'a [DatedDocument<'a>],
}

/// The period of a review. Times are in seconds since the epoch.
#[derive(Clone, Copy, Debug)]
pub struct ReviewPeriod {
    /// The date of the last review.
    pub since: f64,
    /// The current time.
    pub now: f64,
    /// The date of the next review.
    pub until: f64,
}

/// A review of several documents.
#[derive(Clone, Debug)]
pub struct Review {
    /// The period.
    pub period: ReviewPeriod,
    /// The flags that moved, by document and key.
    pub moved: Vec<Moved>,
    /// The flags that are due by the next review, the earliest first.
    pub due: Vec<Due>,
    /// The verdict about each flag, in the order of the keys.
    pub retirements: Vec<JointRetirement>,
}

impl Review {
    /// Makes the review of documents and of the verdicts about their flags.
    ///
    /// With a history the document that was current at the date is compared with the one of now;
    /// without it, the timestamps of the flags count.
    ///
    /// ```
    /// use isoflag::Flags;
    /// use isoflag_tools::{Review, ReviewDocument, ReviewPeriod};
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {
    ///     "cleanupTimestamp": 250, "createdTimestamp": 150}}}}"#)?;
    /// let document = ReviewDocument { label: "prod", flags: &flags, history: &[] };
    /// let period = ReviewPeriod { since: 100.0, now: 200.0, until: 300.0 };
    /// let review = Review::of(&[document], &period, Vec::new());
    /// assert_eq!((review.moved.len(), review.due.len()), (1, 1));
    /// # Ok::<(), isoflag::DocumentError>(())
    /// ```
    #[must_use]
    pub fn of(
        documents: &[ReviewDocument<'_>],
        period: &ReviewPeriod,
        retirements: Vec<JointRetirement>,
    ) -> Review {
        let moved = documents.iter().flat_map(|document| moved(document, period)).collect();
        let mut due: Vec<Due> =
            documents.iter().flat_map(|document| due(document, period)).collect();
        sort_by(&mut due, |one, other| one.moment.total_cmp(&other.moment));
        Review { period: *period, moved, due, retirements }
    }

    /// `{since, now, until, moved, due, retirements}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("since", Value::from(self.period.since)),
            ("now", Value::from(self.period.now)),
            ("until", Value::from(self.period.until)),
            ("moved", self.moved.iter().map(Moved::to_value).collect()),
            ("due", self.due.iter().map(Due::to_value).collect()),
            ("retirements", self.retirements.iter().map(JointRetirement::to_value).collect()),
        ]))
    }
}

/// A text, or null.
fn text(text: Option<&Arc<str>>) -> Value {
    text.cloned().map(Value::String).unwrap_or_default()
}

/// How a flag moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It changed.
    Changed,
}

impl Movement {
    /// `added`, `removed` or `changed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Movement::Added => "added",
            Movement::Removed => "removed",
            Movement::Changed => "changed",
        }
    }
}

/// A flag that moved since a date.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The flag's key.
    pub key: Arc<str>,
    /// The label of its document.
    pub environment: Arc<str>,
    /// The team that owns it.
    pub owner: Option<Arc<str>>,
    /// How it moved.
    pub movement: Movement,
    /// Whether its answers can have changed.
    pub answers: bool,
    /// The changes, as plain text.
    pub words: Vec<String>,
}

impl Moved {
    /// `{key, environment, owner, movement, answers, words}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("environment", Value::String(Arc::clone(&self.environment))),
            ("owner", text(self.owner.as_ref())),
            ("movement", Value::from(self.movement.as_str())),
            ("answers", Value::Bool(self.answers)),
            ("words", self.words.iter().map(|words| Value::from(words.as_str())).collect()),
        ]))
    }
}

/// The flags of a document that moved.
fn moved(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Moved> {
    let by_then = document.history.iter().filter(|version| version.from <= period.since);
    let then = by_then.max_by(|one, other| one.from.total_cmp(&other.from));
    match then {
        Some(then) => between(document, then.flags),
        None => by_timestamps(document, period),
    }
}

/// The flags that differ from an earlier document. Those whose times alone differ are left out.
fn between(document: &ReviewDocument<'_>, then: &Flags) -> Vec<Moved> {
    let found = diff(then, document.flags);
    let flag =
        |(key, change, answers, differences): (&Arc<str>, &str, bool, Vec<(&str, String)>)| {
            let movement = match change {
                "added" => Movement::Added,
                "removed" => Movement::Removed,
                _ => Movement::Changed,
            };
            let is_time = |path: &str| path.ends_with("Timestamp") || path.contains("Timestamps");
            let words = differences.into_iter().filter(|(path, _)| !is_time(path));
            let mut words: Vec<String> = words.map(|(_, words)| words).collect();
            if words.is_empty() && movement == Movement::Changed {
                if !answers {
                    return None;
                }
                words.push("because of a segment or prerequisite that changed".to_owned());
            }
            let owner = owner(document.flags, key).or_else(|| owner(then, key));
            let key = Arc::clone(key);
            let environment = Arc::from(document.label);
            Some(Moved { key, environment, owner, movement, answers, words })
        };
    found.flags().filter_map(flag).collect()
}

/// The flags whose own times are later than the date.
fn by_timestamps(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Moved> {
    let since = |moment: Option<f64>| moment.is_some_and(|moment| moment >= period.since);
    let flag = |key: &str| {
        let lifecycle = lifecycle(document.flags, key)?;
        let answers = since(lifecycle.last_modified);
        let status = lifecycle.status.filter(|_| since(lifecycle.status_since));
        let movement = if since(lifecycle.created) {
            Movement::Added
        } else if answers || status.is_some() {
            Movement::Changed
        } else {
            return None;
        };
        let mut words = Vec::new();
        words.extend(status.map(|status| format!("the status is `{status}`")));
        if answers {
            words.push("answers changed".to_owned());
        }
        Some(Moved {
            key: Arc::from(key),
            environment: Arc::from(document.label),
            owner: owner(document.flags, key),
            movement,
            answers,
            words,
        })
    };
    document.flags.keys().filter_map(flag).collect()
}

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
fn due(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Due> {
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
