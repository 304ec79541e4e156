//! The values of an attribute for which clauses match, or do not: near the values of the clauses.

use isoflag::model::{Clause, Condition, Test, epoch_milliseconds};
use isoflag::{Value, sort_by};

use super::sample::sample;

/// The values of one clause that are read.
const FEW: usize = 32;

/// The elements of a context's array that a step may extend or shorten.
const LONGEST_ARRAY: usize = 1_000;

/// A text that few clauses name.
pub(super) const OTHER: &str = "other";

const DAY: f64 = 86_400_000.0;

/// A clause on an attribute, and whether it should match.
pub(super) struct Comparison<'a> {
    clause: &'a Clause,
    test: &'a Test,
    /// Whether the test should pass.
    passes: bool,
}

impl<'a> Comparison<'a> {
    /// `None` if the clause does not compare an attribute.
    pub(super) fn of(clause: &'a Clause, matches: bool) -> Option<Comparison<'a>> {
        match &clause.condition {
            Condition::Attribute(_, test) => {
                Some(Comparison { clause, test, passes: matches != clause.negate })
            }
            _ => None,
        }
    }

    fn accepts(&self, value: &Value) -> bool {
        let passes = match value {
            Value::Array(elements) => elements.iter().any(|element| self.test.accepts(element)),
            value => self.test.accepts(value),
        };
        passes == self.passes
    }

    fn values(&self) -> impl Iterator<Item = &'a Value> {
        self.clause.values.iter().take(FEW)
    }
}

/// The clauses by which values are distinguished, a bit each.
const MOST_DISTINGUISHING: usize = 64;

