//! The flags that moved since a date: by an earlier document, or by their timestamps.

use std::sync::Arc;

use isoflag::{Flags, Object, Value};

use super::{ReviewDocument, ReviewPeriod, text};
use crate::diff::diff;
use crate::lifecycle::{lifecycle, owner};

/// How a flag moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It changed.
    Changed,
}

impl Movement {
    /// `added`, `removed` or `changed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Movement::Added => "added",
            Movement::Removed => "removed",
            Movement::Changed => "changed",
        }
    }
}

/// A flag that moved since a date.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The flag's key.
    pub key: Arc<str>,
    /// The label of its document.
    pub environment: Arc<str>,
    /// The team that owns it.
    pub owner: Option<Arc<str>>,
    /// How it moved.
    pub movement: Movement,
    /// Whether its answers can have changed.
    pub answers: bool,
    /// The changes, as plain text.
    pub words: Vec<String>,
}

impl Moved {
    /// `{key, environment, owner, movement, answers, words}`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(Object::from_iter([
            ("key", Value::String(Arc::clone(&self.key))),
            ("environment", Value::String(Arc::clone(&self.environment))),
            ("owner", text(self.owner.as_ref())),
            ("movement", Value::from(self.movement.as_str())),
            ("answers", Value::Bool(self.answers)),
            ("words", self.words.iter().map(|words| Value::from(words.as_str())).collect()),
        ]))
    }
}

/// The flags of a document that moved.
pub(super) fn moved(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Moved> {
    let by_then = document.history.iter().filter(|version| version.from <= period.since);
    let then = by_then.max_by(|one, other| one.from.total_cmp(&other.from));
    match then {
        Some(then) => between(document, then.flags),
        None => by_timestamps(document, period),
    }
}

/// The flags that differ from an earlier document. Those whose times alone differ are left out.
fn between(document: &ReviewDocument<'_>, then: &Flags) -> Vec<Moved> {
    let found = diff(then, document.flags);
    let flag =
        |(key, change, answers, differences): (&Arc<str>, &str, bool, Vec<(&str, String)>)| {
            let movement = match change {
                "added" => Movement::Added,
                "removed" => Movement::Removed,
                _ => Movement::Changed,
            };
            let is_time = |path: &str| path.ends_with("Timestamp") || path.contains("Timestamps");
            let words = differences.into_iter().filter(|(path, _)| !is_time(path));
            let mut words: Vec<String> = words.map(|(_, words)| words).collect();
            if words.is_empty() && movement == Movement::Changed {
                if !answers {
                    return None;
                }
                words.push("because of a segment or prerequisite that changed".to_owned());
            }
            let owner = owner(document.flags, key).or_else(|| owner(then, key));
            let key = Arc::clone(key);
            let environment = Arc::from(document.label);
            Some(Moved { key, environment, owner, movement, answers, words })
        };
    found.flags().filter_map(flag).collect()
}

/// The flags whose own times are later than the date.
fn by_timestamps(document: &ReviewDocument<'_>, period: &ReviewPeriod) -> Vec<Moved> {
    let since = |moment: Option<f64>| moment.is_some_and(|moment| moment >= period.since);
    let flag = |key: &str| {
        let lifecycle = lifecycle(document.flags, key)?;
        let answers = since(lifecycle.last_modified);
        let status = lifecycle.status.filter(|_| since(lifecycle.status_since));
        let movement = if since(lifecycle.created) {
            Movement::Added
        } else if answers || status.is_some() {
            Movement::Changed
        } else {
            return None;
        };
        let mut words = Vec::new();
        words.extend(status.map(|status| format!("the status is `{status}`")));
        if answers {
            words.push("answers changed".to_owned());
        }
        Some(Moved {
            key: Arc::from(key),
            environment: Arc::from(document.label),
            owner: owner(document.flags, key),
            movement,
            answers,
            words,
        })
    };
    document.flags.keys().filter_map(flag).collect()
}
