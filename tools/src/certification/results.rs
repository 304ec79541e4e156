//! The test results of an artifact under each strategy, the flags that its tests evaluated, and the verdict.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use crate::activity::Activity;

/// How the tests under one strategy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// All of them passed.
    Passed,
    /// At least one of them failed.
    Failed,
    /// They were not run, for example because there is no artifact.
    NotRun,
}

impl StepResult {
    /// All results.
    pub const ALL: [StepResult; 3] = [StepResult::Passed, StepResult::Failed, StepResult::NotRun];

    /// `passed`, `failed` or `not-run`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StepResult::Passed => "passed",
            StepResult::Failed => "failed",
            StepResult::NotRun => "not-run",
        }
    }

    /// Returns the result with this name.
    ///
    /// # Errors
    ///
    /// If the name is unknown.
    pub fn named(name: &str) -> Result<StepResult, StepError> {
        let found = StepResult::ALL.into_iter().find(|result| result.as_str() == name);
        found.ok_or_else(|| StepError(name.to_owned()))
    }
}

/// An unknown name of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepError(String);

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid result `{}`: expected `passed`, `failed` or `not-run`", self.0)
    }
}

impl std::error::Error for StepError {}

/// The verdict that an artifact's tests lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificationVerdict {
    /// It may be deployed, and the features in `Staging` are done.
    Certified,
    /// It may be deployed; no status changes.
    Deployable,
    /// It may not be deployed; no status changes.
    NotDeployable,
}

impl CertificationVerdict {
    /// Returns the verdict for the results under `Production State` and under `Next Release`.
    #[must_use]
    pub fn of(production_state: StepResult, next_release: StepResult) -> CertificationVerdict {
        match (production_state, next_release) {
            (StepResult::Passed, StepResult::Passed) => CertificationVerdict::Certified,
            (StepResult::Passed, _) => CertificationVerdict::Deployable,
            _ => CertificationVerdict::NotDeployable,
        }
    }

    /// `certified`, `deployable` or `not-deployable`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CertificationVerdict::Certified => "certified",
            CertificationVerdict::Deployable => "deployable",
            CertificationVerdict::NotDeployable => "not-deployable",
        }
    }

    /// Whether the artifact may be deployed.
    #[must_use]
    pub fn deployable(self) -> bool {
        self != CertificationVerdict::NotDeployable
    }
}

/// The keys of the flags that the tests evaluated, under each of the two strategies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestEvidence {
    /// Under `Production State`.
    pub production_state: BTreeSet<Arc<str>>,
    /// Under `Next Release`.
    pub next_release: BTreeSet<Arc<str>>,
}

impl TestEvidence {
    /// Returns the keys that were evaluated with the document of this digest. Evaluations with
    /// another document, such as one with a test's overrides, are not evidence for this document.
    #[must_use]
    pub fn keys(activity: &Activity, digest: &str) -> BTreeSet<Arc<str>> {
        activity.keys_under(digest).cloned().collect()
    }

    /// The keys of which a variation was served too. A feature that is on serves one: where the tests
    /// had the default alone, as by a wrong type or an invalid context, they did not run it.
    #[must_use]
    pub fn served_keys(activity: &Activity, digest: &str) -> BTreeSet<Arc<str>> {
        activity.keys_served(digest).cloned().collect()
    }

    /// Reads `{productionState, nextRelease}`, two arrays of keys; one that is absent is empty.
    ///
    /// # Errors
    ///
    /// If the value has another form; the error is a sentence.
    pub fn read(value: &Value) -> Result<TestEvidence, String> {
        let Value::Object(members) = value else {
            let message = "expected `{productionState, nextRelease}`, found ";
            return Err(format!("{message}{}", value.type_name()));
        };
        Ok(TestEvidence {
            production_state: keys(members, "productionState")?,
            next_release: keys(members, "nextRelease")?,
        })
    }
}

/// Whether evaluated keys are evidence for a document: at least one of its flags is among them.
pub(super) fn counts(flags: &Flags, evaluated: &BTreeSet<Arc<str>>) -> bool {
    evaluated.iter().any(|key| flags.contains(key))
}

fn keys(members: &Object, name: &str) -> Result<BTreeSet<Arc<str>>, String> {
    let expected = || format!("`{name}`: expected an array of keys of flags");
    match members.get(name) {
        None | Some(Value::Null) => Ok(BTreeSet::new()),
        Some(Value::Array(elements)) => {
            let mut keys = BTreeSet::new();
            for element in elements.iter() {
                keys.insert(element.as_str().map(Arc::from).ok_or_else(expected)?);
            }
            Ok(keys)
        }
        Some(_) => Err(expected()),
    }
}
