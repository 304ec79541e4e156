//! The next step of a plan: a pure function of its progress, the alarms and the time.

use super::alarms::GuardingAlarms;
use super::decision::{DecisionKind, Why};
use super::plan::{Phase, Plan, Progress};

/// A decision, and the progress after it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) kind: DecisionKind,
    pub(super) why: Why,
    pub(super) after: Progress,
}

/// Decides about a plan. `is_on` is whether the flag is on.
pub(super) fn step(plan: &Plan, is_on: bool, alarms: &GuardingAlarms, now: f64) -> Step {
    let held = plan.progress;
    let unchanged = |kind, why| Step { kind, why, after: held };
    let waits = |why| unchanged(DecisionKind::Waits, why);
    // A time that an earlier call wrote is never replaced by an earlier one.
    let from_now = |phase, stage| Progress { phase, stage, since: held.since.max(now) };
    if held.phase == Phase::Complete {
        return unchanged(DecisionKind::Complete, Why::Over);
    }
    if held.stage.is_some() && !is_on {
        return waits(Why::Off);
    }
    if !alarms.on.is_empty() {
        let passed = |stage| now - held.since >= plan.duration(stage);
        return match (held.phase, held.stage) {
            (Phase::Planned, _) => waits(Why::AlarmIsOn),
            // An alarm that remains on for the least time of a stage takes the plan back further.
            (Phase::Alarm, Some(stage)) if !passed(stage) => {
                unchanged(DecisionKind::Alarm, Why::TakenBack)
            }
            (Phase::Alarm, None) => unchanged(DecisionKind::Alarm, Why::TakenBack),
            (_, stage) => {
                let stage = stage.and_then(|stage| stage.checked_sub(1));
                let after = from_now(Phase::Alarm, stage);
                Step { kind: DecisionKind::Alarm, why: Why::AlarmIsOn, after }
            }
        };
    }
    if !alarms.unknown.is_empty() {
        return waits(Why::UnknownAlarms);
    }
    if held.phase == Phase::Alarm {
        let after = from_now(Phase::Running, held.stage);
        return Step { kind: DecisionKind::Waits, why: Why::AlarmEnded, after };
    }
    let until = match (held.phase, held.stage) {
        (Phase::Planned, _) => plan.start,
        // After an alarm that turned the flag off, the least time of the first stage passes first.
        (_, stage) => held.since + plan.duration(stage.unwrap_or(0)),
    };
    if now < held.since {
        return waits(Why::ClockWentBack);
    }
    if now < until {
        return waits(Why::Until(until));
    }
    let next = held.stage.map_or(0, |stage| stage + 1);
    if next < plan.stages.len() {
        let after = from_now(Phase::Running, Some(next));
        return Step { kind: DecisionKind::NextStage, why: Why::TimePassed, after };
    }
    let after = from_now(Phase::Complete, held.stage);
    Step { kind: DecisionKind::Complete, why: Why::TimePassed, after }
}
