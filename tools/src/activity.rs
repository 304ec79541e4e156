//! Counts of evaluations as front-end and back-end recorders write them, and their merging across
//! processes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use isoflag::{JsonError, Object, Path, Value};

/// The version of the format.
const FORMAT: i64 = 1;

/// The largest integer that JSON represents exactly; counts saturate there.
const LARGEST_INTEGER: i64 = (1 << 53) - 1;

/// Counts of evaluations by flag, document and variation, with the first and last evaluation of
/// each flag.
///
/// ```
/// use isoflag_tools::Activity;
/// let text = br#"{"activity": 1, "flags": {"checkout": {
///     "counts": {"sha256:0e": {"0": 3, "default": 1}},
///     "first": 1700000000000, "last": 1700000060000}}}"#;
/// let mut all = Activity::default();
/// all.merge(&Activity::from_json(text)?);
/// all.merge(&Activity::from_json(text)?);
/// assert_eq!(all.flag("checkout").map(|flag| flag.evaluations), Some(8));
/// assert_eq!(
///     all.to_canonical_json(),
///     r#"{"activity":1,"flags":{"checkout":{"counts":{"sha256:0e":{"0":6,"default":2}},"first":1700000000000,"last":1700000060000}}}"#,
/// );
/// # Ok::<(), isoflag_tools::ActivityError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    flags: BTreeMap<Arc<str>, Counted>,
}

/// The evaluations of one flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlagActivity {
    /// Evaluations with all documents and variations.
    pub evaluations: u64,
    /// The first evaluation, in milliseconds since the epoch.
    pub first_ms: f64,
    /// The last evaluation, in milliseconds since the epoch.
    pub last_ms: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Counted {
    /// By digest, then by the variation's index or `default`.
    counts: BTreeMap<Arc<str>, BTreeMap<Arc<str>, i64>>,
    /// In epoch milliseconds, as `last`.
    first: i64,
    last: i64,
    /// By the name of the strategy; evaluations without one are not among them.
    strategies: BTreeMap<Arc<str>, i64>,
}

impl Activity {
    /// Parses a recorder's output. Unknown members are ignored.
    ///
    /// # Errors
    ///
    /// If the text is not JSON or not valid activity.
    pub fn from_json(text: &[u8]) -> Result<Activity, ActivityError> {
        let value = Value::parse(text).map_err(|error| ActivityError::json(&error))?;
        Activity::from_value(&value)
    }

    /// Converts activity that has already been parsed.
    ///
    /// # Errors
    /// As [`Activity::from_json`].
    pub fn from_value(value: &Value) -> Result<Activity, ActivityError> {
        let root = Path::Root;
        let activity = object(Some(value), &root)?;
        let version = root.member("activity");
        if integer(activity.get("activity"), &version)? != FORMAT {
            return Err(ActivityError::at(&version, format!("expected the format {FORMAT}")));
        }
        let path = root.member("flags");
        let mut counted = BTreeMap::new();
        for (key, flag) in object(activity.get("flags"), &path)?.iter() {
            counted.insert(Arc::clone(key), Counted::read(flag, &path.member(key))?);
        }
        Ok(Activity { flags: counted })
    }

    /// Adds another activity's counts, up to 2^53 - 1, and widens the time ranges. The order of
    /// merging does not change the result.
    pub fn merge(&mut self, other: &Activity) {
        for (key, added) in &other.flags {
            match self.flags.get_mut(key) {
                Some(flag) => flag.merge(added),
                None => {
                    self.flags.insert(Arc::clone(key), added.clone());
                }
            }
        }
    }

    /// Returns the evaluations of a flag; `None` if it was not evaluated.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<FlagActivity> {
        self.flags.get(key).map(Counted::total)
    }

    /// The keys of the flags that were evaluated with the document of this digest.
    pub(crate) fn keys_under<'a>(&'a self, digest: &'a str) -> impl Iterator<Item = &'a Arc<str>> {
        let counted = self.flags.iter().filter(|(_, flag)| flag.counts.contains_key(digest));
        counted.map(|(key, _)| key)
    }

    /// The keys of the flags of which a variation was served with the document of a digest.
    pub(crate) fn keys_served<'a>(&'a self, digest: &'a str) -> impl Iterator<Item = &'a Arc<str>> {
        let served = self.flags.iter().filter(|(_, flag)| {
            let counts = flag.counts.get(digest);
            counts.is_some_and(|counts| counts.keys().any(|variation| &**variation != "default"))
        });
        served.map(|(key, _)| key)
    }

    /// The first and the last evaluation of any flag, in milliseconds since the epoch.
    #[must_use]
    pub fn window_ms(&self) -> Option<(f64, f64)> {
        let first = self.flags.values().map(|flag| flag.first).min()?;
        let last = self.flags.values().map(|flag| flag.last).max()?;
        Some((first as f64, last as f64))
    }

    /// The canonical text of RFC 8785: equal counts have equal bytes on every host.
    #[must_use]
    pub fn to_canonical_json(&self) -> String {
        let flags = self.flags.iter().map(|(key, flag)| (Arc::clone(key), flag.to_value()));
        let members = [
            ("activity", Value::from(FORMAT)),
            ("flags", Value::Object(flags.collect::<Object>())),
        ];
        Value::Object(Object::from_iter(members)).to_canonical_json()
    }
}