/// Returns values that fit all comparisons, the likeliest first. Of the values that no clause on the
/// attribute distinguishes, it returns one.
pub(super) fn all(
    current: Option<&Value>,
    comparisons: &[Comparison<'_>],
    clauses: &[&Clause],
) -> Vec<Value> {
    let tests = clauses.iter().filter_map(|clause| Comparison::of(clause, true));
    let others: Vec<Comparison<'_>> = tests.take(MOST_DISTINGUISHING).collect();
    let mut pool = Vec::new();
    for comparison in comparisons.iter().chain(&others) {
        for value in comparison.values() {
            near(current, comparison, value, &mut pool);
        }
    }
    between(comparisons, &mut pool);
    pool.extend(joined(comparisons));
    if let Some(Value::Array(elements)) = current.filter(|value| is_short(value)) {
        pool = in_array(elements, comparisons, pool);
    }
    let mut seen: Vec<u64> = Vec::new();
    pool.retain(|value| {
        if !comparisons.iter().all(|comparison| comparison.accepts(value)) {
            return false;
        }
        // One bit for each clause.
        let add = |bits: u64, other: &Comparison<'_>| bits << 1 | u64::from(other.accepts(value));
        let accepted = others.iter().fold(0, add);
        let is_new = !seen.contains(&accepted);
        seen.push(accepted);
        is_new
    });
    pool
}

fn is_short(value: &Value) -> bool {
    value.as_array().is_some_and(|elements| elements.len() <= LONGEST_ARRAY)
}

/// The array without the elements that must not be in it, and with each value of the pool.
fn in_array(elements: &[Value], comparisons: &[Comparison<'_>], pool: Vec<Value>) -> Vec<Value> {
    let unwanted = |element: &Value| {
        comparisons.iter().any(|comparison| !comparison.passes && comparison.test.accepts(element))
    };
    let kept: Vec<Value> = elements.iter().filter(|each| !unwanted(each)).cloned().collect();
    let mut arrays = vec![Value::from(kept.clone())];
    for value in pool {
        arrays.push(Value::from([kept.clone(), vec![value]].concat()));
    }
    arrays
}

/// Adds values near one value of a clause.
fn near(
    current: Option<&Value>,
    comparison: &Comparison<'_>,
    value: &Value,
    pool: &mut Vec<Value>,
) {
    let operator = &*comparison.clause.operator;
    match (operator, value) {
        ("before" | "after", value) => near_date(value, pool),
        ("semVerEqual" | "semVerLessThan" | "semVerGreaterThan", Value::String(version)) => {
            near_version(version, pool);
        }
        ("matches", Value::String(pattern)) if comparison.passes => {
            pool.extend(sample(pattern).map(Value::from));
        }
        (_, Value::Number(number)) => {
            for near in [*number, number + 1.0, number - 1.0] {
                pool.extend(Value::number(near));
            }
        }
        (_, Value::Bool(flag)) => pool.extend([Value::Bool(*flag), Value::Bool(!flag)]),
        (operator, Value::String(text)) => {
            let current = current.and_then(Value::as_str).unwrap_or_default();
            match operator {
                // A domain keeps the name before it.
                "endsWith" if text.starts_with('@') => {
                    let name = current.split('@').next().filter(|name| !name.is_empty());
                    pool.push(Value::from(format!("{}{text}", name.unwrap_or("someone"))));
                }
                "endsWith" | "startsWith" | "contains" | "in" | "matches" => {}
                _ => return,
            }
            pool.push(value.clone());
            if !comparison.passes {
                pool.push(Value::from(OTHER));
            }
        }
        _ => {}
    }
}

fn near_date(value: &Value, pool: &mut Vec<Value>) {
    match value {
        Value::Number(number) => {
            for near in [number + DAY, number - DAY, number + 1.0, number - 1.0] {
                pool.extend(Value::number(near));
            }
        }
        Value::String(text) => {
            // The same day of the next year and of the last one.
            let (year, rest) = text.split_at_checked(4).unwrap_or(("", ""));
            let Ok(year) = year.parse::<u16>() else { return };
            for year in [year.saturating_add(1), year.saturating_sub(1)] {
                pool.push(Value::from(format!("{year:04}{rest}")));
            }
        }
        _ => {}
    }
}

fn near_version(version: &str, pool: &mut Vec<Value>) {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let mut numbers = core.split('.').map(|part| part.parse::<u64>().ok());
    let mut number = || numbers.next().flatten().unwrap_or(0);
    let (major, minor, patch) = (number(), number(), number());
    let next = |number: u64| number.saturating_add(1);
    pool.push(Value::from(version));
    pool.push(Value::from(format!("{major}.{minor}.{}", next(patch))));
    pool.push(Value::from(format!("{}.0.0", next(major))));
    for (number, before) in [
        (patch, format!("{major}.{minor}.{}", patch.saturating_sub(1))),
        (minor, format!("{major}.{}.0", minor.saturating_sub(1))),
        (major, format!("{}.0.0", major.saturating_sub(1))),
    ] {
        if number > 0 {
            pool.push(Value::from(before));
        }
    }
    pool.push(Value::from("0.0.0-0"));
}

/// Adds numbers between the numbers and dates of clauses on one attribute.
fn between(comparisons: &[Comparison<'_>], pool: &mut Vec<Value>) {
    if comparisons.len() < 2 {
        return;
    }
    let number = |value: &Value| match value {
        Value::Number(number) => Some(*number),
        Value::String(text) => epoch_milliseconds(text),
        _ => None,
    };
    let values = comparisons.iter().flat_map(Comparison::values);
    let mut numbers: Vec<f64> = values.filter_map(number).collect();
    sort_by(&mut numbers, f64::total_cmp);
    for pair in numbers.array_windows::<2>() {
        let [low, high] = pair;
        pool.extend(Value::number(low + (high - low) / 2.0));
    }
}

/// One text with the beginnings, parts and endings of all clauses.
fn joined(comparisons: &[Comparison<'_>]) -> Option<Value> {
    let mut text = String::new();
    for operator in ["startsWith", "contains", "endsWith"] {
        let wanted =
            comparisons.iter().filter(|each| each.passes && *each.clause.operator == *operator);
        for comparison in wanted {
            text.push_str(comparison.values().find_map(Value::as_str).unwrap_or_default());
        }
    }
    (!text.is_empty()).then(|| Value::from(text))
}

/// The digits of a key's number at most, leading zeros included.
const MOST_DIGITS: usize = 64;

/// Keys other than the current one: `mia-2042`, `mia-2043` and so on after `mia-2041`.
pub(super) fn other_keys(
    current: Option<&Value>,
    kind: &str,
) -> impl Iterator<Item = Value> + use<> {
    let current = match current {
        Some(Value::String(text)) => text.to_string(),
        Some(value @ Value::Number(_)) => value.to_canonical_json(),
        _ => format!("{kind}-0"),
    };
    let base = current.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let digits = current.get(base.len()..).unwrap_or_default();
    let (base, first, width) = match digits.parse::<u64>() {
        // A formatter panics if it has to write 65,536 digits.
        Ok(number) if number < u64::from(u32::MAX) && digits.len() <= MOST_DIGITS => {
            (base.to_owned(), number, digits.len())
        }
        _ => (format!("{current}-"), 0, 0),
    };
    (first + 1..).map(move |number| Value::from(format!("{base}{number:0width$}")))
}
