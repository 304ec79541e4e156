//! The end of a feature's rollout: the checks and the change to `Finished`.

use isoflag::model::Section;
use isoflag::{Flags, Value};

use crate::analysis::{Constant, constant};
use crate::lifecycle::{
    LifecycleChange, LifecycleError, Status, lifecycle, on_variation, status_change,
};

/// Returns the change that ends a feature's rollout: its status becomes `Finished`, and it
/// remains a kill switch for a number of seconds, after which it should be removed. `None` if
/// it is already finished.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::finish;
/// let flags = Flags::from_json(br#"{"flags": {"f": {"on": true, "variations": [1],
///     "fallthrough": {"variation": 0}, "lifecycle": {"status": "Done"}}}}"#)?;
/// let change = finish(&flags, "f", 1_000.0, 5.0)?.ok_or("it is finished")?;
/// assert_eq!(change.to_value().to_string(), r#"{"from":"Done","key":"f","set":
///     {"cleanupTimestamp":1005,"status":"Finished","statusTimestamp":5},"to":"Finished"}"#
///     .replace("\n    ", ""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// If there is no such flag, `Finished` does not follow its status, it is off, or it does not
/// serve its [`on_variation`] to every context.
pub fn finish(
    flags: &Flags,
    key: &str,
    safety_period: f64,
    now: f64,
) -> Result<Option<LifecycleChange>, LifecycleError> {
    let lifecycle = lifecycle(flags, key);
    if lifecycle.is_some_and(|lifecycle| lifecycle.status.is_none()) {
        return Err(LifecycleError::NoStatus(key.into()));
    }
    let Some(mut change) = status_change(flags, key, Status::Finished, now)? else {
        return Ok(None);
    };
    check_rolled_out(flags, key)?;
    change.set.push(("cleanupTimestamp", Value::from((now + safety_period).floor())));
    Ok(Some(change))
}

/// Checks that a flag is on and serves its "on" variation to every context, including through
/// targets, rules and prerequisites. `Production State` will serve that variation.
fn check_rolled_out(flags: &Flags, key: &str) -> Result<(), LifecycleError> {
    let source = flags.source(Section::Flags, key).and_then(Value::as_object);
    if source.and_then(|flag| flag.get("on")?.as_bool()) != Some(true) {
        return Err(LifecycleError::Off(key.into()));
    }
    let Some(on) = on_variation(flags, key) else {
        return Err(LifecycleError::UnknownOn(key.into()));
    };
    let variations = source.and_then(|flag| flag.get("variations")?.as_array());
    let meant = variations.and_then(|variations| variations.get(on as usize));
    match (constant(flags, key), meant) {
        (Some(Constant::Value(served)), Some(meant)) if served == meant => Ok(()),
        _ => Err(LifecycleError::NotRolledOut(key.into())),
    }
}
