//! From one status to the next.

use std::sync::Arc;

use super::change::{lifecycle_of, written};
use super::{LifecycleChange, LifecycleError, Status};
use crate::flags::Flags;

impl Flags {
    /// What to write so that a flag has this status from `now` on, in seconds since the epoch. None
    /// where it has it. A flag without a status may get any; else one follows the other as
    /// [`Status::next`] says.
    ///
    /// Nothing but the order is checked: for `Done` not that tests have passed, for `Finished` not
    /// that everybody has the feature, as [`Flags::certification`] and [`Flags::finish`] do. See
    /// [`Status::command`].
    ///
    /// # Errors
    /// Where there is no such flag, the status does not follow the one that it has (the message says
    /// which do), or it or its `lifecycle` is no object.
    pub fn status_change(
        &self,
        key: &str,
        to: Status,
        now: f64,
    ) -> Result<Option<LifecycleChange>, LifecycleError> {
        lifecycle_of(written(self, key)?, key)?;
        let lifecycle = self.lifecycle(key).unwrap_or_default();
        let key: Arc<str> = Arc::from(key);
        if let Some(from) = lifecycle.status {
            from.check_change(to)
                .map_err(|error| LifecycleError::Transition(Arc::clone(&key), error))?;
        }
        let changes = lifecycle.status != Some(to);
        Ok(changes.then(|| LifecycleChange::of_status(key, &lifecycle, to, now.floor())))
    }

    /// This document with another status of a flag, as [`Flags::status_change`] and
    /// [`Flags::with_changes`] say.
    ///
    /// ```
    /// use isoflag::{Flags, Status};
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {"status": "Doing"}}}}"#)?;
    /// let staged = flags.with_status("f", Status::Staging, 1_795_172_400.0)?;
    /// assert_eq!(staged.lifecycle("f").and_then(|found| found.status), Some(Status::Staging));
    /// assert_eq!(staged.version(), Some(1));
    /// let refused = flags.with_status("f", Status::Done, 1_795_172_400.0).map_err(|e| e.to_string());
    /// assert_eq!(refused.err().as_deref(), Some("`f`: `Done` does not follow `Doing`; `Staging` does"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Flags::status_change`].
    pub fn with_status(&self, key: &str, to: Status, now: f64) -> Result<Flags, LifecycleError> {
        let change = self.status_change(key, to, now)?;
        self.with_changes(change.as_slice(), None)
    }
}
