//! The state of all flags: what a page bootstraps from.

use std::sync::Arc;

use crate::bound_flags::BoundFlags;
use crate::evaluation::{Answer, FlagHandle, Verdict};
use crate::flags::Flags;
use crate::json::{Object, Value};
use crate::ruleset::{Flag, Ruleset};

/// What [`all_flags_state`](BoundFlags::all_flags_state) is to show.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AllFlagsOptions {
    /// Only flags that a browser may know.
    pub client_side_only: bool,
    /// The reason of every answer.
    pub with_reasons: bool,
    /// Version and reason only of flags whose evaluations are tracked.
    pub details_only_for_tracked_flags: bool,
    /// Milliseconds since the epoch: a flag's debugging may have ended by then.
    pub now_ms: f64,
}

pub(crate) fn all_flags_state(bound: &BoundFlags, options: &AllFlagsOptions) -> Value {
    if bound.subject().context().is_none() {
        return Flags::invalid_state();
    }
    let ruleset = bound.flags().ruleset();
    let shown =
        ruleset.flags().filter(|(_, flag)| !options.client_side_only || flag.metadata.client_side);
    let mut values = Vec::new();
    let mut states = Vec::new();
    for (slot, flag) in shown {
        let answer = bound.evaluate_handle(Some(FlagHandle::from_index(slot)));
        let key = ruleset.flag_key(slot);
        let value = bound.flags().value_of(&answer).cloned().unwrap_or_default();
        values.push((Arc::clone(key), value));
        states.push((Arc::clone(key), flag_state(bound.flags(), flag, &answer, options)));
    }
    values.push((Arc::from("$flagsState"), Value::Object(Object::from_members(states))));
    values.push((Arc::from("$valid"), Value::Bool(true)));
    Value::Object(Object::from_members(values))
}

fn flag_state(flags: &Flags, flag: &Flag, answer: &Answer, options: &AllFlagsOptions) -> Value {
    let metadata = &flag.metadata;
    let experiment = is_experiment(flag, answer.verdict);
    let tracked = metadata.track_events || experiment;
    let debugged = metadata.debug_events_until.is_some_and(|until| until > options.now_ms);
    let details = !options.details_only_for_tracked_flags || tracked || debugged;
    let reason = (details && (options.with_reasons || experiment))
        .then(|| flags.reason_of(answer).to_value());
    let prerequisites = prerequisites(flags.ruleset(), flag, answer);
    let members = [
        answer.variation_index().map(|index| ("variation", Value::from(index))),
        details.then_some(("version", Value::Number(metadata.version))),
        reason.map(|reason| ("reason", reason)),
        tracked.then_some(("trackEvents", Value::Bool(true))),
        experiment.then_some(("trackReason", Value::Bool(true))),
        metadata.debug_events_until.map(|until| ("debugEventsUntilDate", Value::Number(until))),
        (!prerequisites.is_empty()).then(|| ("prerequisites", Value::from(prerequisites))),
    ];
    members.into_iter().flatten().collect::<Object>().into()
}

/// Whether an answer counts for an experiment, so that its reason must be tracked.
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

/// The keys of the flag's own prerequisites that were looked at, in order.
fn prerequisites(ruleset: &Ruleset, flag: &Flag, answer: &Answer) -> Vec<Value> {
    let all = flag.targeting().map(|targeting| &*targeting.prerequisites).unwrap_or_default();
    all.iter()
        .take(answer.direct_prerequisites as usize)
        .map(|prerequisite| Value::String(Arc::clone(ruleset.flag_key(prerequisite.flag))))
        .collect()
}
