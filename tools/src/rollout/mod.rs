//! Rollouts by plan: stages, their least times, and the alarms that guard them.
//!
//! A plan is in a flag's `lifecycle.rollout`, with its progress. [`advance`] makes at most one step of
//! each plan, and returns the document after it: other weights and one rule, which every SDK of
//! LaunchDarkly evaluates.

mod alarms;
mod decision;
mod plan;
mod step;
mod write;

use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Diagnostic, Flags, Object, Value};

pub use alarms::Alarms;
pub use decision::{Decision, DecisionKind};
pub(crate) use write::RULE_ID;

use crate::analysis::MalformedFlags;
use crate::lifecycle::{marked_changes, raised};
use alarms::GuardingAlarms;
use decision::Why;
use plan::{Plan, percent_of, plan};
use step::{Step, step};

/// The document after a step of each plan, and the decisions.
#[derive(Clone, Debug)]
pub struct Advance {
    /// The document; the same one if no flag changes.
    pub flags: Flags,
    /// The decision about each flag with a plan, in the order of the keys.
    pub decisions: Vec<Decision>,
}

/// Makes at most one step of each plan at a moment, in whole seconds since the epoch.
///
/// A stage ends when its least time has passed and all alarms of the plan are known to be quiet. If
/// one is on, the share goes back to that of the stage before; before the first stage the flag is
/// turned off. An alarm that remains on for the least time of that stage takes it back further; after
/// its end, the least time of the stage passes again. A flag that somebody turned off during the
/// rollout remains off. An invalid plan has no effect, nor has one that would turn on a flag that cannot
/// answer: a part of it or of a flag that it needs is invalid, or it would be a prerequisite of itself.
///
/// The `version` of each changed flag and of `meta` is raised by one. Flags whose answers can change have
/// `now` as their last-modified timestamp; a flag that only requires one of them, and has none, has that of the
/// document.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::{Alarms, DecisionKind, advance};
/// let flags = Flags::from_json(br#"{"flags": {"new": {"key": "new", "on": false,
///     "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
///     "lifecycle": {"rollout": {"stages": [{"share": 5, "duration": "24h"}, {"share": 100}]}}}}}"#)?;
/// let advanced = advance(&flags, &Alarms::default(), 1_795_172_400.0);
/// assert_eq!(advanced.decisions[0].kind, DecisionKind::NextStage);
/// assert_eq!(advanced.decisions[0].share, Some(5.0));
/// let waits = advance(&advanced.flags, &Alarms::default(), 1_795_172_500.0);
/// assert_eq!(waits.decisions[0].kind, DecisionKind::Waits);
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn advance(flags: &Flags, alarms: &Alarms, now: f64) -> Advance {
    let mut decisions = Vec::new();
    let mut changes: Vec<Change> = Vec::new();
    for key in flags.keys() {
        let (Some(plan), Some(source)) = (plan(flags, key), source(flags, key)) else { continue };
        let key: Arc<str> = Arc::from(key);
        let plan = match plan {
            Ok(plan) => plan,
            Err(problem) => {
                decisions.push(malformed(key, DecisionKind::MalformedPlan, &problem));
                continue;
            }
        };
        let guarding = alarms.guarding(&plan.alarms);
        let is_on = source.get("on").and_then(Value::as_bool) == Some(true);
        let step = step(&plan, is_on, &guarding, now);
        if step.after != plan.progress {
            let flag = raised(&write::written(source, &plan, &step));
            changes.push(Change {
                decision: decisions.len(),
                turns_on: step.kind == DecisionKind::NextStage && !is_on,
                flag: (Arc::clone(&key), Value::Object(flag)),
            });
        }
        decisions.push(decision(key, &plan, &step, guarding, now));
    }
    refuse_malformed(flags, &mut changes, &mut decisions);
    if changes.is_empty() {
        return Advance { flags: flags.clone(), decisions };
    }
    let after = with_changes(flags, &changes);
    let meta = raised(&flags.meta().cloned().unwrap_or_default());
    let after = after.with_other_members(flags.other_members().with("meta", meta.into()));
    let marked = marked_changes(flags, &after, now);
    Advance { flags: marked.unwrap_or(after), decisions }
}

/// The step of a flag.
struct Change {
    /// The index of its decision.
    decision: usize,
    turns_on: bool,
    flag: (Arc<str>, Value),
}

fn with_changes(flags: &Flags, changes: &[Change]) -> Flags {
    let changed: Vec<_> = changes.iter().map(|change| change.flag.clone()).collect();
    flags.with_flags(&changed)
}

