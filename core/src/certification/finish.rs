use std::fmt;
use std::sync::Arc;

use super::change::LifecycleChange;
use crate::flags::Flags;
use crate::json::Value;
use crate::lifecycle::{Status, TransitionError};

/// Why a feature is not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FinishError {
    /// There is no such flag.
    UnknownFlag(Arc<str>),
    /// It has no status that another could follow.
    NoStatus(Arc<str>),
    /// Its status is one that `Finished` does not follow.
    Transition(Arc<str>, TransitionError),
    /// It does not serve one value to everybody, so that it is not rolled out.
    NotRolledOut(Arc<str>),
}

impl FinishError {
    /// The stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            FinishError::UnknownFlag(_) => "unknown-flag",
            FinishError::NoStatus(_) => "no-status",
            FinishError::Transition(..) => "illegal-transition",
            FinishError::NotRolledOut(_) => "not-rolled-out",
        }
    }
}

impl fmt::Display for FinishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FinishError::UnknownFlag(key) => write!(f, "there is no flag `{key}`"),
            FinishError::NoStatus(key) => {
                write!(f, "`{key}` has no status; write `Done` into its `lifecycle.status`")
            }
            FinishError::Transition(key, error) => write!(f, "`{key}`: {error}"),
            FinishError::NotRolledOut(key) => {
                write!(f, "`{key}` does not serve one value to everybody; roll it out first")
            }
        }
    }
}

impl std::error::Error for FinishError {}

impl Flags {
    /// The end of a feature's rollout: its status becomes `Finished`, and it has to stay able to be
    /// switched off for so many seconds, after which it should be removed. None where it is
    /// finished already.
    ///
    /// ```
    /// use isoflag::Flags;
    /// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": [1],
    ///     "fallthrough": {"variation": 0}, "lifecycle": {"status": "Done"}}}}"#)?;
    /// let change = flags.finish("f", 1_000.0, 5.0)?.ok_or("it is finished")?;
    /// assert_eq!(change.to_value().to_string(), r#"{"from":"Done","key":"f","set":
    ///     {"cleanupTimestamp":1005,"status":"Finished","statusTimestamp":5},"to":"Finished"}"#
    ///     .replace("\n    ", ""));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where there is no such flag, its status is none that `Finished` follows, or it does not
    /// serve one value to everybody.
    pub fn finish(
        &self,
        key: &str,
        safety_period: f64,
        now: f64,
    ) -> Result<Option<LifecycleChange>, FinishError> {
        let named: Arc<str> = Arc::from(key);
        let Some(lifecycle) = self.lifecycle(key) else {
            return Err(FinishError::UnknownFlag(named));
        };
        let Some(from) = lifecycle.status else { return Err(FinishError::NoStatus(named)) };
        if from == Status::Finished {
            return Ok(None);
        }
        if let Err(error) = from.check_change(Status::Finished) {
            return Err(FinishError::Transition(named, error));
        }
        if self.constant(key).is_none() {
            return Err(FinishError::NotRolledOut(named));
        }
        let set = vec![
            ("status", Value::from(Status::Finished.as_str())),
            ("statusTimestamp", Value::from(now)),
            ("cleanupTimestamp", Value::from(now + safety_period)),
        ];
        Ok(Some(LifecycleChange { key: named, from, to: Status::Finished, set }))
    }
}
