//! The flags whose answers can differ between two documents.
//!
//! The parts of a flag that decide its answers are compared first; then every flag that depends on
//! a changed flag or segment is changed too. Names, owners, versions and tracking decide nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::model::{
    Clause, Condition, FlagState, HashChoice, Model, OffVariation, Section, Segment,
};
use isoflag::{Flags, Object, Value, utf16_order};

/// Returns the keys of the flags whose answer to some context can differ between this document
/// and a later one, in RFC 8785 order: because of the flag itself, a prerequisite or a segment,
/// at any depth. Flags that only one of the two documents has are included.
///
/// The result may include too many flags (for example if a rule that can never match changed),
/// never too few.
///
/// ```
/// use isoflag::Flags;
/// use isoflag_tools::changed_answers;
/// let old = Flags::from_json(br#"{"flags": {"a": {"on": false}, "b": {"on": false}}}"#)?;
/// let new = Flags::from_json(br#"{"flags": {"a": {"on": true}, "b": {"version": 2}}}"#)?;
/// let changed = changed_answers(&old, &new);
/// assert_eq!(changed.iter().map(|key| &**key).collect::<Vec<_>>(), ["a"]);
/// # Ok::<(), isoflag::DocumentError>(())
/// ```
#[must_use]
pub fn changed_answers(before: &Flags, after: &Flags) -> Vec<Arc<str>> {
    changed_parts(before, after).flags()
}

/// The flags and segments of two documents that can decide differently.
pub(crate) struct ChangedParts<'a>(BTreeSet<Part<'a>>);

impl<'a> ChangedParts<'a> {
    /// The keys of the flags, in RFC 8785 order.
    pub(crate) fn flags(&self) -> Vec<Arc<str>> {
        let flags = self.0.iter().filter(|(section, _)| *section == FLAGS);
        let mut flags: Vec<&str> = flags.map(|(_, key)| *key).collect();
        flags.sort_by(|one, other| utf16_order(one, other));
        flags.into_iter().map(Arc::from).collect()
    }

    pub(crate) fn has_flag(&self, key: &'a str) -> bool {
        self.0.contains(&(FLAGS, key))
    }

    pub(crate) fn has_segment(&self, key: &'a str) -> bool {
        self.0.contains(&(SEGMENTS, key))
    }
}

/// Returns every flag and segment that changed, or depends on one that did.
pub(crate) fn changed_parts<'a>(before: &'a Flags, after: &'a Flags) -> ChangedParts<'a> {
    let (old, new) = (Decisions::of(before), Decisions::of(after));
    let mut changed: BTreeSet<Part<'_>> = BTreeSet::new();
    let mut to_follow = Vec::new();
    for part in old.decided.keys().chain(new.decided.keys()) {
        if old.decided.get(part) != new.decided.get(part) && changed.insert(*part) {
            to_follow.push(*part);
        }
    }
    while let Some(part) = to_follow.pop() {
        for dependents in [&old, &new].into_iter().filter_map(|all| all.dependents.get(&part)) {
            to_follow.extend(dependents.iter().filter(|dependent| changed.insert(**dependent)));
        }
    }
    ChangedParts(changed)
}

/// The members of a flag's source that choose its targets, with the defaults of absent ones.
pub(crate) fn target_members(flag: &Object) -> [Value; 2] {
    ["targets", "contextTargets"].map(|name| filled(flag, name))
}

/// The clauses of each rule of a flag's source, with the defaults of absent members.
pub(crate) fn rule_clauses(flag: &Object) -> Vec<Value> {
    member(flag, "rules").as_array().unwrap_or_default().iter().map(clauses).collect()
}

/// A flag or a segment, by its key.
pub(crate) type Part<'a> = (u8, &'a str);
pub(crate) const FLAGS: u8 = 0;
pub(crate) const SEGMENTS: u8 = 1;

/// The parts of a document that decide its answers.
struct Decisions<'a> {
    /// For each flag and segment, its own parts that decide.
    decided: BTreeMap<Part<'a>, Value>,
    /// The dependents of each flag and segment.
    dependents: BTreeMap<Part<'a>, Vec<Part<'a>>>,
}

