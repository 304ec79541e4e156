use std::fmt;

/// How the tests under one strategy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepResult {
    /// All of them passed.
    Passed,
    /// Some did not.
    Failed,
    /// They were not run, as when there is no artifact to run them with.
    NotRun,
}

impl StepResult {
    /// All of them.
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

    /// The result of that name.
    ///
    /// # Errors
    /// For any other.
    pub fn named(name: &str) -> Result<StepResult, StepError> {
        let found = StepResult::ALL.into_iter().find(|result| result.as_str() == name);
        found.ok_or_else(|| StepError(name.to_owned()))
    }
}

/// A name that is none of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepError(String);

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no result; there are `passed`, `failed` and `not-run`", self.0)
    }
}

impl std::error::Error for StepError {}

/// What the tests of an artifact say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificationVerdict {
    /// It may be deployed, and what is in `Staging` is done.
    Certified,
    /// It may be deployed; nothing moves.
    Deployable,
    /// It may not be deployed; nothing moves.
    NotDeployable,
}

impl CertificationVerdict {
    /// What follows from the tests under `Production State`, and those under `Next Release`.
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
