use std::sync::Arc;

use crate::json::{Object, Value};
use crate::lifecycle::{Lifecycle, Status};

/// What to write into a flag's `lifecycle`.
#[derive(Clone, Debug, PartialEq)]
pub struct LifecycleChange {
    /// The flag's key.
    pub key: Arc<str>,
    /// The status before.
    pub from: Status,
    /// The status after, which may be the same.
    pub to: Status,
    /// The members to set, in this order; null says that nothing is known any more.
    pub set: Vec<(&'static str, Value)>,
}

impl LifecycleChange {
    /// From `Staging` to `Done`. When it came to `Staging` is kept, since that says which artifacts
    /// hold it.
    pub(super) fn to_done(key: Arc<str>, lifecycle: &Lifecycle, now: f64) -> LifecycleChange {
        let mut set = vec![("status", Value::from(Status::Done.as_str()))];
        if lifecycle.member("stagedTimestamp").is_none()
            && let Some(staged) = lifecycle.status_since
        {
            set.push(("stagedTimestamp", Value::from(staged)));
        }
        set.push(("statusTimestamp", Value::from(now)));
        LifecycleChange { key, from: Status::Staging, to: Status::Done, set }
    }

    /// `{key, from, to, set}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let set = self.set.iter().map(|(name, value)| (*name, value.clone()));
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("from", Value::from(self.from.as_str())),
            ("to", Value::from(self.to.as_str())),
            ("set", Value::Object(set.collect())),
        ]))
    }
}
