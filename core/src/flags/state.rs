//! The state of all flags, for bootstrapping a page.

use std::sync::Arc;

use super::{BoundFlags, Flags};
use crate::evaluate::{Answer, FlagHandle, Reason, Verdict};
use crate::json::{Object, Value};
use crate::limits;
use crate::model::{Flag, Model, Prerequisite};
use crate::steps::Steps;

/// The options of [`all_flags_state`](BoundFlags::all_flags_state).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AllFlagsOptions {
    /// Include only flags that are available to browsers.
    pub client_side_only: bool,
    /// Include the reason of every answer.
    pub with_reasons: bool,
    /// Include version and reason only for flags whose evaluations are tracked.
    pub details_only_for_tracked_flags: bool,
    /// The current time in milliseconds since the epoch: a flag's debugging may have ended.
    pub now_ms: f64,
}

impl AllFlagsOptions {
    fn include(&self, flag: &Flag) -> bool {
        !self.client_side_only || flag.metadata.client_side
    }
}

/// The entry of one flag in the state of all flags. Nothing is copied.
#[derive(Clone, Copy, Debug)]
pub struct FlagState<'a> {
    key: &'a Arc<str>,
    value: Option<&'a Value>,
    variation: Option<u32>,
    version: Option<f64>,
    reason: Option<Reason<'a>>,
    track_events: bool,
    track_reason: bool,
    debug_events_until: Option<f64>,
    prerequisites: PrerequisiteKeys<'a>,
}

/// The value of a member of a flag's state.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum StateMember<'a> {
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// The reason of the answer.
    Reason(Reason<'a>),
    /// The keys of flags.
    Keys(PrerequisiteKeys<'a>),
}

/// The keys of the flag's own prerequisites that were evaluated, in order.
#[derive(Clone, Copy, Debug)]
pub struct PrerequisiteKeys<'a> {
    model: &'a Model,
    seen: &'a [Prerequisite],
}

impl<'a> PrerequisiteKeys<'a> {
    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a Arc<str>> + use<'a> {
        let model = self.model;
        self.seen.iter().map(|prerequisite| model.flag_key(prerequisite.flag))
    }
}

impl<'a> FlagState<'a> {
    fn of(
        bound: &'a BoundFlags,
        (slot, flag): (u32, &'a Flag),
        options: &AllFlagsOptions,
        steps: &mut Steps,
    ) -> Self {
        let flags = bound.flags();
        let answer = bound.evaluate_shared(FlagHandle::from_index(slot), steps);
        let metadata = &flag.metadata;
        let experiment = is_experiment(flag, answer.verdict);
        let tracked = metadata.track_events || experiment;
        let debugged = metadata.debug_events_until.is_some_and(|until| until > options.now_ms);
        let details = !options.details_only_for_tracked_flags || tracked || debugged;
        FlagState {
            key: flags.model().flag_key(slot),
            value: flags.value_of(&answer),
            variation: answer.variation_index(),
            version: details.then_some(metadata.version),
            reason: (details && (options.with_reasons || experiment))
                .then(|| flags.reason_of(&answer)),
            track_events: tracked,
            track_reason: experiment,
            debug_events_until: metadata.debug_events_until,
            prerequisites: prerequisites(flags.model(), flag, &answer),
        }
    }

    /// The flag's key.
    #[must_use]
    pub fn key(&self) -> &'a Arc<str> {
        self.key
    }

