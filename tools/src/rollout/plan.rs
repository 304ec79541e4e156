//! Parses the plan in a flag's `lifecycle.rollout`.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::model::{FlagState, Section};
use isoflag::{Code, Diagnostic, Flags, Object, Path, Value, parse_ttl};

use crate::lifecycle::{read_moment, steady_on_variation};
use crate::percentage::{BUCKETS, Percentage};

const A_TIME: &str = "seconds since 1970, or a date such as `2026-01-31`";

/// A valid plan, and how far it is.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The variation that is rolled out.
    pub(super) on: u32,
    /// The variation of the other contexts.
    pub(super) others: u32,
    pub(super) stages: Vec<Stage>,
    /// The segment of the first stage.
    pub(super) segment: Option<Arc<str>>,
    /// When it starts, in seconds since the epoch.
    pub(super) start: f64,
    pub(super) alarms: BTreeSet<Arc<str>>,
    pub(super) progress: Progress,
}

/// A stage of a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stage {
    /// The share of the contexts that only the fallthrough decides, in buckets.
    pub(super) buckets: u32,
    /// The least time, in seconds.
    pub(super) duration: f64,
}

/// How far a plan is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Progress {
    pub(super) phase: Phase,
    /// The index of the current stage; `None` before the first, and after an alarm turned the flag off.
    pub(super) stage: Option<usize>,
    /// Since when, in seconds since the epoch.
    pub(super) since: f64,
}

/// The phase of a plan: the member `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not started: no `state`.
    Planned,
    /// No alarm is known to be on.
    Running,
    /// An alarm took it back, and has not ended.
    Alarm,
    /// Every stage is over.
    Complete,
}

impl Phase {
    const NAMED: [Phase; 3] = [Phase::Running, Phase::Alarm, Phase::Complete];

    /// The value of `state`; `None` for a plan that has not started.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Phase::Planned => None,
            Phase::Running => Some("running"),
            Phase::Alarm => Some("alarm"),
            Phase::Complete => Some("complete"),
        }
    }
}

impl Plan {
    /// The buckets of a stage; none before the first.
    pub(super) fn buckets(&self, stage: Option<usize>) -> u32 {
        stage.and_then(|stage| self.stages.get(stage)).map_or(0, |stage| stage.buckets)
    }

    /// The least time of a stage.
    pub(super) fn duration(&self, stage: usize) -> f64 {
        self.stages.get(stage).map_or(0.0, |stage| stage.duration)
    }
}

/// Returns a finding of an invalid plan.
fn invalid(path: &Path<'_>, message: impl Into<Arc<str>>) -> Diagnostic {
    Diagnostic::new(Code::INVALID_ROLLOUT, path, message)
}

/// Returns a finding of an invalid value.
fn unexpected(path: &Path<'_>, what: &str, value: &Value, expected: &str) -> Diagnostic {
    invalid(path, format!("invalid {what} {value}: expected {expected}"))
}

/// The members of a plan, and of a stage.
const PLAN: [&str; 6] = ["stages", "startTimestamp", "alarms", "state", "stage", "stageTimestamp"];
const STAGE: [&str; 3] = ["share", "segment", "duration"];

/// Returns the plan of a flag: `None` if it has none, and its first problem if it is invalid.
pub(super) fn plan(flags: &Flags, key: &str) -> Option<Result<Plan, Diagnostic>> {
    let source = flags.source(Section::Flags, key)?.as_object()?;
    let written = source.get("lifecycle")?.as_object()?.get("rollout")?;
    (!written.is_null()).then(|| read(flags, key, source, written))
}

fn read(flags: &Flags, key: &str, source: &Object, written: &Value) -> Result<Plan, Diagnostic> {
    let section = Path::Root.member(Section::Flags.name());
    let flag = section.member(key);
    let lifecycle = flag.member("lifecycle");
    let path = lifecycle.member("rollout");
    let Some(members) = written.as_object() else {
        return Err(unexpected(&path, "plan", written, "an object with `stages`"));
    };
    only(members, &PLAN, &path)?;
    let (stages, segment) = stages(flags, members, &path)?;
    let start = match member(members, "startTimestamp") {
        None => 0.0,
        Some(start) => read_moment(start)
            .ok_or_else(|| unexpected(&path.member("startTimestamp"), "time", start, A_TIME))?,
    };
    let alarms = alarms(members, &path)?;
    let progress = progress(members, stages.len(), &path)?;
    let (on, others) = variations(flags, key, source, &flag)?;
    Ok(Plan { on, others, stages, segment, start, alarms, progress })
}

