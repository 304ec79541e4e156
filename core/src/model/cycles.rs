//! Finds cycles of prerequisites and segments.

/// Marks the nodes that lie on a cycle (Tarjan): the members of every strongly connected component
/// with an edge inside. Iterative, because a document may chain any number of flags.
pub(super) fn on_cycles(count: usize, edges: &dyn Fn(u32) -> Vec<u32>) -> Vec<bool> {
    let mut walk = Walk { nodes: vec![Node::default(); count], ..Walk::default() };
    for root in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        if walk.node(root).number > 0 {
            continue;
        }
        walk.enter(root, edges(root));
        while let Some(top) = walk.path.last_mut() {
            let slot = top.slot;
            match top.edges.pop() {
                Some(next) if walk.node(next).number == 0 => walk.enter(next, edges(next)),
                Some(next) => walk.meet(slot, next),
                None => walk.leave(),
            }
        }
    }
    walk.nodes.iter().map(|node| node.cyclic).collect()
}

#[derive(Default)]
struct Walk {
    nodes: Vec<Node>,
    entered: u32,
    /// Entered nodes that belong to no component yet.
    open: Vec<u32>,
    path: Vec<Step>,
    /// Returned for a slot that does not exist.
    missing: Node,
}

#[derive(Clone, Copy, Default)]
struct Node {
    /// The order of entry, from 1; 0 if not yet entered.
    number: u32,
    /// The lowest number that is reachable.
    lowest: u32,
    is_open: bool,
    cyclic: bool,
}

struct Step {
    slot: u32,
    edges: Vec<u32>,
}

impl Walk {
    fn node(&mut self, slot: u32) -> &mut Node {
        self.nodes.get_mut(slot as usize).unwrap_or(&mut self.missing)
    }

    fn enter(&mut self, slot: u32, edges: Vec<u32>) {
        self.entered += 1;
        let number = self.entered;
        let cyclic = edges.contains(&slot);
        *self.node(slot) = Node { number, lowest: number, is_open: true, cyclic };
        self.open.push(slot);
        self.path.push(Step { slot, edges });
    }

    fn meet(&mut self, slot: u32, next: u32) {
        let next = *self.node(next);
        if next.is_open {
            self.lower(slot, next.number);
        }
    }

    fn lower(&mut self, slot: u32, number: u32) {
        let node = self.node(slot);
        node.lowest = node.lowest.min(number);
    }

    fn leave(&mut self) {
        let Some(Step { slot, .. }) = self.path.pop() else { return };
        let Node { number, lowest, .. } = *self.node(slot);
        if let Some(above) = self.path.last().map(|step| step.slot) {
            self.lower(above, lowest);
        }
        if number != lowest {
            return;
        }
        let alone = self.open.last() == Some(&slot);
        while let Some(member) = self.open.pop() {
            let node = self.node(member);
            node.is_open = false;
            node.cyclic |= !alone;
            if member == slot {
                break;
            }
        }
    }
}
