//! The steps that remove the first obstacle between a context and a variation.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use isoflag::model::{
    Attribute, AttributeSlot, Bucketing, Clause, Condition, Flag, KeyList, KindSlot, Membership,
    Model, Prerequisite, Segment, SegmentBody, Served, Targeting, Test,
};
use isoflag::{AttributeReference, BoundFlags, Value, limits};

use super::draft::{Draft, Step};
use super::route::Route;
use super::values::{self, Comparison};

/// The values of a long list that are tried.
const FEW: usize = 6;

/// The values of an attribute that are tried, which clauses distinguish.
const MOST_VALUES: usize = 24;

/// The values that are tried for one bucket: of contexts of which one in a hundred fits, the search
/// then misses one in twenty thousand.
const MOST_BUCKETS: usize = 1_000;

/// The clauses of a document by the attribute that they compare.
pub(super) struct AttributeClauses<'a>(BTreeMap<String, Vec<&'a Clause>>, &'a Model);

impl<'a> AttributeClauses<'a> {
    pub(super) fn of(model: &'a Model) -> AttributeClauses<'a> {
        let mut all = AttributeClauses(BTreeMap::new(), model);
        for (_, flag) in model.flags() {
            for rule in flag.targeting().map_or(&[][..], |targeting| &targeting.rules) {
                all.add(&rule.clauses);
            }
        }
        for (_, segment) in model.segments() {
            if let Segment::Readable(body) = segment {
                body.rules.iter().for_each(|rule| all.add(&rule.clauses));
            }
        }
        all
    }

    fn add(&mut self, clauses: &'a [Clause]) {
        for clause in clauses {
            if let Condition::Attribute(slot, _) = &clause.condition
                && let Some(attribute) = self.1.attribute(*slot)
            {
                let name = self.name(attribute);
                self.0.entry(name).or_default().push(clause);
            }
        }
    }

    fn on(&self, attribute: &Attribute) -> &[&'a Clause] {
        self.0.get(&self.name(attribute)).map_or(&[], Vec::as_slice)
    }

    fn name(&self, attribute: &Attribute) -> String {
        format!("{}\n{}", self.1.kind(attribute.kind), attribute.reference)
    }
}

/// A variation of a flag, or whether the context is in a segment; both by slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Goal {
    Variation(u32, Option<u32>),
    Segment(u32, bool),
}

