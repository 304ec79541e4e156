use std::cell::RefCell;
use std::fmt::{self, Display};
use std::sync::Arc;

use crate::json::{Object, Value};
#[cfg(feature = "tools")]
use crate::limits::DIAGNOSTICS;
use crate::path::Path;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something to know; every answer is what it seems to be.
    Info,
    /// Read otherwise than its author may think.
    Warning,
    /// A part that can never do what it says, or that makes its flag `MALFORMED_FLAG`.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is wrong with one place of a document that loaded all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    path: Arc<str>,
    message: Arc<str>,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, path: &Path<'_>, message: impl Into<Arc<str>>) -> Diagnostic {
        Diagnostic::at(code, path.text(), message)
    }

    pub(crate) fn at(
        code: Code,
        path: impl Into<Arc<str>>,
        message: impl Into<Arc<str>>,
    ) -> Diagnostic {
        Diagnostic { severity: code.severity(), code, path: path.into(), message: message.into() }
    }

    /// The same finding where it matters more or less than usual.
    #[cfg(feature = "authoring")]
    pub(crate) fn with_severity(self, severity: Severity) -> Diagnostic {
        Diagnostic { severity, ..self }
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The stable name of the finding, such as `invalid-regex`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// Every code that there is, with how much it usually matters.
    pub fn codes() -> impl Iterator<Item = (&'static str, Severity)> {
        Code::ALL.iter().map(|code| (code.as_str(), code.severity()))
    }

    /// Where, such as `flags.checkout.rules[2].clauses[0].values[1]`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong and what to do.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `{severity, code, path, message}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("severity", Value::from(self.severity().as_str())),
            ("code", Value::from(self.code())),
            ("path", Value::from(self.path())),
            ("message", Value::from(self.message())),
        ]))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = [&*self.path, ": ", &*self.message].concat();
        #[cfg(feature = "tools")]
        let line = crate::printable::printable(&line);
        write!(f, "{} [{}] {line}", self.severity(), self.code())
    }
}

/// What was found wrong so far.
///
/// While a document is loaded nothing is kept and no message is written; without the feature
/// `tools` nothing ever is.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    #[cfg(feature = "tools")]
    found: Option<RefCell<Vec<Diagnostic>>>,
}

impl Findings {
    /// Keeps what is added.
    pub(crate) fn kept() -> Findings {
        Findings {
            #[cfg(feature = "tools")]
            found: Some(RefCell::default()),
        }
    }

    /// Whether findings are wanted, so that reading goes on after what cannot be read.
    pub(crate) fn are_kept(&self) -> bool {
        #[cfg(feature = "tools")]
        return self.found.as_ref().is_some_and(|found| found.borrow().len() <= DIAGNOSTICS);
        #[cfg(not(feature = "tools"))]
        false
    }

    pub(crate) fn add(&self, code: Code, path: &Path<'_>, message: impl Display) {
        #[cfg(feature = "tools")]
        if let Some(found) = self.found.as_ref().filter(|_| self.are_kept()) {
            found.borrow_mut().push(Diagnostic::new(code, path, message.to_string()));
        }
        #[cfg(not(feature = "tools"))]
        let _ = (code, path, message);
    }

