//! The artifacts that a document records, by module and build time, and the modules of a feature: the
//! services whose artifacts contain its code. Each module is certified and deployed at times of its own.
//!
//! `meta.artifacts` contains the recently certified ones, `meta.artifact` the latest, the only one
//! that older versions of isoflag read and write.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use super::{Lifecycle, LifecycleError, read_moment};

/// The number of artifacts recorded of each module; the one with the oldest certification is dropped
/// first.
const REMEMBERED: usize = 50;

/// An artifact whose tests have run.
#[derive(Clone, Debug, PartialEq)]
pub struct Artifact {
    /// The module that it contains; `None` if the system has one artifact.
    pub module: Option<Arc<str>>,
    /// When it was built, in seconds since the epoch.
    pub timestamp: f64,
    /// Whether it may be deployed.
    pub deployable: bool,
    /// When its tests ran, if the document records it.
    pub certified: Option<f64>,
}

impl Artifact {
    fn read(value: &Value) -> Option<Artifact> {
        let members = value.as_object()?;
        Some(Artifact {
            module: members.get("module").and_then(Value::as_str).map(Arc::from),
            timestamp: members.get("timestamp")?.as_number()?,
            deployable: members.get("deployable").and_then(Value::as_bool) == Some(true),
            certified: members.get("certifiedTimestamp").and_then(Value::as_number),
        })
    }
}

/// Returns the artifacts that the document records, the most recently certified last.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::artifacts;
/// let flags = Flags::from_json(br#"{"flags": {}, "meta": {"artifacts": [
///     {"timestamp": 100, "deployable": true}, {"timestamp": 200, "deployable": false}]}}"#)?;
/// let built: Vec<f64> = artifacts(&flags).iter().map(|artifact| artifact.timestamp).collect();
/// assert_eq!(built, [100.0, 200.0]);
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn artifacts(flags: &Flags) -> Vec<Artifact> {
    let meta = flags.meta();
    let Some(meta) = meta else { return Vec::new() };
    let last = meta.get("artifact");
    let others = others(meta, last);
    others.iter().chain(last).filter_map(Artifact::read).collect()
}

/// Checks that an artifact was certified as deployable.
pub(crate) fn check_deployable(
    flags: &Flags,
    module: Option<&str>,
    built: f64,
) -> Result<(), LifecycleError> {
    let time = || Value::from(built).to_string().into();
    let module_name = || module.map(Arc::from);
    let is_it = |artifact: &Artifact| {
        artifact.module.as_deref() == module && artifact.timestamp.total_cmp(&built).is_eq()
    };
    // Of several with one build time, the most recently certified counts.
    match artifacts(flags).into_iter().rfind(is_it) {
        None => Err(LifecycleError::NotCertified(time(), module_name())),
        Some(artifact) if !artifact.deployable => {
            Err(LifecycleError::NotDeployable(time(), module_name()))
        }
        Some(_) => Ok(()),
    }
}

/// Returns `meta` with one more certified artifact.
pub(super) fn with_artifact(meta: &Object, artifact: &Value) -> Object {
    let mut artifacts = others(meta, Some(artifact));
    artifacts.push(artifact.clone());
    let is_of_module = |other: &Value| member(other, "module") == member(artifact, "module");
    let count = artifacts.iter().filter(|other| is_of_module(other)).count();
    let mut forgotten = count.saturating_sub(REMEMBERED);
    artifacts.retain(|other| {
        let is_kept = forgotten == 0 || !is_of_module(other);
        forgotten -= usize::from(!is_kept);
        is_kept
    });
    meta.with("artifact", artifact.clone()).with("artifacts", artifacts.into())
}

fn member<'a>(artifact: &'a Value, name: &str) -> Option<&'a Value> {
    artifact.as_object()?.get(name)
}

/// The records of other artifacts, the most recently certified last.
fn others(meta: &Object, artifact: Option<&Value>) -> Vec<Value> {
    let listed = meta.get("artifacts").and_then(Value::as_array).unwrap_or_default();
    let last = meta.get("artifact");
    let is_of = |one: &Value, other: Option<&Value>| match other {
        Some(other) => {
            ["module", "timestamp"].iter().all(|name| member(one, name) == member(other, name))
        }
        None => member(one, "timestamp").is_none(),
    };
    let earlier = listed.iter().filter(|each| !is_of(each, last)).chain(last);
    earlier.filter(|each| !is_of(each, artifact)).cloned().collect()
}

/// The member with the time since which the feature is certified in each module.
pub(crate) const CERTIFIED: &str = "certifiedTimestamps";

/// The member with the time since which an artifact of each module with the feature is deployed.
pub(crate) const DEPLOYED: &str = "deployedTimestamps";

/// Reads an array of names; other elements are ignored.
pub(super) fn modules(value: &Value) -> BTreeSet<Arc<str>> {
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
