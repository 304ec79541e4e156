//! Proofs about clauses without a context: one never matches, one implies another, two exclude each
//! other.

use std::cell::{Cell, OnceCell};
use std::hash::{DefaultHasher, Hash, Hasher};

use isoflag::model::{Attribute, Clause, Condition, Model};
use isoflag::{Value, sort_by};

/// A clause with the attribute that it reads.
pub(super) struct ResolvedClause<'a> {
    pub(super) clause: &'a Clause,
    operand: Option<Operand<'a>>,
    /// Its values, indexed by the first look-up in a long list.
    values: OnceCell<Vec<Comparable<'a>>>,
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
    pub(super) fn take(&self, count: usize) -> bool {
        let left = self.0.get().checked_sub(count);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// Up to this length a list is searched without an index.
const FEW: usize = 8;

/// The operand of a clause.
#[derive(Clone, Copy, PartialEq)]
enum Operand<'a> {
    Segments,
    Kinds,
    Attribute(&'a Attribute),
}

impl<'a> ResolvedClause<'a> {
    pub(super) fn new(clause: &'a Clause, model: &'a Model) -> ResolvedClause<'a> {
        let operand = match &clause.condition {
            Condition::Segments(_) => Some(Operand::Segments),
            Condition::Kinds(_) => Some(Operand::Kinds),
            Condition::Attribute(slot, _) => model.attribute(*slot).map(Operand::Attribute),
            Condition::InvalidReference => None,
        };
        ResolvedClause { clause, operand, values: OnceCell::new() }
    }

    /// Whether it matches no context; `unusable` of its values can never match.
    pub(super) fn never_matches(&self, unusable: usize) -> bool {
        let known = match &self.clause.condition {
            Condition::Segments(_) => true,
            Condition::Kinds(test) | Condition::Attribute(_, test) => test.is_known(),
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
    pub(super) fn implies(&self, other: &ResolvedClause<'_>, budget: &ComparisonBudget) -> bool {
        if other.always_matches() {
            return true;
        }
        if !budget.take(1) || !self.reads_same_attribute(other) {
            return false;
        }
        match (self.clause.negate, other.clause.negate) {
            (true, true) => self.same_operator(other) && other.all_in(self, budget),
            (false, false) if self.same_operator(other) => self.all_in(other, budget),
            (false, false) if &*self.clause.operator == "in" => {
                let its = other.clause.values.len();
                let mut mine = self.clause.values.iter();
                mine.all(|value| budget.take(its) && other.test_matches(value))
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
        let mut keys = vec![self.key(hash(Comparable::of(first)))];
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
            let values = self.clause.values.iter();
            keys.extend(values.map(|value| self.key(hash(Comparable::of(value)))));
            if &*self.clause.operator != "in" {
                keys.push(self.subject_key() ^ OTHERWISE);
            }
        }
        keys
    }

    fn key(&self, value: u64) -> u64 {
        hash((self.subject_key(), &self.clause.operator, value))
    }

    fn subject_key(&self) -> u64 {
        match self.operand {
            Some(Operand::Attribute(attribute)) => hash((attribute.kind, &attribute.reference)),
            Some(Operand::Segments) => 2,
            Some(Operand::Kinds) => 1,
            None => 0,
        }
    }

    /// Whether no context can match both: one requires exactly what the other rejects.
    pub(super) fn excludes(&self, other: &ResolvedClause<'_>, budget: &ComparisonBudget) -> bool {
        let one_way = |wants: &ResolvedClause<'_>, refuses: &ResolvedClause<'_>| {
            !wants.clause.negate
                && refuses.clause.negate
                && wants.reads_same_attribute(refuses)
                && wants.same_operator(refuses)
                && wants.all_in(refuses, budget)
        };
        budget.take(1)
            && (one_way(self, other) || one_way(other, self) || self.other_keys(other, budget))
    }

    /// Whether both name keys and share none. A key is one string; any other attribute may be a
    /// list that contains values of both.
    fn other_keys(&self, other: &ResolvedClause<'_>, budget: &ComparisonBudget) -> bool {
        let names_keys = |resolved: &ResolvedClause<'_>| {
            &*resolved.clause.operator == "in"
                && !resolved.clause.negate
                && matches!(resolved.operand, Some(Operand::Attribute(attribute))
                    if attribute.reference.is("key"))
        };
        names_keys(self)
            && names_keys(other)
            && self.reads_same_attribute(other)
            && self.clause.values.iter().all(|value| budget.take(1) && !other.holds(value))
    }

    fn holds(&self, value: &Value) -> bool {
        let Some(value) = Comparable::of(value) else { return false };
        let all = || self.clause.values.iter().filter_map(Comparable::of);
        if self.clause.values.len() <= FEW {
            return all().any(|known| known == value);
        }
        let sorted = || {
            let mut all: Vec<_> = all().collect();
            sort_by(&mut all, Ord::cmp);
            all
        };
        self.values.get_or_init(sorted).binary_search(&value).is_ok()
    }

    /// Whether the other clause has every value of this one.
    fn all_in(&self, other: &ResolvedClause<'_>, budget: &ComparisonBudget) -> bool {
        self.clause.values.iter().all(|value| budget.take(1) && other.holds(value))
    }

    /// Whether both read the same attribute, however they compare it.
    fn reads_same_attribute(&self, other: &ResolvedClause<'_>) -> bool {
        match (self.operand, other.operand) {
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
        match &self.clause.condition {
            Condition::Attribute(_, test) | Condition::Kinds(test) => test.accepts(value),
            Condition::Segments(_) | Condition::InvalidReference => false,
        }
    }
}

/// A value that can be compared: not an array or an object.
#[derive(Hash, PartialEq, Eq, PartialOrd, Ord)]
enum Comparable<'a> {
    Null,
    Bool(bool),
    /// The bits: numbers are finite and never `-0`.
    Number(u64),
    String(&'a str),
}

impl Comparable<'_> {
    fn of(value: &Value) -> Option<Comparable<'_>> {
        match value {
            Value::Null => Some(Comparable::Null),
            Value::Bool(value) => Some(Comparable::Bool(*value)),
            Value::Number(number) => Some(Comparable::Number(number.to_bits())),
            Value::String(text) => Some(Comparable::String(text)),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// A hash that does not change between runs.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Whether all clauses of one rule hold whenever all clauses of another hold.
pub(super) fn all_implied(
    wanted: &[ResolvedClause<'_>],
    by: &[ResolvedClause<'_>],
    budget: &ComparisonBudget,
) -> bool {
    wanted.iter().all(|wanted| {
        wanted.always_matches() || by.iter().any(|holding| holding.implies(wanted, budget))
    })
}

/// Marks the keys of negated clauses.
const NEGATED: u64 = 1 << 40;
const OTHERWISE: u64 = 1 << 41;
