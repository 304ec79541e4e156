//! Checks for variations of mixed types, variations that are never served, and weights that do not
//! add up.

use isoflag::model::{Flag, OffVariation, Served, Targeting};
use isoflag::{Code, Severity, Value};

use super::rules::served;
use super::{Lints, Scope};
use crate::percentage::BUCKETS;

/// The sum of all weights of a rollout.
const WHOLE: i64 = BUCKETS as i64;

pub(super) fn check_types(scope: &Scope<'_>, variations: &[Value], lints: &mut Lints) {
    let mut types: Vec<&str> = Vec::new();
    for value in variations.iter().filter(|value| !value.is_null()) {
        if !types.contains(&value.type_name()) {
            types.push(value.type_name());
        }
    }
    if let [one, other, ..] = types.as_slice() {
        let message = format!(
            "the variations are of several types ({one} and {other}); code that requests one type \
             gets its default for the others"
        );
        lints.add(Code::MIXED_TYPES, &scope.path.member("variations"), message);
    }
}

/// `lives` states for each rule whether a context can match it.
pub(super) fn check_served(
    scope: &Scope<'_>,
    flag: &Flag,
    off: OffVariation,
    targeting: &Targeting,
    lives: &[bool],
    lints: &mut Lints,
) {
    let mut got = Vec::new();
    if let OffVariation::Variation(index) = off {
        got.push(index);
    }
    got.extend(targeting.targets.variations().flatten());
    served(&targeting.fallthrough, &mut got);
    for (rule, _) in targeting.rules.iter().zip(lives).filter(|(_, lives)| **lives) {
        served(&rule.served, &mut got);
    }
    let mut is_served = vec![false; flag.variations.len()];
    for index in got {
        if let Some(is_served) = is_served.get_mut(index as usize) {
            *is_served = true;
        }
    }
    let list = scope.path.member("variations");
    for ((index, value), is_served) in (0_u32..).zip(flag.variations.iter()).zip(is_served) {
        if !is_served && Some(index) != scope.on_variation {
            let message = format!("variation {index} ({value}) is never served");
            lints.add(Code::VARIATION_NEVER_SERVED, &list.element(index as usize), message);
        }
    }
}

pub(super) fn check_weights(scope: &Scope<'_>, targeting: &Targeting, lints: &mut Lints) {
    let rules = scope.path.member("rules");
    for (index, rule) in targeting.rules.iter().enumerate() {
        let path = rules.element(index);
        check_rollout(&Scope { path: &path, ..*scope }, &rule.served, lints);
    }
    let path = scope.path.member("fallthrough");
    check_rollout(&Scope { path: &path, ..*scope }, &targeting.fallthrough, lints);
}

fn check_rollout(scope: &Scope<'_>, served: &Served, lints: &mut Lints) {
    let Served::Rollout(rollout) = served else { return };
    let path = scope.path.member("rollout");
    let path = path.member("variations");
    for (index, entry) in rollout.entries.iter().enumerate() {
        if entry.weight < 0 {
            let message = format!("the weight {} is negative", entry.weight);
            let path = path.element(index);
            lints.add(Code::ROLLOUT_WEIGHTS, &path.member("weight"), message);
        }
    }
    let sum = rollout.entries.last().map_or(0, |entry| entry.cumulative_weight);
    let what = if sum < WHOLE {
        "the last entry gets the rest"
    } else {
        "weights beyond that have no effect"
    };
    if let Some(last) = rollout.entries.len().checked_sub(1)
        && sum < WHOLE
        && rollout.entries.last().is_some_and(|entry| entry.weight == 0)
    {
        let message = format!(
            "the weights add up to {sum} and not to {WHOLE}, so that this entry gets the rest and \
             not its weight 0; give the rest to the entry that is meant to get it"
        );
        let path = path.element(last);
        let path = path.member("weight");
        lints.add_as(Severity::Error, Code::ROLLOUT_WEIGHTS, &path, message);
    } else if sum != WHOLE {
        let message = format!("the weights add up to {sum} and not to {WHOLE}; {what}");
        lints.add(Code::ROLLOUT_WEIGHTS, &path, message);
    }
}
