//! The JSON form of an impact.

use std::sync::Arc;

use isoflag::Value;
use serde::{Serialize, Serializer};

use super::{
    FlagImpact, Foreseen, ForeseenChange, Group, GroupedBy, Impact, Move, ServedAnswer, share,
};

impl Impact {
    /// `{from, to, contexts, invalid, changed, share, by, flags}`: the digests; the counts; for each
    /// attribute its groups; and each flag with the changes that follow from the documents
    /// (`foreseen`) and the counted `moves`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object(vec![
            ("from", Value::String(Arc::clone(&self.from))),
            ("to", Value::String(Arc::clone(&self.to))),
            ("contexts", count(self.contexts)),
            ("invalid", count(self.invalid)),
            ("changed", count(self.changed)),
            ("share", Value::from(share(self.changed, self.contexts))),
            ("by", self.by.iter().map(|by| Value::String(Arc::clone(&by.attribute))).collect()),
            ("flags", self.flags.iter().map(|flag| flag.to_value(self)).collect()),
        ])
    }
}

impl Serialize for Impact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    Value::Object(members.into_iter().collect())
}

/// A count is far below 2^53.
fn count(count: u64) -> Value {
    Value::from(count as f64)
}

impl FlagImpact {
    fn to_value(&self, impact: &Impact) -> Value {
        let pairs = Pairs {
            before: Answers::of(&self.variations_before),
            after: Answers::of(&self.variations_after),
        };
        let groups = impact.by.iter().enumerate().map(|(index, by)| self.groups(index, by, &pairs));
        object(vec![
            ("key", Value::String(Arc::clone(&self.key))),
            ("changed", count(self.changed)),
            ("share", Value::from(share(self.changed, impact.contexts))),
            ("withoutBigSegments", count(self.without_big_segments)),
            ("foreseen", self.foreseen.iter().map(|each| foreseen(each, &pairs)).collect()),
            ("moves", self.moves.iter().map(|each| counted(each, impact, &pairs)).collect()),
            ("groups", groups.collect()),
        ])
    }

    fn groups(&self, index: usize, by: &GroupedBy, pairs: &Pairs) -> Value {
        let group = |(position, (group, contexts)): (usize, &(Group, u64))| {
            let changed = self.changed_in(index, position);
            let moves = self.moves.iter().filter_map(|each| {
                let counted = each.in_group(index, position);
                (counted > 0)
                    .then(|| pairs.with(each.from, each.to, vec![("count", count(counted))]))
            });
            let (name, value) = match group {
                Group::Value(value) => ("value", value.clone()),
                Group::Absent => ("absent", Value::Bool(true)),
                Group::Private => ("private", Value::Bool(true)),
                Group::Other => ("other", Value::Bool(true)),
            };
            object(vec![
                (name, value),
                ("contexts", count(*contexts)),
                ("changed", count(changed)),
                ("share", Value::from(share(changed, *contexts))),
                ("moves", moves.collect()),
            ])
        };
        object(vec![
            ("by", Value::String(Arc::clone(&by.attribute))),
            ("groups", by.groups.iter().enumerate().map(group).collect()),
        ])
    }

    /// The number of contexts of a group whose value changes.
    pub(super) fn changed_in(&self, attribute: usize, group: usize) -> u64 {
        let changed = self.moves.iter().filter(|each| each.changed);
        changed.map(|each| each.in_group(attribute, group)).sum()
    }
}

impl Move {
    fn in_group(&self, attribute: usize, group: usize) -> u64 {
        self.groups.get(attribute).and_then(|groups| groups.get(group)).copied().unwrap_or(0)
    }
}

fn counted(each: &Move, impact: &Impact, pairs: &Pairs) -> Value {
    let members = vec![
        ("changed", Value::Bool(each.changed)),
        ("count", count(each.count)),
        ("share", Value::from(share(each.count, impact.contexts))),
        ("sample", each.sample.iter().map(|key| Value::String(Arc::clone(key))).collect()),
    ];
    pairs.with(each.from, each.to, members)
}

fn foreseen(change: &ForeseenChange, pairs: &Pairs) -> Value {
    let mut members = vec![
        ("from", Value::from(change.from.to_string())),
        ("to", Value::from(change.to.to_string())),
        ("everyone", Value::Bool(change.everyone)),
    ];
    match &change.shares {
        Foreseen::Exact(shares) => {
            let moves = shares.iter().map(|each| {
                let members = vec![
                    ("changed", Value::Bool(each.changed)),
                    ("share", Value::from(each.share())),
                ];
                pairs.with(each.from, each.to, members)
            });
            members.push(("exact", Value::Bool(true)));
            members.push(("share", change.changed_share().map(Value::from).unwrap_or_default()));
            members.push(("moves", moves.collect()));
            if let Some(kind) = &change.kind {
                members.push(("keysOf", Value::String(Arc::clone(kind))));
            }
            if let Some((from, to)) = change.without_kind {
                members.push(("withoutKind", pairs.with(from, to, Vec::new())));
            }
        }
        Foreseen::Attributes(because) => {
            members.push(("exact", Value::Bool(false)));
            members.push(("because", Value::from(because.to_string())));
        }
    }
    object(members)
}

/// The answers of a flag before and after.
struct Pairs {
    before: Answers,
    after: Answers,
}

impl Pairs {
    /// `{from, to}` with more members.
    fn with(
        &self,
        from: ServedAnswer,
        to: ServedAnswer,
        mut members: Vec<(&'static str, Value)>,
    ) -> Value {
        members.extend([("from", self.before.get(from)), ("to", self.after.get(to))]);
        object(members)
    }
}

/// The longest value that an answer shows, in bytes of JSON: a flag with many variations has many
/// pairs of answers.
const LONGEST_VALUE: usize = 256;

/// The JSON form of each variation of a flag.
pub(crate) struct Answers(Vec<Value>);

impl Answers {
    pub(crate) fn of(variations: &[Value]) -> Answers {
        let answer = |(index, value): (u32, &Value)| {
            let mut members = vec![("variation", Value::from(index))];
            if value.canonical_length() <= LONGEST_VALUE {
                members.push(("value", value.clone()));
            }
            object(members)
        };
        Answers((0..).zip(variations).map(answer).collect())
    }

    /// `{variation, value}` without a long value, or `{variation: null, instead}` for the caller's
    /// default.
    pub(crate) fn get(&self, served: ServedAnswer) -> Value {
        let instead = match served {
            ServedAnswer::Variation(index) => {
                return self.0.get(index as usize).cloned().unwrap_or_default();
            }
            ServedAnswer::Default => "default",
            ServedAnswer::Error => "error",
            ServedAnswer::Missing => "missing",
        };
        object(vec![("variation", Value::Null), ("instead", Value::from(instead))])
    }
}
