//! Which flags were evaluated, how often and when: what hosts counted and wrote down.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::json::Value;
use crate::path::Path;

/// The format that is read: the member `activity`.
const FORMAT: i64 = 1;

/// Counts of evaluations, from any number of hosts.
///
/// ```
/// use isoflag::Activity;
/// let mut activity = Activity::from_json(br#"{"activity": 1, "flags": {"f": {
///     "counts": {"sha256:00": {"0": 3, "default": 1}}, "first": 1000, "last": 9000}}}"#)?;
/// activity.merge(&Activity::from_json(br#"{"activity": 1, "flags": {}}"#)?);
/// assert_eq!(activity.flag("f").map(|flag| flag.evaluations), Some(4));
/// assert!(activity.flag("g").is_none());
/// # Ok::<(), isoflag::ActivityError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Activity {
    flags: BTreeMap<Arc<str>, FlagActivity>,
}

/// The evaluations of one flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlagActivity {
    /// How many.
    pub evaluations: u64,
    /// The first one, in milliseconds since the epoch.
    pub first_ms: f64,
    /// The last one.
    pub last_ms: f64,
}

/// What is known about the last evaluation of a flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LastEvaluated {
    /// Nothing: there is no activity that it could be seen in.
    Unknown,
    /// It was not evaluated between these moments, in milliseconds since the epoch: the first and
    /// the last evaluation of any flag.
    NotBetween(f64, f64),
    /// It was.
    Seen(FlagActivity),
}

impl Activity {
    /// Reads what a host wrote: `{"activity": 1, "flags": {<key>: {"counts", "first", "last"}}}`.
    ///
    /// # Errors
    /// Where the text is not JSON or no activity of this format.
    pub fn from_json(text: &[u8]) -> Result<Activity, ActivityError> {
        let value = Value::parse(text).map_err(|error| ActivityError::at("", error.to_string()))?;
        Activity::from_value(&value)
    }

    /// Reads activity that has been parsed already.
    ///
    /// # Errors
    /// As [`Activity::from_json`].
    pub fn from_value(value: &Value) -> Result<Activity, ActivityError> {
        let members = value.as_object();
        let format = members.and_then(|members| members.get("activity"));
        if format.and_then(Value::as_integer) != Some(FORMAT) {
            let message = "expected the integer 1; is this a file of activity?";
            return Err(ActivityError::at("activity", message));
        }
        let flags = members.and_then(|members| members.get("flags")).and_then(Value::as_object);
        let flags = flags.ok_or_else(|| ActivityError::at("flags", "expected an object"))?;
        let section = Path::Root.member("flags");
        let read = |(key, flag): (&Arc<str>, &Value)| {
            FlagActivity::read(flag, &section.member(key)).map(|flag| (Arc::clone(key), flag))
        };
        flags.iter().map(read).collect::<Result<_, _>>().map(|flags| Activity { flags })
    }

    /// Adds what another host counted.
    pub fn merge(&mut self, other: &Activity) {
        for (key, added) in &other.flags {
            self.flags
                .entry(Arc::clone(key))
                .and_modify(|held| {
                    held.evaluations = held.evaluations.saturating_add(added.evaluations);
                    held.first_ms = held.first_ms.min(added.first_ms);
                    held.last_ms = held.last_ms.max(added.last_ms);
                })
                .or_insert(*added);
        }
    }

    /// The evaluations of a flag; none where there were none.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<FlagActivity> {
        self.flags.get(key).copied()
    }

    /// The first and the last evaluation of any flag, in milliseconds since the epoch.
    #[must_use]
    pub fn window_ms(&self) -> Option<(f64, f64)> {
        let seen = self.flags.values();
        seen.map(|flag| (flag.first_ms, flag.last_ms))
            .reduce(|(first, last), flag| (first.min(flag.0), last.max(flag.1)))
    }

    /// What is known about the last evaluation of a flag. Activity in which nothing at all was
    /// evaluated says nothing.
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
    /// `{"known": false}`; `{"known": true, "from", "until"}`, between which it was not seen; or
    /// with `evaluations`, `first` and `last`. Times are in milliseconds since the epoch.
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
        Value::Object(members.into_iter().collect())
    }
}