    /// The served value; `None`, which is written as null, if it is the caller's default.
    #[must_use]
    pub fn value(&self) -> Option<&'a Value> {
        self.value
    }

    /// The members of the flag's entry in `$flagsState`; false and absent ones are omitted.
    pub fn members(&self) -> impl Iterator<Item = (&'static str, StateMember<'a>)> + use<'a> {
        self.all_members().into_iter().flatten()
    }

    fn all_members(&self) -> [Option<(&'static str, StateMember<'a>)>; 7] {
        use StateMember::{Bool, Keys, Number, Reason};
        let keys = Some(self.prerequisites).filter(|keys| !keys.seen.is_empty());
        [
            self.debug_events_until.map(|until| ("debugEventsUntilDate", Number(until))),
            keys.map(|keys| ("prerequisites", Keys(keys))),
            self.reason.map(|reason| ("reason", Reason(reason))),
            self.track_events.then_some(("trackEvents", Bool(true))),
            self.track_reason.then_some(("trackReason", Bool(true))),
            self.variation.map(|index| ("variation", Number(f64::from(index)))),
            self.version.map(|version| ("version", Number(version))),
        ]
    }

    fn to_value(self) -> Value {
        let mut members = Vec::new();
        for (name, member) in self.all_members().iter().flatten() {
            members.push((Arc::from(*name), Value::from(*member)));
        }
        Object::from_members(members).into()
    }
}

impl From<StateMember<'_>> for Value {
    fn from(member: StateMember<'_>) -> Value {
        match member {
            StateMember::Number(number) => Value::Number(number),
            StateMember::Bool(flag) => Value::Bool(flag),
            StateMember::Reason(reason) => reason.to_value(),
            StateMember::Keys(keys) => {
                keys.iter().map(|key| Value::String(Arc::clone(key))).collect()
            }
        }
    }
}

/// The state of each flag, in the order of the keys; `None` for an invalid context.
pub(crate) fn flag_states<'a>(
    bound: &'a BoundFlags,
    options: &AllFlagsOptions,
) -> Option<impl Iterator<Item = FlagState<'a>> + use<'a>> {
    bound.bound_context().valid()?;
    let options = *options;
    let flags = bound.flags().model().flags().filter(move |(_, flag)| options.include(flag));
    let mut shared = Steps::of(limits::STATE_STEPS);
    Some(flags.map(move |flag| FlagState::of(bound, flag, &options, &mut shared)))
}

pub(crate) fn flag_state<'a>(
    bound: &'a BoundFlags,
    key: &str,
    options: &AllFlagsOptions,
) -> Option<FlagState<'a>> {
    bound.bound_context().valid()?;
    let slot = bound.flags().handle(key)?.index();
    let flag = bound.flags().model().flag(slot).filter(|flag| options.include(flag))?;
    Some(FlagState::of(bound, (slot, flag), options, &mut Steps::of(limits::STATE_STEPS)))
}

pub(crate) fn all_flags_state(bound: &BoundFlags, options: &AllFlagsOptions) -> Value {
    let Some(flags) = flag_states(bound, options) else {
        return Flags::invalid_state();
    };
    let mut values = Vec::new();
    let mut states = Vec::new();
    for flag in flags {
        values.push((Arc::clone(flag.key()), flag.value().cloned().unwrap_or_default()));
        states.push((Arc::clone(flag.key()), flag.to_value()));
    }
    values.push((Arc::from("$flagsState"), Value::Object(Object::from_members(states))));
    values.push((Arc::from("$valid"), Value::Bool(true)));
    Value::Object(Object::from_members(values))
}

/// Whether an answer belongs to an experiment, so that its reason must be tracked.
fn is_experiment(flag: &Flag, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Fallthrough { in_experiment } => {
            in_experiment || flag.metadata.track_events_fallthrough
        }
        Verdict::RuleMatch { rule, in_experiment } => {
            let rules = flag.targeting().map(|targeting| &*targeting.rules).unwrap_or_default();
            in_experiment || rules.get(rule as usize).is_some_and(|rule| rule.track_events)
        }
        _ => false,
    }
}

fn prerequisites<'a>(model: &'a Model, flag: &'a Flag, answer: &Answer) -> PrerequisiteKeys<'a> {
    let all = flag.targeting().map(|targeting| &*targeting.prerequisites).unwrap_or_default();
    let seen = all.get(..answer.direct_prerequisites as usize).unwrap_or(all);
    PrerequisiteKeys { model, seen }
}