    #[cfg(feature = "tools")]
    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        self.found.map(RefCell::into_inner).unwrap_or_default()
    }

    #[cfg(not(feature = "tools"))]
    pub(crate) fn into_vec(self) -> Vec<Diagnostic> {
        Vec::new()
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $severity:ident;)*) => {
        /// The stable names of what can be wrong with a document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            const ALL: &[Code] = &[$(Code::$name,)*];

            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $text,)*
                }
            }

            fn severity(self) -> Severity {
                match self {
                    $(Code::$name => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    /// A flag, a segment or a part of one that is no object.
    NotAnObject = "not-an-object", Error;
    /// A property of another type than it needs.
    WrongType = "wrong-type", Error;
    /// A property of another type, in a place that decides no answer.
    IgnoredType = "ignored-type", Warning;
    /// A variation's index with no variation.
    VariationOutOfRange = "variation-out-of-range", Error;
    /// An index that is not written; it is read as 0.
    MissingVariation = "missing-variation", Warning;
    /// A rollout without entries.
    EmptyRollout = "empty-rollout", Error;
    /// A rule or fallthrough that names neither.
    NoVariationOrRollout = "no-variation-or-rollout", Error;
    /// An attribute reference that cannot be read.
    InvalidReference = "invalid-reference", Error;
    /// A hash that isoflag does not know.
    UnknownHash = "unknown-hash", Error;
    /// A regular expression that the engine refuses.
    InvalidRegex = "invalid-regex", Error;
    /// A flag that needs itself.
    PrerequisiteCycle = "prerequisite-cycle", Error;
    /// A segment that holds itself.
    SegmentCycle = "segment-cycle", Error;
    /// A flag both in `flags` and in `flagValues`.
    DuplicateFlag = "duplicate-flag", Error;
    /// A member written twice in one object.
    DuplicateMember = "duplicate-member", Warning;
    /// An integer beyond 2^53.
    NumberPrecision = "number-precision", Warning;
    /// A flag or segment without `key`.
    MissingKey = "missing-key", Warning;
    /// A `key` other than the name it is filed under.
    KeyMismatch = "key-mismatch", Warning;
    /// A rule that matches everybody.
    RuleWithoutClauses = "rule-without-clauses", Warning;
    /// An operator that matches nothing.
    UnknownOperator = "unknown-operator", Warning;
    /// A value that is no date, in a clause on dates.
    InvalidDate = "invalid-date", Warning;
    /// A value that is no semantic version, in a clause on versions.
    InvalidVersion = "invalid-version", Warning;
    /// A value that its operator can never match.
    UnusableValue = "unusable-value", Warning;
    /// A prerequisite that the document does not hold.
    MissingPrerequisite = "missing-prerequisite", Warning;
    /// A segment that the document does not hold.
    MissingSegment = "missing-segment", Warning;
    /// No stamp of the last change, in an answer of the consistency gate.
    MissingStamp = "missing-stamp", Warning;
    /// A stamp that is no integer of seconds.
    InvalidStamp = "invalid-stamp", Warning;
    /// A stamp in milliseconds.
    MillisecondStamp = "millisecond-stamp", Warning;
    /// A stamp later than the moment that is asked about.
    FutureStamp = "future-stamp", Warning;
    /// A moment or a span that the gate cannot reckon with.
    InvalidTime = "invalid-time", Warning;
    /// Something that LaunchDarkly's SDKs read otherwise.
    NotPortable = "not-portable", Info;
    /// A rule that nobody comes to: whoever matches it has matched an earlier one.
    UnreachableRule = "unreachable-rule", Error;
    /// A clause without a value that could match.
    ClauseNeverMatches = "clause-never-matches", Error;
    /// Two clauses of a rule that nobody matches both of.
    ContradictoryClauses = "contradictory-clauses", Error;
    /// A rollout whose weights are not 100000 together.
    RolloutWeights = "rollout-weights", Warning;
    /// A variation that nothing serves.
    VariationNeverServed = "variation-never-served", Warning;
    /// Variations of several JSON types.
    MixedTypes = "mixed-types", Warning;
    /// A flag whose key is not of the agreed form.
    NamePattern = "name-pattern", Info;
    /// A flag that nobody answers for.
    NoOwner = "no-owner", Info;
    /// A status that is none of the five.
    UnknownStatus = "unknown-status", Warning;
    /// An `onVariation` that the flag does not have.
    InvalidOnVariation = "invalid-on-variation", Error;
    /// A time of a lifecycle that is none.
    InvalidMoment = "invalid-moment", Warning;
    /// A flag that is on outside development before its feature is ready.
    OnBeforeItsTime = "on-before-its-time", Error;
    /// A team with more flags than agreed.
    TooManyFlags = "too-many-flags", Warning;
    /// A flag that lives longer than agreed.
    TooOld = "too-old", Warning;
    /// A flag that was to be removed by now.
    CleanupDue = "cleanup-due", Warning;
    /// An entry of `meta.strategies` that is no strategy of its system.
    InvalidStrategy = "invalid-strategy", Error;
    /// Options in `meta.check` that cannot be read.
    InvalidCheckOptions = "invalid-check-options", Error;
    /// More findings than are reported.
    TooManyFindings = "too-many-findings", Error;
}
