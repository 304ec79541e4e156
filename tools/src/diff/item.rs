//! Describes the differences between two versions of a flag, a segment or `meta`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::{Object, Value};

use super::words::Words;
use crate::lifecycle::Lifecycle;

/// One difference: its path in the item, the values before and after, and a description.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
    pub(super) words: Words,
}

/// Returns the differences, member by member, in RFC 8785 order of the members. `version` only
/// signals that something differs, so it is skipped.
pub(super) fn differences(old: &Object, new: &Object) -> Vec<Difference> {
    let mut names: Vec<&Arc<str>> = new.iter().map(|(name, _)| name).collect();
    names.extend(old.iter().map(|(name, _)| name).filter(|name| new.get(name).is_none()));
    let mut found = Vec::new();
    let flags = (&Variations::of(old), &Variations::of(new));
    for name in names.into_iter().filter(|name| &***name != "version") {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        let lists = (elements(before), elements(after));
        match (&**name, lists) {
            ("lifecycle", _) => lifecycle(before, after, &mut found),
            ("rules", (Some(before), Some(after))) => rules(before, after, flags, &mut found),
            ("targets" | "contextTargets", (Some(before), Some(after))) => {
                targets(name, before, after, flags, &mut found);
            }
            ("included" | "excluded", (Some(one), Some(other))) => {
                let words = Words::new(name).text(": ").words(members(one, other));
                found.push(difference(name, before, after, words));
            }
            _ => {
                let is_bucketed = buckets(old) || buckets(new);
                let words = member(name, before, after, flags, is_bucketed);
                found.push(difference(name, before, after, words));
            }
        }
    }
    found
}

/// Returns the difference between two items of which one is not an object, if they differ.
pub(super) fn whole(before: &Value, after: &Value) -> Option<Difference> {
    let words = match after {
        Value::Object(_) => Words::new("an object instead of ").code(before),
        _ => Words::new("not an object: ").code(after),
    };
    (before != after).then(|| difference("", Some(before), Some(after), words))
}

fn difference(
    path: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    words: Words,
) -> Difference {
    Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned(), words }
}

/// The elements of an optional list; `None` for any other value.
fn elements(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None | Some(Value::Null) => Some(&[]),
        Some(value) => value.as_array(),
    }
}

fn member(
    name: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    (old, new): (&Variations, &Variations),
    is_bucketed: bool,
) -> Words {
    let null = Value::Null;
    let (one, other) = (before.unwrap_or(&null), after.unwrap_or(&null));
    let from_to = |what: &str, one: Words, other: Words| {
        Words::new(what).text(": from ").words(one).text(" to ").words(other)
    };
    match name {
        "on" if other.as_bool() == Some(true) => Words::new("turned on"),
        "on" if one.as_bool() == Some(true) => Words::new("turned off"),
        "fallthrough" => from_to("everybody else", serves(one, old), serves(other, new)),
        "offVariation" => from_to("while off", variation(one, old), variation(other, new)),
        "salt" | "key" if is_bucketed => {
            Words::new("").code(name).text(" changed: contexts are assigned to other buckets")
        }
        _ => changed(name, before, after),
    }
}

fn changed(name: &str, before: Option<&Value>, after: Option<&Value>) -> Words {
    let words = Words::new("").code(name);
    match (before, after) {
        (Some(before), Some(after)) => words.text(": from ").code(before).text(" to ").code(after),
        (None, Some(after)) => words.text(" added: ").code(after),
        (Some(before), None) => words.text(" removed: ").code(before),
        (None, None) => words,
    }
}

/// Whether a rule or the fallthrough serves by percentage.
fn buckets(item: &Object) -> bool {
    let has = |of: &Value| {
        let part = of.as_object();
        part.is_some_and(|part| ["rollout", "weight"].iter().any(|name| part.get(name).is_some()))
    };
    let rules = elements(item.get("rules")).unwrap_or_default();
    rules.iter().chain(item.get("fallthrough")).any(has)
}

fn lifecycle(before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let object = |value: Option<&Value>| value.and_then(Value::as_object).cloned();
    let (old, new) = (object(before).unwrap_or_default(), object(after).unwrap_or_default());
    let status = |value: Option<&Value>| value.and_then(|value| Lifecycle::read(value).status);
    for inner in differences(&old, &new) {
        let path = format!("lifecycle.{}", inner.path);
        let words = match (&*inner.path, status(before), status(after)) {
            ("status", Some(from), Some(to)) => {
                let words = Words::new("status: from ").code(from).text(" to ").code(to);
                match from.check_change(to) {
                    Ok(()) => words,
                    Err(error) => words.text(&format!(" (invalid: {error})")),
                }
            }
            _ => changed(&path, inner.before.as_ref(), inner.after.as_ref()),
        };
        found.push(Difference { path, words, ..inner });
    }
}

