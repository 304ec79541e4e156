//! What can be proved of clauses without a context: that one never matches, that one holds whenever
//! another does, that two exclude each other.

use crate::evaluation::Steps;
use crate::json::Value;
use crate::ruleset::{Attribute, Clause, Comparable, Condition, Tables, Test};

/// A clause with the table that says which attribute it asks.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) clause: &'a Clause,
    tables: &'a Tables,
}

/// What a clause looks at.
#[derive(PartialEq)]
enum Subject<'a> {
    Segments,
    Kinds,
    Attribute(&'a Attribute),
}

impl<'a> Asked<'a> {
    pub(super) fn new(clause: &'a Clause, tables: &'a Tables) -> Asked<'a> {
        Asked { clause, tables }
    }

    /// Whether it matches nobody; `unusable` of its values can never match.
    pub(super) fn never_matches(self, unusable: usize) -> bool {
        let known = match &self.clause.condition {
            Condition::Segments(_) => true,
            Condition::Kinds(test) | Condition::Attribute(_, test) => {
                !matches!(test, Test::Unknown)
            }
            Condition::InvalidReference => false,
        };
        known && !self.clause.negate && self.clause.values.len() <= unusable
    }

    /// Whether it matches everybody: whoever is in none of no segments.
    pub(super) fn always_matches(self) -> bool {
        let Condition::Segments(slots) = &self.clause.condition else { return false };
        self.clause.negate && slots.is_empty()
    }

    /// Whether every context that matches `self` matches `other` too.
    pub(super) fn implies(self, other: Asked<'_>) -> bool {
        if other.always_matches() {
            return true;
        }
        if !self.asks_what(other) {
            return false;
        }
        let (mine, its) = (&*self.clause.values, &*other.clause.values);
        match (self.clause.negate, other.clause.negate) {
            (true, true) => self.same_operator(other) && all_in(its, mine),
            (false, false) if self.same_operator(other) => all_in(mine, its),
            (false, false) if &*self.clause.operator == "in" => {
                mine.iter().all(|value| other.test_matches(value))
            }
            _ => false,
        }
    }

    /// Whether no context can match both: what the one wants is all that the other does not.
    pub(super) fn excludes(self, other: Asked<'_>) -> bool {
        let one_way = |wants: Asked<'_>, refuses: Asked<'_>| {
            !wants.clause.negate
                && refuses.clause.negate
                && wants.asks_what(refuses)
                && wants.same_operator(refuses)
                && all_in(&wants.clause.values, &refuses.clause.values)
        };
        one_way(self, other) || one_way(other, self) || self.other_keys(other)
    }

    /// Whether both name keys, and none in common. A key is one string; any other attribute may be
    /// a list that holds values of both.
    fn other_keys(self, other: Asked<'_>) -> bool {
        let names_keys = |asked: Asked<'_>| {
            &*asked.clause.operator == "in"
                && !asked.clause.negate
                && matches!(asked.subject(), Some(Subject::Attribute(attribute))
                    if attribute.reference.is("key"))
        };
        names_keys(self)
            && names_keys(other)
            && self.asks_what(other)
            && !self.clause.values.iter().any(|value| other.clause.values.contains(value))
    }

    fn subject(self) -> Option<Subject<'a>> {
        match &self.clause.condition {
            Condition::Segments(_) => Some(Subject::Segments),
            Condition::Kinds(_) => Some(Subject::Kinds),
            Condition::Attribute(slot, _) => {
                self.tables.attributes.get(*slot).map(Subject::Attribute)
            }
            Condition::InvalidReference => None,
        }
    }

    /// Whether both look at the same attribute, however they compare it.
    fn asks_what(self, other: Asked<'_>) -> bool {
        match (self.subject(), other.subject()) {
            (Some(Subject::Attribute(mine)), Some(Subject::Attribute(its))) => {
                mine.kind == its.kind && mine.reference == its.reference
            }
            (Some(mine), Some(its)) => mine == its,
            _ => false,
        }
    }

    fn same_operator(self, other: Asked<'_>) -> bool {
        self.clause.operator == other.clause.operator
    }

    /// Whether an attribute of that value passes the test.
    fn test_matches(self, value: &Value) -> bool {
        let test = match &self.clause.condition {
            Condition::Attribute(_, test) | Condition::Kinds(test) => test,
            Condition::Segments(_) | Condition::InvalidReference => return false,
        };
        let comparable = Comparable::read(value, test.compared_as());
        let found = test.matching(value, &comparable, &mut Steps::default());
        found.is_ok_and(|place| place.is_some())
    }
}

/// Whether every clause of one rule that is asked holds whenever all of another rule's do.
pub(super) fn all_implied(wanted: &[Asked<'_>], by: &[Asked<'_>]) -> bool {
    wanted
        .iter()
        .all(|wanted| wanted.always_matches() || by.iter().any(|holding| holding.implies(*wanted)))
}

/// Lists longer than this are compared by no more than their lengths: whether one is in the other
/// would take the square of it.
const LONGEST: usize = 1_000;

fn all_in(few: &[Value], many: &[Value]) -> bool {
    few.len().max(many.len()) <= LONGEST && few.iter().all(|value| many.contains(value))
}
