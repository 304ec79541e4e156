//! Test results of an artifact: whether it may be deployed, and the status changes of its features.
//!
//! Nothing here runs a test or changes a document: the changes are returned, for a tool to write.

mod deployment;
mod finish;
mod results;

pub use deployment::{ArtifactFeature, Deployment, deployment};
pub use finish::finish;
pub use results::{CertificationVerdict, StepError, StepResult, TestEvidence};

use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use crate::lifecycle::{
    CERTIFIED, Lifecycle, LifecycleChange, Status, lifecycle, moment_value, read_moment,
};
use crate::ternary::Ternary;

/// The verdict and the changes that follow from an artifact's test results.
#[derive(Clone, Debug)]
pub struct Certification {
    /// The verdict.
    pub verdict: CertificationVerdict,
    /// The module of the artifact; `None` if the system has one artifact.
    pub module: Option<Arc<str>>,
    /// When the artifact was built, in seconds since the epoch.
    pub artifact_time: f64,
    /// The features that become `Done`, and those of which this module is certified.
    pub changes: Vec<LifecycleChange>,
    /// The features that remain in `Staging` because the artifact does not contain them, or because
    /// that is unknown.
    pub left: Vec<ArtifactFeature>,
    /// The features in the artifact that remain in `Staging`, because the tests under `Next
    /// Release` passed without evaluating them.
    pub untested: Vec<Arc<str>>,
    /// The features that remain in `Staging` until other modules are certified too, with the names
    /// of these.
    pub waiting: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

/// Returns the verdict and the changes that follow from an artifact's tests: first all tests
/// under `Production State`, then all under `Next Release`.
///
/// If the first pass, the artifact may be deployed. If the second pass too, its features move
/// from `Staging` to `Done`. An artifact that is built at `now` from the current sources
/// contains all of them; an older one contains those that were in `Staging` when it was built.
///
/// The artifact of a module contains the features that name the module in `lifecycle.modules`; such a
/// feature is done once each of its modules is certified. Other features are left out, as are those
/// with modules if the artifact has none.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{CertificationVerdict, StepResult, certification};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {"status": "Staging"}}}}"#)?;
/// let found = certification(&flags, StepResult::Passed, StepResult::Passed, None, None, 1_000.0);
/// assert_eq!(found.verdict, CertificationVerdict::Certified);
/// assert_eq!(found.changes.first().map(|change| change.to.as_str()), Some("Done"));
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn certification(
    flags: &Flags,
    production_state: StepResult,
    next_release: StepResult,
    module: Option<&str>,
    artifact_time: Option<f64>,
    now: f64,
) -> Certification {
    certified(flags, production_state, next_release, module, artifact_time, now, None)
}

/// Like [`certification`], with the flags that the tests evaluated as evidence. Tests
/// that evaluated no flag of the document count as not run, and a feature that the tests under
/// `Next Release` did not evaluate remains in `Staging`.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{CertificationVerdict, StepResult, TestEvidence, certification_by_evidence};
/// let flags = Flags::from_json(br#"{"flags": {"f": {"lifecycle": {"status": "Staging"}}}}"#)?;
/// let (passed, nothing) = (StepResult::Passed, TestEvidence::default());
/// let found = certification_by_evidence(&flags, passed, passed, None, None, 1_000.0, &nothing);
/// assert_eq!(found.verdict, CertificationVerdict::NotDeployable);
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn certification_by_evidence(
    flags: &Flags,
    production_state: StepResult,
    next_release: StepResult,
    module: Option<&str>,
    artifact_time: Option<f64>,
    now: f64,
    evidence: &TestEvidence,
) -> Certification {
    let result = |step, evaluated| match results::counts(flags, evaluated) {
        true => step,
        false => StepResult::NotRun,
    };
    let first = result(production_state, &evidence.production_state);
    let second = result(next_release, &evidence.next_release);
    certified(flags, first, second, module, artifact_time, now, Some(evidence))
}

fn certified(
    flags: &Flags,
    production_state: StepResult,
    next_release: StepResult,
    module: Option<&str>,
    artifact_time: Option<f64>,
    now: f64,
    evidence: Option<&TestEvidence>,
) -> Certification {
    let verdict = CertificationVerdict::of(production_state, next_release);
    let (mut changes, mut left) = (Vec::new(), Vec::new());
    let (mut untested, mut waiting) = (Vec::new(), Vec::new());
    for (key, lifecycle) in staged(flags, module) {
        let included = match artifact_time {
            None => Ternary::Yes,
            Some(built) => included(&lifecycle, built),
        };
        if included != Ternary::Yes {
            left.push(ArtifactFeature { key, status: Status::Staging, included, beta: false });
        } else if verdict == CertificationVerdict::Certified {
            if evidence.is_some_and(|evidence| !evidence.next_release.contains(&key)) {
                untested.push(key);
            } else {
                let (change, missing) = passed(&key, &lifecycle, module, now);
                changes.extend(change);
                if !missing.is_empty() {
                    waiting.push((key, missing));
                }
            }
        }
    }
    let artifact_time = artifact_time.unwrap_or(now);
    let module = module.map(Arc::from);
    Certification { verdict, module, artifact_time, changes, left, untested, waiting }
}

/// The change of a feature whose tests have passed in a module, and its modules that are not certified
/// yet. Once all are, the feature is done.
fn passed(
    key: &Arc<str>,
    lifecycle: &Lifecycle,
    module: Option<&str>,
    now: f64,
) -> (Option<LifecycleChange>, Vec<Arc<str>>) {
    let done = || LifecycleChange::of_status(Arc::clone(key), lifecycle, Status::Done, now);
    let Some(module) = module else { return (Some(done()), Vec::new()) };
    let held = lifecycle.module_times(CERTIFIED);
    let is_new = held.get(module).is_none();
    let times = if is_new { held.with(module, moment_value(now)) } else { held };
    let missing = lifecycle.modules_without(&times);
    let set = vec![(CERTIFIED, Value::Object(times))];
    let change = if missing.is_empty() {
        let mut change = done();
        change.set.extend(set);
        Some(change)
    } else {
        let status = Status::Staging;
        let key = Arc::clone(key);
        is_new.then_some(LifecycleChange { key, from: Some(status), to: status, set })
    };
    (change, missing)
}

impl Certification {
    /// `{verdict, deployable, module, artifactTimestamp, changes, left, untested, waiting}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let waiting = |(key, modules): &(Arc<str>, Vec<Arc<str>>)| {
            let modules = modules.iter().cloned().map(Value::String).collect();
            let members = [("key", Value::String(Arc::clone(key))), ("modules", modules)];
            Value::Object(Object::from_iter(members))
        };
        Value::Object(Object::from_iter([
            ("verdict", Value::from(self.verdict.as_str())),
            ("deployable", Value::Bool(self.verdict.deployable())),
            ("module", self.module_name().unwrap_or_default()),
            ("artifactTimestamp", Value::from(self.artifact_time)),
            ("changes", self.changes.iter().map(LifecycleChange::to_value).collect()),
            ("left", self.left.iter().map(ArtifactFeature::to_value).collect()),
            ("untested", self.untested.iter().cloned().map(Value::String).collect()),
            ("waiting", self.waiting.iter().map(waiting).collect()),
        ]))
    }

    /// The record of the artifact, which [`with_changes`](crate::with_changes) writes and [`deployment`]
    /// reads.
    #[must_use]
    pub fn artifact(&self, now: f64) -> Value {
        let members = [
            ("timestamp", Value::from(self.artifact_time)),
            ("deployable", Value::Bool(self.verdict.deployable())),
            ("certifiedTimestamp", moment_value(now)),
        ];
        let module = self.module_name().map(|name| ("module", name));
        Value::Object(members.into_iter().chain(module).collect())
    }

    fn module_name(&self) -> Option<Value> {
        self.module.clone().map(Value::String)
    }
}

