//! Compiled operators of clauses: one file for each family. The context's value is always the left
//! operand, the clause's the right one.

mod date;
mod equality;
mod number;
mod regex;
mod text;
mod version;

pub use date::epoch_milliseconds;

use std::sync::Arc;

pub use regex::Pattern;

use super::value_list;
use crate::diagnostic::{Code, Findings};
use crate::json::{Path, Value};
use crate::steps::{Malformed, Steps};

/// The compiled operator and values of a clause.
#[derive(Debug)]
pub struct Test(Operator);

#[derive(Debug)]
enum Operator {
    In(equality::In),
    Text(text::TextTest),
    Matches(regex::Matches),
    Number(number::NumberTest),
    Date(date::DateTest),
    Version(version::VersionTest),
    /// An unknown operator matches nothing.
    Unknown,
}

/// The values of a clause with their path, for reports.
pub(super) struct ClauseValues<'a, F> {
    pub(super) values: &'a Arc<[Value]>,
    pub(super) path: &'a Path<'a>,
    pub(super) findings: &'a F,
}

impl<F: Findings> ClauseValues<'_, F> {
    /// Compiles each value; a value that `read` rejects is reported as one that can never match.
    fn prepare<T>(
        &self,
        code: Code,
        expected: &str,
        mut read: impl FnMut(&Value) -> Option<T>,
    ) -> Box<[Option<T>]> {
        let mut all = Vec::with_capacity(self.values.len());
        for (index, value) in self.values.iter().enumerate() {
            let prepared = read(value);
            if prepared.is_none() {
                self.refuse(code, expected, index, value);
            }
            all.push(prepared);
        }
        all.into()
    }

    /// Reports each value that is not `usable`.
    fn check(&self, code: Code, expected: &str, usable: fn(&Value) -> bool) {
        for (index, value) in self.values.iter().enumerate().filter(|(_, value)| !usable(value)) {
            self.refuse(code, expected, index, value);
        }
    }

    fn refuse(&self, code: Code, expected: &str, index: usize, value: &Value) {
        let message = format_args!("{value} is not {expected}, so it never matches");
        self.findings.add(code, &self.path.member("values").element(index), message);
    }
}

impl Test {
    pub(super) fn prepare<F: Findings>(operator: &str, values: &ClauseValues<'_, F>) -> Test {
        if let Some(test) = text::TextTest::prepare(operator, values) {
            return Test(Operator::Text(test));
        }
        if let Some(test) = number::NumberTest::prepare(operator, values) {
            return Test(Operator::Number(test));
        }
        if let Some(test) = date::DateTest::prepare(operator, values) {
            return Test(Operator::Date(test));
        }
        if let Some(test) = version::VersionTest::prepare(operator, values) {
            return Test(Operator::Version(test));
        }
        Test(match operator {
            "in" => Operator::In(equality::In::prepare(values)),
            "matches" => Operator::Matches(regex::Matches::prepare(values)),
            unknown => {
                let message = format_args!("unknown operator `{unknown}` matches nothing");
                values.findings.add(Code::UNKNOWN_OPERATOR, &values.path.member("op"), message);
                Operator::Unknown
            }
        })
    }

