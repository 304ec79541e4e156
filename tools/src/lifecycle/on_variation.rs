//! Determines the "on" variation of a flag.

use std::collections::BTreeMap;

use isoflag::model::{Flag, Section};
use isoflag::{Flags, Value};

use super::lifecycle;

/// See [`on_variation`]. Reads the flag's source, because compiling a flag that is off drops
/// its fallthrough.
pub(super) fn of(flags: &Flags, key: &str, flag: &Flag) -> Option<u32> {
    if lifecycle(flags, key)?.on_variation.is_some() {
        return steady(flags, key, flag);
    }
    steady(flags, key, flag).or_else(|| {
        let source = flags.source(Section::Flags, key)?.as_object()?;
        let most = served_most(source.get("fallthrough")?)?;
        ((most as usize) < flag.variations.len()).then_some(most)
    })
}

/// The named "on" variation, or the only possible one of at most two.
pub(super) fn steady(flags: &Flags, key: &str, flag: &Flag) -> Option<u32> {
    let source = flags.source(Section::Flags, key)?.as_object()?;
    let count = u32::try_from(flag.variations.len()).ok()?;
    if let Some(named) = lifecycle(flags, key)?.on_variation {
        return (named < count).then_some(named);
    }
    if count > 2 {
        return None;
    }
    let is_true = |value: &Value| value.as_bool() == Some(true);
    let position = flag.variations.iter().position(is_true);
    let off = source.get("offVariation").and_then(Value::as_integer);
    let other = (0..count).find(|index| count == 1 || off == Some(i64::from(1 - *index)));
    position.and_then(|position| u32::try_from(position).ok()).or(other)
}

/// The variation that a rule or a fallthrough serves most; the first of several.
fn served_most(served: &Value) -> Option<u32> {
    let served = served.as_object()?;
    let index = |of: &Value| u32::try_from(of.as_integer()?).ok();
    if let Some(variation) = served.get("variation").filter(|variation| !variation.is_null()) {
        return index(variation);
    }
    let entries = served.get("rollout")?.as_object()?.get("variations")?.as_array()?;
    let mut weights: Vec<(u32, i64)> = Vec::new();
    let mut indices: BTreeMap<u32, usize> = BTreeMap::new();
    for entry in entries {
        let entry = entry.as_object()?;
        let variation = entry.get("variation").map_or(Some(0), index)?;
        let weight = entry.get("weight").and_then(Value::as_integer).unwrap_or(0);
        let index = *indices.entry(variation).or_insert(weights.len());
        match weights.get_mut(index) {
            Some((_, sum)) => *sum = sum.saturating_add(weight),
            None => weights.push((variation, weight)),
        }
    }
    let most = weights.iter().map(|(_, weight)| *weight).max()?;
    weights.iter().find(|(_, weight)| *weight == most).map(|(variation, _)| *variation)
}

#[cfg(test)]
mod tests {
    use isoflag::Flags;

    #[test]
    fn the_on_variation_is_the_named_or_the_only_possible_or_the_most_served_one() {
        for (flag, on) in [
            (r#""variations": [false, true], "fallthrough": {"variation": 0}"#, Some(1)),
            (r#""variations": [true, false], "offVariation": 0"#, Some(0)),
            (r#""variations": ["a", "b"], "offVariation": 0"#, Some(1)),
            (r#""variations": ["a", "b"], "offVariation": 1"#, Some(0)),
            (r#""variations": ["a", "b"], "fallthrough": {"variation": 1}"#, Some(1)),
            (r#""variations": ["a"], "offVariation": 0"#, Some(0)),
            (r#""variations": ["a", "b", "c"], "fallthrough": {"variation": 2}"#, Some(2)),
            (r#""variations": [1, 2, 3], "lifecycle": {"onVariation": 1}, "on": false"#, Some(1)),
            (
                r#""variations": [1, 2, 3], "lifecycle": {"onVariation": 3},
                "fallthrough": {"variation": 2}"#,
                None,
            ),
            (
                r#""variations": [1, 2, 3], "fallthrough": {"rollout": {"variations": [
                {"variation": 2, "weight": 30000}, {"variation": 1, "weight": 40000},
                {"variation": 2, "weight": 30000}]}}"#,
                Some(2),
            ),
            (
                r#""variations": [1, 2, 3], "fallthrough": {"rollout": {"variations": [
                {"variation": 1, "weight": 50000}, {"variation": 0, "weight": 50000}]}}"#,
                Some(1),
            ),
            (r#""variations": [1, 2, 3], "fallthrough": {"variation": 9}"#, None),
            (r#""variations": [1, 2, 3], "fallthrough": {"rollout": {"variations": []}}"#, None),
            (r#""variations": [1, 2, 3]"#, None),
            (r#""variations": []"#, None),
        ] {
            let document = format!(r#"{{"flags": {{"f": {{{flag}}}}}}}"#);
            let flags = Flags::from_json(document.as_bytes()).unwrap();
            assert_eq!(super::super::on_variation(&flags, "f"), on, "{flag}");
        }
    }
}
