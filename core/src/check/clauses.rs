//! Proofs about clauses without a context: one never matches, one implies another, two exclude each
//! other.

use std::cell::Cell;
use std::sync::Arc;

use crate::evaluation::Steps;
use crate::hash_index;
use crate::json::Value;
use crate::ruleset::{
    Attribute, Clause, Comparable, Condition, Tables, Test, ValueList, value_list,
};

/// A clause with the table that resolves its attribute.
pub(super) struct ResolvedClause<'a> {
    pub(super) clause: &'a Clause,
    tables: &'a Tables,
    values: ValueList,
}

/// The comparisons that the check of one list of rules may still make. Proving that other rules
/// imply a rule can take the square of their size, so a long list is searched only for cheap
/// proofs.
pub(super) struct ComparisonBudget(Cell<usize>);

impl ComparisonBudget {
    /// A budget that fits the size of the rules: enough for every proof in lists of ordinary size.
    pub(super) fn for_size(clauses_and_values: usize) -> ComparisonBudget {
        ComparisonBudget(Cell::new(clauses_and_values.saturating_mul(128)))
    }

    pub(super) fn left(&self) -> usize {
        self.0.get()
    }

    /// Takes comparisons from the budget; false if too few are left.
    fn take(&self, count: usize) -> bool {
        let left = self.0.get().checked_sub(count);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// What a clause reads.
#[derive(PartialEq)]
enum Operand<'a> {
    Segments,
    Kinds,
    Attribute(&'a Attribute),
}

impl<'a> ResolvedClause<'a> {
    pub(super) fn new(clause: &'a Clause, tables: &'a Tables) -> ResolvedClause<'a> {
        ResolvedClause { clause, tables, values: ValueList::new(Arc::clone(&clause.values)) }
    }

    /// Whether it matches no context; `unusable` of its values can never match.
    pub(super) fn never_matches(&self, unusable: usize) -> bool {
        let known = match &self.clause.condition {
            Condition::Segments(_) => true,
            Condition::Kinds(test) | Condition::Attribute(_, test) => {
                !matches!(test, Test::Unknown)
            }
            Condition::InvalidReference => false,
        };
        known && !self.clause.negate && self.clause.values.len() <= unusable
    }

    /// Whether it matches every context: a negated clause without segments.
    pub(super) fn always_matches(&self) -> bool {
        let Condition::Segments(slots) = &self.clause.condition else { return false };
        self.clause.negate && slots.is_empty()
    }

    /// Whether every context that matches `self` matches `other` too.
    pub(super) fn implies(&self, other: &ResolvedClause<'_>, looks: &ComparisonBudget) -> bool {
        if other.always_matches() {
            return true;
        }
        if !looks.take(1) || !self.reads_same_attribute(other) {
            return false;
        }
        match (self.clause.negate, other.clause.negate) {
            (true, true) => self.same_operator(other) && other.all_in(self, looks),
            (false, false) if self.same_operator(other) => self.all_in(other, looks),
            (false, false) if &*self.clause.operator == "in" => {
                let its = other.clause.values.len();
                let mut mine = self.clause.values.iter();
                mine.all(|value| looks.take(its) && other.test_matches(value))
            }
            _ => false,
        }
    }

    /// Keys of which every clause that this one may imply shares one; `None` if it may imply any
    /// clause, because a list without values is contained in every list.
    pub(super) fn implied_keys(&self) -> Option<Vec<u64>> {
        let first = self.clause.values.first()?;
        if self.clause.negate {
            return Some(vec![self.key(NEGATED)]);
        }
        let mut keys = vec![self.key(u64::from(value_list::hash(first)))];
        if &*self.clause.operator == "in" {
            keys.push(self.subject_key() ^ OTHERWISE);
        }
        Some(keys)
    }

    /// Keys of which every clause that may imply this one shares one.
    pub(super) fn implying_keys(&self) -> Vec<u64> {
        let mut keys = Vec::new();
        if self.clause.negate {
            keys.push(self.key(NEGATED));
        } else {
            keys.extend(
                self.clause.values.iter().map(|v| self.key(u64::from(value_list::hash(v)))),
            );
            if &*self.clause.operator != "in" {
                keys.push(self.subject_key() ^ OTHERWISE);
            }
        }
        keys
    }

    fn key(&self, value: u64) -> u64 {
        let operator = u64::from(hash_index::hash(&self.clause.operator));
        (self.subject_key() ^ operator).rotate_left(29) ^ value
    }

    fn subject_key(&self) -> u64 {
        match self.subject() {
            Some(Operand::Attribute(attribute)) => {
                let names = attribute.reference.names().map(hash_index::hash);
                names.fold(u64::from(attribute.kind.0) + 3, |key, name| {
                    key.rotate_left(13).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(name)
                })
            }
            Some(Operand::Segments) => 2,
            Some(Operand::Kinds) => 1,
            None => 0,
        }
    }

    /// Whether no context can match both: one requires exactly what the other rejects.
    pub(super) fn excludes(&self, other: &ResolvedClause<'_>, looks: &ComparisonBudget) -> bool {
        let one_way = |wants: &ResolvedClause<'_>, refuses: &ResolvedClause<'_>| {
            !wants.clause.negate
                && refuses.clause.negate
                && wants.reads_same_attribute(refuses)
                && wants.same_operator(refuses)
                && wants.all_in(refuses, looks)
        };
        looks.take(1)
            && (one_way(self, other) || one_way(other, self) || self.other_keys(other, looks))
    }

    /// Whether both name keys and share none. A key is one string; any other attribute may be a
    /// list that contains values of both.
    fn other_keys(&self, other: &ResolvedClause<'_>, looks: &ComparisonBudget) -> bool {
        let names_keys = |asked: &ResolvedClause<'_>| {
            &*asked.clause.operator == "in"
                && !asked.clause.negate
                && matches!(asked.subject(), Some(Operand::Attribute(attribute))
                    if attribute.reference.is("key"))
        };
        names_keys(self)
            && names_keys(other)
            && self.reads_same_attribute(other)
            && self.clause.values.iter().all(|value| looks.take(1) && !other.holds(value))
    }

