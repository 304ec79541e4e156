//! The end of a feature's rollout: the checks and the change to `Finished`.

use crate::document::Section;
use crate::flags::Flags;
use crate::json::Value;
use crate::lifecycle::{LifecycleChange, LifecycleError, Status};
use crate::reach::Constant;

impl Flags {
    /// Returns the change that ends a feature's rollout: its status becomes `Finished`, and it
    /// remains a kill switch for a number of seconds, after which it should be removed. `None` if
    /// it is already finished.
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
    /// If there is no such flag, `Finished` does not follow its status, it is off, or it does not
    /// serve its [`on_variation`](Flags::on_variation) to every context.
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
        self.check_rolled_out(key)?;
        change.set.push(("cleanupTimestamp", Value::from((now + safety_period).floor())));
        Ok(Some(change))
    }

    /// Checks that a flag is on and serves its "on" variation to every context, including through
    /// targets, rules and prerequisites. `Production State` will serve that variation.
    fn check_rolled_out(&self, key: &str) -> Result<(), LifecycleError> {
        let written = self.ruleset().written(Section::Flags, key).and_then(Value::as_object);
        if written.and_then(|flag| flag.get("on")?.as_bool()) != Some(true) {
            return Err(LifecycleError::Off(key.into()));
        }
        let Some(on) = self.on_variation(key) else {
            return Err(LifecycleError::UnknownOn(key.into()));
        };
        let variations = written.and_then(|flag| flag.get("variations")?.as_array());
        let meant = variations.and_then(|variations| variations.get(on as usize));
        match (self.constant(key), meant) {
            (Some(Constant::Value(served)), Some(meant)) if served == meant => Ok(()),
            _ => Err(LifecycleError::NotRolledOut(key.into())),
        }
    }
}
