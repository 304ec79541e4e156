//! Applies a strategy to a document.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Effect, Strategy, StrategyError, StrategyKind};
use crate::document::Section;
use crate::flags::Flags;
use crate::json::{Object, Value};
use crate::lifecycle::Lifecycle;

/// The members that decide before a fallthrough does.
const DECIDING: [&str; 4] = ["prerequisites", "targets", "contextTargets", "rules"];

impl Flags {
    /// Returns this document under a strategy: a flag that the strategy turns on serves its
    /// [`on_variation`](Flags::on_variation) to everybody, whatever its prerequisites, targets and
    /// rules are; one that it turns off is off. `meta.strategy` names the strategy. Under
    /// `Production` it is this document itself.
    ///
    /// A flag whose "on" variation is unknown is unchanged.
    ///
    /// ```
    /// use isoflag::{Context, Flags, Strategy, StrategyKind};
    /// let flags = Flags::from_json(br#"{"flags": {"new": {"key": "new", "on": false,
    ///     "variations": [true, false], "offVariation": 1, "fallthrough": {"variation": 0},
    ///     "lifecycle": {"status": "Staging"}}}}"#)?;
    /// let ada = Context::builder("ada").build()?;
    /// let on = |kind: StrategyKind| {
    ///     let flags = flags.with_strategy(&Strategy::from(kind))?;
    ///     Ok::<_, isoflag::StrategyError>(flags.bool_variation("new", &ada, false))
    /// };
    /// assert!(on(StrategyKind::NextRelease)?);
    /// assert!(!on(StrategyKind::ProductionState)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// If a key that the strategy names is not in the document.
    pub fn with_strategy(&self, strategy: &Strategy) -> Result<Flags, StrategyError> {
        self.check_keys(strategy)?;
        if strategy.kind == StrategyKind::Production {
            return Ok(self.clone());
        }
        let ruleset = self.ruleset();
        let changed: Vec<(Arc<str>, Value)> = ruleset
            .flags()
            .filter_map(|(slot, _)| {
                let key = ruleset.flag_key(slot);
                let written = ruleset.written(Section::Flags, key)?.as_object()?;
                let flag = match self.effect(key, strategy)? {
                    Effect::OwnRules => return None,
                    Effect::Off => with_members(written, &[("on", Value::Bool(false))], &[]),
                    Effect::On => turned_on(written, self.on_variation(key)?),
                };
                Some((Arc::clone(key), flag))
            })
            .collect();
        let flags = changed.iter().map(|(key, flag)| (key, flag));
        let rest = ruleset.rest();
        let meta = rest.get("meta").and_then(Value::as_object).cloned().unwrap_or_default();
        let meta = with_members(&meta, &[("strategy", strategy.to_value())], &[]);
        let Value::Object(rest) = with_members(rest, &[("meta", meta)], &[]) else {
            return Ok(self.clone());
        };
        Ok(Flags::of(ruleset.clone().with(flags, std::iter::empty(), &[]).with_rest(rest)))
    }

    /// Returns the effect of the strategy on the flag; `None` if there is no such flag.
    #[must_use]
    pub fn effect(&self, key: &str, strategy: &Strategy) -> Option<Effect> {
        let lifecycle: Lifecycle = self.lifecycle(key)?;
        let deployed = match &strategy.deployed {
            Some(keys) => keys.contains(key),
            None => lifecycle.deployed.is_some(),
        };
        Some(strategy.kind.effect(lifecycle.status, deployed, strategy.named(key)))
    }

    fn check_keys(&self, strategy: &Strategy) -> Result<(), StrategyError> {
        let empty = BTreeSet::new();
        let deployed = strategy.deployed.as_ref().unwrap_or(&empty);
        for (name, keys) in [("on", &strategy.on), ("off", &strategy.off), ("deployed", deployed)] {
            if let Some(key) = keys.iter().find(|key| !self.contains(key)) {
                return Err(StrategyError::unknown_flag(name, key));
            }
        }
        Ok(())
    }
}

fn turned_on(written: &Object, variation: u32) -> Value {
    let fallthrough = Object::from_iter([("variation", Value::from(variation))]);
    let members = [("on", Value::Bool(true)), ("fallthrough", fallthrough.into())];
    with_members(written, &members, &DECIDING)
}

/// The object with some members set and others left out.
fn with_members(object: &Object, set: &[(&str, Value)], left_out: &[&str]) -> Value {
    let kept = object.iter().filter(|(name, _)| !left_out.contains(&&***name));
    let kept = kept.map(|(name, value)| (Arc::clone(name), value.clone()));
    let set = set.iter().map(|(name, value)| (Arc::from(*name), value.clone()));
    kept.chain(set).collect::<Object>().into()
}
