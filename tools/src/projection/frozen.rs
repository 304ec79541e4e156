//! Finds the flags and segments whose paths may be too long, or lead back to themselves.

use isoflag::limits::PATH_LENGTH;
use isoflag::model::{Clause, Condition, Flag, Model, Segment};

/// The parts of a document that are not folded. Folding removes dependencies, and an evaluation
/// that fails because a path of dependencies is too long or a cycle would no longer fail.
pub(super) struct Frozen {
    flags: Vec<bool>,
    segments: Vec<bool>,
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
            let all = body.rules.iter().flat_map(|rule| &rule.clauses).flat_map(segments_of);
            all.copied().filter(|slot| model.segment(*slot).is_some()).collect()
        };
        Frozen {
            // A path of prerequisites begins below the requested flag.
            flags: frozen(model.flags().map(|(slot, _)| slot), prerequisites, PATH_LENGTH + 1),
            segments: frozen(model.segments().map(|(slot, _)| slot), segments, PATH_LENGTH),
        }
    }

    pub(super) fn flag(&self, slot: u32) -> bool {
        self.flags.get(slot as usize) == Some(&true)
    }

    pub(super) fn segment(&self, slot: u32) -> bool {
        self.segments.get(slot as usize) == Some(&true)
    }
}

/// The segments that a clause refers to.
pub(super) fn segments_of(clause: &Clause) -> &[u32] {
    match &clause.condition {
        Condition::Segments(segments) => segments,
        _ => &[],
    }
}

/// One part, in the order in which heights become known: from the parts without dependencies up.
#[derive(Clone, Default)]
struct Node {
    dependencies: Vec<u32>,
    dependents: Vec<u32>,
    /// The dependencies whose height is unknown.
    waiting: usize,
    /// The number of parts on the longest path from here, itself included.
    height: usize,
    frozen: bool,
}

/// Marks the parts on a path of more than `longest` parts or leading to a cycle, and everything
/// that they depend on.
fn frozen(
    slots: impl Iterator<Item = u32>,
    dependencies: impl Fn(u32) -> Vec<u32>,
    longest: usize,
) -> Vec<bool> {
    let slots: Vec<u32> = slots.collect();
    let count = slots.iter().max().map_or(0, |last| *last as usize + 1);
    let mut nodes = vec![Node::default(); count];
    for slot in &slots {
        let all = dependencies(*slot);
        for each in &all {
            change(&mut nodes, *each, |node| node.dependents.push(*slot));
        }
        change(&mut nodes, *slot, |node| {
            node.waiting = all.len();
            node.height = 1;
            node.dependencies = all;
        });
    }
    let is_ready = |slot: &u32| nodes.get(*slot as usize).is_some_and(|node| node.waiting == 0);
    let mut ready: Vec<u32> = slots.iter().copied().filter(is_ready).collect();
    while let Some(slot) = ready.pop() {
        let Some(node) = nodes.get_mut(slot as usize) else { continue };
        let (height, dependents) = (node.height, std::mem::take(&mut node.dependents));
        for dependent in dependents {
            change(&mut nodes, dependent, |node| {
                node.height = node.height.max(height + 1);
                node.waiting -= 1;
                if node.waiting == 0 {
                    ready.push(dependent);
                }
            });
        }
    }
    let is_unsafe = |node: &Node| node.waiting > 0 || node.height > longest;
    let unsafe_slots = (0..).zip(&nodes).filter(|(_, node)| is_unsafe(node));
    let mut pending: Vec<u32> = unsafe_slots.map(|(slot, _)| slot).collect();
    while let Some(slot) = pending.pop() {
        change(&mut nodes, slot, |node| {
            if !std::mem::replace(&mut node.frozen, true) {
                pending.append(&mut node.dependencies);
            }
        });
    }
    nodes.iter().map(|node| node.frozen).collect()
}

fn change(nodes: &mut [Node], slot: u32, change: impl FnOnce(&mut Node)) {
    if let Some(node) = nodes.get_mut(slot as usize) {
        change(node);
    }
}
