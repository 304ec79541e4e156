//! Changes of lifecycles and of statuses, and their application to a document.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

use super::artifact::with_artifact;
use super::{CERTIFIED, DEPLOYED, Lifecycle, LifecycleError, Status, moment_value};

/// The members to write into a flag's `lifecycle`.
#[derive(Clone, Debug, PartialEq)]
pub struct LifecycleChange {
    /// The flag's key.
    pub key: Arc<str>,
    /// The status before; `None` if the flag had none.
    pub from: Option<Status>,
    /// The status after, which may be the same.
    pub to: Status,
    /// The members to set, in this order; null marks an unknown value.
    pub set: Vec<(&'static str, Value)>,
}

impl LifecycleChange {
    /// The change to another status at a moment, in seconds since the epoch.
    pub(crate) fn of_status(
        key: Arc<str>,
        lifecycle: &Lifecycle,
        to: Status,
        now: f64,
    ) -> LifecycleChange {
        let now = moment_value(now);
        let mut set = vec![("status", Value::from(to.as_str()))];
        let known = |name| lifecycle.member(name).is_some();
        match to {
            // A feature that is being changed is not in artifacts that were built earlier.
            Status::ToDo | Status::Doing => {
                let forgotten = ["stagedTimestamp", CERTIFIED, "deployedTimestamp", DEPLOYED];
                let forgotten = forgotten.into_iter().filter(|name| known(name));
                set.extend(forgotten.map(|name| (name, Value::Null)));
            }
            Status::Staging => set.push(("stagedTimestamp", now.clone())),
            // The time since which it was in staging is kept: it determines which artifacts contain
            // it.
            Status::Done if lifecycle.status == Some(Status::Staging) => {
                let staged = lifecycle.status_since.filter(|_| !known("stagedTimestamp"));
                set.extend(staged.map(|staged| ("stagedTimestamp", Value::from(staged))));
            }
            Status::Done | Status::Finished => {}
        }
        set.push(("statusTimestamp", now));
        LifecycleChange { key, from: lifecycle.status, to, set }
    }

    /// `{key, from, to, set}`; `from` is null if there was no status.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let set = self.set.iter().map(|(name, value)| (*name, value.clone()));
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("from", self.from.map(|from| Value::from(from.as_str())).unwrap_or_default()),
            ("to", Value::from(self.to.as_str())),
            ("set", Value::Object(set.collect())),
        ]))
    }
}

/// Returns this document with changes of lifecycles written into it, and with the record of an
/// artifact, if any, as `meta.artifact` and as the last of `meta.artifacts`. The `version` of
/// each changed flag and `meta.version` are raised by one, so that stores and patches take the
/// newer one; an absent version counts as 0. Other members do not change, nor do the timestamps
/// of answers: the flags' rules return the same answers. If nothing changes, the result is this
/// document itself.
///
/// # Errors
///
/// If a flag is missing, or it or its `lifecycle` is not an object.
pub fn with_changes(
    flags: &Flags,
    changes: &[LifecycleChange],
    artifact: Option<&Value>,
) -> Result<Flags, LifecycleError> {
    let mut changed: BTreeMap<Arc<str>, Object> = BTreeMap::new();
    for change in changes {
        let earlier = changed.get(&change.key);
        let held = match earlier {
            Some(flag) => flag.clone(),
            None => source_of(flags, &change.key)?.clone(),
        };
        let before = lifecycle_of(&held, &change.key)?;
        let set = change.set.iter().map(|(name, value)| (Arc::from(*name), value.clone()));
        let members = before.iter().map(|(name, value)| (Arc::clone(name), value.clone()));
        // Of duplicate names the last wins.
        let after = Object::from_members(members.chain(set).collect());
        if after == before {
            continue;
        }
        let flag = held.with("lifecycle", after.into());
        let flag = if earlier.is_some() { flag } else { raised(&flag) };
        changed.insert(Arc::clone(&change.key), flag);
    }
    let meta = flags.meta().cloned().unwrap_or_default();
    let certified =
        artifact.map_or_else(|| meta.clone(), |artifact| with_artifact(&meta, artifact));
    if changed.is_empty() && certified == meta {
        return Ok(flags.clone());
    }
    let members = flags.other_members().with("meta", raised(&certified).into());
    let changed: Vec<_> = changed.into_iter().map(|(key, flag)| (key, flag.into())).collect();
    Ok(flags.with_flags(&changed).with_other_members(members))
}

/// The flag's source.
pub(super) fn source_of<'f>(flags: &'f Flags, key: &str) -> Result<&'f Object, LifecycleError> {
    if !flags.contains(key) {
        return Err(LifecycleError::UnknownFlag(Arc::from(key)));
    }
    let source = flags.source(Section::Flags, key).and_then(Value::as_object);
    source.ok_or_else(|| LifecycleError::Malformed(Arc::from(key), "the flag"))
}

/// The members of its `lifecycle`.
pub(super) fn lifecycle_of(flag: &Object, key: &str) -> Result<Object, LifecycleError> {
    match flag.get("lifecycle") {
        None | Some(Value::Null) => Ok(Object::default()),
        Some(Value::Object(lifecycle)) => Ok(lifecycle.clone()),
        Some(_) => Err(LifecycleError::Malformed(Arc::from(key), "`lifecycle`")),
    }
}

/// Returns a flag, or `meta`, with a higher version.
pub(crate) fn raised(item: &Object) -> Object {
    let version = item.get("version").and_then(Value::as_integer).unwrap_or(0);
    item.with("version", Value::from(next_version(version).unwrap_or(version)))
}

/// Returns a flag with a version above that of the one that is held, if any.
pub(crate) fn with_next_version(flag: Value, held: Option<&Value>) -> Value {
    let version = |flag: &Value| flag.as_object()?.get("version")?.as_integer();
    match (flag, held) {
        (Value::Object(flag), Some(held)) => {
            let held = version(held).unwrap_or(0);
            let next = next_version(held).unwrap_or(held);
            let own = flag.get("version").and_then(Value::as_integer).unwrap_or(0);
            flag.with("version", Value::from(own.max(next))).into()
        }
        (flag, _) => flag,
    }
}

/// Returns the next version: one more, or beyond 2^53, where that rounds to the same number, the
/// next double. `None` if there is no higher version.
pub(crate) fn next_version(version: i64) -> Option<i64> {
    let next = version.checked_add(1)?;
    let next = if next as f64 > version as f64 { next } else { (version as f64).next_up() as i64 };
    Value::from(next).as_integer()
}

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