/// Collects steps from one context.
pub(super) struct Steps<'a> {
    bound: &'a BoundFlags,
    draft: &'a Draft,
    /// Binds another context.
    bind: &'a dyn Fn(&Draft) -> Option<BoundFlags>,
    /// The clauses of the document.
    clauses: &'a AttributeClauses<'a>,
    /// The clauses that may still be evaluated.
    budget: &'a Cell<usize>,
    /// The goals that were followed: from one context, each leads to the same steps again.
    followed: BTreeSet<Goal>,
    /// The goals above the current one.
    depth: usize,
    found: Vec<Step>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        bound: &'a BoundFlags,
        draft: &'a Draft,
        bind: &'a dyn Fn(&Draft) -> Option<BoundFlags>,
        clauses: &'a AttributeClauses<'a>,
        budget: &'a Cell<usize>,
    ) -> Steps<'a> {
        let followed = BTreeSet::new();
        Steps { bound, draft, bind, clauses, budget, followed, depth: 0, found: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Step> {
        self.found
    }

    fn model(&self) -> &'a Model {
        self.bound.flags().model()
    }

    /// Adds the steps on one route to a variation.
    pub(super) fn toward(&mut self, flag: &Flag, route: Route, wanted: Option<u32>) {
        let Some(targeting) = flag.targeting() else { return };
        if let Route::FailedPrerequisite(index) = route {
            if let Some(prerequisite) = targeting.prerequisites.get(index) {
                self.away_from_prerequisite(prerequisite);
            }
            return;
        }
        if let Some(failed) = targeting.prerequisites.iter().find(|each| !self.holds(each)) {
            if let Ok(variation) = u32::try_from(failed.variation) {
                self.toward_variation(failed.flag, Some(variation));
            }
            return;
        }
        let rules = match route {
            Route::Target(index) => return self.toward_target(targeting, index),
            Route::Rule(index) => index,
            Route::Fallthrough | Route::FailedPrerequisite(_) => targeting.rules.len(),
        };
        let lists = targeting.targets.lists.iter().enumerate();
        let mut named =
            lists.filter(|(index, _)| self.bound.is_targeted(&targeting.targets, *index));
        if let Some((_, list)) = named.next() {
            return self.away_from_key(list.kind);
        }
        for rule in targeting.rules.iter().take(rules) {
            match self.unmatched(&rule.clauses) {
                Some(Some(_)) => {}
                Some(None) => return self.away_from_clauses(&rule.clauses),
                None => return,
            }
        }
        let served = match targeting.rules.get(rules) {
            Some(rule) if matches!(route, Route::Rule(_)) => match self.unmatched(&rule.clauses) {
                Some(Some(clause)) => return self.toward_clause(clause, &rule.clauses),
                Some(None) => &rule.served,
                None => return,
            },
            _ => &targeting.fallthrough,
        };
        if let Served::Rollout(rollout) = served {
            self.toward_bucket(&rollout.bucketing, &|bound| {
                let entry = bound.chosen_entry(rollout);
                entry.is_some_and(|(entry, _)| entry.variation == wanted)
            });
        }
    }

    /// Adds the steps on all routes to a variation of a prerequisite.
    fn toward_variation(&mut self, slot: u32, wanted: Option<u32>) {
        let Some(flag) = self.model().flag(slot) else { return };
        if !self.enter(Goal::Variation(slot, wanted)) {
            return;
        }
        for route in Route::all(flag, wanted) {
            self.toward(flag, route, wanted);
        }
        self.depth -= 1;
    }

    fn away_from_prerequisite(&mut self, prerequisite: &Prerequisite) {
        let Some(flag) = self.model().flag(prerequisite.flag) else { return };
        for other in (0..).take(flag.variations.len()) {
            if i64::from(other) != prerequisite.variation {
                self.toward_variation(prerequisite.flag, Some(other));
            }
        }
        self.toward_variation(prerequisite.flag, None);
    }

    fn holds(&self, prerequisite: &Prerequisite) -> bool {
        let model = self.model();
        let is_on = model.flag(prerequisite.flag).is_some_and(|flag| flag.targeting().is_some());
        let answer = self.bound.evaluate(model.flag_key(prerequisite.flag));
        is_on && answer.variation_index().map(i64::from) == Some(prerequisite.variation)
    }

    fn toward_target(&mut self, targeting: &Targeting, index: usize) {
        let Some(list) = targeting.targets.lists.get(index) else { return };
        for key in list.keys().iter().take(FEW) {
            self.set_key(list.kind, Some(key.clone()));
        }
    }

    /// Returns the first clause that does not match, if any; the outer option is `None` if
    /// evaluating a clause fails, or the budget is used up.
    fn unmatched<'c>(&self, clauses: &'c [Clause]) -> Option<Option<&'c Clause>> {
        for clause in clauses {
            if !self.take() {
                return None;
            }
            if !self.bound.clause_matches(clause)? {
                return Some(Some(clause));
            }
        }
        Some(None)
    }

    /// Adds the steps after which a clause matches; the other clauses of its rule limit them.
    fn toward_clause(&mut self, clause: &Clause, rule: &[Clause]) {
        match &clause.condition {
            Condition::InvalidReference => {}
            Condition::Segments(segments) => self.segments(segments, !clause.negate),
            Condition::Kinds(test) => self.kinds(clause, test, !clause.negate),
            Condition::Attribute(slot, _) => self.attribute(*slot, clause, rule, true),
        }
    }

    /// Adds the steps after which any of the clauses does not match.
    fn away_from_clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.condition {
                Condition::InvalidReference => {}
                Condition::Segments(segments) => self.segments(segments, clause.negate),
                Condition::Kinds(test) => self.kinds(clause, test, clause.negate),
                Condition::Attribute(slot, _) => self.attribute(*slot, clause, &[], false),
            }
        }
    }

    fn attribute(&mut self, slot: AttributeSlot, clause: &Clause, rule: &[Clause], matches: bool) {
        let Some(attribute) = self.model().attribute(slot) else { return };
        let kind = self.model().kind(attribute.kind);
        let same = |other: &Clause| match &other.condition {
            Condition::Attribute(slot, _) => self.model().attribute(*slot).is_some_and(|other| {
                other.kind == attribute.kind && other.reference == attribute.reference
            }),
            _ => false,
        };
        let own = std::iter::once(clause).filter(|_| rule.is_empty());
        let comparisons = own.chain(rule.iter().filter(|other| same(other)));
        let comparisons: Vec<Comparison<'_>> =
            comparisons.filter_map(|clause| Comparison::of(clause, matches)).collect();
        let current = self.draft.get(kind, &attribute.reference);
        let clauses = self.clauses.on(attribute);
        let is_key = attribute.reference.is("key");
        let mut values: Vec<Option<Value>> = values::all(current, &comparisons, clauses)
            .into_iter()
            .take(MOST_VALUES)
            .map(Some)
            .collect();
        if !matches {
            if is_key {
                values.extend(values::other_keys(current, kind).take(2).map(Some));
            } else {
                // No clause matches an attribute that is absent.
                let vague = Some(Value::from(values::OTHER));
                let at = values.iter().position(|value| *value == vague);
                values.insert(at.unwrap_or(values.len()), None);
            }
        }
        for to in values {
            self.add(kind, &attribute.reference, to);
        }
    }

    /// Adds the steps after which a kind of the context passes a test, or none does.
    fn kinds(&mut self, clause: &Clause, test: &Test, passes: bool) {
        let accepts = |kind: &Arc<str>| test.accepts(&Value::String(Arc::clone(kind)));
        if passes {
            let named = clause.values.iter().filter_map(|value| match value {
                Value::String(kind) => Some(Arc::clone(kind)).filter(accepts),
                _ => None,
            });
            for kind in named.take(FEW) {
                self.add_key(&kind, Some(Value::from(format!("{kind}-1"))));
            }
        } else {
            let draft = self.draft;
            for kind in draft.kinds().filter(|kind| accepts(kind)) {
                self.add_key(kind, None);
            }
        }
    }

    /// Adds the steps after which the context is in one of the segments, or in none.
    fn segments(&mut self, segments: &[u32], joins: bool) {
        for slot in segments {
            let Some(Segment::Readable(body)) = self.model().segment(*slot) else { continue };
            if !self.enter(Goal::Segment(*slot, joins)) {
                continue;
            }
            if joins {
                self.toward_segment(body);
            } else {
                self.away_from_segment(body);
            }
            self.depth -= 1;
        }
    }

    /// Whether to follow a goal: once, and no deeper than an evaluation.
    fn enter(&mut self, goal: Goal) -> bool {
        // An evaluation counts prerequisites and segments apart.
        let enters =
            self.depth < 2 * limits::PATH_LENGTH && self.take() && self.followed.insert(goal);
        self.depth += usize::from(enters);
        enters
    }

    fn toward_segment(&mut self, body: &SegmentBody) {
        let (included, excluded) = lists(&body.membership);
        match excluded.iter().find(|list| self.bound.is_listed(list)) {
            Some(list) => self.away_from_key(list.kind),
            None => {
                for rule in &body.rules {
                    match (self.unmatched(&rule.clauses), &rule.weighted) {
                        (Some(Some(clause)), _) => self.toward_clause(clause, &rule.clauses),
                        (Some(None), Some((weight, bucketing))) => {
                            self.toward_bucket(bucketing, &|bound| {
                                bound.bucket(bucketing).is_some_and(|bucket| bucket < *weight)
                            });
                        }
                        _ => {}
                    }
                }
            }
        }
        self.toward_lists(included);
    }

    fn away_from_segment(&mut self, body: &SegmentBody) {
        if let Membership::Big { kind, .. } = &body.membership {
            // The store may not have another key.
            self.away_from_key(*kind);
        }
        let (included, excluded) = lists(&body.membership);
        if let Some(list) = included.iter().find(|list| self.bound.is_listed(list)) {
            return self.away_from_key(list.kind);
        }
        if excluded.iter().any(|list| self.bound.is_listed(list)) {
            return;
        }
        for rule in &body.rules {
            if !matches!(self.unmatched(&rule.clauses), Some(None)) {
                continue;
            }
            match &rule.weighted {
                Some((weight, bucketing)) => {
                    let bucket = self.bound.bucket(bucketing);
                    if bucket.is_none_or(|bucket| bucket >= *weight) {
                        continue;
                    }
                    self.away_from_clauses(&rule.clauses);
                    self.toward_bucket(bucketing, &|bound| {
                        bound.bucket(bucketing).is_some_and(|bucket| bucket >= *weight)
                    });
                }
                None => self.away_from_clauses(&rule.clauses),
            }
            break;
        }
        self.toward_lists(excluded);
    }

    fn toward_lists(&mut self, lists: &[KeyList]) {
        for list in lists.iter().take(FEW) {
            for key in list.keys().iter().take(FEW) {
                self.set_key(list.kind, Some(key.clone()));
            }
        }
    }

    /// Adds a step that changes the hashed attribute, so that the bucket is accepted.
    fn toward_bucket(&mut self, bucketing: &Bucketing, accepts: &dyn Fn(&BoundFlags) -> bool) {
        let Some(input) = bucketing.input(self.model()) else { return };
        let current = self.draft.get(input.kind, input.attribute);
        let others = values::other_keys(current, input.kind).take(MOST_BUCKETS).map(Some);
        // Without the attribute the bucket is 0.
        let absent = std::iter::once(None).filter(|_| !input.attribute.is("key"));
        let kind = Arc::clone(input.kind);
        for to in others.chain(absent) {
            let step = Step { kind: Arc::clone(&kind), attribute: input.attribute.clone(), to };
            let Some(draft) = self.draft.after(&step) else { continue };
            let Some(bound) = (self.bind)(&draft) else { continue };
            if accepts(&bound) {
                self.found.push(step);
                break;
            }
        }
    }

    fn away_from_key(&mut self, slot: KindSlot) {
        let kind = self.model().kind(slot);
        let Ok(key) = AttributeReference::literal(&Arc::from("key")) else { return };
        let others: Vec<Value> =
            values::other_keys(self.draft.get(kind, &key), kind).take(2).collect();
        for other in others {
            self.add_key(kind, Some(other));
        }
    }

    fn set_key(&mut self, slot: KindSlot, to: Option<Value>) {
        self.add_key(self.model().kind(slot), to);
    }

    fn add_key(&mut self, kind: &Arc<str>, to: Option<Value>) {
        if let Ok(key) = AttributeReference::literal(&Arc::from("key")) {
            self.add(kind, &key, to);
        }
    }

    fn add(&mut self, kind: &Arc<str>, attribute: &AttributeReference, to: Option<Value>) {
        self.found.push(Step { kind: Arc::clone(kind), attribute: attribute.clone(), to });
    }

    /// Takes one clause from the budget; false if none is left.
    fn take(&self) -> bool {
        let left = self.budget.get().checked_sub(1);
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// The included and the excluded lists; the keys of a big segment are in a store.
fn lists(membership: &Membership) -> (&[KeyList], &[KeyList]) {
    match membership {
        Membership::Lists { included, excluded } => (included, excluded),
        Membership::Big { .. } => (&[], &[]),
    }
}