/// Rejects unknown members: a misspelt duration or alarm would let the share rise unguarded.
fn only(object: &Object, known: &[&str], path: &Path<'_>) -> Result<(), Diagnostic> {
    match object.iter().find(|(name, _)| !known.contains(&&***name)) {
        None => Ok(()),
        Some((name, _)) => {
            let message = format!("unknown member; expected only `{}`", known.join("`, `"));
            Err(invalid(&path.member(name), message))
        }
    }
}

/// Returns a member unless it is null.
fn member<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn stages(
    flags: &Flags,
    plan: &Object,
    path: &Path<'_>,
) -> Result<(Vec<Stage>, Option<Arc<str>>), Diagnostic> {
    let list = path.member("stages");
    let written = plan.get("stages").and_then(Value::as_array).unwrap_or_default();
    if written.is_empty() {
        let message = "the plan has no stages; write a list such as `[{\"share\": 5, \"duration\": \
                       \"24h\"}, {\"share\": 100}]`";
        return Err(invalid(&list, message));
    }
    let (mut stages, mut segment) = (Vec::new(), None);
    let mut last = 0;
    for (index, written) in written.iter().enumerate() {
        let path = list.element(index);
        let Some(stage) = written.as_object() else {
            return Err(unexpected(&path, "stage", written, "an object with a `share`"));
        };
        only(stage, &STAGE, &path)?;
        let buckets = match (member(stage, "segment"), member(stage, "share")) {
            (Some(named), None) => {
                segment = Some(first_segment(flags, named, index, &path)?);
                0
            }
            (None, Some(share)) => {
                let buckets = buckets(share, &path.member("share"))?;
                if buckets <= last {
                    let message = format!(
                        "the share {share} does not exceed {} before it; shares must rise",
                        Value::from(percent_of(last))
                    );
                    return Err(invalid(&path.member("share"), message));
                }
                buckets
            }
            _ => return Err(invalid(&path, "write either `share` or `segment`")),
        };
        last = buckets;
        let duration = duration(member(stage, "duration"), &path.member("duration"))?;
        stages.push(Stage { buckets, duration });
    }
    if last != BUCKETS {
        let path = list.element(written.len() - 1);
        let message = "the last stage does not reach everybody; end with the share 100";
        return Err(invalid(&path, message));
    }
    Ok((stages, segment))
}

fn first_segment(
    flags: &Flags,
    named: &Value,
    index: usize,
    path: &Path<'_>,
) -> Result<Arc<str>, Diagnostic> {
    let path = path.member("segment");
    if index > 0 {
        return Err(invalid(&path, "only the first stage may name a segment"));
    }
    let Value::String(key) = named else {
        return Err(unexpected(&path, "segment", named, "its key"));
    };
    let segment = flags.source(Section::Segments, key).and_then(Value::as_object);
    match segment {
        Some(segment) if segment.get("deleted").and_then(Value::as_bool) != Some(true) => {
            Ok(Arc::clone(key))
        }
        _ => Err(unexpected(&path, "segment", named, "the key of one in `segments`")),
    }
}

/// Converts a percentage, which has at most three decimals.
fn buckets(share: &Value, path: &Path<'_>) -> Result<u32, Diagnostic> {
    let percentage = share.as_number().and_then(Percentage::of_number);
    percentage.and_then(Percentage::buckets).ok_or_else(|| {
        unexpected(
            path,
            "share",
            share,
            "a number of per cent such as 5, with at most three decimals",
        )
    })
}

/// The percentage of a number of buckets.
pub(super) fn percent_of(buckets: u32) -> f64 {
    f64::from(buckets) / 1000.0
}

fn duration(written: Option<&Value>, path: &Path<'_>) -> Result<f64, Diagnostic> {
    let seconds = match written {
        None => Some(0.0),
        Some(Value::String(text)) => parse_ttl(text).ok().map(f64::from),
        Some(seconds) => seconds.as_integer().filter(|all| *all >= 0).map(|all| all as f64),
    };
    seconds.ok_or_else(|| {
        let value = written.unwrap_or(&Value::Null);
        unexpected(path, "duration", value, "seconds, or a number with s, m or h such as `24h`")
    })
}

fn alarms(plan: &Object, path: &Path<'_>) -> Result<BTreeSet<Arc<str>>, Diagnostic> {
    let path = path.member("alarms");
    let written = match member(plan, "alarms") {
        None => &[],
        Some(Value::Array(alarms)) => &**alarms,
        Some(other) => {
            return Err(unexpected(&path, "alarms", other, "a list of names"));
        }
    };
    let mut names = BTreeSet::new();
    for (index, name) in written.iter().enumerate() {
        match name {
            Value::String(name) if !name.trim().is_empty() => {
                names.insert(Arc::clone(name));
            }
            other => {
                return Err(unexpected(&path.element(index), "alarm", other, "its name"));
            }
        }
    }
    Ok(names)
}

