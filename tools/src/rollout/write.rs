//! Writes a step into a flag: whether it is on, weights, one rule, and the progress of the plan.

use std::sync::Arc;

use isoflag::{Object, Value};

use super::decision::DecisionKind;
use super::plan::{Plan, Progress};
use super::step::Step;
use crate::percentage::BUCKETS;

/// The id of the rule for the segment of the first stage.
pub(crate) const RULE_ID: &str = "lifecycle.rollout";

/// Returns the flag after a step. Versions and timestamps of changes are the caller's.
pub(super) fn written(source: &Object, plan: &Plan, step: &Step) -> Object {
    let target = plan.buckets(step.after.stage);
    let flag = match step.kind {
        DecisionKind::NextStage => {
            let flag = with(source, "on", Value::Bool(true));
            let rule = plan.segment.as_ref().map(|segment| rule(segment, plan.on));
            with_weights(&with_rule(&flag, rule), plan, target)
        }
        DecisionKind::Complete => with_weights(&with_rule(source, None), plan, BUCKETS),
        DecisionKind::Alarm => match step.after.stage {
            None => with(source, "on", Value::Bool(false)),
            // Somebody may have lowered the share below that of the stage.
            Some(_) if share(source, plan.on) <= i64::from(target) => source.clone(),
            Some(_) => with_weights(source, plan, target),
        },
        DecisionKind::Waits | DecisionKind::MalformedPlan | DecisionKind::MalformedFlag => {
            source.clone()
        }
    };
    with_progress(&flag, step.after)
}

/// Sets a member, unless it has the value.
fn with(object: &Object, name: &str, value: Value) -> Object {
    if object.get(name) == Some(&value) { object.clone() } else { object.with(name, value) }
}

fn object(value: Option<&Value>) -> Object {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn with_progress(flag: &Object, progress: Progress) -> Object {
    let stage = progress.stage.and_then(|stage| u32::try_from(stage).ok());
    let lifecycle = object(flag.get("lifecycle"));
    let rollout = object(lifecycle.get("rollout"));
    let rollout = rollout
        .with("state", progress.phase.name().map(Value::from).unwrap_or_default())
        .with("stage", stage.map(Value::from).unwrap_or_default())
        .with("stageTimestamp", Value::from(progress.since));
    flag.with("lifecycle", lifecycle.with("rollout", rollout.into()).into())
}

/// The rule that serves the variation to a segment, in the form of LaunchDarkly's SDKs.
fn rule(segment: &Arc<str>, variation: u32) -> Value {
    let values = vec![Value::String(Arc::clone(segment))];
    let clause = Object::from_iter([
        ("attribute", Value::from("")),
        ("op", Value::from("segmentMatch")),
        ("values", Value::from(values)),
        ("negate", Value::Bool(false)),
    ]);
    Value::Object(Object::from_iter([
        ("id", Value::from(RULE_ID)),
        ("clauses", Value::from(vec![clause.into()])),
        ("variation", Value::from(variation)),
    ]))
}

/// Sets or removes the generated rule. A new one is the last, so that it decides for the contexts
/// that only the fallthrough decided.
fn with_rule(flag: &Object, rule: Option<Value>) -> Object {
    let held = flag.get("rules").and_then(Value::as_array).unwrap_or_default();
    let is_generated = |rule: &Value| {
        let id = rule.as_object().and_then(|rule| rule.get("id"));
        id.and_then(Value::as_str) == Some(RULE_ID)
    };
    if rule.is_none() && !held.iter().any(is_generated) {
        return flag.clone();
    }
    let mut rules: Vec<Value> = Vec::new();
    let mut left = rule;
    for each in held {
        if is_generated(each) { rules.extend(left.take()) } else { rules.push(each.clone()) }
    }
    rules.extend(left);
    with(flag, "rules", Value::from(rules))
}

/// The share of a variation in the fallthrough, in buckets.
fn share(flag: &Object, variation: u32) -> i64 {
    let fallthrough = object(flag.get("fallthrough"));
    if let Some(served) = fallthrough.get("variation").filter(|served| !served.is_null()) {
        return if is_index(Some(served), variation) { i64::from(BUCKETS) } else { 0 };
    }
    let entries = entries(&object(fallthrough.get("rollout")));
    let own = entries.iter().filter(|entry| is_index(entry.get("variation"), variation));
    own.map(weight).fold(0, i64::saturating_add)
}

fn entries(rollout: &Object) -> Vec<Object> {
    let entries = rollout.get("variations").and_then(Value::as_array).unwrap_or_default();
    entries.iter().map(|entry| object(Some(entry))).collect()
}

fn weight(entry: &Object) -> i64 {
    entry.get("weight").and_then(Value::as_integer).unwrap_or(0)
}

/// Whether the index of a variation, which is 0 if it is absent, is this one.
fn is_index(value: Option<&Value>, variation: u32) -> bool {
    value.map_or(Some(0), Value::as_integer) == Some(i64::from(variation))
}

/// Sets the share of the variation that is rolled out. An entry keeps its position, so that a
/// context that has the variation keeps it while the share rises.
fn with_weights(flag: &Object, plan: &Plan, buckets: u32) -> Object {
    if share(flag, plan.on) == i64::from(buckets) {
        return flag.clone();
    }
    let fallthrough = object(flag.get("fallthrough"));
    let rollout = object(fallthrough.get("rollout"));
    let of = |variation| {
        let weight = if variation == plan.on { buckets } else { BUCKETS.saturating_sub(buckets) };
        (variation, Value::from(weight))
    };
    let held = entries(&rollout);
    let has = |index: usize, variation| {
        held.get(index).is_some_and(|entry| is_index(entry.get("variation"), variation))
    };
    let is_first = !(has(0, plan.others) && has(1, plan.on));
    let order = if is_first { [plan.on, plan.others] } else { [plan.others, plan.on] };
    let is_kept = held.len() == 2 && has(0, order[0]) && has(1, order[1]);
    let entry = |(index, variation): (usize, u32)| {
        let (variation, weight) = of(variation);
        let held = if is_kept { held.get(index).cloned() } else { None };
        let entry = held.unwrap_or_default().with("variation", Value::from(variation));
        Value::Object(entry.with("weight", weight))
    };
    let entries: Vec<Value> = order.into_iter().enumerate().map(entry).collect();
    let rollout = rollout.with("variations", Value::from(entries));
    let kept = fallthrough.iter().filter(|(name, _)| &***name != "variation");
    let kept: Object = kept.map(|(name, value)| (Arc::clone(name), value.clone())).collect();
    flag.with("fallthrough", kept.with("rollout", rollout.into()).into())
}