impl<'a> Decisions<'a> {
    fn of(flags: &'a Flags) -> Decisions<'a> {
        let model = flags.model();
        let mut all = Decisions { decided: BTreeMap::new(), dependents: BTreeMap::new() };
        for (slot, flag) in model.flags() {
            let key = model.flag_key(slot);
            let part = (FLAGS, &**key);
            let decided = match &flag.state {
                FlagState::Malformed => Value::from("malformed"),
                FlagState::Off(off) => decided_by_off(*off, &flag.variations),
                FlagState::On(_, targeting) => {
                    for prerequisite in &targeting.prerequisites {
                        all.add(part, (FLAGS, model.flag_key(prerequisite.flag)));
                    }
                    let clauses = targeting.rules.iter().flat_map(|rule| &rule.clauses);
                    all.add_segments(part, model, clauses);
                    let source = flags.source(Section::Flags, key).and_then(Value::as_object);
                    decided_by_targeting(source, key, model.hash())
                }
            };
            all.decided.insert(part, decided);
        }
        for (slot, segment) in model.segments() {
            let key = model.segment_key(slot);
            let part = (SEGMENTS, &**key);
            let decided = match segment {
                Segment::Malformed => Value::from("malformed"),
                Segment::Readable(body) => {
                    let clauses = body.rules.iter().flat_map(|rule| &rule.clauses);
                    all.add_segments(part, model, clauses);
                    let source = flags.source(Section::Segments, key);
                    decided_by_segment(source.and_then(Value::as_object), key, model.hash())
                }
            };
            all.decided.insert(part, decided);
        }
        all
    }

    fn add(&mut self, dependent: Part<'a>, dependency: Part<'a>) {
        self.dependents.entry(dependency).or_default().push(dependent);
    }

    fn add_segments(
        &mut self,
        dependent: Part<'a>,
        model: &'a Model,
        clauses: impl Iterator<Item = &'a Clause>,
    ) {
        for clause in clauses {
            let Condition::Segments(slots) = &clause.condition else { continue };
            for slot in slots {
                self.add(dependent, (SEGMENTS, model.segment_key(*slot)));
            }
        }
    }
}

/// For a flag that is off: the value that it serves.
fn decided_by_off(off: OffVariation, variations: &[Value]) -> Value {
    match off {
        OffVariation::Default => Value::from("default"),
        OffVariation::OutOfRange => Value::from("out of range"),
        OffVariation::Variation(index) => {
            let value = variations.get(index as usize).cloned().unwrap_or_default();
            Value::from(vec![Value::from(index), value])
        }
    }
}

/// For a flag that is on: everything that an evaluation reads.
fn decided_by_targeting(source: Option<&Object>, key: &str, hash: HashChoice) -> Value {
    let Some(flag) = source else { return Value::Null };
    let rules = member(flag, "rules");
    let rules = rules.as_array().unwrap_or_default();
    let served = |value: &Value| kept(value, &["id", "variation", "rollout"]);
    let rule = |rule: &Value| Value::from(vec![served(rule), clauses(rule)]);
    let fallthrough = member(flag, "fallthrough");
    let buckets = rules.iter().chain([&fallthrough]).any(|part| has(part, "rollout"));
    let plain = ["variations", "offVariation", "prerequisites", "targets", "contextTargets"];
    let mut members: Vec<(&str, Value)> = plain.map(|name| (name, filled(flag, name))).to_vec();
    members.push(("rules", rules.iter().map(rule).collect()));
    members.push(("fallthrough", served(&fallthrough)));
    members.push(("bucketing", bucketing(flag, key, hash, buckets)));
    members.into_iter().collect::<Object>().into()
}

/// Everything that decides a segment's membership.
fn decided_by_segment(source: Option<&Object>, key: &str, hash: HashChoice) -> Value {
    let Some(segment) = source else { return Value::Null };
    let rules = member(segment, "rules");
    let rules = rules.as_array().unwrap_or_default();
    let share = |value: &Value| kept(value, &["weight", "bucketBy", "rolloutContextKind"]);
    let rule = |rule: &Value| Value::from(vec![share(rule), clauses(rule)]);
    let buckets = rules.iter().any(|rule| has(rule, "weight"));
    let big = member(segment, "unbounded").as_bool() == Some(true);
    let plain = [
        "included",
        "excluded",
        "includedContexts",
        "excludedContexts",
        "unbounded",
        "unboundedContextKind",
        "generation",
    ];
    let mut members: Vec<(&str, Value)> = plain.map(|name| (name, filled(segment, name))).to_vec();
    members.push(("rules", rules.iter().map(rule).collect()));
    members.push(("bucketing", bucketing(segment, key, hash, buckets || big)));
    members.into_iter().collect::<Object>().into()
}

/// The inputs of a bucket's hash, if there are any buckets.
fn bucketing(item: &Object, key: &str, hash: HashChoice, buckets: bool) -> Value {
    if !buckets {
        return Value::Null;
    }
    let own_key = item.get("key").filter(|key| !key.is_null()).cloned();
    let hash = match hash {
        HashChoice::Document => "",
        HashChoice::Named(hash) => hash.as_str(),
        HashChoice::Unknown => "unknown",
    };
    vec![own_key.unwrap_or_else(|| Value::from(key)), filled(item, "salt"), Value::from(hash)]
        .into()
}

fn clauses(rule: &Value) -> Value {
    let members = ["attribute", "contextKind", "op", "values", "negate"];
    let source = rule.as_object().map(|rule| member(rule, "clauses")).unwrap_or_default();
    let clauses = source.as_array().unwrap_or_default();
    clauses.iter().map(|clause| kept(clause, &members)).collect()
}

fn member(object: &Object, name: &str) -> Value {
    object.get(name).cloned().unwrap_or_default()
}

fn has(part: &Value, name: &str) -> bool {
    part.as_object().and_then(|part| part.get(name)).is_some_and(|value| !value.is_null())
}

/// Returns a member, absent if it has the value that an absent member is read as.
fn filled(object: &Object, name: &str) -> Value {
    match member(object, name) {
        Value::Array(elements) if elements.is_empty() => Value::Null,
        Value::Bool(false) => Value::Null,
        value => value,
    }
}

/// Returns the object with only these members.
fn kept(value: &Value, names: &[&str]) -> Value {
    let Some(object) = value.as_object() else { return value.clone() };
    names.iter().map(|name| filled(object, name)).collect()
}
