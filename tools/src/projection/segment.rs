//! Folds segments: lists of known keys, rules and weights.

use isoflag::Value;
use isoflag::model::{Bucketing, KeyList, Membership, Section, Segment, SegmentBody, SegmentRule};

use super::Fold;
use super::clauses::{FoldedClauses, Uses};
use super::source::{Members, Source, element, member, object, pick, pick_text};
use crate::analysis::reach::part::Match;

/// A segment of the projection.
pub(super) struct FoldedSegment<'a> {
    pub(super) found: Match,
    pub(super) source: Source<'a>,
    pub(super) uses: Uses,
}

/// Lists of keys.
struct Lists<'a> {
    /// Whether one contains a known key.
    includes: bool,
    /// The lists of kinds whose keys are unknown.
    open: Vec<&'a KeyList>,
}

const ALWAYS: Match = Match { can_match: true, can_miss: false, can_fail: false, height: 0 };

impl<'a> Fold<'a> {
    /// Folds a segment, once, and returns whether contexts are in it.
    pub(super) fn segment(&mut self, slot: u32) -> Match {
        if self.model.segment(slot).is_none() {
            return Match::NEVER;
        }
        if self.frozen.segment(slot) {
            return Match::ANYTHING;
        }
        self.folded_segment(slot).map_or(Match::NEVER, |segment| segment.found)
    }

