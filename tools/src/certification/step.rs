//! Test results of one strategy, and the verdict on an artifact.

use std::fmt;

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
