//! Folds the clauses of a rule: a clause that is true disappears, and one that is false decides.

use std::sync::Arc;

use isoflag::Value;
use isoflag::model::{Clause, Condition};

use super::Fold;
use super::source::{Source, element, member, object, pick};
use crate::analysis::reach::part::Match;

/// The parts that a folded part depends on or shows.
#[derive(Default)]
pub(super) struct Uses {
    pub(super) prerequisites: Vec<u32>,
    pub(super) segments: Vec<u32>,
    /// The first private reference that it shows.
    pub(super) private: Option<usize>,
}

impl Uses {
    pub(super) fn show(&mut self, private: Option<usize>) {
        self.private = self.private.or(private);
    }
}

/// A clause that still decides.
struct Kept<'a> {
    source: Source<'a>,
    found: Match,
    segments: Vec<u32>,
    private: Option<usize>,
}

/// The clauses of a rule that still decide.
///
/// A part of an evaluation may be observed even if it decides nothing, since it may fail, or query
/// the store of big segments. Such a part (`can_fail`) is kept, with everything before it that
/// decides whether it is reached.
pub(super) struct FoldedClauses<'a> {
    kept: Vec<Kept<'a>>,
    pub(super) found: Match,
}

impl<'a> FoldedClauses<'a> {
    /// Adds a condition that is never met.
    pub(super) fn never(&mut self) {
        while self.kept.last().is_some_and(|last| !last.found.can_fail) {
            self.kept.pop();
        }
        if !self.kept.is_empty() {
            let (source, found) = (never(), Match::NEVER);
            self.kept.push(Kept { source, found, segments: Vec::new(), private: None });
        }
        let before = Match::all(self.kept.iter().map(|kept| kept.found));
        self.found = Match::all([before, Match::NEVER]);
    }

    /// Whether the rule is without effect: it never matches, which nothing can observe.
    pub(super) fn is_void(&self) -> bool {
        !self.found.can_match && !self.found.can_fail
    }

    /// Returns the source of the clauses.
    pub(super) fn finish(self, uses: &mut Uses) -> Source<'a> {
        let mut sources = Vec::new();
        for mut kept in self.kept {
            uses.segments.append(&mut kept.segments);
            uses.show(kept.private);
            sources.push(kept.source);
        }
        Source::List(sources)
    }
}

/// A clause that never matches.
pub(super) fn never<'a>() -> Source<'a> {
    let values = Source::List(Vec::new());
    object(vec![("attribute", "kind".into()), ("op", "in".into()), ("values", values)])
}

/// A clause that makes a flag malformed if it is evaluated: its reference is invalid.
fn invalid<'a>() -> Source<'a> {
    let values = Source::List(Vec::new());
    object(vec![
        ("attribute", "/".into()),
        ("contextKind", "user".into()),
        ("op", "in".into()),
        ("values", values),
    ])
}

impl<'a> Fold<'a> {
    /// Folds the clauses of a rule. Those of a frozen part are kept.
    pub(super) fn clauses(
        &mut self,
        clauses: &[Clause],
        rule: &'a Value,
        frozen: bool,
    ) -> FoldedClauses<'a> {
        let always = Match { can_match: true, can_miss: false, can_fail: false, height: 0 };
        let mut folded = FoldedClauses { kept: Vec::new(), found: always };
        for (index, clause) in clauses.iter().enumerate() {
            let (found, segments) = self.clause(clause, frozen);
            match found {
                Match { can_fail: false, can_miss: false, .. } => continue,
                Match { can_fail: false, can_match: false, .. } => {
                    folded.never();
                    return folded;
                }
                _ => {}
            }
            let private = self.private.in_clause(self.model, clause);
            let source = self.source_of(clause, element(rule, "clauses", index), &segments);
            folded.kept.push(Kept { source, found, segments, private });
            if !found.can_match {
                break;
            }
        }
        folded.found = Match::all(folded.kept.iter().map(|kept| kept.found));
        folded
    }

    /// Returns the possible results of a clause, and the segments that still decide it.
    fn clause(&mut self, clause: &Clause, frozen: bool) -> (Match, Vec<u32>) {
        let never = |known: bool| !known || clause.values.is_empty();
        let decided = |matches: bool| match matches {
            true => Match::NEVER.negated(true),
            false => Match::NEVER,
        };
        let found = match &clause.condition {
            Condition::InvalidReference => Match::FAILS,
            Condition::Segments(segments) => return self.any_segment(clause, segments, frozen),
            _ if frozen => Match::ANYTHING,
            // Every context has a kind.
            Condition::Kinds(test) if never(test.is_known()) => decided(clause.negate),
            // The context may have other kinds than the known ones.
            Condition::Kinds(test) => {
                let accepts = |kind: &Arc<str>| test.accepts(&Value::String(Arc::clone(kind)));
                match self.known.kinds().any(accepts) {
                    true => decided(!clause.negate),
                    false => Match::EITHER,
                }
            }
            Condition::Attribute(slot, test) => {
                let attribute = self.model.attribute(*slot);
                let is_known = |kind, reference| self.known.knows(kind, reference);
                match attribute.is_some_and(|each| is_known(each.kind, &each.reference)) {
                    true => match self.known.bound.clause_matches(clause) {
                        Some(matches) => decided(matches),
                        None => Match::ANYTHING,
                    },
                    // If the attribute is absent, a negated clause does not match either.
                    false if never(test.is_known()) && !clause.negate => Match::NEVER,
                    false => Match::EITHER,
                }
            }
        };
        (found, Vec::new())
    }

    fn any_segment(&mut self, clause: &Clause, slots: &[u32], frozen: bool) -> (Match, Vec<u32>) {
        if frozen {
            return (Match::ANYTHING, slots.to_vec());
        }
        let mut kept: Vec<(u32, Match)> = Vec::new();
        for slot in slots {
            let found = self.segment(*slot);
            if !found.can_match && !found.can_fail {
                continue;
            }
            kept.push((*slot, found));
            if !found.can_miss {
                break;
            }
        }
        let found = Match::any(kept.iter().map(|(_, found)| *found)).negated(clause.negate);
        (found, kept.into_iter().map(|(slot, _)| slot).collect())
    }

    fn source_of(&self, clause: &Clause, source: &'a Value, segments: &[u32]) -> Source<'a> {
        let mut members = match &clause.condition {
            Condition::InvalidReference => return invalid(),
            Condition::Segments(_) => {
                let keys = segments.iter().map(|slot| self.model.segment_key(*slot));
                let keys = keys.map(|key| key.clone().into()).collect();
                let mut members = vec![("op", "segmentMatch".into()), ("values", keys)];
                // Some SDKs need the property, which decides nothing.
                if member(source, "attribute").is_some() {
                    members.push(("attribute", "".into()));
                }
                members
            }
            _ => pick(source, &["attribute", "contextKind", "op", "values"]).collect(),
        };
        if clause.negate {
            members.push(("negate", true.into()));
        }
        object(members)
    }
}
