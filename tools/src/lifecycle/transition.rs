//! Changes a flag's status.

use std::sync::Arc;

use isoflag::Flags;

use super::change::{lifecycle_of, source_of};
use super::{CERTIFIED, LifecycleChange, LifecycleError, Status, with_changes};

/// Returns the change of a flag to this status from `now` on, in seconds since the epoch.
/// `None` if the flag has it. A flag without a status may get any; otherwise the status must
/// follow the current one, see [`Status::next`].
///
/// Only the order is checked: not that tests have passed for `Done`, and not that everybody has
/// the feature for `Finished`; [`certification`](crate::certification) and [`finish`](crate::finish) check that. See
/// [`Status::command`].
///
/// # Errors
///
/// If there is no such flag, the status does not follow the current one (the message lists
/// those that do), or the flag or its `lifecycle` is not an object.
pub fn status_change(
    flags: &Flags,
    key: &str,
    to: Status,
    now: f64,
) -> Result<Option<LifecycleChange>, LifecycleError> {
    lifecycle_of(source_of(flags, key)?, key)?;
    let lifecycle = super::lifecycle(flags, key).unwrap_or_default();
    let key: Arc<str> = Arc::from(key);
    if let Some(from) = lifecycle.status {
        from.check_change(to)
            .map_err(|error| LifecycleError::Transition(Arc::clone(&key), error))?;
    }
    let changes = lifecycle.status != Some(to);
    Ok(changes.then(|| LifecycleChange::of_status(key, &lifecycle, to, now)))
}

/// Returns the changes that give the flags of another document, such as that of another environment,
/// the statuses of these changes, and the times at which their modules were certified. A flag that has
/// its status already is left out.
///
/// # Errors
///
/// As [`status_change`].
pub fn followed_changes(
    changes: &[LifecycleChange],
    flags: &Flags,
    now: f64,
) -> Result<Vec<LifecycleChange>, LifecycleError> {
    let follow = |change: &LifecycleChange| {
        let certified = change.set.iter().find(|(name, _)| *name == CERTIFIED).cloned();
        // A feature of which a module is certified remains in its status until all are.
        let is_partial = change.from == Some(change.to);
        let to = if is_partial { Status::Done } else { change.to };
        let Some(mut own) = status_change(flags, &change.key, to, now)? else { return Ok(None) };
        if is_partial {
            own = LifecycleChange { to: change.to, set: Vec::new(), ..own };
        }
        own.set.extend(certified);
        Ok(Some(own))
    };
    changes.iter().map(follow).filter_map(Result::transpose).collect()
}

/// Returns this document with another status of a flag, see [`status_change`] and
/// [`with_changes`].
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{Status, lifecycle, with_status};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {"status": "Doing"}}}}"#)?;
/// let staged = with_status(&flags, "f", Status::Staging, 1_795_172_400.0)?;
/// assert_eq!(lifecycle(&staged, "f").and_then(|found| found.status), Some(Status::Staging));
/// assert_eq!(staged.version(), Some(1));
/// let refused = with_status(&flags, "f", Status::Done, 1_795_172_400.0).map_err(|e| e.to_string());
/// assert_eq!(refused.err().as_deref(), Some("`f`: `Done` does not follow `Doing`; `Staging` does"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`status_change`].
pub fn with_status(
    flags: &Flags,
    key: &str,
    to: Status,
    now: f64,
) -> Result<Flags, LifecycleError> {
    let change = status_change(flags, key, to, now)?;
    with_changes(flags, change.as_slice(), None)
}
