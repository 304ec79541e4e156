//! Merges the rules of a flag: the conditions of the source, and the shares of the target.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::{Object, Path, Value};

use super::indices::{Gone, Indices};
use super::{member, only};
use crate::note::Note;
use crate::rollout::RULE_ID;

/// The members of a rule or a fallthrough that say what is served.
const SERVED: [&str; 2] = ["variation", "rollout"];

/// Whether a rule or a fallthrough serves percentages.
pub(super) fn has_shares(served: &Object) -> bool {
    member(served, "variation").is_none() && member(served, "rollout").is_some()
}

/// The rules of a flag in both documents, and what the target's fallthrough serves.
pub(super) struct Rules<'a> {
    pub(super) from: &'a [Value],
    pub(super) held: &'a [Value],
    pub(super) fallthrough: &'a Object,
    pub(super) indices: &'a Indices,
    pub(super) path: &'a Path<'a>,
}

impl Rules<'_> {
    /// Returns the rules of the source. A rule with an equal `id`, or equal clauses, in the target
    /// keeps its percentages. The rule of a planned rollout is that of the target.
    pub(super) fn merged(&self, notes: &mut Vec<Note>) -> Result<Vec<Value>, (usize, Gone)> {
        let held = self.held.iter().enumerate();
        let (planned, mut left): (Vec<_>, Vec<_>) = held.partition(|(_, rule)| is_planned(rule));
        // The first of several is found first.
        left.reverse();
        let mut by_name = BTreeMap::<Name, Vec<usize>>::new();
        for (index, rule) in left {
            for name in rule.as_object().into_iter().flat_map(names) {
                by_name.entry(name).or_default().push(index);
            }
        }
        let mut used = BTreeSet::new();
        let mut merged = Vec::new();
        let carried = self.from.iter().enumerate().filter(|(_, rule)| !is_planned(rule));
        for (index, rule) in carried {
            let Some(rule) = rule.as_object() else { continue };
            let own = names(rule).find_map(|name| {
                let places = by_name.get_mut(&name)?;
                while let Some(place) = places.pop() {
                    if used.insert(place) {
                        return Some(place);
                    }
                }
                None
            });
            let path = self.path.element(index);
            merged.push(
                match own.and_then(|place| Some((place, self.held.get(place)?.as_object()?))) {
                    Some((place, own)) if has_shares(own) || has_shares(rule) => {
                        let own = self.indices.served(own).map_err(|gone| (place, gone))?;
                        serving(rule, &own)
                    }
                    None if has_shares(rule) => {
                        notes.push(Note::new(
                            "rollout-left-out",
                            &path,
                            "the percentages of a new rule are not carried; it serves what the \
                         fallthrough serves until you set them",
                        ));
                        serving(rule, self.fallthrough)
                    }
                    _ => rule.clone().into(),
                },
            );
        }
        let is_gone = |index: &usize| !used.contains(index);
        let plain = |(index, rule): (usize, &Value)| (!is_planned(rule)).then_some(index);
        let gone = self.held.iter().enumerate().filter_map(plain).filter(is_gone);
        for index in gone {
            let message = "the source has no such rule; it is removed";
            notes.push(Note::new("rule-removed", &self.path.element(index), message));
        }
        for (place, rule) in planned {
            let rule = rule.as_object().cloned().unwrap_or_default();
            let rule = self.indices.served(&rule).map_err(|gone| (place, gone))?;
            merged.push(rule.into());
        }
        Ok(merged)
    }
}

/// The rule, with what another one serves.
fn serving(rule: &Object, other: &Object) -> Value {
    let conditions = only(rule, |name| !SERVED.contains(&name));
    let members = conditions.chain(only(other, |name| SERVED.contains(&name)));
    Value::Object(members.collect::<Vec<(Arc<str>, Value)>>().into_iter().collect())
}

/// A member by which rules are found to be equal, and its value.
type Name = (&'static str, String);

/// The `id` of a rule, then its clauses.
fn names(rule: &Object) -> impl Iterator<Item = Name> {
    let name = |part| Some((part, member(rule, part)?.to_canonical_json()));
    ["id", "clauses"].into_iter().filter_map(name)
}

/// Whether a planned rollout made the rule.
fn is_planned(rule: &Value) -> bool {
    let id = rule.as_object().and_then(|rule| rule.get("id"));
    id.and_then(Value::as_str) == Some(RULE_ID)
}
