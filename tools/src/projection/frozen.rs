//! Finds the flags and segments whose paths may be too long, or lead back to themselves.

use std::collections::BTreeSet;

use isoflag::limits::PATH_LENGTH;
use isoflag::model::{Clause, Condition, Flag, Membership, Model, Segment, SegmentRule};

use super::Part;

/// The parts of a document that are not folded. Folding removes dependencies, and an evaluation
/// that fails because a path of dependencies is too long or a cycle would no longer fail.
///
/// These are the parts on such a path, and, as far as the projection contains one of them, all of
/// its dependencies.
pub(super) struct Frozen {
    flags: Graph,
    segments: Graph,
}

impl Frozen {
    pub(super) fn of(model: &Model) -> Frozen {
        let prerequisites = |slot: u32| -> Vec<u32> {
            let targeting = model.flag(slot).and_then(Flag::targeting);
            let all = targeting.into_iter().flat_map(|targeting| &targeting.prerequisites);
            all.map(|each| each.flag).filter(|slot| model.flag(*slot).is_some()).collect()
        };
        let segments = |slot: u32| -> Vec<u32> {
            let Some(Segment::Readable(body)) = model.segment(slot) else { return Vec::new() };
            if matches!(body.membership, Membership::Big { reference: None, .. }) {
                return Vec::new();
            }
            let mut all = followed(model, &body.rules);
            all.retain(|slot| model.segment(*slot).is_some());
            all
        };
        Frozen {
            // A path of prerequisites begins below the requested flag.
            flags: Graph::of(model.flags().map(|(slot, _)| slot), prerequisites, PATH_LENGTH + 1),
            segments: Graph::of(model.segments().map(|(slot, _)| slot), segments, PATH_LENGTH),
        }
    }

    pub(super) fn flag(&self, slot: u32) -> bool {
        self.flags.is_frozen(slot)
    }

    pub(super) fn segment(&self, slot: u32) -> bool {
        self.segments.is_frozen(slot)
    }

    /// Whether any part is frozen.
    pub(super) fn is_any(&self) -> bool {
        [&self.flags, &self.segments].into_iter().any(|graph| graph.0.iter().any(Node::is_frozen))
    }

    /// Freezes the dependencies of parts of the projection; returns whether that changes any.
    pub(super) fn extend(&mut self, parts: &BTreeSet<Part>) -> bool {
        let flags = parts.iter().filter_map(|part| match part {
            Part::Flag(slot) => Some(*slot),
            Part::Segment(_) => None,
        });
        let segments = parts.iter().filter_map(|part| match part {
            Part::Flag(_) => None,
            Part::Segment(slot) => Some(*slot),
        });
        let changed = self.flags.extend(flags.collect());
        self.segments.extend(segments.collect()) | changed
    }

    /// Freezes the dependencies of all parts.
    pub(super) fn extend_to_all(&mut self) {
        for graph in [&mut self.flags, &mut self.segments] {
            let all = (0..).zip(&graph.0).map(|(slot, _)| slot).collect();
            graph.extend(all);
        }
    }
}

/// The segments that the rules of a segment refer to, as far as it keeps them when it is frozen.
fn followed(model: &Model, rules: &[SegmentRule]) -> Vec<u32> {
    let mut all = Vec::new();
    for SegmentRule { clauses, weighted } in rules {
        let is_valid = |clause: &&Clause| !matches!(clause.condition, Condition::InvalidReference);
        let valid = clauses.iter().take_while(is_valid);
        let before = valid.clone().count();
        for clause in valid {
            if let Condition::Segments(segments) = &clause.condition {
                all.extend(segments);
            }
        }
        let is_last = match weighted {
            Some((_, bucketing)) if clauses.is_empty() => !bucketing.is_computable(model.hash()),
            _ => true,
        };
        if before == 0 && is_last {
            break;
        }
    }
    all
}

/// Parts with their dependencies, by slot.
struct Graph(Vec<Node>);

#[derive(Clone, Default)]
struct Node {
    dependencies: Vec<u32>,
    dependents: Vec<u32>,
    /// The dependencies whose height is unknown.
    waiting: usize,
    /// The number of parts on the longest path from here, itself included.
    height: usize,
    /// Whether it is on a path that is too long, or leads to a cycle.
    is_unsafe: bool,
    /// Whether a part of the projection that is unsafe depends on it.
    is_below: bool,
}

impl Node {
    fn is_frozen(&self) -> bool {
        self.is_unsafe || self.is_below
    }
}

impl Graph {
    /// Computes heights from the parts without dependencies up; a part that leads to a cycle gets
    /// none.
    fn of(
        slots: impl Iterator<Item = u32>,
        dependencies: impl Fn(u32) -> Vec<u32>,
        longest: usize,
    ) -> Graph {
        let slots: Vec<u32> = slots.collect();
        let count = slots.iter().max().map_or(0, |last| *last as usize + 1);
        let mut graph = Graph(vec![Node::default(); count]);
        for slot in &slots {
            let all = dependencies(*slot);
            for each in &all {
                graph.change(*each, |node| node.dependents.push(*slot));
            }
            graph.change(*slot, |node| {
                node.waiting = all.len();
                node.height = 1;
                node.dependencies = all;
            });
        }
        let is_ready = |slot: &u32| graph.node(*slot).is_some_and(|node| node.waiting == 0);
        let mut ready: Vec<u32> = slots.iter().copied().filter(is_ready).collect();
        while let Some(slot) = ready.pop() {
            let Some(node) = graph.0.get_mut(slot as usize) else { continue };
            let (height, dependents) = (node.height, std::mem::take(&mut node.dependents));
            for dependent in dependents {
                graph.change(dependent, |node| {
                    node.height = node.height.max(height + 1);
                    node.waiting -= 1;
                    if node.waiting == 0 {
                        ready.push(dependent);
                    }
                });
            }
        }
        for node in &mut graph.0 {
            node.is_unsafe = node.waiting > 0 || node.height > longest;
        }
        graph
    }

    fn node(&self, slot: u32) -> Option<&Node> {
        self.0.get(slot as usize)
    }

    fn change(&mut self, slot: u32, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.0.get_mut(slot as usize) {
            change(node);
        }
    }

    fn is_frozen(&self, slot: u32) -> bool {
        self.node(slot).is_some_and(Node::is_frozen)
    }

    fn extend(&mut self, mut pending: Vec<u32>) -> bool {
        pending.retain(|slot| self.node(*slot).is_some_and(|node| node.is_unsafe));
        let mut changes = false;
        while let Some(slot) = pending.pop() {
            self.change(slot, |node| {
                if !std::mem::replace(&mut node.is_below, true) {
                    changes |= !node.is_unsafe;
                    pending.extend(&node.dependencies);
                }
            });
        }
        changes
    }
}
