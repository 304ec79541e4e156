//! Diagnostics: their severities, codes and messages, and the collector that loading fills.

use std::cell::RefCell;
use std::fmt::{self, Display};
use std::sync::Arc;

use crate::json::{Object, OwnedPath, Path, Value};
use crate::limits::DIAGNOSTICS;
use crate::printable::printable;

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

/// A problem at one path of a document that loaded nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    code: Code,
    path: OwnedPath,
    message: Arc<str>,
}

impl Diagnostic {
    /// Returns a finding with the usual severity of its code.
    pub fn new(code: Code, path: &Path<'_>, message: impl Into<Arc<str>>) -> Diagnostic {
        Diagnostic::after(&[], code, path, message)
    }

    /// Returns a finding whose path shares its beginning with that of the last of others.
    pub fn after(
        others: &[Diagnostic],
        code: Code,
        path: &Path<'_>,
        message: impl Into<Arc<str>>,
    ) -> Diagnostic {
        let path = OwnedPath::beside(&Diagnostic::last_path(others), path);
        Diagnostic::at(code, path, message)
    }

    pub(crate) fn at(code: Code, path: OwnedPath, message: impl Into<Arc<str>>) -> Diagnostic {
        Diagnostic { severity: code.severity, code, path, message: message.into() }
    }

    pub(crate) fn last_path(found: &[Diagnostic]) -> OwnedPath {
        found.last().map(|found| found.path.clone()).unwrap_or_default()
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
        self.code.name
    }

    /// Iterates over every code with its usual severity.
    pub fn codes() -> impl Iterator<Item = (&'static str, Severity)> {
        Code::ALL.iter().map(|code| (code.name, code.severity))
    }

    /// The path, such as `flags.checkout.rules[2].clauses[0].values[1]`.
    #[must_use]
    pub fn path(&self) -> &OwnedPath {
        &self.path
    }

    /// The problem and how to fix it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// `{severity, code, path, message}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        value(self.severity, self.code, self.path.text(), &self.message)
    }
}

/// The JSON of a diagnostic.
pub(crate) fn value(severity: Severity, code: Code, path: String, message: &str) -> Value {
    Value::Object(Object::of(&[
        ("severity", Value::from(severity.as_str())),
        ("code", Value::from(code.name)),
        ("path", Value::from(path)),
        ("message", Value::from(message)),
    ]))
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = [&*self.path.text(), ": ", &*self.message].concat();
        write!(f, "{} [{}] {}", self.severity(), self.code(), printable(&line))
    }
}

/// Receives the problems of a document while it is compiled.
pub(crate) trait Findings {
    /// Whether more findings are wanted, so that reading goes on after a part that is invalid.
    fn are_wanted(&self) -> bool;