    fn holds(&self, value: &Value) -> bool {
        self.values.index_of(value, None).is_some()
    }

    /// Whether the other clause has every value of this one.
    fn all_in(&self, other: &ResolvedClause<'_>, looks: &ComparisonBudget) -> bool {
        self.clause.values.iter().all(|value| looks.take(1) && other.holds(value))
    }

    fn subject(&self) -> Option<Operand<'a>> {
        match &self.clause.condition {
            Condition::Segments(_) => Some(Operand::Segments),
            Condition::Kinds(_) => Some(Operand::Kinds),
            Condition::Attribute(slot, _) => {
                self.tables.attributes.get(*slot).map(Operand::Attribute)
            }
            Condition::InvalidReference => None,
        }
    }

    /// Whether both read the same attribute, however they compare it.
    fn reads_same_attribute(&self, other: &ResolvedClause<'_>) -> bool {
        match (self.subject(), other.subject()) {
            (Some(Operand::Attribute(mine)), Some(Operand::Attribute(its))) => {
                mine.kind == its.kind && mine.reference == its.reference
            }
            (Some(mine), Some(its)) => mine == its,
            _ => false,
        }
    }

    fn same_operator(&self, other: &ResolvedClause<'_>) -> bool {
        self.clause.operator == other.clause.operator
    }

    /// Whether an attribute of that value passes the test.
    fn test_matches(&self, value: &Value) -> bool {
        let test = match &self.clause.condition {
            Condition::Attribute(_, test) | Condition::Kinds(test) => test,
            Condition::Segments(_) | Condition::InvalidReference => return false,
        };
        let comparable = Comparable::read(value, test.compared_as());
        let found = test.matching(value, &comparable, &mut Steps::default());
        found.is_ok_and(|place| place.is_some())
    }
}

/// Whether all clauses of one rule hold whenever all clauses of another hold.
pub(super) fn all_implied(
    wanted: &[ResolvedClause<'_>],
    by: &[ResolvedClause<'_>],
    looks: &ComparisonBudget,
) -> bool {
    wanted.iter().all(|wanted| {
        wanted.always_matches() || by.iter().any(|holding| holding.implies(wanted, looks))
    })
}

/// Marks the keys of negated clauses.
const NEGATED: u64 = 1 << 40;
const OTHERWISE: u64 = 1 << 41;
