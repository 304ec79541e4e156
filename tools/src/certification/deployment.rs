//! The features that a deployed artifact contains, and the lifecycle changes that record its
//! deployment.

use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use super::included;
use crate::lifecycle::{
    DEPLOYED, LifecycleChange, LifecycleError, Status, check_deployable, lifecycle, moment_value,
};
use crate::ternary::Ternary;

/// A feature, and whether an artifact contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactFeature {
    /// The flag's key.
    pub key: Arc<str>,
    /// The feature's status.
    pub status: Status,
    /// Whether it was on the main branch when the artifact was built.
    pub included: Ternary,
    /// Whether selected users get it: it is done, and deployed in each of its modules.
    pub beta: bool,
}

impl ArtifactFeature {
    /// `{key, status, included, beta}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("status", Value::from(self.status.as_str())),
            ("included", Value::from(self.included.as_str())),
            ("beta", Value::Bool(self.beta)),
        ]))
    }
}

/// The features and changes that the deployment of an artifact brings.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The features in `Staging`, `Done` and `Finished`, in the order of the keys.
    pub features: Vec<ArtifactFeature>,
    /// Changes to write so that `Beta` uses the deployed artifact.
    pub changes: Vec<LifecycleChange>,
}

/// Returns the features in an artifact that was built at `artifact_time` and is deployed now,
/// both in seconds since the epoch. Features that are `Done` enter `Beta`; features that an
/// older artifact lacks leave it.
///
/// The artifact of a module contains the features that name the module in `lifecycle.modules`. Such a
/// feature is deployed once a deployed artifact of each of its modules contains it; other features
/// are left out.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::deployment;
/// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {
///     "status": "Done", "stagedTimestamp": 100, "statusTimestamp": 300}}},
///     "meta": {"artifacts": [{"timestamp": 200, "deployable": true}]}}"#)?;
/// let found = deployment(&flags, None, 200.0, 400.0)?;
/// assert!(found.features.iter().all(|feature| feature.beta));
/// assert_eq!(deployment(&flags, None, 250.0, 400.0).map_err(|error| error.code()).err(), Some("not-certified"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If the document has no record of the artifact, or records it as not deployable.
pub fn deployment(
    flags: &Flags,
    module: Option<&str>,
    artifact_time: f64,
    now: f64,
) -> Result<Deployment, LifecycleError> {
    check_deployable(flags, module, artifact_time)?;
    let (mut features, mut changes) = (Vec::new(), Vec::new());
    for key in flags.keys() {
        let Some(lifecycle) = lifecycle(flags, key) else { continue };
        let Some(status) = lifecycle.status.filter(|_| lifecycle.is_in(module)) else { continue };
        let included = included(&lifecycle, artifact_time);
        let key: Arc<str> = Arc::from(key);
        let (times, is_complete) = match module {
            None => (None, included == Ternary::Yes),
            Some(module) => {
                let held = lifecycle.module_times(DEPLOYED);
                let times = match (included, held.get(module)) {
                    (Ternary::Yes, None) => Some(held.with(module, moment_value(now))),
                    (Ternary::No, Some(_)) => Some(without(&held, module)),
                    _ => None,
                };
                let missing = lifecycle.modules_without(times.as_ref().unwrap_or(&held));
                (times, missing.is_empty())
            }
        };
        let beta = status == Status::Done && is_complete;
        let deployed = match lifecycle.deployed {
            None if beta => Some(moment_value(now)),
            Some(_) if !is_complete && included != Ternary::Unknown => Some(Value::Null),
            _ => None,
        };
        let times = times.map(|times| (DEPLOYED, Value::Object(times)));
        let set: Vec<_> =
            deployed.map(|time| ("deployedTimestamp", time)).into_iter().chain(times).collect();
        if !set.is_empty() {
            let key = Arc::clone(&key);
            changes.push(LifecycleChange { key, from: Some(status), to: status, set });
        }
        if status >= Status::Staging {
            features.push(ArtifactFeature { key, status, included, beta });
        }
    }
    Ok(Deployment { features, changes })
}

fn without(times: &Object, module: &str) -> Object {
    let kept = times.iter().filter(|(name, _)| &***name != module);
    kept.map(|(name, time)| (Arc::clone(name), time.clone())).collect()
}

impl Deployment {
    /// `{features, changes}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("features", self.features.iter().map(ArtifactFeature::to_value).collect()),
            ("changes", self.changes.iter().map(LifecycleChange::to_value).collect()),
        ]))
    }
}
