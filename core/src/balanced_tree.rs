//! An AA tree of slots, ordered by hash and then by item; a look-up takes a logarithmic number of
//! comparisons.

use std::cmp::Ordering;

/// Links are the index of a node plus 1, or 0 for no node.
#[derive(Clone, Debug, Default)]
pub(crate) struct BalancedTree {
    nodes: Vec<Node>,
    root: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    hash: u32,
    slot: u32,
    /// The number of left links to the bottom; a right child may have the same level once.
    level: u32,
    left: u32,
    right: u32,
}

impl BalancedTree {
    /// Iterates over hash and slot of every entry.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.nodes.iter().map(|node| (node.hash, node.slot))
    }

    /// Returns the slot of the item that has this hash and compares as equal.
    pub(crate) fn find(&self, hash: u32, compare: &dyn Fn(u32) -> Ordering) -> Option<u32> {
        let mut at = self.root;
        while at > 0 {
            let node = self.node(at);
            at = match node.hash.cmp(&hash).then_with(|| compare(node.slot)) {
                Ordering::Less => node.right,
                Ordering::Equal => return Some(node.slot),
                Ordering::Greater => node.left,
            };
        }
        None
    }

    /// Inserts a slot unless an equal item is in the tree; `compare` compares the item of a stored
    /// slot with the new one.
    pub(crate) fn insert(&mut self, hash: u32, slot: u32, compare: &dyn Fn(u32) -> Ordering) {
        let new = Node { hash, slot, level: 1, left: 0, right: 0 };
        self.root = self.insert_below(self.root, new, compare);
    }

    fn insert_below(&mut self, at: u32, new: Node, compare: &dyn Fn(u32) -> Ordering) -> u32 {
        if at == 0 {
            self.nodes.push(new);
            return u32::try_from(self.nodes.len()).unwrap_or(0);
        }
        let node = self.node(at);
        match node.hash.cmp(&new.hash).then_with(|| compare(node.slot)) {
            Ordering::Less => {
                let right = self.insert_below(node.right, new, compare);
                self.set(at, Node { right, ..node });
            }
            Ordering::Equal => return at,
            Ordering::Greater => {
                let left = self.insert_below(node.left, new, compare);
                self.set(at, Node { left, ..node });
            }
        }
        let at = self.without_left_twin(at);
        self.without_two_right_twins(at)
    }

    /// Rotates a left child of the same level up to the parent.
    fn without_left_twin(&mut self, at: u32) -> u32 {
        let node = self.node(at);
        let left = self.node(node.left);
        if left.level != node.level {
            return at;
        }
        self.set(at, Node { left: left.right, ..node });
        self.set(node.left, Node { right: at, ..left });
        node.left
    }

    /// Lifts the middle one of three nodes of the same level.
    fn without_two_right_twins(&mut self, at: u32) -> u32 {
        let node = self.node(at);
        let right = self.node(node.right);
        if self.node(right.right).level != node.level {
            return at;
        }
        self.set(at, Node { right: right.left, ..node });
        self.set(node.right, Node { left: at, level: right.level + 1, ..right });
        node.right
    }

    /// Returns a node; a missing node has level 0.
    fn node(&self, at: u32) -> Node {
        at.checked_sub(1).and_then(|at| self.nodes.get(at as usize)).copied().unwrap_or_default()
    }

    fn set(&mut self, at: u32, new: Node) {
        if let Some(node) = at.checked_sub(1).and_then(|at| self.nodes.get_mut(at as usize)) {
            *node = new;
        }
    }
}
