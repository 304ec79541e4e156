//! Diagnostics: their severities, codes and messages, and the collector that loading fills.

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
    /// Information; no answer is affected.
    Info,
    /// Probably not read as its author intended.
    Warning,
    /// A part that can never have its effect, or that makes its flag `MALFORMED_FLAG`.
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

/// What is wrong at one path of a document that loaded nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    path: Arc<str>,
    message: Arc<str>,
}

impl Diagnostic {
    /// Returns a finding with the usual severity of its code.
    pub fn new(code: Code, path: &Path<'_>, message: impl Into<Arc<str>>) -> Diagnostic {
        Diagnostic::at(code, path.text(), message)
    }

    pub(crate) fn at(
        code: Code,
        path: impl Into<Arc<str>>,
        message: impl Into<Arc<str>>,
    ) -> Diagnostic {
        Diagnostic { severity: code.severity(), code, path: path.into(), message: message.into() }
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Diagnostic {
        Diagnostic { severity, ..self }
    }

    /// The severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The stable name of the finding, such as `invalid-regex`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code.as_str()
    }

    /// Iterates over every code with its usual severity.
    pub fn codes() -> impl Iterator<Item = (&'static str, Severity)> {
        Code::ALL.iter().map(|code| (code.as_str(), code.severity()))
    }

    /// The path, such as `flags.checkout.rules[2].clauses[0].values[1]`.
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

/// Collects findings.
///
/// While a document is loaded nothing is kept and no message is formatted; without the feature
/// `tools` nothing ever is.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    #[cfg(feature = "tools")]
    found: Option<RefCell<Vec<Diagnostic>>>,
}

impl Findings {
    /// A collector that keeps its findings.
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
        /// The stable codes of findings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            const ALL: &[Code] = &[$(Code::$name,)*];

            /// The name, such as `invalid-regex`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
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
    /// A flag, a segment or a part of one is not an object.
    NotAnObject = "not-an-object", Error;
    /// A property has the wrong type.
    WrongType = "wrong-type", Error;
    /// A property that affects no answer has the wrong type.
    IgnoredType = "ignored-type", Warning;
    /// An index has no variation.
    VariationOutOfRange = "variation-out-of-range", Error;
    /// A variation's index is missing; it is read as 0.
    MissingVariation = "missing-variation", Warning;
    /// A rollout without entries.
    EmptyRollout = "empty-rollout", Error;
    /// A rule or fallthrough has neither a variation nor a rollout.
    NoVariationOrRollout = "no-variation-or-rollout", Error;
    /// An attribute reference is invalid.
    InvalidReference = "invalid-reference", Error;
    /// The hash is unknown.
    UnknownHash = "unknown-hash", Error;
    /// A regular expression is invalid or exceeds a limit.
    InvalidRegex = "invalid-regex", Error;
    /// A flag depends on itself.
    PrerequisiteCycle = "prerequisite-cycle", Error;
    /// A segment depends on itself.
    SegmentCycle = "segment-cycle", Error;
    /// A flag is both in `flags` and in `flagValues`.
    DuplicateFlag = "duplicate-flag", Error;
    /// A member occurs twice in one object.
    DuplicateMember = "duplicate-member", Warning;
    /// An integer is beyond 2^53.
    NumberPrecision = "number-precision", Warning;
    /// A flag or segment has no `key`.
    MissingKey = "missing-key", Warning;
    /// A `key` differs from the member name of its item.
    KeyMismatch = "key-mismatch", Warning;
    /// A rule without clauses matches every context.
    RuleWithoutClauses = "rule-without-clauses", Warning;
    /// An unknown operator matches nothing.
    UnknownOperator = "unknown-operator", Warning;
    /// A value in a clause on dates is not a date.
    InvalidDate = "invalid-date", Warning;
    /// A value in a clause on versions is not a semantic version.
    InvalidVersion = "invalid-version", Warning;
    /// A value can never match with its operator.
    UnusableValue = "unusable-value", Warning;
    /// A prerequisite is not in the document.
    MissingPrerequisite = "missing-prerequisite", Warning;
    /// A segment is not in the document.
    MissingSegment = "missing-segment", Warning;
    /// The consistency gate found no last-modified timestamp.
    MissingStamp = "missing-stamp", Warning;
    /// A timestamp is not an integer of seconds.
    InvalidStamp = "invalid-stamp", Warning;
    /// A timestamp is in milliseconds.
    MillisecondStamp = "millisecond-stamp", Warning;
    /// A timestamp is later than the moment of the evaluation.
    FutureStamp = "future-stamp", Warning;
    /// A moment or a duration is invalid for the gate.
    InvalidTime = "invalid-time", Warning;
    /// LaunchDarkly's SDKs read this differently.
    NotPortable = "not-portable", Info;
    /// Unreachable rule: an earlier rule matches every context that it matches.
    UnreachableRule = "unreachable-rule", Error;
    /// A clause has no value that could match.
    ClauseNeverMatches = "clause-never-matches", Error;
    /// Two clauses of a rule exclude each other.
    ContradictoryClauses = "contradictory-clauses", Error;
    /// The weights of a rollout do not add up to 100000.
    RolloutWeights = "rollout-weights", Warning;
    /// A variation is never served.
    VariationNeverServed = "variation-never-served", Warning;
    /// The variations have several JSON types.
    MixedTypes = "mixed-types", Warning;
    /// A flag's key does not match the naming pattern.
    NamePattern = "name-pattern", Info;
    /// A flag has no owner.
    NoOwner = "no-owner", Info;
    /// A status is not one of the five.
    UnknownStatus = "unknown-status", Warning;
    /// The flag does not have its `onVariation`.
    InvalidOnVariation = "invalid-on-variation", Error;
    /// A time of a lifecycle is invalid.
    InvalidMoment = "invalid-moment", Warning;
    /// A flag is on outside development before its feature is ready.
    OnBeforeItsTime = "on-before-its-time", Error;
    /// A team has too many flags.
    TooManyFlags = "too-many-flags", Warning;
    /// A flag is older than allowed.
    TooOld = "too-old", Warning;
    /// A flag should have been removed by now.
    CleanupDue = "cleanup-due", Warning;
    /// An entry of `meta.strategies` is not a strategy of its system.
    InvalidStrategy = "invalid-strategy", Error;
    /// The options in `meta.check` are invalid.
    InvalidCheckOptions = "invalid-check-options", Error;
    /// More findings than are reported.
    TooManyFindings = "too-many-findings", Error;
}
