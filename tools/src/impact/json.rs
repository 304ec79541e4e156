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
        let groups = impact.by.iter().enumerate().map(|(index, by)| self.groups(index, by));
        object(vec![
            ("key", Value::String(Arc::clone(&self.key))),
            ("changed", count(self.changed)),
            ("share", Value::from(share(self.changed, impact.contexts))),
            ("withoutBigSegments", count(self.without_big_segments)),
            ("foreseen", self.foreseen.iter().map(|each| self.foreseen(each)).collect()),
            ("moves", self.moves.iter().map(|each| self.counted(each, impact)).collect()),
            ("groups", groups.collect()),
        ])
    }

    fn before(&self, served: ServedAnswer) -> Value {
        answer(served, &self.variations_before)
    }

    fn after(&self, served: ServedAnswer) -> Value {
        answer(served, &self.variations_after)
    }

    fn counted(&self, each: &Move, impact: &Impact) -> Value {
        object(vec![
            ("from", self.before(each.from)),
            ("to", self.after(each.to)),
            ("changed", Value::Bool(each.changed)),
            ("count", count(each.count)),
            ("share", Value::from(share(each.count, impact.contexts))),
            ("sample", each.sample.iter().map(|key| Value::String(Arc::clone(key))).collect()),
        ])
    }

    fn groups(&self, index: usize, by: &GroupedBy) -> Value {
        let group = |(position, (group, contexts)): (usize, &(Group, u64))| {
            let changed = self.changed_in(index, position);
            let moves = self.moves.iter().filter_map(|each| {
                let counted = each.in_group(index, position);
                (counted > 0).then(|| {
                    object(vec![
                        ("from", self.before(each.from)),
                        ("to", self.after(each.to)),
                        ("count", count(counted)),
                    ])
                })
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

    fn foreseen(&self, change: &ForeseenChange) -> Value {
        let mut members = vec![
            ("from", Value::from(change.from.to_string())),
            ("to", Value::from(change.to.to_string())),
            ("everyone", Value::Bool(change.everyone)),
        ];
        match &change.shares {
            Foreseen::Exact(shares) => {
                let moves = shares.iter().map(|each| {
                    object(vec![
                        ("from", self.before(each.from)),
                        ("to", self.after(each.to)),
                        ("changed", Value::Bool(each.changed)),
                        ("share", Value::from(each.share())),
                    ])
                });
                members.push(("exact", Value::Bool(true)));
                members
                    .push(("share", change.changed_share().map(Value::from).unwrap_or_default()));
                members.push(("moves", moves.collect()));
                if let Some(kind) = &change.kind {
                    members.push(("keysOf", Value::String(Arc::clone(kind))));
                }
            }
            Foreseen::Attributes(because) => {
                members.push(("exact", Value::Bool(false)));
                members.push(("because", Value::from(because.to_string())));
            }
        }
        object(members)
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

/// `{variation, value}`, or `{variation: null, instead}` for the caller's default.
pub(crate) fn answer(served: ServedAnswer, variations: &[Value]) -> Value {
    let instead =
        |why: &str| object(vec![("variation", Value::Null), ("instead", Value::from(why))]);
    match served {
        ServedAnswer::Variation(index) => object(vec![
            ("variation", Value::from(index)),
            ("value", served.value(variations).cloned().unwrap_or_default()),
        ]),
        ServedAnswer::Default => instead("default"),
        ServedAnswer::Error => instead("error"),
        ServedAnswer::Missing => instead("missing"),
    }
}