/// The features of a module in `Staging`, in the order of the keys.
fn staged(flags: &Flags, module: Option<&str>) -> Vec<(Arc<str>, Lifecycle)> {
    let with_lifecycle = |key: &str| Some((Arc::from(key), lifecycle(flags, key)?));
    let all = flags.keys().filter_map(with_lifecycle);
    let is_staged = |lifecycle: &Lifecycle| {
        lifecycle.status == Some(Status::Staging) && lifecycle.is_in(module)
    };
    all.filter(|(_, lifecycle)| is_staged(lifecycle)).collect()
}

/// Whether an artifact built at this moment contains the feature: whether the feature was in
/// `Staging` by then. The time of a later status is evidence only if it is early enough too.
fn included(lifecycle: &Lifecycle, built: f64) -> Ternary {
    if lifecycle.status.is_none_or(|status| status < Status::Staging) {
        return Ternary::No;
    }
    let staging = lifecycle.status == Some(Status::Staging);
    let staged = lifecycle.member("stagedTimestamp").and_then(read_moment);
    match staged.or(lifecycle.status_since) {
        Some(moment) if moment <= built => Ternary::Yes,
        Some(_) if staged.is_some() || staging => Ternary::No,
        _ => Ternary::Unknown,
    }
}

#[cfg(test)]
mod tests;
