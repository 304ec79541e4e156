use std::fmt;
use std::sync::Arc;

use super::{Status, TransitionError};

/// Why a flag's lifecycle is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LifecycleError {
    /// There is no such flag.
    UnknownFlag(Arc<str>),
    /// There is no status of that name.
    UnknownStatus(Arc<str>),
    /// The flag, or a part of it, is no object that could be changed.
    Malformed(Arc<str>, &'static str),
    /// It has no status that `Finished` could follow.
    NoStatus(Arc<str>),
    /// The status does not follow the one that it has.
    Transition(Arc<str>, TransitionError),
    /// It does not serve one value to everybody, so that it is not rolled out.
    NotRolledOut(Arc<str>),
}

impl LifecycleError {
    /// The stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            LifecycleError::UnknownFlag(_) => "unknown-flag",
            LifecycleError::UnknownStatus(_) => "unknown-status",
            LifecycleError::Malformed(..) => "malformed-flag",
            LifecycleError::NoStatus(_) => "no-status",
            LifecycleError::Transition(..) => "illegal-transition",
            LifecycleError::NotRolledOut(_) => "not-rolled-out",
        }
    }

    /// The statuses that may follow the one that the flag has; none where that is not what is wrong.
    #[must_use]
    pub fn legal(&self) -> &'static [Status] {
        match self {
            LifecycleError::Transition(_, error) => error.from.next(),
            _ => &[],
        }
    }
}

impl fmt::Display for LifecycleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LifecycleError::UnknownFlag(key) => write!(f, "there is no flag `{key}`"),
            LifecycleError::UnknownStatus(name) => {
                let names = Status::ALL.map(Status::as_str).join("`, `");
                write!(f, "`{name}` is no status; there are `{names}`")
            }
            LifecycleError::Malformed(key, part) => {
                write!(f, "`{key}`: {part} is no object; write `{{}}`")
            }
            LifecycleError::NoStatus(key) => {
                write!(f, "`{key}` has no status; write `Done` into its `lifecycle.status`")
            }
            LifecycleError::Transition(key, error) => write!(f, "`{key}`: {error}"),
            LifecycleError::NotRolledOut(key) => {
                write!(f, "`{key}` does not serve one value to everybody; roll it out first")
            }
        }
    }
}

impl std::error::Error for LifecycleError {}