/// Compares rules. Two rules are the same if their ids are equal or, without ids, if their contents
/// are.
fn rules(
    before: &[Value],
    after: &[Value],
    flags: (&Variations, &Variations),
    found: &mut Vec<Difference>,
) {
    let id = |rule: &Value| match rule.as_object().and_then(|rule| rule.get("id")) {
        Some(Value::String(id)) if !id.is_empty() => Some(Arc::clone(id)),
        _ => None,
    };
    // An id is not a JSON text that begins with a brace.
    let name = |rule: &Value| match id(rule) {
        Some(id) => ["#", &id].concat(),
        None => rule.to_canonical_json(),
    };
    // The indices of the earlier rules by name, the first on top.
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, rule) in before.iter().enumerate().rev() {
        by_name.entry(name(rule)).or_default().push(index);
    }
    // A rule without an id that has no equal rule is the changed form of the one at the same index.
    let mut partner: Vec<Option<usize>> = Vec::new();
    let mut taken = vec![false; before.len()];
    for rule in after {
        let index = by_name.get_mut(&name(rule)).and_then(Vec::pop);
        if let Some(taken) = index.and_then(|index| taken.get_mut(index)) {
            *taken = true;
        }
        partner.push(index);
    }
    for (index, rule) in after.iter().enumerate() {
        let free = taken.get(index) == Some(&false);
        let other = before.get(index).filter(|other| free && id(other).is_none());
        if let Some(slot) = partner.get_mut(index)
            && slot.is_none()
            && other.is_some()
            && id(rule).is_none()
        {
            *slot = Some(index);
        }
    }
    let kept: Vec<usize> = partner.iter().flatten().copied().collect();
    for index in &kept {
        if let Some(taken) = taken.get_mut(*index) {
            *taken = true;
        }
    }
    for (index, (rule, partner)) in after.iter().zip(&partner).enumerate() {
        let path = format!("rules[{index}]");
        let before = partner.and_then(|index| before.get(index));
        let words = match before {
            None => Words::new("rule added: ").words(described(rule, flags.1)),
            Some(before) if before != rule => Words::new(&format!("rule {}: from ", index + 1))
                .words(described(before, flags.0))
                .text(" to ")
                .words(described(rule, flags.1)),
            Some(_) => continue,
        };
        found.push(difference(&path, before, Some(rule), words));
    }
    for (index, (rule, _)) in before.iter().zip(taken).enumerate().filter(|(_, (_, taken))| !taken)
    {
        let words = Words::new("rule removed: ").words(described(rule, flags.0));
        found.push(difference(&format!("rules[{index}]"), Some(rule), None, words));
    }
    if !kept.is_sorted() {
        let list = |rules: &[Value]| Some(rules.iter().cloned().collect::<Value>());
        let words = Words::new("the order of the rules changed");
        let (before, after) = (list(before), list(after));
        found.push(Difference { path: "rules".to_owned(), before, after, words });
    }
}

/// Describes a rule: its conditions and what it serves.
fn described(rule: &Value, variations: &Variations) -> Words {
    let rule_object = rule.as_object().cloned().unwrap_or_default();
    let clauses = elements(rule_object.get("clauses")).unwrap_or_default();
    let mut words = Words::default();
    for (index, clause) in clauses.iter().enumerate() {
        words = words.text(if index == 0 { "" } else { " and " }).words(condition(clause));
    }
    if clauses.is_empty() {
        words = words.text("everybody");
    }
    let serving = ["variation", "rollout"].iter().any(|name| rule_object.get(name).is_some());
    let share = rule_object.get("weight").and_then(Value::as_number);
    match share {
        _ if serving => words.text(" gets ").words(serves(rule, variations)),
        Some(weight) => words.text(&format!(", {} of them", percent(weight))),
        None => words,
    }
}

fn condition(clause: &Value) -> Words {
    let Some(clause) = clause.as_object() else { return Words::default().code(clause) };
    let text = |name: &str| clause.get(name).and_then(Value::as_str).unwrap_or_default();
    let not = clause.get("negate").and_then(Value::as_bool) == Some(true);
    let values = elements(clause.get("values")).unwrap_or_default();
    if text("op") == "segmentMatch" {
        let words = Words::new(if not { "not in segment " } else { "in segment " });
        return list(words, values);
    }
    let subject = match text("contextKind") {
        "" | "user" => text("attribute").to_owned(),
        kind => format!("{kind} {}", text("attribute")),
    };
    let operator = format!("{}{} ", if not { " not " } else { " " }, text("op"));
    list(Words::default().code(subject).text(&operator), values)
}

/// More values than this are counted, not listed.
const SHOWN: usize = 5;

