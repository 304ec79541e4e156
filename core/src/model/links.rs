//! Finds broken references between flags and segments: missing ones and cycles.

use std::sync::Arc;

use super::cycles::on_cycles;
use super::{Clause, Condition, Membership, Model, Segment, Targeting};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Section;
use crate::json::Path;

/// The broken references between the flags and segments of a model.
pub(super) struct Links<'a> {
    model: &'a Model,
    flags_on_cycles: Vec<bool>,
    segments_on_cycles: Vec<bool>,
}

impl<'a> Links<'a> {
    pub(super) fn of(model: &'a Model) -> Links<'a> {
        let flag_edges = |slot: u32| -> Vec<u32> {
            let targeting = model.flag(slot).and_then(|flag| flag.targeting());
            let prerequisites = targeting.map(|targeting| &targeting.prerequisites);
            prerequisites.into_iter().flatten().map(|prerequisite| prerequisite.flag).collect()
        };
        let segment_edges = |slot: u32| -> Vec<u32> {
            let Some(Segment::Readable(body)) = model.segment(slot) else { return Vec::new() };
            let clauses = body.rules.iter().flat_map(|rule| &rule.clauses);
            clauses.flat_map(referenced_segments).copied().collect()
        };
        let tables = model.tables();
        Links {
            model,
            flags_on_cycles: on_cycles(tables.flags.len(), &flag_edges),
            segments_on_cycles: on_cycles(tables.segments.len(), &segment_edges),
        }
    }

    pub(super) fn of_flag(&self, slot: u32, found: &mut Vec<Diagnostic>) {
        let Some(flag) = self.model.flag(slot) else { return };
        let key = self.model.flag_key(slot);
        let section = Path::Root.member(Section::Flags.name());
        let path = section.key(key);
        if let Some(targeting) = flag.targeting() {
            check_flag(self.model, targeting, &path, found);
        }
        if self.flags_on_cycles.get(slot as usize) == Some(&true) {
            let message = format!("`{key}` is a prerequisite of itself");
            let path = path.member("prerequisites");
            add(found, Code::PREREQUISITE_CYCLE, &path, message);
        }
    }

    pub(super) fn of_segment(&self, slot: u32, found: &mut Vec<Diagnostic>) {
        let Some(segment) = self.model.segment(slot) else { return };
        let key = self.model.segment_key(slot);
        let section = Path::Root.member(Section::Segments.name());
        let path = section.key(key);
        if let Segment::Readable(body) = segment {
            let rules_path = path.member("rules");
            for (index, rule) in body.rules.iter().enumerate() {
                let rule_path = rules_path.element(index);
                check_clauses(self.model, &rule.clauses, &rule_path, found);
            }
            if matches!(&body.membership, Membership::Big { reference: None, .. }) {
                let message = "a big segment without a generation has no members; sync it";
                let path = path.member("generation");
                add(found, Code::UNUSABLE_VALUE, &path, message);
            }
        }
        if self.segments_on_cycles.get(slot as usize) == Some(&true) {
            let message = format!("`{key}` is a segment of itself");
            add(found, Code::SEGMENT_CYCLE, &path.member("rules"), message);
        }
    }
}

fn add(found: &mut Vec<Diagnostic>, code: Code, path: &Path<'_>, message: impl Into<Arc<str>>) {
    found.push(Diagnostic::after(found, code, path, message));
}

fn referenced_segments(clause: &Clause) -> &[u32] {
    match &clause.condition {
        Condition::Segments(segments) => segments,
        _ => &[],
    }
}

fn check_flag(model: &Model, targeting: &Targeting, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let prerequisites = path.member("prerequisites");
    for (index, prerequisite) in targeting.prerequisites.iter().enumerate() {
        let element = prerequisites.element(index);
        let key = model.flag_key(prerequisite.flag);
        match model.flag(prerequisite.flag) {
            None => {
                let message = format!("there is no flag `{key}`, so the prerequisite always fails");
                let path = element.member("key");
                add(found, Code::MISSING_PREREQUISITE, &path, message);
            }
            Some(flag) => {
                let count = flag.variations.len();
                let index = usize::try_from(prerequisite.variation).ok();
                if index.is_none_or(|index| index >= count) && count > 0 {
                    let message = format!(
                        "`{key}` has no variation {}; it has {count}",
                        prerequisite.variation
                    );
                    let path = element.member("variation");
                    add(found, Code::VARIATION_OUT_OF_RANGE, &path, message);
                }
            }
        }
    }
    let rules = path.member("rules");
    for (index, rule) in targeting.rules.iter().enumerate() {
        check_clauses(model, &rule.clauses, &rules.element(index), found);
    }
}

fn check_clauses(model: &Model, clauses: &[Clause], path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let clauses_path = path.member("clauses");
    for (index, clause) in clauses.iter().enumerate() {
        let Condition::Segments(_) = &clause.condition else { continue };
        let clause_path = clauses_path.element(index);
        let values_path = clause_path.member("values");
        for (index, value) in clause.values.iter().enumerate() {
            let path = values_path.element(index);
            let known = |key: &str| {
                let slot = model.tables().segments.slot(key);
                slot.is_some_and(|slot| model.segment(slot).is_some())
            };
            match value.as_str() {
                None => {
                    let message = format!("{value} is not the key of a segment");
                    add(found, Code::UNUSABLE_VALUE, &path, message);
                }
                Some(key) if !known(key) => {
                    let message =
                        format!("there is no segment `{key}`, so the clause matches no context");
                    add(found, Code::MISSING_SEGMENT, &path, message);
                }
                Some(_) => {}
            }
        }
    }
}
