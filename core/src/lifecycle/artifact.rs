//! The artifacts that a document remembers, by the time at which they were built.
//!
//! `meta.artifacts` has those that were certified last, `meta.artifact` the very last one, which
//! versions of isoflag without the list read and write alone.

use super::LifecycleError;
use crate::flags::Flags;
use crate::json::{Object, Value};

/// How many artifacts are remembered; the one whose certification is oldest is forgotten first.
const REMEMBERED: usize = 50;

/// An artifact whose tests have run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Artifact {
    /// When it was built, in seconds since the epoch.
    pub timestamp: f64,
    /// Whether it may be deployed.
    pub deployable: bool,
    /// When its tests ran, where the document says so.
    pub certified: Option<f64>,
}

impl Artifact {
    fn read(written: &Value) -> Option<Artifact> {
        let members = written.as_object()?;
        Some(Artifact {
            timestamp: members.get("timestamp")?.as_number()?,
            deployable: members.get("deployable").and_then(Value::as_bool) == Some(true),
            certified: members.get("certifiedTimestamp").and_then(Value::as_number),
        })
    }
}

impl Flags {
    /// The artifacts that the document remembers, the one that was certified last at the end.
    ///
    /// ```
    /// use isoflag::Flags;
    /// let flags = Flags::from_json(br#"{"flags": {}, "meta": {"artifacts": [
    ///     {"timestamp": 100, "deployable": true}, {"timestamp": 200, "deployable": false}]}}"#)?;
    /// let built: Vec<f64> = flags.artifacts().iter().map(|artifact| artifact.timestamp).collect();
    /// assert_eq!(built, [100.0, 200.0]);
    /// # Ok::<(), isoflag::DocumentError>(())
    /// ```
    #[must_use]
    pub fn artifacts(&self) -> Vec<Artifact> {
        let meta = self.ruleset().rest().get("meta").and_then(Value::as_object);
        let Some(meta) = meta else { return Vec::new() };
        let last = meta.get("artifact");
        let others = others(meta, last);
        others.iter().chain(last).filter_map(Artifact::read).collect()
    }

    /// Checks that an artifact was certified as deployable.
    pub(crate) fn check_deployable(&self, built: f64) -> Result<(), LifecycleError> {
        let time = || Value::from(built).to_string().into();
        // Of several with one time the one that was certified last counts.
        let found = self
            .artifacts()
            .into_iter()
            .rfind(|artifact| artifact.timestamp.total_cmp(&built).is_eq());
        match found {
            None => Err(LifecycleError::NotCertified(time())),
            Some(artifact) if !artifact.deployable => Err(LifecycleError::NotDeployable(time())),
            Some(_) => Ok(()),
        }
    }
}

/// `meta` with one more artifact that was certified.
pub(super) fn with_artifact(meta: &Object, artifact: &Value) -> Object {
    let mut artifacts = others(meta, Some(artifact));
    artifacts.push(artifact.clone());
    let forgotten = artifacts.len().saturating_sub(REMEMBERED);
    let artifacts = artifacts.split_off(forgotten);
    meta.with("artifact", artifact.clone()).with("artifacts", artifacts.into())
}

/// What is written of the artifacts that were built at another time, the one certified last at the
/// end.
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
