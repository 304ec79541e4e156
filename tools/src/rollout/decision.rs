//! The decision about one plan.

use std::fmt;
use std::sync::Arc;

use isoflag::{Object, Value};

/// The effect of a call on a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// The plan remains in its stage.
    Waits,
    /// The next stage begins.
    NextStage,
    /// The last stage is over: everybody has the variation.
    Complete,
    /// An alarm is on: the share of the last good stage, or off.
    Alarm,
    /// The plan is invalid and has no effect.
    MalformedPlan,
    /// A part of the flag is invalid, so that it could not answer if it was on: the plan has no effect.
    MalformedFlag,
}

impl DecisionKind {
    /// `waits`, `next stage`, `complete`, `alarm`, `malformed plan` or `malformed flag`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DecisionKind::Waits => "waits",
            DecisionKind::NextStage => "next stage",
            DecisionKind::Complete => "complete",
            DecisionKind::Alarm => "alarm",
            DecisionKind::MalformedPlan => "malformed plan",
            DecisionKind::MalformedFlag => "malformed flag",
        }
    }
}

/// The reason for a decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Why {
    /// The plan completed earlier.
    Over,
    /// Somebody turned the flag off after the plan had started.
    Off,
    /// An alarm is on.
    AlarmIsOn,
    /// An alarm took the plan back earlier, and is still on.
    TakenBack,
    /// The state of an alarm is unknown.
    UnknownAlarms,
    /// The alarm that took the plan back has ended.
    AlarmEnded,
    /// The time is earlier than that of an earlier call.
    ClockWentBack,
    /// The stage lasts until then.
    Until(f64),
    /// The least time of the stage has passed, with its alarms quiet.
    TimePassed,
}

/// The decision about the plan of one flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The flag's key.
    pub key: Arc<str>,
    /// The decision.
    pub kind: DecisionKind,
    /// Why, in words.
    pub reason: String,
    /// The index of the stage after it; `None` if no stage has begun, or the flag was turned off.
    pub stage: Option<usize>,
    /// The share of the stage, as a percentage; `None` without a stage.
    pub share: Option<f64>,
    /// When the next stage may begin, in seconds since the epoch; `None` if the time does not decide.
    pub until: Option<f64>,
    /// The alarms that are on; without one, those of unknown state.
    pub alarms: Vec<Arc<str>>,
    /// The place of the problem in an invalid plan or flag, such as `flags.new.lifecycle.rollout.stages`.
    pub path: Option<String>,
    /// Whether the flag in the document changes.
    pub changed: bool,
}

impl Decision {
    /// `{key, decision, reason, stage, share, until, alarms, path, changed}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let stage = self.stage.and_then(|stage| u32::try_from(stage).ok());
        let alarms = self.alarms.iter().cloned().map(Value::String).collect();
        let members = [
            ("key", Value::String(Arc::clone(&self.key))),
            ("decision", Value::from(self.kind.as_str())),
            ("reason", Value::from(self.reason.as_str())),
            ("stage", stage.map(Value::from).unwrap_or_default()),
            ("share", self.share.map(Value::from).unwrap_or_default()),
            ("until", self.until.map(Value::from).unwrap_or_default()),
            ("alarms", alarms),
            ("path", self.path.as_deref().map(Value::from).unwrap_or_default()),
            ("changed", Value::Bool(self.changed)),
        ];
        let with = |object: Object, (name, value): &(&str, Value)| object.with(name, value.clone());
        Value::Object(members.iter().fold(Object::default(), with))
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        let line = format!("`{}`: {}: {path}{}", self.key, self.kind.as_str(), self.reason);
        isoflag::printable(&line).fmt(f)
    }
}
