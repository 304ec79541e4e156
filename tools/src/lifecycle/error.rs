//! The error of a rejected change of a lifecycle.

use std::fmt;
use std::sync::Arc;

use super::{Status, TransitionError};

/// Why a flag's lifecycle is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LifecycleError {
    /// There is no such flag.
    UnknownFlag(Arc<str>),
    /// There is no status with this name.
    UnknownStatus(Arc<str>),
    /// The flag, or a part of it, is not an object.
    Malformed(Arc<str>, &'static str),
    /// It has no status that `Finished` could follow.
    NoStatus(Arc<str>),
    /// The status does not follow the current one.
    Transition(Arc<str>, TransitionError),
    /// It is off, so it is not rolled out.
    Off(Arc<str>),
    /// The "on" variation is unknown.
    UnknownOn(Arc<str>),
    /// It does not serve its "on" variation to every context, so it is not rolled out.
    NotRolledOut(Arc<str>),
    /// The status is set by certifying or finishing; setting it otherwise requires an explicit
    /// override.
    ByHand(Arc<str>, Status),
    /// No artifact with this build time, in seconds since the epoch, was certified; of this module, if
    /// one was named.
    NotCertified(Arc<str>, Option<Arc<str>>),
    /// The artifact with this build time failed its tests under `Production State`.
    NotDeployable(Arc<str>, Option<Arc<str>>),
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
            LifecycleError::NotCertified(..) => "not-certified",
            LifecycleError::NotDeployable(..) => "not-deployable",
        }
    }

    /// The statuses that may follow the flag's current one; empty for other errors.
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
                write!(f, "invalid status `{name}`: expected one of `{names}`")
            }
            LifecycleError::Malformed(key, part) => {
                write!(f, "`{key}`: {part} is not an object; write `{{}}`")
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
                "`{key}`: its \"on\" variation is unknown; write the index into \
                 `lifecycle.onVariation`"
            ),
            LifecycleError::NotRolledOut(key) => {
                write!(f, "`{key}` does not serve its \"on\" to everybody; roll it out first")
            }
            LifecycleError::ByHand(key, status) => {
                let command = status.command().unwrap_or_default();
                write!(
                    f,
                    "`{key}`: `isoflag {command}` sets `{status}`; to set it directly, force it"
                )
            }
            LifecycleError::NotCertified(built, module) => {
                let [of, option] = match module {
                    Some(module) => [format!(" of `{module}`"), format!(" --module {module}")],
                    None => Default::default(),
                };
                write!(
                    f,
                    "no certified artifact{of} was built at {built}; run `isoflag certify{option} \
                     --artifact-time {built} --write` first"
                )
            }
            LifecycleError::NotDeployable(built, module) => {
                let of = module.as_ref().map(|name| format!(" of `{name}`")).unwrap_or_default();
                write!(
                    f,
                    "the artifact{of} that was built at {built} is not deployable; fix it, and \
                     certify the new one"
                )
            }
        }
    }
}

impl std::error::Error for LifecycleError {}
