//! The last evaluation of a flag, as far as activity shows it.

use isoflag::{Object, Value};

use crate::activity::{Activity, FlagActivity};

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
