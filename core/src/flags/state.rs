//! The state of all flags, for bootstrapping a page.

use std::sync::Arc;

use super::{BoundFlags, Flags};
use crate::evaluate::{FlagHandle, Verdict};
use crate::json::{Object, Value};
use crate::limits;
use crate::model::Flag;
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

pub(crate) fn all_flags_state(bound: &BoundFlags, options: &AllFlagsOptions) -> Value {
    if bound.bound_context().valid().is_none() {
        return Flags::invalid_state();
    }
    let model = bound.flags().model();
    let mut steps = Steps::of(limits::STATE_STEPS);
    let mut values = Vec::new();
    let mut states = Vec::new();
    for (slot, flag) in model.flags().filter(|(_, flag)| options.include(flag)) {
        let (value, state) = state_of(bound, (slot, flag), options, &mut steps);
        values.push((Arc::clone(model.flag_key(slot)), value));
        states.push((Arc::clone(model.flag_key(slot)), state));
    }
    values.push((Arc::from("$flagsState"), Value::Object(Object::from_members(states))));
    values.push((Arc::from("$valid"), Value::Bool(true)));
    Value::Object(Object::from_members(values))
}

pub(crate) fn flag_state(
    bound: &BoundFlags,
    key: &str,
    options: &AllFlagsOptions,
) -> Option<(Value, Value)> {
    bound.bound_context().valid()?;
    let slot = bound.flags().handle(key)?.index();
    let flag = bound.flags().model().flag(slot).filter(|flag| options.include(flag))?;
    Some(state_of(bound, (slot, flag), options, &mut Steps::of(limits::STATE_STEPS)))
}

/// Returns the value that a flag serves, null if it is the caller's default, and its entry in `$flagsState`, in which false
/// and absent members are omitted.
fn state_of(
    bound: &BoundFlags,
    (slot, flag): (u32, &Flag),
    options: &AllFlagsOptions,
    steps: &mut Steps,
) -> (Value, Value) {
    let flags = bound.flags();
    let answer = bound.evaluate_shared(FlagHandle::from_index(slot), steps);
    let metadata = &flag.metadata;
    let experiment = is_experiment(flag, answer.verdict);
    let tracked = metadata.track_events || experiment;
    let debugged = metadata.debug_events_until.is_some_and(|until| until > options.now_ms);
    let details = !options.details_only_for_tracked_flags || tracked || debugged;
    let reason =
        (details && (options.with_reasons || experiment)).then(|| flags.reason_of(&answer));
    // The flag's own prerequisites that were evaluated.
    let own = flag.targeting().map(|targeting| &*targeting.prerequisites).unwrap_or_default();
    let seen = own.get(..answer.direct_prerequisites as usize).unwrap_or(own);
    let key_of = |slot| Value::String(Arc::clone(flags.model().flag_key(slot)));
    let members = [
        ("debugEventsUntilDate", metadata.debug_events_until.map(Value::Number)),
        (
            "prerequisites",
            (!seen.is_empty()).then(|| seen.iter().map(|each| key_of(each.flag)).collect()),
        ),
        ("reason", reason.map(|reason| reason.to_value())),
        ("trackEvents", tracked.then_some(Value::Bool(true))),
        ("trackReason", experiment.then_some(Value::Bool(true))),
        ("variation", answer.variation_index().map(|index| Value::Number(f64::from(index)))),
        ("version", details.then_some(Value::Number(metadata.version))),
    ];
    let present = members.into_iter().filter_map(|(name, member)| Some((Arc::from(name), member?)));
    let value = flags.value_of(&answer).cloned().unwrap_or_default();
    (value, Object::from_members(present.collect()).into())
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
