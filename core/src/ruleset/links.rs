//! What is wrong between flags and segments: what is missing, and what needs itself.

use super::{Clause, Condition, Map, Membership, Ruleset, Segment, Targeting};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Section;
use crate::path::Path;

/// The findings by slot of the flag or segment in which they are.
#[derive(Default)]
pub(super) struct Links {
    flags: Map<u32, Vec<Diagnostic>>,
    segments: Map<u32, Vec<Diagnostic>>,
}

impl Links {
    pub(super) fn check(ruleset: &Ruleset) -> Links {
        let mut links = Links::default();
        let flag_edges = |slot: u32| -> Vec<u32> {
            let targeting = ruleset.flag(slot).and_then(|flag| flag.targeting());
            let prerequisites = targeting.map(|targeting| &targeting.prerequisites);
            prerequisites.into_iter().flatten().map(|prerequisite| prerequisite.flag).collect()
        };
        let segment_edges = |slot: u32| -> Vec<u32> {
            let Some(Segment::Readable(body)) = ruleset.segment(slot) else { return Vec::new() };
            let clauses = body.rules.iter().flat_map(|rule| &rule.clauses);
            clauses.flat_map(asked_segments).copied().collect()
        };
        let flag_cycles = on_cycles(ruleset.flags().map(|(slot, _)| slot), flag_edges);
        let segment_cycles = on_cycles(ruleset.segments().map(|(slot, _)| slot), segment_edges);
        for (slot, flag) in ruleset.flags() {
            let key = ruleset.flag_key(slot);
            let section = Path::Root.member(Section::Flags.name());
            let path = section.member(key);
            let mut found = Vec::new();
            if let Some(targeting) = flag.targeting() {
                check_flag(ruleset, targeting, &path, &mut found);
            }
            if flag_cycles.contains_key(&slot) {
                let message = format!("`{key}` is a prerequisite of itself");
                let path = path.member("prerequisites");
                found.push(Diagnostic::new(Code::PrerequisiteCycle, &path, message));
            }
            links.flags.insert(slot, found);
        }
        for (slot, segment) in ruleset.segments() {
            let key = ruleset.segment_key(slot);
            let section = Path::Root.member(Section::Segments.name());
            let path = section.member(key);
            let mut found = Vec::new();
            if let Segment::Readable(body) = segment {
                let rules_path = path.member("rules");
                for (index, rule) in body.rules.iter().enumerate() {
                    let rule_path = rules_path.element(index);
                    check_clauses(ruleset, &rule.clauses, &rule_path, &mut found);
                }
                if matches!(&body.membership, Membership::Big { reference: None, .. }) {
                    let message = "a big segment without a generation has no members; sync it";
                    let path = path.member("generation");
                    found.push(Diagnostic::new(Code::UnusableValue, &path, message));
                }
            }
            if segment_cycles.contains_key(&slot) {
                let message = format!("`{key}` is a segment of itself");
                found.push(Diagnostic::new(Code::SegmentCycle, &path.member("rules"), message));
            }
            links.segments.insert(slot, found);
        }
        links
    }

    pub(super) fn of_flag(&self, slot: u32) -> impl Iterator<Item = Diagnostic> {
        self.flags.get(&slot).into_iter().flatten().cloned()
    }

    pub(super) fn of_segment(&self, slot: u32) -> impl Iterator<Item = Diagnostic> {
        self.segments.get(&slot).into_iter().flatten().cloned()
    }
}

fn asked_segments(clause: &Clause) -> &[u32] {
    match &clause.condition {
        Condition::Segments(segments) => segments,
        _ => &[],
    }
}

