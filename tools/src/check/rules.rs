//! Checks for rules that are unreachable or match no context.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use isoflag::model::{Clause, Rule, SegmentRule, Served};
use isoflag::{Code, Path};

use super::clauses::{ComparisonBudget, ResolvedClause, all_implied};
use super::{Lints, Scope};
use crate::percentage::BUCKETS;

/// Returns, for each rule, whether a context can reach and match it.
pub(super) fn check_flag(scope: &Scope<'_>, rules: &[Rule], lints: &mut Lints) -> Vec<bool> {
    let rules: Vec<_> = rules.iter().map(|rule| (&*rule.clauses, true, &*rule.id)).collect();
    check(scope, &rules, lints)
}

pub(super) fn check_segment(scope: &Scope<'_>, rules: &[SegmentRule], lints: &mut Lints) {
    let takes_all = |rule: &SegmentRule| {
        rule.weighted.as_ref().is_none_or(|(weight, _)| *weight >= i64::from(BUCKETS))
    };
    let rules: Vec<_> = rules.iter().map(|rule| (&*rule.clauses, takes_all(rule), "")).collect();
    check(scope, &rules, lints);
}

/// Checks rules: the clauses of each, whether it decides for every context that matches it, and its
/// id.
fn check(scope: &Scope<'_>, rules: &[(&[Clause], bool, &str)], lints: &mut Lints) -> Vec<bool> {
    let list = scope.path.member("rules");
    let sizes = rules.iter().flat_map(|(clauses, _, _)| *clauses).map(|one| one.values.len() + 1);
    let budget = ComparisonBudget::for_size(sizes.sum());
    let mut before = Before::default();
    let mut lives = Vec::new();
    for (index, (clauses, decides, id)) in rules.iter().enumerate() {
        let path = list.element(index);
        let resolved: Vec<_> =
            clauses.iter().map(|clause| ResolvedClause::new(clause, scope.model)).collect();
        let matches = check_clauses(scope, &resolved, &budget, &path, lints);
        let shadow = before.first_implied(&resolved, &budget);
        if let Some((earlier, clauses)) = shadow {
            let name = |index: usize, id: &str| match id {
                "" => format!("`rules[{index}]`"),
                id => format!("`{id}` (`rules[{index}]`)"),
            };
            let above = name(*earlier, rules.get(*earlier).map_or("", |(_, _, id)| id));
            let this = name(index, id);
            let message = if clauses.iter().all(ResolvedClause::always_matches) {
                format!(
                    "{this} is unreachable: {above} above it matches every context; \
                     move it up, or remove one of them"
                )
            } else {
                format!(
                    "{this} is unreachable: {above} above it matches every context that it matches; \
                     move it up, or remove it"
                )
            };
            lints.add(Code::UNREACHABLE_RULE, &path, message);
        }
        lives.push(matches && shadow.is_none());
        if *decides && matches && shadow.is_none() {
            before.add(index, resolved);
        }
    }
    lives
}

/// The earlier rules, indexed by the keys of their clauses.
#[derive(Default)]
struct Before<'a> {
    rules: Vec<(usize, Vec<ResolvedClause<'a>>)>,
    /// The indices of the rules by a key that one of their clauses has.
    by_key: BTreeMap<u64, Vec<usize>>,
    /// The indices of the others, which every context matches.
    of_everybody: Vec<usize>,
}

impl<'a> Before<'a> {
    fn add(&mut self, index: usize, clauses: Vec<ResolvedClause<'a>>) {
        let position = self.rules.len();
        // Under the clause that the fewest others are found by.
        let crowd = |key: &u64| self.of_key(*key).len();
        let choices = clauses.iter().filter(|clause| !clause.always_matches());
        let choices = choices.map(ResolvedClause::implying_keys);
        let chosen = choices.min_by_key(|keys| keys.iter().map(crowd).max());
        match chosen {
            Some(keys) => {
                for key in keys {
                    self.by_key.entry(key).or_default().push(position);
                }
            }
            None => self.of_everybody.push(position),
        }
        self.rules.push((index, clauses));
    }

