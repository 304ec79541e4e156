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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::super::plan::Stage;
    use super::*;

    const START: f64 = 50.0;
    const SINCE: f64 = 100.0;
    const LEAST: [f64; 3] = [10.0, 20.0, 0.0];

    fn plan(phase: Phase, stage: Option<usize>) -> Plan {
        let stages = LEAST.iter().zip([0, 5_000, 100_000]);
        Plan {
            on: 0,
            others: 1,
            stages: stages
                .map(|(duration, buckets)| Stage { buckets, duration: *duration })
                .collect(),
            segment: None,
            start: START,
            alarms: BTreeSet::new(),
            progress: Progress {
                phase,
                stage,
                since: if phase == Phase::Planned { 0.0 } else { SINCE },
            },
        }
    }

    /// The state of the alarms.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum State {
        Quiet,
        Unknown,
        On,
    }

    fn alarms(state: State) -> GuardingAlarms {
        let names = |wanted| if state == wanted { vec![Arc::from("a")] } else { Vec::new() };
        GuardingAlarms { on: names(State::On), unknown: names(State::Unknown) }
    }

    /// A row of the table: the first whose condition holds decides. The progress is that of before
    /// unless the row has another.
    type Row = (bool, DecisionKind, Option<(Phase, Option<usize>)>);

    fn table(held: Progress, is_on: bool, state: State, now: f64) -> [Row; 11] {
        use DecisionKind::{Alarm, Complete, NextStage, Waits};
        let least = |stage: Option<usize>| stage.map_or(LEAST[0], |stage| LEAST[stage]);
        let (is_planned, is_alarm) = (held.phase == Phase::Planned, held.phase == Phase::Alarm);
        let passed = now - held.since >= least(held.stage);
        let is_due = if is_planned { now >= START } else { passed && now >= held.since };
        let back = held.stage.and_then(|stage| [None, Some(0), Some(1)][stage]);
        [
            (held.phase == Phase::Complete, Complete, None),
            (held.stage.is_some() && !is_on, Waits, None),
            (state == State::On && is_planned, Waits, None),
            (state == State::On && is_alarm && (held.stage.is_none() || !passed), Alarm, None),
            (state == State::On, Alarm, Some((Phase::Alarm, back))),
            (state == State::Unknown, Waits, None),
            (is_alarm, Waits, Some((Phase::Running, held.stage))),
            (!is_due, Waits, None),
            (held.stage.is_none(), NextStage, Some((Phase::Running, Some(0)))),
            (held.stage == Some(2), Complete, Some((Phase::Complete, held.stage))),
            (true, NextStage, Some((Phase::Running, held.stage.map(|stage| stage + 1)))),
        ]
    }

    #[test]
    fn every_step_is_that_of_the_table() {
        let mut used = BTreeSet::new();
        let all = [None, Some(0), Some(1), Some(2)];
        let planned = [(Phase::Planned, None)];
        let begun = [Phase::Running, Phase::Alarm, Phase::Complete];
        let begun = begun.into_iter().flat_map(|phase| all.map(|stage| (phase, stage)));
        for (phase, stage) in planned.into_iter().chain(begun) {
            let plan = plan(phase, stage);
            let held = plan.progress;
            for is_on in [true, false] {
                for state in [State::Quiet, State::Unknown, State::On] {
                    for now in [0.0, 49.0, 50.0, 99.0, 100.0, 109.0, 110.0, 119.0, 120.0, 1000.0] {
                        let found = step(&plan, is_on, &alarms(state), now);
                        let table = table(held, is_on, state, now);
                        let row = table.iter().position(|(holds, ..)| *holds).unwrap();
                        let (_, kind, after) = table[row];
                        let after = after.map_or(held, |(phase, stage)| Progress {
                            phase,
                            stage,
                            since: held.since.max(now),
                        });
                        assert_eq!(
                            (found.kind, found.after),
                            (kind, after),
                            "{held:?} {is_on} {state:?} {now}"
                        );
                        used.insert(row);
                    }
                }
            }
        }
        assert_eq!(used.len(), 11, "each row of the table decides for some step");
    }
}