impl Counted {
    fn read(value: &Value, path: &Path<'_>) -> Result<Counted, ActivityError> {
        let flag = object(Some(value), path)?;
        let of_counts = path.member("counts");
        let mut counts = BTreeMap::new();
        for (digest, variations) in some_members(flag.get("counts"), &of_counts)?.iter() {
            let of_digest = of_counts.member(digest);
            let mut of_variations = BTreeMap::new();
            for (variation, count) in some_members(Some(variations), &of_digest)?.iter() {
                let of_variation = of_digest.member(variation);
                if !is_variation(variation) {
                    let expected = "expected a variation's index or `default`";
                    return Err(ActivityError::at(&of_variation, expected));
                }
                of_variations.insert(Arc::clone(variation), positive(count, &of_variation)?);
            }
            counts.insert(Arc::clone(digest), of_variations);
        }
        let first = integer(flag.get("first"), &path.member("first"))?;
        let of_last = path.member("last");
        let last = integer(flag.get("last"), &of_last)?;
        if last < first {
            return Err(ActivityError::at(&of_last, "earlier than `first`"));
        }
        let mut strategies = BTreeMap::new();
        if let Some(written) = flag.get("strategies") {
            let of_strategies = path.member("strategies");
            for (name, count) in some_members(Some(written), &of_strategies)?.iter() {
                let count = positive(count, &of_strategies.member(name))?;
                strategies.insert(Arc::clone(name), count);
            }
        }
        Ok(Counted { counts, first, last, strategies })
    }

    fn total(&self) -> FlagActivity {
        let counts = self.counts.values().flat_map(BTreeMap::values);
        let evaluations =
            counts.fold(0, |sum: u64, count| sum.saturating_add(count.unsigned_abs()));
        let (first_ms, last_ms) = (self.first as f64, self.last as f64);
        FlagActivity { evaluations, first_ms, last_ms }
    }

    fn merge(&mut self, other: &Counted) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        for (digest, variations) in &other.counts {
            add(self.counts.entry(Arc::clone(digest)).or_default(), variations);
        }
        add(&mut self.strategies, &other.strategies);
    }

    fn to_value(&self) -> Value {
        let named = |counts: &BTreeMap<Arc<str>, i64>| {
            let counts = counts.iter().map(|(name, count)| (Arc::clone(name), (*count).into()));
            Value::Object(counts.collect::<Object>())
        };
        let counts = self.counts.iter();
        let counts = counts.map(|(digest, variations)| (Arc::clone(digest), named(variations)));
        let strategies = (!self.strategies.is_empty()).then(|| named(&self.strategies));
        let members = [
            ("counts", Value::Object(counts.collect::<Object>())),
            ("first", self.first.into()),
            ("last", self.last.into()),
        ];
        let strategies = strategies.map(|strategies| ("strategies", strategies));
        Value::Object(members.into_iter().chain(strategies).collect::<Object>())
    }
}

/// Adds counts, up to the largest integer.
fn add(counts: &mut BTreeMap<Arc<str>, i64>, added: &BTreeMap<Arc<str>, i64>) {
    for (name, added) in added {
        let count = counts.entry(Arc::clone(name)).or_default();
        *count = count.saturating_add(*added).min(LARGEST_INTEGER);
    }
}

/// Invalid activity: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityError {
    path: String,
    message: String,
    position: Option<(usize, usize)>,
}

impl ActivityError {
    fn json(error: &JsonError) -> ActivityError {
        ActivityError {
            path: error.path().to_owned(),
            message: error.message().to_owned(),
            position: Some(error.line_column()),
        }
    }

    fn at(path: &Path<'_>, message: impl Into<String>) -> ActivityError {
        ActivityError { path: path.to_string(), message: message.into(), position: None }
    }