    fn of_key(&self, key: u64) -> &[usize] {
        self.by_key.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The first rule that every context matches which matches all these clauses.
    fn first_implied(
        &self,
        by: &[ResolvedClause<'a>],
        budget: &ComparisonBudget,
    ) -> Option<&(usize, Vec<ResolvedClause<'a>>)> {
        let everybody = self.of_everybody.first().copied();
        // The lists are read side by side only as far as needed: they may be long.
        let keys: Option<BTreeSet<u64>> = by.iter().map(ResolvedClause::implied_keys).try_fold(
            BTreeSet::new(),
            |mut all, keys| {
                all.extend(keys?);
                Some(all)
            },
        );
        let mut lists: Vec<Box<dyn Iterator<Item = usize> + '_>> = match keys {
            None => vec![Box::new(0..self.rules.len())],
            Some(keys) => keys
                .into_iter()
                .map(|key| {
                    Box::new(self.of_key(key).iter().copied()) as Box<dyn Iterator<Item = usize>>
                })
                .collect(),
        };
        let mut next: BinaryHeap<_> = lists
            .iter_mut()
            .enumerate()
            .filter_map(|(list, positions)| Some(Reverse((positions.next()?, list))))
            .collect();
        let mut last = None;
        while let Some(Reverse((position, list))) = next.pop() {
            if budget.left() == 0 || everybody.is_some_and(|everybody| everybody <= position) {
                break;
            }
            let following = lists.get_mut(list).and_then(Iterator::next);
            next.extend(following.map(|position| Reverse((position, list))));
            if last.replace(position) == Some(position) {
                budget.take(1);
                continue;
            }
            let rule = self.rules.get(position);
            if let Some((_, earlier)) = rule
                && all_implied(earlier, by, budget)
            {
                return rule;
            }
        }
        everybody.and_then(|everybody| self.rules.get(everybody))
    }
}

/// Whether a rule with these clauses can match anybody.
fn check_clauses(
    scope: &Scope<'_>,
    resolved: &[ResolvedClause<'_>],
    budget: &ComparisonBudget,
    path: &Path<'_>,
    lints: &mut Lints,
) -> bool {
    let list = path.member("clauses");
    let mut matches = true;
    for (index, clause) in resolved.iter().enumerate() {
        let path = list.element(index);
        let values = path.member("values");
        if clause.never_matches(scope.unusable_values(&values)) {
            let message = if clause.clause.values.is_empty() {
                "never matches, and neither does its rule: it has no values"
            } else {
                "never matches, and neither does its rule: none of its values can match"
            };
            lints.add(Code::CLAUSE_NEVER_MATCHES, &path, message);
            matches = false;
        }
        let mut others = resolved.iter().take(index).take_while(|_| budget.left() > 0);
        let earlier = others.position(|earlier| earlier.excludes(clause, budget));
        if let Some(earlier) = earlier {
            let message = format!(
                "never matches together with `clauses[{earlier}]` of the same rule, \
                 so that the rule never does; all clauses of a rule must match"
            );
            lints.add(Code::CONTRADICTORY_CLAUSES, &path, message);
            matches = false;
        }
    }
    matches
}

/// Collects the variations that a rule or the fallthrough serves.
pub(super) fn served(served: &Served, by: &mut Vec<u32>) {
    match served {
        Served::Variation(index) => by.push(*index),
        Served::Rollout(rollout) => {
            let last = rollout.entries.len().saturating_sub(1);
            let total = rollout.entries.last().map_or(0, |entry| entry.cumulative_weight);
            for (index, entry) in rollout.entries.iter().enumerate() {
                // The last entry gets the rest of the weights.
                let gets_some = entry.weight > 0 || (index == last && total < i64::from(BUCKETS));
                by.extend(entry.variation.filter(|_| gets_some));
            }
        }
        Served::Nothing => {}
    }
}
