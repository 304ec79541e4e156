//! Answers of an evaluation in compact form, and the values, reasons and details made from them.

use super::big_segment::BigSegmentsStatus;
use super::reason::{ErrorKind, Reason, ReasonKind};
use crate::json::Value;
use crate::model::{Flag, Model};

/// The handle of a flag; it remains valid for documents that [`Flags::apply`](crate::Flags::apply) makes of this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlagHandle(u32);

impl FlagHandle {
    /// The handle as a number, for a host runtime.
    #[must_use]
    pub fn index(self) -> u32 {
        self.0
    }

    /// Returns the handle with this number. An unknown handle evaluates as a missing flag.
    #[must_use]
    pub fn from_index(index: u32) -> FlagHandle {
        FlagHandle(index)
    }
}

/// The result of an evaluation, in integers; [`Flags::value_of`](crate::Flags::value_of) and [`Flags::reason_of`](crate::Flags::reason_of) convert
/// it to a value and a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(crate) flag: Option<FlagHandle>,
    pub(crate) variation: Option<u32>,
    pub(crate) verdict: Verdict,
    pub(crate) big_segments: Option<BigSegmentsStatus>,
    /// The number of the flag's own prerequisites that were evaluated.
    pub(crate) direct_prerequisites: u32,
    /// Whether every valid context gets this answer.
    pub(crate) is_constant: bool,
}

/// A reason whose strings are still those of the flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Off,
    TargetMatch,
    RuleMatch { rule: u32, in_experiment: bool },
    Fallthrough { in_experiment: bool },
    PrerequisiteFailed { prerequisite: u32 },
    Error(ErrorKind),
}

/// The type that the caller expects of a flag's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any type.
    Any,
    /// `true` or `false`.
    Bool,
    /// A number; an integer getter truncates it.
    Number,
    /// A string.
    String,
    /// Any JSON value.
    Json,
}

/// A value with its variation and the reason, as in LaunchDarkly's SDKs.
#[derive(Clone, Debug, PartialEq)]
pub struct EvaluationDetail {
    /// The flag's value, or the caller's default.
    pub value: Value,
    /// The index of the served variation; `None` if the default is served.
    pub variation_index: Option<u32>,
    /// LaunchDarkly's JSON of the reason.
    pub reason: Value,
}

impl Answer {
    pub(crate) fn error(kind: ErrorKind) -> Answer {
        Answer {
            flag: None,
            variation: None,
            verdict: Verdict::Error(kind),
            big_segments: None,
            direct_prerequisites: 0,
            is_constant: false,
        }
    }

    /// The flag that was evaluated; `None` if it is missing, or serves another type than the caller
    /// expects.
    #[must_use]
    pub fn flag(&self) -> Option<FlagHandle> {
        self.flag
    }

    /// The index of the served variation; `None` if the default is served.
    #[must_use]
    pub fn variation_index(&self) -> Option<u32> {
        self.variation
    }

    /// Whether every valid context gets this answer, because evaluating the flag read nothing of the
    /// context: a binding may keep it for the document. False for a flag that is missing.
    ///
    /// A flag whose answer is constant does not depend on memberships of big segments either.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.is_constant
    }

    /// The answer as four numbers, for a host runtime.
    ///
    /// 1. The kind of reason (0 to 5 in the order of [`ReasonKind`](crate::ReasonKind)) in the low
    ///    byte, bit 8 for an experiment, from bit 9 on the status of big segments plus 1, or 0.
    /// 2. The variation's index plus 1, or 0.
    /// 3. The index of the rule, of the prerequisite, or of the error kind.
    /// 4. The flag's handle, or 2^32 - 1.
    #[must_use]
    pub fn pack(&self) -> [u32; 4] {
        let (kind, in_experiment, index) = match self.verdict {
            Verdict::Off => (0, false, 0),
            Verdict::TargetMatch => (1, false, 0),
            Verdict::RuleMatch { rule, in_experiment } => (2, in_experiment, rule),
            Verdict::Fallthrough { in_experiment } => (3, in_experiment, 0),
            Verdict::PrerequisiteFailed { prerequisite } => (4, false, prerequisite),
            Verdict::Error(kind) => (5, false, kind as u32),
        };
        let status = self.big_segments.map_or(0, |status| status as u32 + 1);
        [
            kind | u32::from(in_experiment) << 8 | status << 9,
            self.variation.map_or(0, |index| index + 1),
            index,
            self.flag.map_or(u32::MAX, FlagHandle::index),
        ]
    }
}