fn check_flag(
    ruleset: &Ruleset,
    targeting: &Targeting,
    path: &Path<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let prerequisites = path.member("prerequisites");
    for (index, prerequisite) in targeting.prerequisites.iter().enumerate() {
        let place = prerequisites.element(index);
        let key = ruleset.flag_key(prerequisite.flag);
        match ruleset.flag(prerequisite.flag) {
            None => {
                let message = format!("there is no flag `{key}`, so the prerequisite always fails");
                let path = place.member("key");
                found.push(Diagnostic::new(Code::MissingPrerequisite, &path, message));
            }
            Some(flag) => {
                let count = flag.variations.len();
                let index = usize::try_from(prerequisite.variation).ok();
                if index.is_none_or(|index| index >= count) && count > 0 {
                    let message = format!(
                        "`{key}` has no variation {}; it has {count}",
                        prerequisite.variation
                    );
                    let path = place.member("variation");
                    found.push(Diagnostic::new(Code::VariationOutOfRange, &path, message));
                }
            }
        }
    }
    let rules = path.member("rules");
    for (index, rule) in targeting.rules.iter().enumerate() {
        check_clauses(ruleset, &rule.clauses, &rules.element(index), found);
    }
}

fn check_clauses(
    ruleset: &Ruleset,
    clauses: &[Clause],
    path: &Path<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let clauses_path = path.member("clauses");
    for (index, clause) in clauses.iter().enumerate() {
        let Condition::Segments(_) = &clause.condition else { continue };
        let clause_path = clauses_path.element(index);
        let values_path = clause_path.member("values");
        for (index, value) in clause.values.iter().enumerate() {
            let path = values_path.element(index);
            let known = |key: &str| {
                let slot = ruleset.tables().segments.slot(key);
                slot.is_some_and(|slot| ruleset.segment(slot).is_some())
            };
            match value.as_str() {
                None => {
                    let message = format!("{value} is not the key of a segment");
                    found.push(Diagnostic::new(Code::UnusableValue, &path, message));
                }
                Some(key) if !known(key) => {
                    let message = format!("there is no segment `{key}`, so nobody is in it");
                    found.push(Diagnostic::new(Code::MissingSegment, &path, message));
                }
                Some(_) => {}
            }
        }
    }
}

/// The slots that lead back to themselves: the members of every strongly connected component with
/// an edge inside. An iterative walk, since a document may chain any number of flags.
fn on_cycles(slots: impl Iterator<Item = u32>, edges: impl Fn(u32) -> Vec<u32>) -> Map<u32, ()> {
    let mut walk = Tarjan::default();
    for root in slots {
        if walk.numbers.contains_key(&root) {
            continue;
        }
        walk.enter(root, edges(root));
        while let Some(top) = walk.path.last_mut() {
            let slot = top.slot;
            match top.edges.pop() {
                Some(next) if !walk.numbers.contains_key(&next) => walk.enter(next, edges(next)),
                Some(next) => walk.meet(slot, next),
                None => walk.leave(),
            }
        }
    }
    walk.cyclic
}

#[derive(Default)]
struct Tarjan {
    numbers: Map<u32, u32>,
    lowest: Map<u32, u32>,
    open: Vec<u32>,
    is_open: Map<u32, ()>,
    path: Vec<Step>,
    cyclic: Map<u32, ()>,
}

struct Step {
    slot: u32,
    edges: Vec<u32>,
}

impl Tarjan {
    fn enter(&mut self, slot: u32, edges: Vec<u32>) {
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(slot, number);
        self.lowest.insert(slot, number);
        self.open.push(slot);
        self.is_open.insert(slot, ());
        if edges.contains(&slot) {
            self.cyclic.insert(slot, ());
        }
        self.path.push(Step { slot, edges });
    }

    fn meet(&mut self, slot: u32, next: u32) {
        if let Some(number) = self.numbers.get(&next).copied()
            && self.is_open.contains_key(&next)
        {
            self.lower(slot, number);
        }
    }

    fn lower(&mut self, slot: u32, number: u32) {
        if let Some(lowest) = self.lowest.get_mut(&slot) {
            *lowest = number.min(*lowest);
        }
    }

    fn leave(&mut self) {
        let Some(Step { slot, .. }) = self.path.pop() else { return };
        let lowest = self.lowest.get(&slot).copied().unwrap_or_default();
        if let Some(above) = self.path.last().map(|step| step.slot) {
            self.lower(above, lowest);
        }
        if self.numbers.get(&slot) != Some(&lowest) {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.open.pop() {
            self.is_open.remove(&member);
            component.push(member);
            if member == slot {
                break;
            }
        }
        if component.len() > 1 {
            self.cyclic.extend(component.into_iter().map(|member| (member, ())));
        }
    }
}