    /// The stable error code: `not-json` or `not-activity`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if self.position.is_some() { "not-json" } else { "not-activity" }
    }

    /// The path of the invalid part, such as `flags.checkout.first`; empty for the whole activity.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The problem, without the path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Line and column in the text, both from 1, if the text itself is invalid.
    #[must_use]
    pub fn line_column(&self) -> Option<(usize, usize)> {
        self.position
    }
}

impl fmt::Display for ActivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match self.position {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ActivityError {}

/// Whether a name is a variation's index, or `default`, which a recorder writes if no variation was
/// served.
fn is_variation(name: &str) -> bool {
    let is_index = name.bytes().all(|byte| byte.is_ascii_digit())
        && !name.is_empty()
        && (name == "0" || !name.starts_with('0'));
    is_index || name == "default"
}

fn object<'v>(value: Option<&'v Value>, path: &Path<'_>) -> Result<&'v Object, ActivityError> {
    value.and_then(Value::as_object).ok_or_else(|| ActivityError::at(path, "expected an object"))
}

/// The object, if it is not empty: each count is at least one.
fn some_members<'v>(
    value: Option<&'v Value>,
    path: &Path<'_>,
) -> Result<&'v Object, ActivityError> {
    let members = object(value, path)?;
    if members.is_empty() {
        return Err(ActivityError::at(path, "expected a member at least"));
    }
    Ok(members)
}

fn positive(value: &Value, path: &Path<'_>) -> Result<i64, ActivityError> {
    let count = integer(Some(value), path)?;
    if count < 1 {
        return Err(ActivityError::at(path, "expected a count of 1 or more"));
    }
    Ok(count)
}

fn integer(value: Option<&Value>, path: &Path<'_>) -> Result<i64, ActivityError> {
    let integer = value.and_then(Value::as_integer);
    integer
        .filter(|integer| (-LARGEST_INTEGER..=LARGEST_INTEGER).contains(integer))
        .ok_or_else(|| ActivityError::at(path, "expected an integer"))
}

/// The last evaluation of a flag, as far as activity shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LastEvaluated {
    /// Unknown: there is no activity.
    Unknown,
    /// It was not evaluated between these moments, in milliseconds since the epoch: the first and
    /// the last evaluation of any flag.
    NotBetween(f64, f64),
    /// It was evaluated.
    Seen(FlagActivity),
}

impl Activity {
    /// Returns the last evaluation of a flag. Activity without any evaluation proves nothing.
    #[must_use]
    pub fn last_evaluated(&self, key: &str) -> LastEvaluated {
        match (self.flag(key), self.window_ms()) {
            (Some(seen), _) => LastEvaluated::Seen(seen),
            (None, Some((first, last))) => LastEvaluated::NotBetween(first, last),
            (None, None) => LastEvaluated::Unknown,
        }
    }
}

impl LastEvaluated {
    /// `{"known": false}`; `{"known": true, "from", "until"}` if it was not evaluated between these
    /// times; or with `evaluations`, `first` and `last`. Times are in milliseconds since the epoch.
    #[must_use]
    pub fn to_value(self) -> Value {
        let known = |known: bool| ("known", Value::Bool(known));
        let time = |ms: f64| Value::number(ms).unwrap_or_default();
        let members = match self {
            LastEvaluated::Unknown => vec![known(false)],
            LastEvaluated::NotBetween(from, until) => {
                vec![known(true), ("from", time(from)), ("until", time(until))]
            }
            LastEvaluated::Seen(seen) => vec![
                known(true),
                ("evaluations", time(seen.evaluations as f64)),
                ("first", time(seen.first_ms)),
                ("last", time(seen.last_ms)),
            ],
        };
        Value::Object(members.into_iter().collect::<Object>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_not_evaluated_if_only_others_were() {
        let text = br#"{"activity": 1, "flags": {
            "f": {"counts": {"d": {"0": 2, "default": 1}}, "first": 40, "last": 60},
            "g": {"counts": {"d": {"0": 1}}, "first": 1, "last": 50}}}"#;
        let activity = Activity::from_json(text).unwrap();
        let f = FlagActivity { evaluations: 3, first_ms: 40.0, last_ms: 60.0 };
        assert_eq!(activity.last_evaluated("f"), LastEvaluated::Seen(f));
        assert_eq!(activity.last_evaluated("h"), LastEvaluated::NotBetween(1.0, 60.0));
        assert_eq!(Activity::default().last_evaluated("f"), LastEvaluated::Unknown);
    }
}
