//! The flags whose answers can differ between two documents.
//!
//! The properties of a flag that decide its answers, which compiling it records, are compared
//! first; then every flag that depends on a changed flag or segment is changed too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::model::{
    Clause, Condition, DecidingProperties, FlagState, HashChoice, Model, OffVariation, Section,
    Segment, Served, Targeting,
};
use isoflag::{Flags, Value, sort_by, utf16_order};

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
        sort_by(&mut flags, |one, other| utf16_order(one, other));
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

/// A flag or a segment, by its key.
pub(crate) type Part<'a> = (u8, &'a str);
pub(crate) const FLAGS: u8 = 0;
pub(crate) const SEGMENTS: u8 = 1;

/// The parts of a document that decide its answers.
struct Decisions<'a> {
    /// For each flag and segment, its own parts that decide.
    decided: BTreeMap<Part<'a>, Decided>,
    /// The dependents of each flag and segment.
    dependents: BTreeMap<Part<'a>, Vec<Part<'a>>>,
}

/// The parts of a flag or a segment that decide.
#[derive(PartialEq)]
enum Decided {
    Malformed,
    /// The flag is off and serves no value of its own.
    NoValue {
        malformed: bool,
    },
    /// The flag is off and serves this variation.
    Off(u32, Value),
    /// The properties of the document, and the hash in `meta` if there are buckets.
    Properties(Option<DecidingProperties>, Option<HashChoice>),
}

impl<'a> Decisions<'a> {
    fn of(flags: &'a Flags) -> Decisions<'a> {
        let model = flags.model();
        let mut all = Decisions { decided: BTreeMap::new(), dependents: BTreeMap::new() };
        let properties = |section, slot, buckets: bool| {
            let properties = model.deciding_properties(section, slot);
            Decided::Properties(properties, buckets.then(|| model.hash()))
        };
        for (slot, flag) in model.flags() {
            let part = (FLAGS, &**model.flag_key(slot));
            let decided = match &flag.state {
                FlagState::Malformed => Decided::Malformed,
                FlagState::Off(off) => decided_by_off(*off, &flag.variations),
                FlagState::On(_, targeting) => {
                    for prerequisite in &targeting.prerequisites {
                        all.add(part, (FLAGS, model.flag_key(prerequisite.flag)));
                    }
                    let clauses = targeting.rules.iter().flat_map(|rule| &rule.clauses);
                    all.add_segments(part, model, clauses);
                    properties(Section::Flags, slot, has_rollout(targeting))
                }
            };
            all.decided.insert(part, decided);
        }
        for (slot, segment) in model.segments() {
            let part = (SEGMENTS, &**model.segment_key(slot));
            let decided = match segment {
                Segment::Malformed => Decided::Malformed,
                Segment::Readable(body) => {
                    let clauses = body.rules.iter().flat_map(|rule| &rule.clauses);
                    all.add_segments(part, model, clauses);
                    let buckets = body.rules.iter().any(|rule| rule.weighted.is_some());
                    properties(Section::Segments, slot, buckets)
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
fn decided_by_off(off: OffVariation, variations: &[Value]) -> Decided {
    match off {
        OffVariation::Default => Decided::NoValue { malformed: false },
        OffVariation::OutOfRange => Decided::NoValue { malformed: true },
        OffVariation::Variation(index) => {
            let value = variations.get(index as usize).cloned().unwrap_or_default();
            Decided::Off(index, value)
        }
    }
}

fn has_rollout(targeting: &Targeting) -> bool {
    let served = targeting.rules.iter().map(|rule| &rule.served);
    served.chain([&targeting.fallthrough]).any(|served| matches!(served, Served::Rollout(_)))
}
