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
    /// It is switched off, so that it is not rolled out.
    Off(Arc<str>),
    /// Nothing says which of its variations "on" means.
    UnknownOn(Arc<str>),
    /// It does not serve its "on" to everybody, so that it is not rolled out.
    NotRolledOut(Arc<str>),
    /// The status is what certifying or finishing writes, and is to be written by hand.
    ByHand(Arc<str>, Status),
    /// No artifact that was built at that time, in seconds since the epoch, was certified.
    NotCertified(Arc<str>),
    /// The artifact that was built at that time failed its tests under `Production State`.
    NotDeployable(Arc<str>),
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
            LifecycleError::Off(_)
            | LifecycleError::UnknownOn(_)
            | LifecycleError::NotRolledOut(_) => "not-rolled-out",
            LifecycleError::ByHand(..) => "by-hand",
            LifecycleError::NotCertified(_) => "not-certified",
            LifecycleError::NotDeployable(_) => "not-deployable",
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
            LifecycleError::Off(key) => {
                write!(f, "`{key}` is off; roll it out first, or remove the flag and its feature")
            }
            LifecycleError::UnknownOn(key) => write!(
                f,
                "`{key}`: nothing says which variation is its \"on\"; write the index into \
                 `lifecycle.onVariation`"
            ),
            LifecycleError::NotRolledOut(key) => {
                write!(f, "`{key}` does not serve its \"on\" to everybody; roll it out first")
            }
            LifecycleError::ByHand(key, status) => {
                let command = status.command().unwrap_or_default();
                write!(
                    f,
                    "`{key}`: `isoflag {command}` sets `{status}`; to set it by hand, force it"
                )
            }
            LifecycleError::NotCertified(built) => write!(
                f,
                "no certified artifact was built at {built}; run `isoflag certify --artifact-time \
                 {built} --write` first"
            ),
            LifecycleError::NotDeployable(built) => write!(
                f,
                "the artifact that was built at {built} is not deployable; mend it, and certify \
                 the new one"
            ),
        }
    }
}

impl std::error::Error for LifecycleError {}
