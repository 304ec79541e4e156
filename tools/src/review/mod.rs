//! The review of all documents at a meeting: the flags that moved since a date, those that are due, and
//! those that can go.

mod due;
mod moved;

use std::sync::Arc;

use isoflag::{Flags, Object, Value, sort_by};

pub use due::{Due, DueReason};
pub use moved::{Moved, Movement};

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
        let moved = documents.iter().flat_map(|document| moved::moved(document, period)).collect();
        let mut due: Vec<Due> =
            documents.iter().flat_map(|document| due::due(document, period)).collect();
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
