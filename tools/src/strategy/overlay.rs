//! Applies a strategy to a document.

use std::collections::BTreeSet;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Value};

use super::{Effect, Strategy, StrategyError, StrategyKind};
use crate::lifecycle::{Lifecycle, lifecycle, on_variation};

/// The members that decide before a fallthrough does.
const DECIDING: [&str; 4] = ["prerequisites", "targets", "contextTargets", "rules"];

/// Returns this document under a strategy: a flag that the strategy turns on serves its
/// [`on_variation`] to every context, whatever its prerequisites, targets and
/// rules are; one that it turns off is off. `meta.strategy` names the strategy. Under
/// `Production` it is this document itself.
///
/// A flag whose "on" variation is unknown is unchanged.
///
/// ```
/// use isoflag::{Context, Flags};
/// use isoflag_tools::{Strategy, StrategyKind, with_strategy};
/// let flags = Flags::from_json(br#"{"flags": {"new": {"key": "new", "on": false,
///     "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
///     "lifecycle": {"status": "Staging"}}}}"#)?;
/// let ada = Context::builder("ada").build()?;
/// let on = |kind: StrategyKind| {
///     let flags = with_strategy(&flags, &Strategy::from(kind))?;
///     Ok::<_, isoflag_tools::StrategyError>(flags.bool_variation("new", &ada, false))
/// };
/// assert!(on(StrategyKind::NextRelease)?);
/// assert!(!on(StrategyKind::ProductionState)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// If a key that the strategy names is not in the document.
pub fn with_strategy(flags: &Flags, strategy: &Strategy) -> Result<Flags, StrategyError> {
    check_keys(flags, strategy)?;
    Ok(overlay(flags, strategy))
}

/// Like [`with_strategy`] for a strategy whose keys are in the document; other keys are ignored.
pub(super) fn overlay(flags: &Flags, strategy: &Strategy) -> Flags {
    if strategy.kind == StrategyKind::Production {
        return flags.clone();
    }
    let model = flags.model();
    let changed: Vec<(Arc<str>, Value)> = model
        .flags()
        .filter_map(|(slot, _)| {
            let key = model.flag_key(slot);
            let source = flags.source(Section::Flags, key)?.as_object()?;
            let flag = match strategy_effect(flags, key, strategy)? {
                Effect::OwnRules => return None,
                Effect::Off => with_members(source, &[("on", Value::Bool(false))], &[]),
                Effect::On => turned_on(source, on_variation(flags, key)?),
            };
            Some((Arc::clone(key), flag))
        })
        .collect();
    let meta = flags.meta().cloned().unwrap_or_default();
    let meta = with_members(&meta, &[("strategy", strategy.to_value())], &[]);
    let members = flags.other_members().with("meta", meta);
    flags.with_flags(&changed).with_other_members(members)
}

/// Returns the effect of the strategy on the flag; `None` if there is no such flag.
#[must_use]
pub fn strategy_effect(flags: &Flags, key: &str, strategy: &Strategy) -> Option<Effect> {
    let lifecycle: Lifecycle = lifecycle(flags, key)?;
    let deployed = match &strategy.deployed {
        Some(keys) => keys.contains(key),
        None => lifecycle.deployed.is_some(),
    };
    Some(strategy.kind.effect(lifecycle.status, deployed, strategy.named(key)))
}

/// Returns an error if the document lacks a flag that the strategy names.
pub(super) fn check_keys(flags: &Flags, strategy: &Strategy) -> Result<(), StrategyError> {
    let empty = BTreeSet::new();
    let deployed = strategy.deployed.as_ref().unwrap_or(&empty);
    for (name, keys) in [("on", &strategy.on), ("off", &strategy.off), ("deployed", deployed)] {
        if let Some(key) = keys.iter().find(|key| !flags.contains(key)) {
            return Err(StrategyError::unknown_flag(name, key));
        }
    }
    Ok(())
}

fn turned_on(source: &Object, variation: u32) -> Value {
    let fallthrough = Object::from_iter([("variation", Value::from(variation))]);
    let members = [("on", Value::Bool(true)), ("fallthrough", fallthrough.into())];
    with_members(source, &members, &DECIDING)
}

/// The object with some members set and others left out.
fn with_members(object: &Object, set: &[(&str, Value)], left_out: &[&str]) -> Value {
    let kept = object.iter().filter(|(name, _)| !left_out.contains(&&***name));
    let kept = kept.map(|(name, value)| (Arc::clone(name), value.clone()));
    let set = set.iter().map(|(name, value)| (Arc::from(*name), value.clone()));
    kept.chain(set).collect::<Object>().into()
}