fn list(mut words: Words, values: &[Value]) -> Words {
    for (index, value) in values.iter().take(SHOWN).enumerate() {
        words = words.text(if index == 0 { "" } else { ", " }).code(value);
    }
    match values.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => words.text(&format!(" and {more} more")),
        _ if values.is_empty() => words.text("nothing"),
        _ => words,
    }
}

/// Describes what a rule or a fallthrough serves.
fn serves(served: &Value, variations: &Variations) -> Words {
    let object = served.as_object();
    let index = object.and_then(|served| served.get("variation")).filter(|index| !index.is_null());
    if let Some(index) = index {
        return variation(index, variations);
    }
    let rollout = object.and_then(|served| served.get("rollout")?.as_object());
    let entries = rollout.and_then(|rollout| rollout.get("variations")?.as_array());
    let Some(entries) = entries else { return Words::new("nothing") };
    let mut words = Words::default();
    for (position, entry) in entries.iter().enumerate() {
        let weight = entry.as_object().and_then(|entry| entry.get("weight")?.as_number());
        let share = percent(weight.unwrap_or(0.0));
        let served = entry.as_object().and_then(|entry| entry.get("variation"));
        words = words
            .text(if position == 0 { "" } else { ", " })
            .text(&share)
            .text(" ")
            .words(variation(served.unwrap_or(&Value::Null), variations));
    }
    words
}

fn percent(weight: f64) -> String {
    format!("{} %", Value::from(weight / 1000.0))
}

/// The variations of an item in words: each is described once, since many rules may serve a long one.
struct Variations(Vec<Words>);

impl Variations {
    fn of(item: &Object) -> Variations {
        let variations = elements(item.get("variations")).unwrap_or_default();
        Variations(variations.iter().map(|value| Words::default().code(value)).collect())
    }
}

/// Describes the variation with this index.
fn variation(index: &Value, Variations(variations): &Variations) -> Words {
    if index.is_null() {
        return Words::new("the default in the code");
    }
    let position = index.as_integer().and_then(|index| usize::try_from(index).ok());
    match position.and_then(|position| variations.get(position)) {
        Some(words) => words.clone(),
        None => Words::new("variation ").code(index),
    }
}

/// Compares targets by variation and kind: added and removed keys.
fn targets(
    name: &str,
    before: &[Value],
    after: &[Value],
    flags: (&Variations, &Variations),
    found: &mut Vec<Difference>,
) {
    let label = |target: &Value| {
        let target = target.as_object()?;
        Some((target.get("contextKind").cloned(), target.get("variation").cloned()))
    };
    let text = |label: &Option<(Option<Value>, Option<Value>)>| {
        let label = label
            .as_ref()
            .map(|(kind, index)| [kind, index].map(|one| one.iter().cloned().collect()));
        label.into_iter().flatten().collect::<Value>().to_canonical_json()
    };
    // The values of each label, before and after.
    let mut values: BTreeMap<String, [Vec<Value>; 2]> = BTreeMap::new();
    for (side, target) in before.iter().map(|one| (0, one)).chain(after.iter().map(|one| (1, one)))
    {
        let own = target.as_object().and_then(|target| target.get("values")?.as_array());
        let lists = values.entry(text(&label(target))).or_default();
        if let Some(list) = lists.get_mut(side) {
            list.extend(own.unwrap_or_default().iter().cloned());
        }
    }
    for wanted in after.iter().chain(before).map(label) {
        // Each label once.
        let Some([one, other]) = values.remove(&text(&wanted)) else { continue };
        if one != other {
            let index = wanted.as_ref().and_then(|(_, index)| index.clone()).unwrap_or_default();
            let variations = if other.is_empty() { flags.0 } else { flags.1 };
            let words = Words::new("named for ")
                .words(variation(&index, variations))
                .text(": ")
                .words(members(&one, &other));
            let list = |values: Vec<Value>| Some(Value::from(values));
            found.push(Difference {
                path: name.to_owned(),
                before: list(one),
                after: list(other),
                words,
            });
        }
    }
}

/// Describes the values added to a list and removed from it.
fn members(before: &[Value], after: &[Value]) -> Words {
    let missing = |of: &[Value], from: &[Value]| -> Vec<Value> {
        let mut known = BTreeSet::new();
        known.extend(from.iter().map(Value::to_canonical_json));
        let is_new = |value: &&Value| !known.contains(&value.to_canonical_json());
        of.iter().filter(is_new).cloned().collect()
    };
    let (came, left) = (missing(after, before), missing(before, after));
    let mut words = Words::default();
    if !came.is_empty() {
        words = list(words, &came).text(" added");
    }
    if !left.is_empty() {
        words = words.text(if came.is_empty() { "" } else { "; " });
        words = list(words, &left).text(" removed");
    }
    if came.is_empty() && left.is_empty() { words.text("another order") } else { words }
}
