//! The modules of a feature: the services whose artifacts contain its code. Each has artifacts of its
//! own, and is certified and deployed at other times than the others.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::{Object, Value};

use super::{Lifecycle, read_moment};

/// The member with the time since which the feature is certified in each module.
pub(crate) const CERTIFIED: &str = "certifiedTimestamps";

/// The member with the time since which an artifact of each module with the feature is deployed.
pub(crate) const DEPLOYED: &str = "deployedTimestamps";

/// Reads an array of names; other elements are ignored.
pub(super) fn read(value: &Value) -> BTreeSet<Arc<str>> {
    let names = value.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
    names.filter(|name| !name.is_empty()).map(Arc::from).collect()
}

impl Lifecycle {
    /// Whether artifacts of this module contain the feature once it is on the main branch. The
    /// artifacts of a system without modules have the name `None`, and contain the features
    /// without modules.
    #[must_use]
    pub fn is_in(&self, module: Option<&str>) -> bool {
        match module {
            None => self.modules.is_empty(),
            Some(module) => self.modules.contains(module),
        }
    }

    /// Returns the times in [`CERTIFIED`] or [`DEPLOYED`], of the feature's modules alone.
    pub(crate) fn module_times(&self, member: &str) -> Object {
        let held = self.member(member).and_then(Value::as_object);
        let of_module = |(module, time): &(&Arc<str>, &Value)| {
            self.modules.contains(&***module) && read_moment(time).is_some()
        };
        let times = held.into_iter().flat_map(Object::iter).filter(of_module);
        times.map(|(module, time)| (Arc::clone(module), time.clone())).collect()
    }

    /// The feature's modules without a time.
    pub(crate) fn modules_without(&self, times: &Object) -> Vec<Arc<str>> {
        self.modules.iter().filter(|module| times.get(module).is_none()).cloned().collect()
    }
}