impl FlagActivity {
    fn read(flag: &Value, path: &Path<'_>) -> Result<FlagActivity, ActivityError> {
        let members = flag.as_object();
        let member = |name: &str| members.and_then(|members| members.get(name));
        let moment = |name: &str| {
            let read = member(name).and_then(Value::as_integer).filter(|moment| *moment >= 0);
            read.map(|moment| moment as f64).ok_or_else(|| {
                ActivityError::at(path.member(name), "expected milliseconds since 1970, an integer")
            })
        };
        let mut evaluations = 0_u64;
        let counts = path.member("counts");
        let expected = |at: &dyn fmt::Display, what: &str| {
            ActivityError::at(at, format_args!("expected {what}"))
        };
        let by_digest = member("counts").and_then(Value::as_object);
        let by_digest = by_digest.ok_or_else(|| expected(&counts, "an object"))?;
        for (digest, by_variation) in by_digest.iter() {
            let of_digest = counts.member(digest);
            let by_variation =
                by_variation.as_object().ok_or_else(|| expected(&of_digest, "an object"))?;
            for (variation, count) in by_variation.iter() {
                let count = count.as_integer().and_then(|count| u64::try_from(count).ok());
                let place = of_digest.member(variation);
                let count = count.ok_or_else(|| expected(&place, "a count"))?;
                evaluations = evaluations.saturating_add(count);
            }
        }
        Ok(FlagActivity { evaluations, first_ms: moment("first")?, last_ms: moment("last")? })
    }
}

/// A text that is no activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityError {
    path: String,
    message: String,
}

impl ActivityError {
    fn at(path: impl fmt::Display, message: impl fmt::Display) -> ActivityError {
        ActivityError { path: path.to_string(), message: message.to_string() }
    }

    /// Where, such as `flags.checkout.first`; empty for the text as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for ActivityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ActivityError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(flags: &str) -> Result<Activity, ActivityError> {
        Activity::from_json(format!(r#"{{"activity": 1, "flags": {flags}}}"#).as_bytes())
    }

    #[test]
    fn counts_are_added_and_spans_joined() {
        let mut all = activity(
            r#"{"f": {"counts": {"a": {"0": 2}, "b": {"1": 3, "default": 4}}, "first": 50, "last": 60}}"#,
        )
        .unwrap();
        all.merge(&activity(
            r#"{"f": {"counts": {"a": {"0": 1}}, "first": 40, "last": 55}, "g": {"counts": {}, "first": 1, "last": 70}}"#,
        ).unwrap());
        let f = FlagActivity { evaluations: 10, first_ms: 40.0, last_ms: 60.0 };
        assert_eq!(all.last_evaluated("f"), LastEvaluated::Seen(f));
        assert_eq!(all.last_evaluated("h"), LastEvaluated::NotBetween(1.0, 70.0));
    }

    #[test]
    fn activity_without_an_evaluation_says_nothing() {
        assert_eq!(activity("{}").unwrap().last_evaluated("f"), LastEvaluated::Unknown);
    }

    #[test]
    fn what_is_no_activity_is_refused_with_its_place() {
        for (text, message) in [
            ("7", "activity: expected the integer 1; is this a file of activity?"),
            (r#"{"flags": {}}"#, "activity: expected the integer 1; is this a file of activity?"),
            (r#"{"activity": 1}"#, "flags: expected an object"),
            (r#"{"activity": 1, "flags": {"f": 7}}"#, "flags.f.counts: expected an object"),
            (
                r#"{"activity": 1, "flags": {"f": {"counts": {"d": {"0": -1}}}}}"#,
                "flags.f.counts.d.0: expected a count",
            ),
            (
                r#"{"activity": 1, "flags": {"f": {"counts": {}, "first": 1.5}}}"#,
                "flags.f.first: expected milliseconds since 1970, an integer",
            ),
        ] {
            assert_eq!(Activity::from_json(text.as_bytes()).unwrap_err().to_string(), message);
        }
        assert!(Activity::from_json(b"{").unwrap_err().path().is_empty());
    }
}
