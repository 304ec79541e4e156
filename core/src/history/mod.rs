//! The documents that a host has seen lately, by digest, so that a journey which began with one of
//! them can be ended with it. Memory and nothing else: whoever fetches documents adds them here.

mod pin;

use std::sync::OnceLock;

pub use pin::{PinError, Pinned};

use crate::flags::Flags;

/// How much a [`DocumentHistory`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryLimits {
    /// How many documents.
    pub documents: usize,
    /// How many bytes of canonical JSON, of all documents together.
    pub bytes: usize,
}

impl Default for HistoryLimits {
    /// 16 documents, 64 MiB.
    fn default() -> HistoryLimits {
        HistoryLimits { documents: 16, bytes: 64 << 20 }
    }
}

/// Documents by digest: the one in force, and those that were before it.
///
/// The oldest leave when a limit is passed. The newest never does, since it knows which flags are
/// off.
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
/// // The journey goes on with the document that it began with, but for what was switched off.
/// let pinned = history.pinned(first.digest(), &Gate::new(2_000.0, 45.0), None)?;
/// assert_eq!(pinned.digest(), first.digest());
/// assert_eq!(pinned.switched_off().collect::<Vec<_>>(), ["new"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DocumentHistory {
    limits: HistoryLimits,
    /// The newest last.
    held: Vec<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    flags: Flags,
    bytes: usize,
    /// Since when it is no longer in force, in epoch milliseconds; none for the newest.
    superseded_ms: Option<f64>,
    /// What a pin to it is answered by, while the newest stays the newest.
    pinned: OnceLock<Pinned>,
}

impl Held {
    fn new(flags: Flags, superseded_ms: Option<f64>) -> Held {
        let bytes = flags.document().to_canonical_json().len();
        Held { flags, bytes, superseded_ms, pinned: OnceLock::new() }
    }
}

impl DocumentHistory {
    /// An empty history.
    #[must_use]
    pub fn new(limits: HistoryLimits) -> DocumentHistory {
        DocumentHistory { limits, held: Vec::new() }
    }

    /// Takes the document that is in force at a moment, in epoch milliseconds. One that was in
    /// force before and is again, as after a rollback, is the newest once more; the one that is the
    /// newest already changes nothing.
    pub fn add(&mut self, flags: Flags, now_ms: f64) {
        if self.newest().is_some_and(|newest| newest.digest() == flags.digest()) {
            return;
        }
        self.held.retain(|held| held.flags.digest() != flags.digest());
        if let Some(newest) = self.held.last_mut() {
            newest.superseded_ms = Some(now_ms);
        }
        self.held.push(Held::new(flags, None));
        self.changed();
    }

    /// Takes a document that was in force until a moment, in epoch milliseconds, such as one that
    /// was fetched because a pin asked for it. Where none is in force it is refused, and where it
    /// is held already nothing changes.
    ///
    /// Says whether it is held now: it may not fit beside newer ones.
    pub fn keep(&mut self, flags: Flags, superseded_ms: f64) -> bool {
        let Some(newest) = self.held.len().checked_sub(1) else { return false };
        if self.get(flags.digest()).is_none() {
            let older =
                |held: &Held| held.superseded_ms.is_some_and(|since| since <= superseded_ms);
            let place = self.held.iter().take_while(|held| older(held)).count().min(newest);
            self.held.insert(place, Held::new(flags.clone(), Some(superseded_ms)));
            self.changed();
        }
        self.get(flags.digest()).is_some()
    }

    /// The document of that digest.
    #[must_use]
    pub fn get(&self, digest: &str) -> Option<&Flags> {
        self.find(digest).map(|held| &held.flags)
    }

    /// The document in force.
    #[must_use]
    pub fn newest(&self) -> Option<&Flags> {
        self.held.last().map(|held| &held.flags)
    }

    /// The digests of all documents held, the newest first.
    pub fn digests(&self) -> impl Iterator<Item = &str> {
        self.held.iter().rev().map(|held| held.flags.digest())
    }

    /// How many documents are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// How many bytes of canonical JSON the documents have.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.held.iter().map(|held| held.bytes).sum()
    }

    fn find(&self, digest: &str) -> Option<&Held> {
        self.held.iter().find(|held| held.flags.digest() == digest)
    }

    /// Lets the oldest go until the limits hold, and forgets what depends on the newest.
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
    fn the_newest_comes_first_and_may_return() {
        let mut history = DocumentHistory::default();
        assert!(history.is_empty() && history.newest().is_none());
        for version in [1, 2, 3, 3, 1] {
            history.add(document(version), 0.0);
        }
        assert_eq!(versions(&history), [1, 3, 2]);
        assert_eq!(history.newest().and_then(Flags::version), Some(1));
    }

    #[test]
    fn at_its_bounds_the_oldest_leave_and_the_newest_stays() {
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
    fn what_is_kept_stands_where_it_was_in_force() {
        let mut history = DocumentHistory::new(HistoryLimits { documents: 4, bytes: usize::MAX });
        assert!(!history.keep(document(1), 0.0));
        history.add(document(3), 0.0);
        history.add(document(5), 30.0);
        assert!(history.keep(document(4), 40.0));
        assert!(history.keep(document(2), 20.0));
        assert_eq!(versions(&history), [5, 4, 3, 2]);
        // The oldest of all has no place.
        assert!(!history.keep(document(1), 10.0));
        assert!(history.keep(document(5), 10.0));
        assert_eq!(versions(&history), [5, 4, 3, 2]);
    }
}
