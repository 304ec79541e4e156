//! Changes the rollout of a flag's fallthrough.

use isoflag::{Object, Value};

use super::operation::Shares;
use crate::impact::buckets;
use crate::percentage::BUCKETS;
use crate::simulation::raise_share;

/// The variations of a flag.
pub(super) struct Variations {
    /// The number of variations.
    pub(super) count: u32,
    /// The "on" variation.
    pub(super) on: Option<u32>,
    /// `offVariation`.
    pub(super) off: Option<u32>,
}

/// Why a rollout is rejected.
pub(super) enum RolloutError {
    /// The flag does not have this variation.
    Unknown(u32),
    /// The "on" variation is unknown.
    UnknownOn,
    /// It is unknown which variation gets the rest.
    UnknownRest,
    /// This member of the flag is malformed.
    Malformed(&'static str),
}

/// Returns the fallthrough with these shares. Entries keep their order and their other members, so
/// that a context changes its variation only if it must.
pub(super) fn with_shares(
    fallthrough: Option<&Value>,
    shares: &Shares,
    variations: &Variations,
) -> Result<Value, RolloutError> {
    let fallthrough = object(fallthrough, "fallthrough")?;
    let rollout = object(fallthrough.get("rollout"), "fallthrough.rollout")?;
    let mut entries = entries(&fallthrough, &rollout)?;
    let known = |variation: u32| {
        let is_known = variation < variations.count;
        if is_known { Ok(variation) } else { Err(RolloutError::Unknown(variation)) }
    };
    match shares {
        Shares::All(shares) => {
            let mut new = vec![None; variations.count as usize];
            for (variation, buckets) in shares {
                let slot = new.get_mut(known(*variation)? as usize);
                slot.into_iter().for_each(|slot| *slot = Some(*buckets));
            }
            let mut take = |variation: u32| new.get_mut(variation as usize).and_then(Option::take);
            for entry in &mut entries {
                // An entry without a share is kept, so that the order of the others is.
                entry.buckets = take(entry.variation).unwrap_or(0);
            }
            for (variation, _) in shares {
                entries.extend(take(*variation).map(|buckets| Entry::new(*variation, buckets)));
            }
        }
        Shares::One { variation, buckets } => {
            let variation = variation.or(variations.on).ok_or(RolloutError::UnknownOn)?;
            set_share(&mut entries, known(variation)?, *buckets, variations)?;
        }
    }
    let entries: Value = entries.into_iter().map(Entry::into_value).collect();
    let rollout = rollout.with("variations", entries);
    let members = fallthrough.iter().filter(|(name, _)| &***name != "variation");
    let members: Object = members.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(members.with("rollout", rollout.into()).into())
}

/// Sets one share. The other entries lose or gain the difference.
fn set_share(
    entries: &mut Vec<Entry>,
    variation: u32,
    buckets: u32,
    variations: &Variations,
) -> Result<(), RolloutError> {
    let is_own = |entry: &Entry| entry.variation == variation;
    let rest = variations.off.filter(|off| *off != variation && *off < variations.count);
    let rest = rest.or((variations.count == 2 && variation < 2).then(|| 1 - variation));
    if !entries.iter().any(is_own) {
        // The first buckets are those that keep the variation when its share is raised.
        let place = if entries.len() == 1 { 0 } else { entries.len() };
        entries.insert(place, Entry::new(variation, 0));
    }
    let held: u32 = entries.iter().filter(|entry| is_own(entry)).map(|entry| entry.buckets).sum();
    if let Some(missing) = buckets.checked_sub(held) {
        let mut weights: Vec<u32> = entries.iter().map(|entry| entry.buckets).collect();
        let own: Vec<bool> = entries.iter().map(is_own).collect();
        raise_share(&mut weights, &own, missing);
        for (entry, weight) in entries.iter_mut().zip(weights) {
            entry.buckets = weight;
        }
        return Ok(());
    }
    let mut freed = held - buckets;
    let mut left = freed;
    for entry in entries.iter_mut().rev().filter(|entry| is_own(entry)) {
        let taken = left.min(entry.buckets);
        entry.buckets -= taken;
        left -= taken;
    }
    freed -= left;
    let is_rest = |entry: &&mut Entry| rest.is_none_or(|rest| entry.variation == rest);
    let others = entries.iter_mut().rev().filter(|entry| !is_own(entry));
    match (others.into_iter().find(is_rest), rest) {
        (Some(entry), _) => entry.buckets += freed,
        (None, Some(rest)) => entries.push(Entry::new(rest, freed)),
        (None, None) => return Err(RolloutError::UnknownRest),
    }
    Ok(())
}

/// An entry of a rollout: its variation, the number of its buckets and all its members.
struct Entry {
    variation: u32,
    buckets: u32,
    members: Object,
}

impl Entry {
    fn new(variation: u32, buckets: u32) -> Entry {
        let members = Object::from_iter([("variation", Value::from(variation))]);
        Entry { variation, buckets, members }
    }

    fn into_value(self) -> Value {
        self.members.with("weight", Value::from(self.buckets)).into()
    }
}

/// The entries of the rollout; one with everything if the fallthrough serves one variation.
fn entries(fallthrough: &Object, rollout: &Object) -> Result<Vec<Entry>, RolloutError> {
    let index = |value: &Value| value.as_integer().and_then(|index| u32::try_from(index).ok());
    if let Some(fixed) = fallthrough.get("variation").filter(|fixed| !fixed.is_null()) {
        let fixed = index(fixed).ok_or(RolloutError::Malformed("fallthrough.variation"))?;
        return Ok(vec![Entry::new(fixed, BUCKETS)]);
    }
    const ENTRIES: &str = "fallthrough.rollout.variations";
    let malformed = RolloutError::Malformed(ENTRIES);
    let listed = match rollout.get("variations") {
        None | Some(Value::Null) => &[],
        Some(listed) => listed.as_array().ok_or(malformed)?,
    };
    let mut sum = 0_i64;
    let mut sums = Vec::new();
    let mut entries = Vec::new();
    for entry in listed {
        let members = entry.as_object().ok_or(RolloutError::Malformed(ENTRIES))?;
        let variation = members.get("variation").map_or(Some(0), index);
        let variation = variation.ok_or(RolloutError::Malformed(ENTRIES))?;
        let weight = members.get("weight").and_then(Value::as_integer).unwrap_or(0);
        sum = sum.saturating_add(weight);
        sums.push(sum);
        entries.push(Entry { variation, buckets: 0, members: members.clone() });
    }
    for (entry, buckets) in entries.iter_mut().zip(buckets(sums)) {
        entry.buckets = buckets;
    }
    Ok(entries)
}

fn object(value: Option<&Value>, name: &'static str) -> Result<Object, RolloutError> {
    match value {
        None | Some(Value::Null) => Ok(Object::default()),
        Some(Value::Object(object)) => Ok(object.clone()),
        Some(_) => Err(RolloutError::Malformed(name)),
    }
}
