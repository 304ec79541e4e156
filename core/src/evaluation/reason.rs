use std::fmt;

use super::big_segment::BigSegmentsStatus;
use crate::json::{Object, Value};

/// What kind of error made the default be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The document holds no such flag.
    FlagNotFound,
    /// The context is invalid.
    UserNotSpecified,
    /// The flag, or what it needs, cannot be read.
    MalformedFlag,
    /// The flag serves a value of another type.
    WrongType,
}

impl ErrorKind {
    pub(crate) const ALL: [ErrorKind; 4] = [
        ErrorKind::FlagNotFound,
        ErrorKind::UserNotSpecified,
        ErrorKind::MalformedFlag,
        ErrorKind::WrongType,
    ];

    /// As it stands in a reason.
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

/// Why a flag served what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason<'a> {
    pub(crate) kind: ReasonKind<'a>,
    pub(crate) big_segments: Option<BigSegmentsStatus>,
}

/// The kinds of reason, with what each one tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonKind<'a> {
    /// The flag is off.
    Off,
    /// A target list names the context.
    TargetMatch,
    /// A rule matches.
    RuleMatch {
        /// Its place among the rules.
        rule_index: u32,
        /// Its id, empty where the document gives none.
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
        /// What is wrong.
        kind: ErrorKind,
    },
}

impl<'a> Reason<'a> {
    /// The kind of reason.
    #[must_use]
    pub fn kind(&self) -> ReasonKind<'a> {
        self.kind
    }

    /// The worst status of the big segments that were asked.
    #[must_use]
    pub fn big_segments_status(&self) -> Option<BigSegmentsStatus> {
        self.big_segments
    }

    /// LaunchDarkly's JSON of the reason; what is false or absent is left out.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let experiment =
            |in_experiment: bool| in_experiment.then_some(("inExperiment", Value::Bool(true)));
        let (kind, members) = match self.kind {
            ReasonKind::Off => ("OFF", [None, None, None]),
            ReasonKind::TargetMatch => ("TARGET_MATCH", [None, None, None]),
            ReasonKind::RuleMatch { rule_index, rule_id, in_experiment } => {
                let id = (!rule_id.is_empty()).then(|| ("ruleId", Value::from(rule_id)));
                let index = Some(("ruleIndex", Value::from(rule_index)));
                ("RULE_MATCH", [index, id, experiment(in_experiment)])
            }
            ReasonKind::Fallthrough { in_experiment } => {
                ("FALLTHROUGH", [experiment(in_experiment), None, None])
            }
            ReasonKind::PrerequisiteFailed { prerequisite_key } => {
                let key = Some(("prerequisiteKey", Value::from(prerequisite_key)));
                ("PREREQUISITE_FAILED", [key, None, None])
            }
            ReasonKind::Error { kind } => {
                ("ERROR", [Some(("errorKind", Value::from(kind.as_str()))), None, None])
            }
        };
        let status =
            self.big_segments.map(|status| ("bigSegmentsStatus", Value::from(status.as_str())));
        let members = members.into_iter().chain([Some(("kind", Value::from(kind))), status]);
        members.flatten().collect::<Object>().into()
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_value().fmt(f)
    }
}
