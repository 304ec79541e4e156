//! Which attributes an evaluation of one flag may read.

use super::Ruleset;
use super::attribute::AttributeSlot;
use super::clause::{Clause, Condition};
use super::flag::Flag;
use super::rollout::{Bucketing, Served};
use super::segment::Segment;

/// What is to be looked at, each once.
struct Pending {
    waiting: Vec<u32>,
    seen: Vec<bool>,
}

impl Pending {
    /// Nothing yet, of so many.
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

/// The attributes that were found, and the segments that are asked.
struct Mentions {
    attributes: Vec<AttributeSlot>,
    segments: Pending,
    /// Whether a list of keys or a store is asked.
    keys: bool,
}

impl Mentions {
    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.condition {
                Condition::Segments(slots) => {
                    slots.iter().for_each(|slot| self.segments.add(*slot));
                }
                Condition::Attribute(slot, _) => self.attributes.push(*slot),
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
        self.attributes.extend(bucketing.by.map(|(attribute, _)| attribute));
    }
}

impl Ruleset {
    /// The names of the attributes that a flag, its prerequisites and the segments that they ask
    /// may read, each once or more; `key` is one where they do not ask for it by name only.
    pub(crate) fn attribute_names_of(&self, flag: u32) -> Vec<&str> {
        let mut flags = Pending::of(self.tables.flags.len());
        let segments = Pending::of(self.tables.segments.len());
        let mut found = Mentions { attributes: Vec::new(), segments, keys: false };
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
        let attribute = |slot: &AttributeSlot| self.tables.attributes.get(*slot);
        let names = found.attributes.iter().filter_map(attribute);
        let key = found.keys.then_some("key");
        names.map(|attribute| attribute.reference.name()).chain(key).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::Flags;

    #[test]
    fn what_a_flag_reads_is_followed_through_prerequisites_and_segments() {
        let flags = Flags::from_json(
            br#"{
            "flags": {
                "off": {"on": false, "rules": [{"clauses": [{"attribute": "a", "op": "in"}]}]},
                "plain": {"on": true, "rules": [{"clauses": [{"contextKind": "user", "attribute": "/a/b", "op": "in"}]}]},
                "after": {"on": true, "prerequisites": [{"key": "plain"}, {"key": "round"}]},
                "round": {"on": true, "prerequisites": [{"key": "after"}]},
                "listed": {"on": true, "targets": [{"values": ["k"]}]},
                "asking": {"on": true, "rules": [{"clauses": [{"op": "segmentMatch", "values": ["s", "none"]}]}]},
                "bucketed": {"on": true, "fallthrough": {"rollout": {"bucketBy": "c", "variations": [{}]}}}
            },
            "segments": {
                "s": {"rules": [{"clauses": [{"op": "segmentMatch", "values": ["t"]}]}]},
                "t": {"rules": [{"clauses": [{"attribute": "d", "op": "in"}], "weight": 1, "bucketBy": "e"}]}
            }}"#,
        )
        .unwrap();
        let names = |key| flags.attribute_names_of(flags.handle(key)).join(" ");
        let of_all =
            ["off", "plain", "after", "round", "listed", "asking", "bucketed", "none"].map(names);
        assert_eq!(of_all, ["", "a", "a", "a", "key", "d e key", "c", ""]);
    }
}
