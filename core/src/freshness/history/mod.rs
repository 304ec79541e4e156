//! The documents that an instance has recently used, by digest, so that a journey that began with
//! one of them can end with it. In memory only: the code that fetches documents adds them here.

mod pin;

use std::sync::OnceLock;

pub use pin::{PinError, Pinned};

use crate::flags::Flags;

/// The limits of a [`DocumentHistory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLimits {
    /// The number of documents.
    pub documents: usize,
    /// The bytes of canonical JSON of all documents together.
    pub bytes: usize,
}

impl Default for HistoryLimits {
    /// 16 documents, 64 MiB.
    fn default() -> HistoryLimits {
        HistoryLimits { documents: 16, bytes: 64 << 20 }
    }
}

/// Documents by digest: the current one, and those before it.
///
/// The oldest are dropped when a limit is exceeded. The newest is always kept, because it
/// determines which flags are off.
///
/// ```
/// use isoflag::{DocumentHistory, Flags, Gate};
/// let document = |on| format!(r#"{{"flags": {{"new": {{"on": {on}, "variations": [true, false],
///     "offVariation": 1, "fallthrough": {{"variation": 0}}}}}}}}"#);
/// let mut history = DocumentHistory::default();
/// let first = Flags::from_json(document(true).as_bytes())?;
/// history.add(first.clone(), 0.0);
/// history.add(Flags::from_json(document(false).as_bytes())?, 1_000.0);
///
/// // The journey goes on with the document that it began with, except for flags that were switched off.
/// let pinned = history.pinned(first.digest(), &Gate::new(2_000.0, 45.0), None)?;
/// assert_eq!(pinned.digest(), first.digest());
/// assert_eq!(pinned.switched_off().collect::<Vec<_>>(), ["new"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DocumentHistory {
    limits: HistoryLimits,
    /// The newest is last.
    held: Vec<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    flags: Flags,
    bytes: usize,
    /// When it became current here, in epoch milliseconds; `None` if it was fetched for a pin.
    in_force_ms: Option<f64>,
    /// Whether it may be newer than the current document, because this instance may be behind.
    may_be_ahead: bool,
    /// When it was superseded, in epoch milliseconds; `None` for the newest.
    superseded_ms: Option<f64>,
    /// Its latest timestamp, in seconds.
    stamp: Option<f64>,
    /// The cached result of a pin to it, while the newest document does not change.
    pinned: OnceLock<Pinned>,
}

impl Held {
    fn new(flags: Flags, in_force_ms: Option<f64>, superseded_ms: Option<f64>) -> Held {
        let bytes = flags.document().to_canonical_json().len();
        let stamp = flags.latest_stamp();
        let (may_be_ahead, pinned) = (false, OnceLock::new());
        Held { flags, bytes, in_force_ms, may_be_ahead, superseded_ms, stamp, pinned }
    }

    /// Whether it was fetched and has a later timestamp than the current document: then this
    /// instance is behind, and has nothing newer. False if either has no timestamp.
    fn is_ahead_of(&self, newest: &Held) -> bool {
        self.may_be_ahead && newest.stamp.is_some() && self.stamp > newest.stamp
    }

    /// The time from which pins to it age, in epoch milliseconds; `None` while it is current.
    fn ages_from_ms(&self, newest: &Held) -> Option<f64> {
        let stamp = self.stamp.filter(|_| self.is_ahead_of(newest));
        stamp.map(|seconds| seconds * 1000.0).or(self.superseded_ms)
    }
}

impl DocumentHistory {
    /// An empty history.
    #[must_use]
    pub fn new(limits: HistoryLimits) -> DocumentHistory {
        DocumentHistory { limits, held: Vec::new() }
    }

    /// Adds the document that is current from a moment on, in epoch milliseconds. One that becomes
    /// current again, as after a rollback, is the newest once more; adding the newest again changes
    /// nothing.
    pub fn add(&mut self, flags: Flags, now_ms: f64) {
        if self.newest().is_some_and(|newest| newest.digest() == flags.digest()) {
            return;
        }
        self.held.retain(|held| held.flags.digest() != flags.digest());
        if let Some(newest) = self.held.last_mut() {
            newest.superseded_ms = Some(now_ms);
        }
        self.held.push(Held::new(flags, Some(now_ms), None));
        self.changed();
    }

    /// Keeps a document that was current until `superseded_ms`, in epoch milliseconds; by default,
    /// until the timestamp of the current document in its `meta` or until that one was added,
    /// whichever is earlier. If there is no current document it is ignored, and if it is already in
    /// the history nothing changes.
    ///
    /// Returns whether it is in the history now: it may not fit beside newer ones.
    pub fn keep(&mut self, flags: Flags, superseded_ms: Option<f64>) -> bool {
        self.insert(flags, superseded_ms, false)
    }

    /// Keeps a document that was fetched for a pin by an instance that may be behind. One whose
    /// latest timestamp is later than that of the current document is newer than it; any other is
    /// kept as by [`DocumentHistory::keep`].
    pub fn keep_fetched(&mut self, flags: Flags) -> bool {
        self.insert(flags, None, true)
    }

