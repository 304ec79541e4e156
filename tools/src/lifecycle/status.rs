//! The statuses of a feature, and the transitions between them.

use std::fmt;

/// The status of a feature, from planning to release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Planned; work has not started.
    ToDo,
    /// In development.
    Doing,
    /// On the main branch, waiting for its tests to pass with the feature on.
    Staging,
    /// Certified; once deployed, selected users may get it.
    Done,
    /// Rolled out; the flag waits for its removal.
    Finished,
}

impl Status {
    /// All statuses, in the order of a feature's life.
    pub const ALL: [Status; 5] =
        [Status::ToDo, Status::Doing, Status::Staging, Status::Done, Status::Finished];

    /// The name in documents: `To Do`, `Doing`, `Staging`, `Done` or `Finished`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Status::ToDo => "To Do",
            Status::Doing => "Doing",
            Status::Staging => "Staging",
            Status::Done => "Done",
            Status::Finished => "Finished",
        }
    }

    /// Returns the status with this name; `to-do` is also `To Do`.
    #[must_use]
    pub fn named(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| same_name(status.as_str(), name))
    }

    /// The statuses that may follow this one: the next, and back to `Doing` until the feature is
    /// finished.
    #[must_use]
    pub fn next(self) -> &'static [Status] {
        match self {
            Status::ToDo => &[Status::Doing],
            Status::Doing => &[Status::Staging],
            Status::Staging => &[Status::Doing, Status::Done],
            Status::Done => &[Status::Doing, Status::Finished],
            Status::Finished => &[],
        }
    }

    /// Returns the subcommand that checks the preconditions of this status and sets it; `None` for
    /// a status that people set.
    #[must_use]
    pub fn command(self) -> Option<&'static str> {
        match self {
            Status::ToDo | Status::Doing | Status::Staging => None,
            Status::Done => Some("certify"),
            Status::Finished => Some("finish"),
        }
    }

    /// Checks a change of status. An unchanged status is valid.
    ///
    /// # Errors
    ///
    /// If the new status does not follow the current one.
    pub fn check_change(self, to: Status) -> Result<(), TransitionError> {
        if self == to || self.next().contains(&to) {
            Ok(())
        } else {
            Err(TransitionError { from: self, to })
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An invalid change of status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionError {
    /// The current status.
    pub from: Status,
    /// The requested status.
    pub to: Status,
}

impl fmt::Display for TransitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not follow `{}`", self.to, self.from)?;
        match self.from.next() {
            [] => f.write_str("; nothing does"),
            [only] => write!(f, "; `{only}` does"),
            [first, .., last] => write!(f, "; `{first}` and `{last}` do"),
        }
    }
}

impl std::error::Error for TransitionError {}

/// Whether two names differ at most in case, spaces, hyphens and underscores.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = char> {
        name.chars()
            .filter(|letter| !matches!(letter, ' ' | '-' | '_'))
            .map(|letter| letter.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_follow_each_other_forwards_and_back_to_doing() {
        // A row for each current status, a column for each new one.
        let legal = ["YY---", "-YY--", "-YYY-", "-Y-YY", "----Y"];
        for (from, row) in Status::ALL.into_iter().zip(legal) {
            for (to, cell) in Status::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.check_change(to).is_ok(), cell == 'Y', "{from} to {to}");
            }
        }
    }

    #[test]
    fn an_invalid_transition_is_reported_with_the_valid_ones() {
        let message = |from: Status, to| from.check_change(to).unwrap_err().to_string();
        assert_eq!(
            message(Status::ToDo, Status::Done),
            "`Done` does not follow `To Do`; `Doing` does"
        );
        assert_eq!(
            message(Status::Done, Status::ToDo),
            "`To Do` does not follow `Done`; `Doing` and `Finished` do"
        );
        assert_eq!(
            message(Status::Finished, Status::Done),
            "`Done` does not follow `Finished`; nothing does"
        );
    }

    #[test]
    fn names_are_read_in_any_style() {
        for name in ["To Do", "to-do", "todo", "TO_DO"] {
            assert_eq!(Status::named(name), Some(Status::ToDo), "{name}");
        }
        for status in Status::ALL {
            assert_eq!(Status::named(status.as_str()), Some(status));
        }
        assert_eq!(Status::named("Released"), None);
    }
}
