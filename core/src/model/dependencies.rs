//! Dependencies: the attributes that an evaluation of one flag may read.

use std::sync::Arc;

use super::Model;
use super::attribute::AttributeSlot;
use super::clause::{Clause, Condition};
use super::flag::Flag;
use super::rollout::{Bucketing, Served};
use super::segment::Segment;
use crate::context::{ALWAYS_VALID, BUILT_IN};
use crate::key_set::KeySet;

/// The parts of a context that the answer of one flag depends on. Flags with equal dependencies
/// have equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// In the order of their slots, each once.
    pub(crate) attributes: Arc<[AttributeSlot]>,
    /// Whether a list of keys is searched or a store queried.
    pub(crate) keys: bool,
    names: Vec<Arc<str>>,
}

impl Dependencies {
    /// The names of the attributes, each once, sharing the document's strings; `key` is included if
    /// an answer depends on a context's key.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// The members that a host runtime passes for each of a context's kinds: those that validation
    /// reads, `kind` first, then the attributes, each once.
    #[must_use]
    pub fn members(&self) -> Vec<Arc<str>> {
        let mut members: Vec<Arc<str>> = BUILT_IN.map(Arc::from).into();
        let others = self.names.iter().filter(|name| !BUILT_IN.contains(&&***name));
        members.extend(others.cloned());
        members
    }

    /// The members that no answer depends on as long as they are valid, each with the classes of
    /// values that are always valid: `null`, `boolean`, `empty` (the empty string) and `text` (any
    /// other string).
    pub fn interchangeable(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        ALWAYS_VALID
            .into_iter()
            .filter(|(name, _)| !self.names.iter().any(|known| **known == **name))
    }
}

/// The slots still to visit, each once.
struct Pending {
    waiting: Vec<u32>,
    seen: Vec<bool>,
}

impl Pending {
    /// An empty set for a number of slots.
    fn of(count: usize) -> Pending {
        Pending { waiting: Vec::new(), seen: vec![false; count] }
    }

    fn add(&mut self, slot: u32) {
        if let Some(seen) = self.seen.get_mut(slot as usize)
            && !std::mem::replace(seen, true)
        {
            self.waiting.push(slot);
        }
    }
}

/// The attributes found, and the segments referred to.
struct Found {
    /// Whether each attribute was found, by slot.
    attributes: Vec<bool>,
    segments: Pending,
    /// Whether a list of keys is searched or a store queried.
    keys: bool,
}

impl Found {
    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.condition {
                Condition::Segments(slots) => {
                    slots.iter().for_each(|slot| self.segments.add(*slot));
                }
                Condition::Attribute(slot, _) => self.attribute(*slot),
                Condition::Kinds(_) | Condition::InvalidReference => {}
            }
        }
    }

    fn served(&mut self, served: &Served) {
        if let Served::Rollout(rollout) = served {
            self.bucketing(&rollout.bucketing);
        }
    }

    fn bucketing(&mut self, bucketing: &Bucketing) {
        if let Some((attribute, _)) = bucketing.by {
            self.attribute(attribute);
        }
    }

    fn attribute(&mut self, slot: AttributeSlot) {
        if let Some(found) = self.attributes.get_mut(slot.0 as usize) {
            *found = true;
        }
    }
}

impl Model {
    /// Returns the dependencies of a flag, its prerequisites and their segments.
    pub(crate) fn dependencies_of(&self, flag: u32) -> Dependencies {
        let mut flags = Pending::of(self.tables.flags.len());
        let segments = Pending::of(self.tables.segments.len());
        let attributes = vec![false; self.tables.attributes.len()];
        let mut found = Found { attributes, segments, keys: false };
        flags.add(flag);
        while let Some(slot) = flags.waiting.pop() {
            let Some(targeting) = self.flag(slot).and_then(Flag::targeting) else { continue };
            found.keys |= !targeting.targets.lists.is_empty();
            targeting.prerequisites.iter().for_each(|one| flags.add(one.flag));
            for rule in &targeting.rules {
                found.clauses(&rule.clauses);
                found.served(&rule.served);
            }
            found.served(&targeting.fallthrough);
        }
        while let Some(slot) = found.segments.waiting.pop() {
            let Some(Segment::Readable(body)) = self.segment(slot) else { continue };
            // Nearly every segment lists keys.
            found.keys = true;
            for rule in &body.rules {
                found.clauses(&rule.clauses);
                if let Some((_, bucketing)) = &rule.weighted {
                    found.bucketing(bucketing);
                }
            }
        }
        let mut slots = Vec::new();
        let mut names = KeySet::default();
        let mut add = |name: &Arc<str>| {
            if names.slot(name).is_none() {
                names.add(name);
            }
        };
        let mut dependencies = Dependencies { keys: found.keys, ..Dependencies::default() };
        for (slot, _) in (0..).zip(&found.attributes).filter(|(_, found)| **found) {
            let slot = AttributeSlot(slot);
            slots.push(slot);
            if let Some(attribute) = self.tables.attributes.get(slot) {
                add(attribute.reference.shared_name());
            }
        }
        if found.keys {
            add(&Arc::from("key"));
        }
        dependencies.names = names.into_keys();
        dependencies.attributes = slots.into();
        dependencies
    }
}

#[cfg(test)]
mod tests {
    use crate::Flags;

    #[test]
    fn dependencies_include_those_of_prerequisites_and_segments() {
        let flags = Flags::from_json(
            br#"{
            "flags": {
                "off": {"on": false, "rules": [{"clauses": [{"attribute": "a", "op": "in"}]}]},
                "plain": {"on": true, "rules": [{"clauses": [{"contextKind": "user", "attribute": "/a/b", "op": "in"}]}]},
                "after": {"on": true, "prerequisites": [{"key": "plain"}, {"key": "round"}]},
                "round": {"on": true, "prerequisites": [{"key": "after"}]},
                "listed": {"on": true, "targets": [{"values": ["k"]}]},
                "segmented": {"on": true, "rules": [{"clauses": [{"op": "segmentMatch", "values": ["s", "none"]}]}]},
                "bucketed": {"on": true, "fallthrough": {"rollout": {"bucketBy": "c", "variations": [{}]}}}
            },
            "segments": {
                "s": {"rules": [{"clauses": [{"op": "segmentMatch", "values": ["t"]}]}]},
                "t": {"rules": [{"clauses": [{"attribute": "d", "op": "in"}], "weight": 1, "bucketBy": "e"}]}
            }}"#,
        )
        .unwrap();
        let names = |key| flags.dependencies_of(flags.handle(key)).names().join(" ");
        let of_all = ["off", "plain", "after", "round", "listed", "segmented", "bucketed", "none"]
            .map(names);
        assert_eq!(of_all, ["", "a", "a", "a", "key", "d e key", "c", ""]);
        let dependencies = flags.dependencies_of(flags.handle("segmented"));
        assert_eq!(dependencies.members().join(" "), "kind key name anonymous _meta d e");
        let interchangeable: Vec<&str> =
            dependencies.interchangeable().map(|(name, _)| name).collect();
        assert_eq!(interchangeable, ["name", "anonymous"]);
    }
}