    /// Whether the operator is known; an unknown one matches nothing.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !matches!(self.0, Operator::Unknown)
    }

    /// Whether an attribute with this value passes the test, within the limits of one evaluation.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        let comparable = Comparable::read(value, self.compared_as());
        let found = self.matching(value, &comparable, &mut Steps::default());
        found.is_ok_and(|index| index.is_some())
    }

    /// The form that the test needs an attribute to be converted to.
    pub(crate) fn compared_as(&self) -> ComparedAs {
        match &self.0 {
            Operator::In(_) => ComparedAs::Hash,
            Operator::Date(_) => ComparedAs::Instant,
            Operator::Version(_) => ComparedAs::Version,
            Operator::Text(_) | Operator::Matches(_) | Operator::Number(_) | Operator::Unknown => {
                ComparedAs::Itself
            }
        }
    }

    /// The index of the first of the clause's values that one value of the context matches;
    /// `comparable` is that value's converted form.
    pub(crate) fn matching(
        &self,
        value: &Value,
        comparable: &Comparable,
        steps: &mut Steps,
    ) -> Result<Option<usize>, Malformed> {
        match &self.0 {
            Operator::In(test) => test.matching(value, comparable, steps),
            Operator::Text(test) => test.matching(value, steps),
            Operator::Matches(test) => test.matching(value, steps),
            Operator::Number(test) => test.matching(value, steps),
            Operator::Date(test) => test.matching(value, comparable, steps),
            Operator::Version(test) => test.matching(value, comparable, steps),
            Operator::Unknown => Ok(None),
        }
    }
}

/// The first compiled value for which `matches` holds; each comparison is a step, and more if it
/// reads many bytes.
fn first_text_match<T>(
    prepared: &[Option<T>],
    steps: &mut Steps,
    bytes: impl Fn(&T) -> usize,
    matches: impl Fn(&T) -> bool,
) -> Result<Option<usize>, Malformed> {
    for (index, value) in prepared.iter().enumerate() {
        steps.take_with_bytes(1, value.as_ref().map_or(0, &bytes))?;
        if value.as_ref().is_some_and(&matches) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Takes the steps for converting a value that was not converted when the context was bound.
fn take_reading(value: &Value, steps: &mut Steps) -> Result<(), Malformed> {
    steps.take_with_bytes(0, value.as_str().map_or(0, str::len))
}

/// The first compiled value for which `matches` holds; each comparison is a step.
fn first_match<T>(
    prepared: &[Option<T>],
    steps: &mut Steps,
    mut matches: impl FnMut(&T) -> bool,
) -> Result<Option<usize>, Malformed> {
    let found = prepared.iter().position(|value| value.as_ref().is_some_and(&mut matches));
    steps.take(found.map_or(prepared.len(), |index| index + 1))?;
    Ok(found)
}

/// The form that an operator needs an attribute to be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparedAs {
    Itself,
    Hash,
    Instant,
    Version,
}

/// The converted form of a value, computed before an operator needs it: for an attribute when the
/// context is bound, however many clauses read it; for the elements of an array it is not computed.
#[derive(Clone, Debug, Default)]
pub(crate) enum Comparable {
    /// Not converted: the operator reads the value itself.
    #[default]
    Itself,
    /// The hash for look-ups in a list.
    Hash(u32),
    /// The instant; `None` if the value is not a date.
    Instant(Option<date::Instant>),
    /// The version; `None` if the value is not a version.
    Version(Option<version::Version>),
}

impl Comparable {
    pub(crate) fn read(value: &Value, compared_as: ComparedAs) -> Comparable {
        match compared_as {
            _ if matches!(value, Value::Null | Value::Array(_)) => Comparable::Itself,
            ComparedAs::Itself => Comparable::Itself,
            ComparedAs::Hash => Comparable::Hash(value_list::hash(value)),
            ComparedAs::Instant => Comparable::Instant(date::Instant::read(value)),
            ComparedAs::Version => Comparable::Version(version::Version::read(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::NoFindings;

    #[test]
    fn a_test_tells_whether_it_accepts_a_value() {
        let attribute = Value::from("abc");
        for (operator, value, is_known, accepts) in [
            ("in", "abc", true, true),
            ("in", "ab", true, false),
            ("startsWith", "ab", true, true),
            ("matches", "^b", true, false),
            ("is", "abc", false, false),
        ] {
            let values = Arc::from([Value::from(value)]);
            let values = ClauseValues { values: &values, path: &Path::Root, findings: &NoFindings };
            let test = Test::prepare(operator, &values);
            assert_eq!(
                (test.is_known(), test.accepts(&attribute)),
                (is_known, accepts),
                "{operator}"
            );
        }
    }
}