fn progress(plan: &Object, stages: usize, path: &Path<'_>) -> Result<Progress, Diagnostic> {
    let phase = match member(plan, "state") {
        None => return not_started(plan, path),
        Some(state) => {
            let named =
                |phase: &Phase| phase.name().is_some_and(|name| state.as_str() == Some(name));
            Phase::NAMED.into_iter().find(named).ok_or_else(|| {
                unexpected(
                    &path.member("state"),
                    "state",
                    state,
                    "`running`, `alarm` or `complete`",
                )
            })?
        }
    };
    let stage = match member(plan, "stage") {
        None => None,
        Some(stage) => {
            let index = stage.as_integer().and_then(|index| usize::try_from(index).ok());
            Some(index.filter(|index| *index < stages).ok_or_else(|| {
                unexpected(&path.member("stage"), "stage", stage, "the index of one in `stages`")
            })?)
        }
    };
    let since = plan.get("stageTimestamp").unwrap_or(&Value::Null);
    let since = read_moment(since)
        .ok_or_else(|| unexpected(&path.member("stageTimestamp"), "time", since, A_TIME))?;
    Ok(Progress { phase, stage, since })
}

fn not_started(plan: &Object, path: &Path<'_>) -> Result<Progress, Diagnostic> {
    if member(plan, "stage").is_some() {
        let message = "a plan with a `stage` needs its `state`; remove both to start again";
        return Err(invalid(&path.member("stage"), message));
    }
    Ok(Progress { phase: Phase::Planned, stage: None, since: 0.0 })
}

/// Returns the variation to roll out, and the variation of the other contexts.
fn variations(
    flags: &Flags,
    key: &str,
    source: &Object,
    path: &Path<'_>,
) -> Result<(u32, u32), Diagnostic> {
    let model = flags.handle(key).and_then(|handle| flags.model().flag(handle.index()));
    let Some(flag) = model.filter(|flag| !matches!(flag.state, FlagState::Malformed)) else {
        return Err(invalid(path, "the flag is malformed; fix its other findings first"));
    };
    let Some(on) = steady_on_variation(flags, key) else {
        let lifecycle = path.member("lifecycle");
        let message = "the variation to roll out is unknown; write its index";
        return Err(invalid(&lifecycle.member("onVariation"), message));
    };
    let count = u32::try_from(flag.variations.len()).unwrap_or(u32::MAX);
    if let Some(rules) = member(source, "rules")
        && rules.as_array().is_none()
    {
        return Err(invalid(&path.member("rules"), "the rules are not a list; write `[]`"));
    }
    let fallthrough_path = path.member("fallthrough");
    let mut served = match member(source, "fallthrough") {
        None => Vec::new(),
        Some(fallthrough) => served_by(fallthrough).ok_or_else(|| {
            invalid(&fallthrough_path, "cannot parse the fallthrough; write `{\"variation\": 0}`")
        })?,
    };
    served.retain(|variation| *variation != on);
    match served.first() {
        None => {}
        Some(other) if *other < count && served.iter().all(|each| each == other) => {
            return Ok((on, *other));
        }
        Some(_) => {
            let message = "a plan needs one variation beside the one that it rolls out; remove the \
                           other entries";
            return Err(invalid(&fallthrough_path, message));
        }
    }
    let off = member(source, "offVariation").and_then(Value::as_integer);
    let off = off.and_then(|off| u32::try_from(off).ok());
    let other = off.filter(|off| *off < count && *off != on);
    let other = other.or_else(|| (count == 2).then(|| 1_u32.saturating_sub(on)));
    other.map(|other| (on, other)).ok_or_else(|| {
        let message = "there is no variation for the other contexts; write another `offVariation`";
        invalid(&path.member("offVariation"), message)
    })
}

/// The variations of a fallthrough; `None` if it is invalid.
fn served_by(fallthrough: &Value) -> Option<Vec<u32>> {
    let index = |value: &Value| value.as_integer().and_then(|index| u32::try_from(index).ok());
    let fallthrough = fallthrough.as_object()?;
    if let Some(variation) = member(fallthrough, "variation") {
        return Some(vec![index(variation)?]);
    }
    let Some(rollout) = member(fallthrough, "rollout") else { return Some(Vec::new()) };
    let entries = rollout.as_object()?.get("variations")?.as_array()?;
    let variation = |entry: &Value| entry.as_object()?.get("variation").map_or(Some(0), index);
    entries.iter().map(variation).collect()
}
