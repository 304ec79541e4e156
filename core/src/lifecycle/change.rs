use std::sync::Arc;

use super::artifact::with_artifact;
use super::{Lifecycle, LifecycleError, Status};
use crate::document::{self, Section};
use crate::flags::Flags;
use crate::json::{Object, Value};
use crate::key_set::KeySet;

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
    /// The change to another status at a moment, in whole seconds since the epoch.
    pub(crate) fn of_status(
        key: Arc<str>,
        lifecycle: &Lifecycle,
        to: Status,
        now: f64,
    ) -> LifecycleChange {
        let now = Value::from(now);
        let mut set = vec![("status", Value::from(to.as_str()))];
        let known = |name| lifecycle.member(name).is_some();
        match to {
            // A feature that is being changed is not in artifacts that were built earlier.
            Status::ToDo | Status::Doing => {
                let forgotten = ["stagedTimestamp", "deployedTimestamp"];
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

impl Flags {
    /// Returns this document with changes of lifecycles written into it, and with the record of an
    /// artifact, if any, as `meta.artifact` and as the last of `meta.artifacts`. The `version` of
    /// each changed flag and `meta.version` are raised by one, so that stores and patches take the
    /// newer one; an absent version counts as 0. Other members do not change, nor do the timestamps
    /// of answers: the flags' rules give the same answers. If nothing changes, the result is this
    /// document itself.
    ///
    /// # Errors
    ///
    /// If a flag is missing, or it or its `lifecycle` is not an object.
    pub fn with_changes(
        &self,
        changes: &[LifecycleChange],
        artifact: Option<&Value>,
    ) -> Result<Flags, LifecycleError> {
        let ruleset = self.ruleset();
        let mut changed: Vec<(Arc<str>, Value)> = Vec::new();
        // The slots are the places in `changed`.
        let mut places = KeySet::default();
        for change in changes {
            let earlier = places.slot(&change.key).map(|place| place as usize);
            let held = match earlier.and_then(|place| changed.get(place)) {
                Some((_, flag)) => flag.as_object(),
                None => Some(written(self, &change.key)?),
            };
            let held = held.cloned().unwrap_or_default();
            let before = lifecycle_of(&held, &change.key)?;
            let set = change.set.iter();
            let after =
                set.fold(before.clone(), |all, (name, value)| all.with(name, value.clone()));
            if after == before {
                continue;
            }
            let flag = held.with("lifecycle", after.into());
            match earlier {
                Some(place) => {
                    if let Some((_, held)) = changed.get_mut(place) {
                        *held = flag.into();
                    }
                }
                None => {
                    places.add(&change.key);
                    changed.push((Arc::clone(&change.key), raised(&flag).into()));
                }
            }
        }
        let rest = ruleset.rest();
        let meta = rest.get("meta").and_then(Value::as_object).cloned().unwrap_or_default();
        let certified =
            artifact.map_or_else(|| meta.clone(), |artifact| with_artifact(&meta, artifact));
        if changed.is_empty() && certified == meta {
            return Ok(self.clone());
        }
        let meta = certified;
        let rest = rest.with("meta", raised(&meta).into());
        let flags = changed.iter().map(|(key, flag)| (key, flag));
        Ok(Flags::of(ruleset.clone().with(flags, std::iter::empty(), &[]).with_rest(rest)))
    }
}

/// The flag's source.
pub(super) fn written<'f>(flags: &'f Flags, key: &str) -> Result<&'f Object, LifecycleError> {
    if !flags.contains(key) {
        return Err(LifecycleError::UnknownFlag(Arc::from(key)));
    }
    let written = flags.ruleset().written(Section::Flags, key).and_then(Value::as_object);
    written.ok_or_else(|| LifecycleError::Malformed(Arc::from(key), "the flag"))
}

/// The members of its `lifecycle`.
pub(super) fn lifecycle_of(flag: &Object, key: &str) -> Result<Object, LifecycleError> {
    match flag.get("lifecycle") {
        None | Some(Value::Null) => Ok(Object::default()),
        Some(Value::Object(lifecycle)) => Ok(lifecycle.clone()),
        Some(_) => Err(LifecycleError::Malformed(Arc::from(key), "`lifecycle`")),
    }
}

/// Returns a flag, or `meta`, with its version raised by one.
fn raised(item: &Object) -> Object {
    let version = document::version(&Value::Object(item.clone()));
    item.with("version", Value::from(version.saturating_add(1)))
}
