//! The artifacts that a document records, by their build time.
//!
//! `meta.artifacts` contains the recently certified ones, `meta.artifact` the latest, the only one
//! that older versions of isoflag read and write.

use isoflag::{Flags, Object, Value};

use super::LifecycleError;

/// The number of artifacts recorded; the one with the oldest certification is dropped first.
const REMEMBERED: usize = 50;

/// An artifact whose tests have run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Artifact {
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
pub(crate) fn check_deployable(flags: &Flags, built: f64) -> Result<(), LifecycleError> {
    let time = || Value::from(built).to_string().into();
    // Of several with one build time, the most recently certified counts.
    let found =
        artifacts(flags).into_iter().rfind(|artifact| artifact.timestamp.total_cmp(&built).is_eq());
    match found {
        None => Err(LifecycleError::NotCertified(time())),
        Some(artifact) if !artifact.deployable => Err(LifecycleError::NotDeployable(time())),
        Some(_) => Ok(()),
    }
}

/// Returns `meta` with one more certified artifact.
pub(super) fn with_artifact(meta: &Object, artifact: &Value) -> Object {
    let mut artifacts = others(meta, Some(artifact));
    artifacts.push(artifact.clone());
    let forgotten = artifacts.len().saturating_sub(REMEMBERED);
    let artifacts = artifacts.split_off(forgotten);
    meta.with("artifact", artifact.clone()).with("artifacts", artifacts.into())
}

/// The records of artifacts with other build times, the most recently certified last.
fn others(meta: &Object, artifact: Option<&Value>) -> Vec<Value> {
    fn built(artifact: &Value) -> Option<&Value> {
        artifact.as_object()?.get("timestamp")
    }
    let listed = meta.get("artifacts").and_then(Value::as_array).unwrap_or_default();
    let last = meta.get("artifact");
    let is_of = |one: &Value, other: Option<&Value>| built(one) == other.and_then(built);
    let earlier = listed.iter().filter(|each| !is_of(each, last)).chain(last);
    earlier.filter(|each| !is_of(each, artifact)).cloned().collect()
}
