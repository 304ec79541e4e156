//! Raises the share of a variation in the rollout of a flag's fallthrough.

use std::fmt;
use std::sync::Arc;

use isoflag::model::{Rollout, Section, Served};
use isoflag::{Flags, Value, printable};

use crate::impact::entry_buckets;
use crate::percentage::BUCKETS;

/// The reason for which a share cannot be raised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RaiseError {
    /// The flag is missing or off, or its fallthrough is not a rollout.
    NoRollout(Arc<str>),
    /// The rollout does not have the variation.
    NoVariation(Arc<str>, u32),
    /// The variation has a larger share already, of this number of buckets.
    AlreadyLarger(Arc<str>, u32, u32),
}

impl fmt::Display for RaiseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RaiseError::NoRollout(key) => {
                let key = printable(key);
                write!(f, "the flag `{key}` is not on with a rollout in its fallthrough")
            }
            RaiseError::NoVariation(key, variation) => {
                let key = printable(key);
                write!(f, "flags.{key}.fallthrough.rollout has no variation {variation}")
            }
            RaiseError::AlreadyLarger(key, variation, buckets) => {
                let (key, share) = (printable(key), crate::percent(f64::from(*buckets) / 1e5));
                write!(
                    f,
                    "variation {variation} of `{key}` has {share} already; name a larger share"
                )
            }
        }
    }
}

impl std::error::Error for RaiseError {}

/// Returns the document with a larger share of a variation in the flag's fallthrough, of 100,000
/// buckets. The nearest entries lose theirs, those after it first, so that only as many contexts
/// as the share grows by get another variation.
///
/// # Errors
///
/// If the fallthrough is not a rollout with that variation, or its share is larger already.
pub fn raised(flags: &Flags, key: &str, variation: u32, buckets: u32) -> Result<Flags, RaiseError> {
    let key: Arc<str> = Arc::from(key);
    let no_rollout = || RaiseError::NoRollout(Arc::clone(&key));
    let rollout = fallthrough(flags, &key).ok_or_else(no_rollout)?;
    let mut weights = entry_buckets(rollout);
    let is_raised = |index: usize| {
        rollout.entries.get(index).is_some_and(|entry| entry.variation == Some(variation))
    };
    if !(0..weights.len()).any(is_raised) {
        return Err(RaiseError::NoVariation(key, variation));
    }
    let held: u32 =
        weights.iter().enumerate().filter(|(index, _)| is_raised(*index)).map(|(_, own)| own).sum();
    let Some(missing) = buckets.min(BUCKETS).checked_sub(held) else {
        return Err(RaiseError::AlreadyLarger(key, variation, held));
    };
    let own: Vec<bool> = (0..weights.len()).map(is_raised).collect();
    raise_share(&mut weights, &own, missing);
    let flag = flags.source(Section::Flags, &key).and_then(|flag| with_weights(flag, &weights));
    Ok(flags.with_flags(&[(Arc::clone(&key), flag.ok_or_else(no_rollout)?)]))
}

/// Gives the first own entry this number of buckets more. The nearest others lose them, those after
/// it first.
pub(crate) fn raise_share(weights: &mut [u32], own: &[bool], mut missing: u32) {
    if let Some((weight, _)) = weights.iter_mut().zip(own).find(|(_, own)| **own) {
        *weight += missing;
    }
    let first = own.iter().position(|own| *own).unwrap_or_default();
    let nearest = (first..weights.len()).chain((0..first).rev());
    for index in nearest.filter(|index| own.get(*index) == Some(&false)) {
        let Some(weight) = weights.get_mut(index) else { continue };
        let taken = missing.min(*weight);
        *weight -= taken;
        missing -= taken;
    }
}

fn fallthrough<'f>(flags: &'f Flags, key: &str) -> Option<&'f Rollout> {
    let flag = flags.model().flag(flags.handle(key)?.index())?;
    match &flag.targeting()?.fallthrough {
        Served::Rollout(rollout) => Some(rollout),
        Served::Variation(_) | Served::Nothing => None,
    }
}

fn with_weights(flag: &Value, weights: &[u32]) -> Option<Value> {
    let flag = flag.as_object()?;
    let fallthrough = flag.get("fallthrough")?.as_object()?;
    let rollout = fallthrough.get("rollout")?.as_object()?;
    let entries = rollout.get("variations")?.as_array()?.iter().zip(weights);
    let entries: Option<Vec<Value>> = entries
        .map(|(entry, weight)| {
            Some(Value::Object(entry.as_object()?.with("weight", Value::from(*weight))))
        })
        .collect();
    let rollout = rollout.with("variations", Value::from(entries?));
    let fallthrough = fallthrough.with("rollout", Value::Object(rollout));
    Some(Value::Object(flag.with("fallthrough", Value::Object(fallthrough))))
}