impl Answer {
    /// The served value; `None` if it is the caller's default.
    pub(crate) fn value<'m>(&self, model: &'m Model) -> Option<&'m Value> {
        let flag = model.flag(self.flag?.index())?;
        flag.variations.get(self.variation? as usize)
    }

    /// The reason, with the strings of the document.
    pub(crate) fn reason<'m>(&self, model: &'m Model) -> Reason<'m> {
        self.reason_named(self.reason_name(model))
    }

    /// The document's string in the reason: the id of the rule or the key of the prerequisite.
    pub(crate) fn reason_name<'m>(&self, model: &'m Model) -> &'m str {
        let flag = self.flag.and_then(|handle| model.flag(handle.index()));
        let Some(targeting) = flag.and_then(Flag::targeting) else { return "" };
        match self.verdict {
            Verdict::RuleMatch { rule, .. } => {
                targeting.rules.get(rule as usize).map_or("", |rule| &*rule.id)
            }
            Verdict::PrerequisiteFailed { prerequisite } => {
                let failed = targeting.prerequisites.get(prerequisite as usize);
                failed.map_or("", |failed| model.flag_key(failed.flag))
            }
            _ => "",
        }
    }

    /// The reason with this string of the document.
    pub(crate) fn reason_named<'m>(&self, name: &'m str) -> Reason<'m> {
        let kind = match self.verdict {
            Verdict::Off => ReasonKind::Off,
            Verdict::TargetMatch => ReasonKind::TargetMatch,
            Verdict::Fallthrough { in_experiment } => ReasonKind::Fallthrough { in_experiment },
            Verdict::RuleMatch { rule, in_experiment } => {
                ReasonKind::RuleMatch { rule_index: rule, rule_id: name, in_experiment }
            }
            Verdict::PrerequisiteFailed { .. } => {
                ReasonKind::PrerequisiteFailed { prerequisite_key: name }
            }
            Verdict::Error(kind) => ReasonKind::Error { kind },
        };
        Reason { kind, big_segments: self.big_segments }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_answers_have_different_numbers() {
        let verdicts = [
            Verdict::Off,
            Verdict::TargetMatch,
            Verdict::RuleMatch { rule: 7, in_experiment: true },
            Verdict::RuleMatch { rule: 7, in_experiment: false },
            Verdict::RuleMatch { rule: 70_000, in_experiment: false },
            Verdict::Fallthrough { in_experiment: true },
            Verdict::Fallthrough { in_experiment: false },
            Verdict::PrerequisiteFailed { prerequisite: 3 },
        ];
        let errors = ErrorKind::ALL.map(Verdict::Error);
        let mut packed = std::collections::BTreeSet::new();
        let mut count = 0;
        for big_segments in BigSegmentsStatus::ALL.map(Some).into_iter().chain([None]) {
            for verdict in verdicts.into_iter().chain(errors) {
                for variation in [None, Some(0), Some(300)] {
                    for flag in [None, Some(FlagHandle(0)), Some(FlagHandle(9))] {
                        let direct_prerequisites = 0;
                        let answer = Answer {
                            flag,
                            variation,
                            verdict,
                            big_segments,
                            direct_prerequisites,
                            is_constant: false,
                        };
                        packed.insert(answer.pack());
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(packed.len(), count);
    }

    #[test]
    fn an_answer_is_packed_as_documented() {
        let answer = Answer {
            flag: Some(FlagHandle(9)),
            variation: Some(2),
            verdict: Verdict::RuleMatch { rule: 7, in_experiment: true },
            big_segments: Some(BigSegmentsStatus::Stale),
            direct_prerequisites: 0,
            is_constant: false,
        };
        assert_eq!(answer.pack(), [2 | 1 << 8 | 2 << 9, 3, 7, 9]);
        assert_eq!((answer.flag(), answer.variation_index()), (Some(FlagHandle(9)), Some(2)));
        let missing = Answer::error(ErrorKind::MalformedFlag);
        assert_eq!(missing.pack(), [5, 0, 2, u32::MAX]);
    }
}