    /// Returns a segment of the document as it is in the projection.
    pub(super) fn folded_segment(&mut self, slot: u32) -> Option<&FoldedSegment<'a>> {
        if self.segments.get(slot).is_none() {
            let folded = self.fold_segment(slot)?;
            self.segments.put(slot, folded);
        }
        self.segments.get(slot)
    }

    fn fold_segment(&mut self, slot: u32) -> Option<FoldedSegment<'a>> {
        let model = self.model;
        let segment = model.segment(slot)?;
        let source = self.flags.source(Section::Segments, model.segment_key(slot))?;
        let mut members: Members<'a> = pick_text(source, "key").into_iter().collect();
        let version = member(source, "version").filter(|version| version.as_integer().is_some());
        members.extend(version.map(|version| ("version", Source::Same(version))));
        let mut uses = Uses::default();
        let found = match segment {
            Segment::Malformed => {
                members.push(("rules", false.into()));
                Match::FAILS
            }
            Segment::Readable(body) => {
                let frozen = self.frozen.segment(slot);
                let mut own = Members::new();
                let found = self.body(body, source, frozen, &mut own, &mut uses);
                match found {
                    Match { can_fail: false, can_match: false, .. } => uses = Uses::default(),
                    Match { can_fail: false, can_miss: false, .. } => {
                        let everyone = object(vec![("clauses", Source::List(Vec::new()))]);
                        members.push(("rules", Source::List(vec![everyone])));
                        uses = Uses::default();
                    }
                    _ => members.append(&mut own),
                }
                found
            }
        };
        Some(FoldedSegment { found, source: object(members), uses })
    }

    fn body(
        &mut self,
        body: &SegmentBody,
        source: &'a Value,
        frozen: bool,
        members: &mut Members<'a>,
        uses: &mut Uses,
    ) -> Match {
        let (included, excluded) = match &body.membership {
            Membership::Big { reference: None, .. } => {
                members.push(("unbounded", true.into()));
                // The status of the store is part of the reason.
                return Match { can_fail: true, ..Match::NEVER };
            }
            Membership::Big { .. } => {
                members.extend(pick(source, &["unbounded", "unboundedContextKind", "generation"]));
                let by_rules = self.segment_rules(&body.rules, source, frozen, members, uses);
                return Match { can_match: true, can_miss: true, can_fail: true, ..by_rules };
            }
            Membership::Lists { included, excluded } => (included, excluded),
        };
        let included = self.lists(included, frozen);
        if included.includes {
            return ALWAYS;
        }
        self.keys(&included, ["included", "includedContexts"], members, uses);
        let excluded = self.lists(excluded, frozen);
        let by_rules = match excluded.includes {
            true => Match::NEVER,
            false => {
                self.keys(&excluded, ["excluded", "excludedContexts"], members, uses);
                self.segment_rules(&body.rules, source, frozen, members, uses)
            }
        };
        Match {
            can_match: !included.open.is_empty() || by_rules.can_match,
            can_miss: !excluded.open.is_empty() || by_rules.can_miss,
            ..by_rules
        }
    }

    fn lists<'b>(&self, lists: &'b [KeyList], frozen: bool) -> Lists<'b> {
        let is_known = |list: &&KeyList| !frozen && self.known.knows_key(list.kind);
        let (known, open): (Vec<&KeyList>, Vec<&KeyList>) = lists.iter().partition(is_known);
        let includes = known.into_iter().any(|list| self.known.bound.is_listed(list));
        Lists { includes, open }
    }

    /// Adds lists of keys: those of users, then those of other kinds.
    fn keys(
        &self,
        lists: &Lists<'_>,
        [of_users, of_contexts]: [&'static str; 2],
        members: &mut Members<'a>,
        uses: &mut Uses,
    ) {
        let mut others = Vec::new();
        let mut has_users = false;
        for list in &lists.open {
            uses.show(self.private.in_keys(self.model, list.kind));
            let (kind, keys) =
                (self.model.kind(list.kind), Value::Array(list.keys().clone()).into());
            if &**kind == "user" && !std::mem::replace(&mut has_users, true) {
                members.push((of_users, keys));
            } else {
                let kind = ("contextKind", kind.clone().into());
                others.push(object(vec![kind, ("values", keys)]));
            }
        }
        if !others.is_empty() {
            members.push((of_contexts, Source::List(others)));
        }
    }

    fn segment_rules(
        &mut self,
        rules: &[SegmentRule],
        source: &'a Value,
        frozen: bool,
        members: &mut Members<'a>,
        uses: &mut Uses,
    ) -> Match {
        let (mut sources, mut found) = (Vec::new(), Vec::new());
        let mut salted = false;
        for (index, rule) in rules.iter().enumerate() {
            let rule_source = element(source, "rules", index);
            let mut folded = self.clauses(&rule.clauses, rule_source, frozen);
            let mut own = Members::new();
            if folded.found.can_match
                && let Some((weight, bucketing)) = &rule.weighted
            {
                own = self.weight(*weight, bucketing, rule_source, frozen, &mut folded);
                salted |= folded.found.can_match && !own.is_empty();
            }
            if folded.is_void() {
                continue;
            }
            found.push(folded.found);
            own.push(("clauses", folded.finish(uses)));
            sources.push(object(own));
            if found.last().is_some_and(|last| !last.can_miss) {
                break;
            }
        }
        if !sources.is_empty() {
            members.push(("rules", Source::List(sources)));
        }
        if salted {
            members.extend(pick(source, &["salt"]));
        }
        Match::any(found)
    }

    /// Folds the weight of a rule whose clauses can match; returns its members if it still decides.
    fn weight(
        &self,
        weight: i64,
        bucketing: &Bucketing,
        source: &'a Value,
        frozen: bool,
        folded: &mut FoldedClauses<'_>,
    ) -> Members<'a> {
        if !bucketing.is_computable(self.model.hash()) {
            folded.found = Match { can_match: false, can_fail: true, ..folded.found };
            return vec![
                ("bucketBy", "/".into()),
                ("rolloutContextKind", "user".into()),
                ("weight", 1.into()),
            ];
        }
        let bucket = match self.known.knows_bucket(bucketing) {
            true => self.known.bound.bucket(bucketing),
            false => None,
        };
        let includes = match bucket {
            _ if frozen => None,
            Some(bucket) => Some(bucket < weight),
            None if weight <= 0 => Some(false),
            None if weight >= 100_000 => Some(true),
            None => None,
        };
        match includes {
            Some(true) => Members::new(),
            Some(false) => {
                folded.never();
                Members::new()
            }
            None => {
                folded.found.can_miss = true;
                pick(source, &["bucketBy", "hash", "rolloutContextKind", "weight"]).collect()
            }
        }
    }
}
