//! Reasons of answers, and their JSON.

use std::fmt;
use std::sync::Arc;

use super::big_segment::BigSegmentsStatus;
use crate::json::{Object, Value};

/// The kind of error for which the default is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document has no such flag.
    FlagNotFound,
    /// The context is invalid.
    UserNotSpecified,
    /// The flag, or one of its dependencies, is malformed.
    MalformedFlag,
    /// The flag serves a value of another type.
    WrongType,
}

impl ErrorKind {
    #[cfg(test)]
    pub(crate) const ALL: [ErrorKind; 4] = [
        ErrorKind::FlagNotFound,
        ErrorKind::UserNotSpecified,
        ErrorKind::MalformedFlag,
        ErrorKind::WrongType,
    ];

    /// The name that a reason contains.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::FlagNotFound => "FLAG_NOT_FOUND",
            ErrorKind::UserNotSpecified => "USER_NOT_SPECIFIED",
            ErrorKind::MalformedFlag => "MALFORMED_FLAG",
            ErrorKind::WrongType => "WRONG_TYPE",
        }
    }
}

/// Why a flag served its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason<'a> {
    pub(crate) kind: ReasonKind<'a>,
    pub(crate) big_segments: Option<BigSegmentsStatus>,
}

/// The kinds of reason, with their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonKind<'a> {
    /// The flag is off.
    Off,
    /// A target list names the context.
    TargetMatch,
    /// A rule matches.
    RuleMatch {
        /// Its index among the rules.
        rule_index: u32,
        /// Its id, empty if the document specifies none.
        rule_id: &'a str,
        /// Whether the context takes part in an experiment.
        in_experiment: bool,
    },
    /// Nothing else matches.
    Fallthrough {
        /// Whether the context takes part in an experiment.
        in_experiment: bool,
    },
    /// A prerequisite is missing, off or serves something else.
    PrerequisiteFailed {
        /// The key of the first that failed.
        prerequisite_key: &'a str,
    },
    /// The default is served because something is wrong.
    Error {
        /// The kind of error.
        kind: ErrorKind,
    },
}

impl<'a> Reason<'a> {
    /// The kind of reason.
    #[must_use]
    pub fn kind(&self) -> ReasonKind<'a> {
        self.kind
    }

    /// The worst status of the big segments that were queried.
    #[must_use]
    pub fn big_segments_status(&self) -> Option<BigSegmentsStatus> {
        self.big_segments
    }

    /// The members of LaunchDarkly's JSON of the reason, in RFC 8785 order; false and absent ones
    /// are left out. Nothing is copied.
    ///
    /// ```
    /// # use isoflag::{Context, Flags, ReasonMember};
    /// let flags = Flags::from_json(br#"{"flags": {}}"#)?;
    /// let answer = flags.bind(&Context::builder("ada").build()?).evaluate("dark-mode");
    /// let reason = flags.reason_of(&answer);
    /// let members: Vec<_> = reason.members().collect();
    /// assert_eq!(members, [
    ///     ("errorKind", ReasonMember::Word("FLAG_NOT_FOUND")),
    ///     ("kind", ReasonMember::Word("ERROR")),
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn members(&self) -> impl Iterator<Item = (&'static str, ReasonMember<'a>)> + use<'a> {
        self.all_members().into_iter().flatten()
    }

    fn all_members(&self) -> [Option<(&'static str, ReasonMember<'a>)>; 5] {
        use ReasonMember::{Bool, Index, Text, Word};
        let experiment =
            |in_experiment: bool| in_experiment.then_some(("inExperiment", Bool(true)));
        // The members before `kind`, and those after it.
        let (before, kind, [id, index]) = match self.kind {
            ReasonKind::Off => (None, "OFF", [None, None]),
            ReasonKind::TargetMatch => (None, "TARGET_MATCH", [None, None]),
            ReasonKind::RuleMatch { rule_index, rule_id, in_experiment } => {
                let id = (!rule_id.is_empty()).then_some(("ruleId", Text(rule_id)));
                let index = Some(("ruleIndex", Index(rule_index)));
                (experiment(in_experiment), "RULE_MATCH", [id, index])
            }
            ReasonKind::Fallthrough { in_experiment } => {
                (experiment(in_experiment), "FALLTHROUGH", [None, None])
            }
            ReasonKind::PrerequisiteFailed { prerequisite_key } => {
                let key = Some(("prerequisiteKey", Text(prerequisite_key)));
                (None, "PREREQUISITE_FAILED", [key, None])
            }
            ReasonKind::Error { kind } => {
                (Some(("errorKind", Word(kind.as_str()))), "ERROR", [None, None])
            }
        };
        let status = self.big_segments.map(|status| ("bigSegmentsStatus", Word(status.as_str())));
        [status, before, Some(("kind", Word(kind))), id, index]
    }

    /// LaunchDarkly's JSON of the reason; false and absent members are omitted.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut members = Vec::new();
        for (name, member) in self.all_members().iter().flatten() {
            members.push((Arc::from(*name), Value::from(*member)));
        }
        Object::from_members(members).into()
    }
}

/// The value of a member of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonMember<'a> {
    /// A word of the format, such as `RULE_MATCH`.
    Word(&'static str),
    /// A text of the document: the id of a rule or the key of a flag.
    Text(&'a str),
    /// An index in a list.
    Index(u32),
    /// A boolean.
    Bool(bool),
}

impl From<ReasonMember<'_>> for Value {
    fn from(member: ReasonMember<'_>) -> Value {
        match member {
            ReasonMember::Word(text) | ReasonMember::Text(text) => Value::from(text),
            ReasonMember::Index(index) => Value::from(index),
            ReasonMember::Bool(flag) => Value::Bool(flag),
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}
