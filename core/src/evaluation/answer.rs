//! Answers of an evaluation in compact form, and the details made from them.

use super::big_segment::BigSegmentsStatus;
use super::reason::ErrorKind;
use crate::Flags;
use crate::json::Value;

/// The handle of a flag; it remains valid for documents that [`Flags::apply`] makes of this one.
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

/// The result of an evaluation, in integers; [`Flags::value_of`] and [`Flags::reason_of`] convert
/// it to a value and a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(crate) flag: Option<FlagHandle>,
    pub(crate) variation: Option<u32>,
    pub(crate) verdict: Verdict,
    pub(crate) big_segments: Option<BigSegmentsStatus>,
    /// The number of the flag's own prerequisites that were evaluated.
    pub(crate) direct_prerequisites: u32,
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

    /// The answer for a caller that expects one type: if the flag serves another type, the default,
    /// with an error as the reason.
    #[must_use]
    pub fn expecting(self, flags: &Flags, wanted: ValueType) -> Answer {
        let Some(value) = flags.value_of(&self) else { return self };
        let fits = match wanted {
            ValueType::Any | ValueType::Json => true,
            ValueType::Bool => matches!(value, Value::Bool(_)),
            ValueType::Number => matches!(value, Value::Number(_)),
            ValueType::String => matches!(value, Value::String(_)),
        };
        if fits { self } else { Answer::error(ErrorKind::WrongType) }
    }

    /// The answer as four numbers, for a host runtime; [`Answer::unpack`] is the inverse.
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
            Verdict::Error(kind) => (5, false, place(&ErrorKind::ALL, &kind)),
        };
        let status = self.big_segments.map_or(0, |s| place(&BigSegmentsStatus::ALL, &s) + 1);
        [
            kind | u32::from(in_experiment) << 8 | status << 9,
            self.variation.map_or(0, |index| index + 1),
            index,
            self.flag.map_or(u32::MAX, FlagHandle::index),
        ]
    }

    /// Converts the numbers of [`Answer::pack`] back to an answer.
    #[must_use]
    pub fn unpack([reason, variation, index, flag]: [u32; 4]) -> Answer {
        let in_experiment = reason & 1 << 8 != 0;
        let verdict = match reason & 0xff {
            0 => Verdict::Off,
            1 => Verdict::TargetMatch,
            2 => Verdict::RuleMatch { rule: index, in_experiment },
            3 => Verdict::Fallthrough { in_experiment },
            4 => Verdict::PrerequisiteFailed { prerequisite: index },
            _ => Verdict::Error(at(&ErrorKind::ALL, index).unwrap_or(ErrorKind::MalformedFlag)),
        };
        Answer {
            flag: (flag != u32::MAX).then_some(FlagHandle(flag)),
            variation: variation.checked_sub(1),
            verdict,
            big_segments: (reason >> 9)
                .checked_sub(1)
                .and_then(|index| at(&BigSegmentsStatus::ALL, index)),
            direct_prerequisites: 0,
        }
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    (0..).zip(all).find(|(_, candidate)| *candidate == one).map_or(0, |(index, _)| index)
}

fn at<T: Copy>(all: &[T], index: u32) -> Option<T> {
    all.get(index as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let verdicts = [
            Verdict::Off,
            Verdict::TargetMatch,
            Verdict::RuleMatch { rule: 7, in_experiment: true },
            Verdict::RuleMatch { rule: 70_000, in_experiment: false },
            Verdict::Fallthrough { in_experiment: true },
            Verdict::PrerequisiteFailed { prerequisite: 3 },
        ];
        let errors = ErrorKind::ALL.map(Verdict::Error);
        let statuses = BigSegmentsStatus::ALL.map(Some).into_iter().chain([None]);
        for big_segments in statuses {
            for verdict in verdicts.into_iter().chain(errors) {
                for variation in [None, Some(0), Some(300)] {
                    for flag in [None, Some(FlagHandle(0)), Some(FlagHandle(9))] {
                        let answer = Answer {
                            flag,
                            variation,
                            verdict,
                            big_segments,
                            direct_prerequisites: 0,
                        };
                        assert_eq!(Answer::unpack(answer.pack()), answer);
                    }
                }
            }
        }
    }
}
