use crate::flags::Flags;
use crate::json::Value;
use crate::lifecycle::{LifecycleChange, LifecycleError, Status};

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
    ) -> Result<Option<LifecycleChange>, LifecycleError> {
        let lifecycle = self.lifecycle(key);
        if lifecycle.is_some_and(|lifecycle| lifecycle.status.is_none()) {
            return Err(LifecycleError::NoStatus(key.into()));
        }
        let Some(mut change) = self.status_change(key, Status::Finished, now)? else {
            return Ok(None);
        };
        if self.constant(key).is_none() {
            return Err(LifecycleError::NotRolledOut(key.into()));
        }
        change.set.push(("cleanupTimestamp", Value::from((now + safety_period).floor())));
        Ok(Some(change))
    }
}