    fn insert(&mut self, flags: Flags, superseded_ms: Option<f64>, may_be_ahead: bool) -> bool {
        let Some((newest, earlier)) = self.held.split_last() else { return false };
        if !self.holds(flags.digest()) {
            let added_ms = newest.in_force_ms.unwrap_or_default();
            let stamp = newest.flags.meta_stamp();
            let by_default = || stamp.map_or(added_ms, |stamp| added_ms.min(stamp * 1000.0));
            let superseded_ms = superseded_ms.unwrap_or_else(by_default);
            let held = Held::new(flags.clone(), None, Some(superseded_ms));
            let kept = Held { may_be_ahead, ..held };
            let older = |held: &&Held| {
                kept.is_ahead_of(newest)
                    || held.superseded_ms.is_some_and(|since| since <= superseded_ms)
            };
            let index = earlier.iter().take_while(older).count();
            self.held.insert(index, kept);
            self.changed();
        }
        self.holds(flags.digest())
    }

    /// Returns the document with this digest, else the newest projection of the whole document with
    /// this digest.
    #[must_use]
    pub fn get(&self, digest: &str) -> Option<&Flags> {
        self.find(digest).map(|held| &held.flags)
    }

    /// The current document.
    #[must_use]
    pub fn newest(&self) -> Option<&Flags> {
        self.held.last().map(|held| &held.flags)
    }

    /// The digests of all documents in the history, the newest first.
    pub fn digests(&self) -> impl Iterator<Item = &str> {
        self.held.iter().rev().map(|held| held.flags.digest())
    }

    /// The number of documents in the history.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether the history is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The bytes of canonical JSON of all documents.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.held.iter().map(|held| held.bytes).sum()
    }

    fn find(&self, digest: &str) -> Option<&Held> {
        let own = self.held.iter().find(|held| held.flags.digest() == digest);
        let is_of = |held: &&Held| held.flags.parent_digest() == Some(digest);
        own.or_else(|| self.held.iter().rfind(is_of))
    }

    fn holds(&self, digest: &str) -> bool {
        self.held.iter().any(|held| held.flags.digest() == digest)
    }

    /// Drops the oldest until the limits hold, and discards what depends on the newest.
    fn changed(&mut self) {
        while self.held.len() > 1
            && (self.held.len() > self.limits.documents || self.bytes() > self.limits.bytes)
        {
            self.held.remove(0);
        }
        for held in &mut self.held {
            held.pinned = OnceLock::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(version: i32) -> Flags {
        let text = format!(r#"{{"flags": {{}}, "meta": {{"version": {version}}}}}"#);
        Flags::from_json(text.as_bytes()).unwrap()
    }

    fn versions(history: &DocumentHistory) -> Vec<i64> {
        history.digests().filter_map(|digest| history.get(digest)?.version()).collect()
    }

    #[test]
    fn the_newest_is_first_and_an_older_one_may_become_current_again() {
        let mut history = DocumentHistory::default();
        assert!(history.is_empty() && history.newest().is_none());
        for version in [1, 2, 3, 3, 1] {
            history.add(document(version), 0.0);
        }
        assert_eq!(versions(&history), [1, 3, 2]);
        assert_eq!(history.newest().and_then(Flags::version), Some(1));
    }

    #[test]
    fn at_its_limits_the_oldest_are_dropped_and_the_newest_is_kept() {
        let bytes = document(1).document().to_canonical_json().len();
        for limits in [
            HistoryLimits { documents: 2, bytes: usize::MAX },
            HistoryLimits { documents: 9, bytes: 2 * bytes },
        ] {
            let mut history = DocumentHistory::new(limits);
            (1..=4).for_each(|version| history.add(document(version), 0.0));
            assert_eq!((versions(&history), history.bytes()), (vec![4, 3], 2 * bytes));
        }
        for limits in [
            HistoryLimits { documents: 0, bytes: usize::MAX },
            HistoryLimits { documents: 9, bytes: 1 },
        ] {
            let mut history = DocumentHistory::new(limits);
            (1..=4).for_each(|version| history.add(document(version), 0.0));
            assert_eq!(versions(&history), [4]);
        }
    }

    #[test]
    fn a_projection_is_found_by_the_whole_document() {
        let whole = document(1);
        let of_whole = |version: i32| {
            let (parent, meta) = (whole.digest(), format!(r#""version": {version}"#));
            let text =
                format!(r#"{{"flags": {{}}, "meta": {{"parentDigest": "{parent}", {meta}}}}}"#);
            Flags::from_json(text.as_bytes()).unwrap()
        };
        let mut history = DocumentHistory::default();
        (2..=3).for_each(|version| history.add(of_whole(version), 0.0));
        assert_eq!(history.get(whole.digest()).and_then(Flags::version), Some(3));
        history.add(whole.clone(), 0.0);
        assert_eq!(history.get(whole.digest()).and_then(Flags::version), Some(1));
        assert_eq!(versions(&history), [1, 3, 2]);
    }

    #[test]
    fn a_kept_document_is_ordered_by_its_period() {
        let mut history = DocumentHistory::new(HistoryLimits { documents: 4, bytes: usize::MAX });
        assert!(!history.keep(document(1), None));
        history.add(document(3), 0.0);
        history.add(document(5), 30.0);
        assert!(history.keep(document(4), Some(40.0)));
        assert!(history.keep(document(2), Some(20.0)));
        assert_eq!(versions(&history), [5, 4, 3, 2]);
        // There is no room for the oldest of all.
        assert!(!history.keep(document(1), Some(10.0)));
        assert!(history.keep(document(5), Some(10.0)));
        assert_eq!(versions(&history), [5, 4, 3, 2]);
    }
}