/// Leaves flags off that could not answer if they were on, together with the other changes.
fn refuse_malformed(flags: &Flags, changes: &mut Vec<Change>, decisions: &mut [Decision]) {
    if !changes.iter().any(|change| change.turns_on) {
        return;
    }
    let after = with_changes(flags, changes);
    let found = MalformedFlags::of(&after);
    changes.retain(|change| {
        let (key, _) = &change.flag;
        let reason = found.reason(key).filter(|_| change.turns_on);
        let (Some(reason), Some(decision)) = (reason, decisions.get_mut(change.decision)) else {
            return true;
        };
        *decision = malformed(Arc::clone(key), DecisionKind::MalformedFlag, reason);
        false
    });
}

/// The first problem of each invalid plan.
pub(crate) fn invalid_plans(flags: &Flags) -> impl Iterator<Item = Diagnostic> {
    flags.keys().filter_map(|key| plan(flags, key)?.err())
}

fn source<'f>(flags: &'f Flags, key: &str) -> Option<&'f Object> {
    flags.source(Section::Flags, key)?.as_object()
}

fn malformed(key: Arc<str>, kind: DecisionKind, problem: &Diagnostic) -> Decision {
    Decision {
        key,
        kind,
        reason: problem.message().to_owned(),
        stage: None,
        share: None,
        until: None,
        alarms: Vec::new(),
        path: Some(problem.path().to_string()),
        changed: false,
    }
}

fn decision(
    key: Arc<str>,
    plan: &Plan,
    step: &Step,
    guarding: GuardingAlarms,
    now: f64,
) -> Decision {
    let stage = step.after.stage;
    let until = match step.why {
        Why::Until(until) => Some(until),
        _ => None,
    };
    let reason = reason(plan, step, &guarding, now);
    let alarms = if guarding.on.is_empty() { guarding.unknown } else { guarding.on };
    Decision {
        key,
        kind: step.kind,
        reason,
        stage,
        share: stage.map(|_| percent_of(plan.buckets(stage))),
        until,
        alarms,
        path: None,
        changed: step.after != plan.progress,
    }
}

/// The reason for a step, in words.
fn reason(plan: &Plan, step: &Step, guarding: &GuardingAlarms, now: f64) -> String {
    let stage = step.after.stage;
    let named = stage.map_or("the flag is off".to_owned(), |stage| named_stage(plan, stage));
    let alarms = if guarding.on.is_empty() { &guarding.unknown } else { &guarding.on };
    let alarms = alarms.join("`, `");
    let (time, other) = match step.why {
        Why::Until(until) => (until, 0.0),
        _ => (now, plan.progress.since),
    };
    let [time, other, on] = [time, other, f64::from(plan.on)].map(|n| Value::from(n).to_string());
    match step.why {
        Why::Over => ["the rollout is over", "", "", ""],
        Why::Off => ["somebody turned the flag off; turn it on, or remove the plan", "", "", ""],
        Why::AlarmIsOn if stage == plan.progress.stage => ["`", &alarms, "` is on", ""],
        Why::AlarmIsOn => ["`", &alarms, "` is on: ", &named],
        Why::TakenBack => ["`", &alarms, "` is still on: ", &named],
        Why::UnknownAlarms => ["the state of `", &alarms, "` is unknown; pass it", ""],
        Why::AlarmEnded => ["no alarm is on any more: ", &named, "", ""],
        Why::ClockWentBack => ["it is ", &time, ", before the stage began at ", &other],
        Why::Until(_) if stage.is_none() => ["starts at ", &time, "", ""],
        Why::Until(_) => [&named, " until ", &time, ""],
        Why::TimePassed if step.kind == DecisionKind::NextStage => [&named, "", "", ""],
        Why::TimePassed => ["everybody has variation ", &on, "", ""],
    }
    .concat()
}

/// `stage 2 of 4, 5%`.
fn named_stage(plan: &Plan, stage: usize) -> String {
    let [number, count] = [stage + 1, plan.stages.len()].map(|number| number.to_string());
    let share = Value::from(percent_of(plan.buckets(Some(stage)))).to_string();
    match &plan.segment {
        Some(segment) if stage == 0 => {
            ["stage ", &number, " of ", &count, ", the segment `", segment, "`"].concat()
        }
        _ => ["stage ", &number, " of ", &count, ", ", &share, "%"].concat(),
    }
}