    fn add(&self, code: Code, path: &Path<'_>, message: impl Display);

    /// Receives a property that decides answers, when it is read.
    fn decides(&self, _name: &'static str, _value: impl FnOnce() -> Value) {}
}

/// Ignores findings: no message is formatted, and a module that compiles with it alone contains no
/// words of diagnostics.
pub(crate) struct NoFindings;

impl Findings for NoFindings {
    fn are_wanted(&self) -> bool {
        false
    }

    fn add(&self, _code: Code, _path: &Path<'_>, _message: impl Display) {}
}

/// A property that decides answers, and its value; that of a list of objects is its length.
pub(crate) type DecidingProperty = (&'static str, Value);

/// Collects findings as diagnostics, up to the limit, or the properties that decide: one type, so
/// that a module contains one compiler that collects.
#[derive(Debug)]
pub(crate) enum CollectedFindings {
    Diagnostics(RefCell<Vec<Diagnostic>>),
    Deciding(RefCell<Vec<DecidingProperty>>),
}

impl CollectedFindings {
    pub(crate) fn diagnostics() -> CollectedFindings {
        CollectedFindings::Diagnostics(RefCell::default())
    }

    pub(crate) fn deciding() -> CollectedFindings {
        CollectedFindings::Deciding(RefCell::default())
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        match self {
            CollectedFindings::Diagnostics(found) => found.into_inner(),
            CollectedFindings::Deciding(_) => Vec::new(),
        }
    }

    pub(crate) fn into_deciding(self) -> Vec<DecidingProperty> {
        match self {
            CollectedFindings::Deciding(properties) => properties.into_inner(),
            CollectedFindings::Diagnostics(_) => Vec::new(),
        }
    }
}

impl Findings for CollectedFindings {
    fn are_wanted(&self) -> bool {
        matches!(self, CollectedFindings::Diagnostics(found) if found.borrow().len() <= DIAGNOSTICS)
    }

    fn add(&self, code: Code, path: &Path<'_>, message: impl Display) {
        if let CollectedFindings::Diagnostics(found) = self
            && self.are_wanted()
        {
            let mut found = found.borrow_mut();
            let finding = Diagnostic::after(&found, code, path, message.to_string());
            found.push(finding);
        }
    }

    fn decides(&self, name: &'static str, value: impl FnOnce() -> Value) {
        if let CollectedFindings::Deciding(properties) = self {
            properties.borrow_mut().push((name, value()));
        }
    }
}

/// The stable name of a kind of finding, and its usual severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    name: &'static str,
    severity: Severity,
}

impl Code {
    /// The name, such as `invalid-regex`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.name
    }

    /// Returns the code with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name == name)
    }

    pub(crate) fn severity(self) -> Severity {
        self.severity
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $severity:ident;)*) => {
        impl Code {
            $($(#[$doc])* pub const $code: Code =
                Code { name: $name, severity: Severity::$severity };)*

            const ALL: &[Code] = &[$(Code::$code,)*];
        }
    };
}

codes! {
    /// A flag, a segment or a part of one is not an object.
    NOT_AN_OBJECT = "not-an-object", Error;
    /// A property has the wrong type.
    WRONG_TYPE = "wrong-type", Error;
    /// A property that affects no answer has the wrong type.
    IGNORED_TYPE = "ignored-type", Warning;
    /// An index has no variation.
    VARIATION_OUT_OF_RANGE = "variation-out-of-range", Error;
    /// A variation's index is missing; it is read as 0.
    MISSING_VARIATION = "missing-variation", Warning;
    /// A rollout without entries.
    EMPTY_ROLLOUT = "empty-rollout", Error;
    /// A rule or fallthrough has neither a variation nor a rollout.
    NO_VARIATION_OR_ROLLOUT = "no-variation-or-rollout", Error;
    /// An attribute reference is invalid.
    INVALID_REFERENCE = "invalid-reference", Error;
    /// The hash is unknown.
    UNKNOWN_HASH = "unknown-hash", Error;
    /// A regular expression is invalid or exceeds a limit.
    INVALID_REGEX = "invalid-regex", Error;
    /// A flag depends on itself.
    PREREQUISITE_CYCLE = "prerequisite-cycle", Error;
    /// A segment depends on itself.
    SEGMENT_CYCLE = "segment-cycle", Error;
    /// A flag is both in `flags` and in `flagValues`.
    DUPLICATE_FLAG = "duplicate-flag", Error;
    /// A member occurs twice in one object.
    DUPLICATE_MEMBER = "duplicate-member", Warning;
    /// An integer is beyond 2^53.
    NUMBER_PRECISION = "number-precision", Warning;
    /// A flag or segment has no `key`.
    MISSING_KEY = "missing-key", Warning;
    /// A `key` differs from the member name of its item.
    KEY_MISMATCH = "key-mismatch", Warning;
    /// A rule without clauses matches every context.
    RULE_WITHOUT_CLAUSES = "rule-without-clauses", Warning;
    /// An unknown operator matches nothing.
    UNKNOWN_OPERATOR = "unknown-operator", Warning;
    /// A value in a clause on dates is not a date.
    INVALID_DATE = "invalid-date", Warning;
    /// A value in a clause on versions is not a semantic version.
    INVALID_VERSION = "invalid-version", Warning;
    /// A value can never match with its operator.
    UNUSABLE_VALUE = "unusable-value", Warning;
    /// A prerequisite is not in the document.
    MISSING_PREREQUISITE = "missing-prerequisite", Warning;
    /// A segment is not in the document.
    MISSING_SEGMENT = "missing-segment", Warning;
    /// The consistency gate found no last-modified timestamp.
    MISSING_STAMP = "missing-stamp", Warning;
    /// A timestamp is not an integer of seconds.
    INVALID_STAMP = "invalid-stamp", Warning;
    /// A timestamp is in milliseconds.
    MILLISECOND_STAMP = "millisecond-stamp", Warning;
    /// A timestamp is later than the moment of the evaluation.
    FUTURE_STAMP = "future-stamp", Warning;
    /// A moment or a duration is invalid for the gate.
    INVALID_TIME = "invalid-time", Warning;
    /// LaunchDarkly's SDKs read this differently.
    NOT_PORTABLE = "not-portable", Info;
    /// Unreachable rule: an earlier rule matches every context that it matches.
    UNREACHABLE_RULE = "unreachable-rule", Error;
    /// A clause has no value that could match.
    CLAUSE_NEVER_MATCHES = "clause-never-matches", Error;
    /// Two clauses of a rule exclude each other.
    CONTRADICTORY_CLAUSES = "contradictory-clauses", Error;
    /// The weights of a rollout do not add up to 100000.
    ROLLOUT_WEIGHTS = "rollout-weights", Warning;
    /// A variation is never served.
    VARIATION_NEVER_SERVED = "variation-never-served", Warning;
    /// The variations have several JSON types.
    MIXED_TYPES = "mixed-types", Warning;
    /// A flag's key does not match the naming pattern.
    NAME_PATTERN = "name-pattern", Info;
    /// A flag has no owner.
    NO_OWNER = "no-owner", Info;
    /// A property that is unknown looks like a misspelt known one.
    MISSPELT_PROPERTY = "misspelt-property", Warning;
    /// A kind of a lifecycle is not one of the four.
    UNKNOWN_KIND = "unknown-kind", Warning;
    /// A status is not one of the five.
    UNKNOWN_STATUS = "unknown-status", Warning;
    /// The flag does not have its `onVariation`.
    INVALID_ON_VARIATION = "invalid-on-variation", Error;
    /// A time of a lifecycle is invalid.
    INVALID_MOMENT = "invalid-moment", Warning;
    /// `lifecycle.modules` is not an array of different names.
    INVALID_MODULES = "invalid-modules", Warning;
    /// A flag is on outside development before its feature is ready.
    ON_BEFORE_ITS_TIME = "on-before-its-time", Error;
    /// A feature has another status in another environment.
    STATUS_DIFFERS = "status-differs", Warning;
    /// A team has too many flags.
    TOO_MANY_FLAGS = "too-many-flags", Warning;
    /// A flag is older than allowed.
    TOO_OLD = "too-old", Warning;
    /// A flag should have been removed by now.
    CLEANUP_DUE = "cleanup-due", Warning;
    /// An entry of `meta.strategies` is not a strategy of its system.
    INVALID_STRATEGY = "invalid-strategy", Error;
    /// A flag's `lifecycle.rollout` is not a valid plan.
    INVALID_ROLLOUT = "invalid-rollout", Error;
    /// The options in `meta.check` are invalid.
    INVALID_CHECK_OPTIONS = "invalid-check-options", Error;
    /// More findings than are reported.
    TOO_MANY_FINDINGS = "too-many-findings", Error;
}
