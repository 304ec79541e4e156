//! Explanations: the same evaluation, recorded. The trace is a public interface;
//! `docs/explanation.schema.json` describes it.

mod recorder;
mod text;

use std::fmt;

use crate::bound_flags::BoundFlags;
use crate::json::{Object, Value};
use recorder::Recorder;

/// An answer and every step that led to it, in the order of evaluation.
///
/// Values of attributes that the context marks private appear as `{"private": true}`; values that
/// exceed 1 MiB together appear as `{"elided": true}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation(Value);

impl Explanation {
    /// The explanation as a JSON object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }

    /// Returns the RFC 8785 text, byte-for-byte identical on every host runtime.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_canonical_json()
    }
}

impl fmt::Display for Explanation {
    /// Indented text for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(&self.0, f)
    }
}

/// Evaluates a flag and records each step.
pub(crate) fn explain(bound: &BoundFlags, key: &str) -> Explanation {
    let flags = bound.flags();
    let mut recorder = Recorder::new(flags.ruleset(), bound.bound_context());
    let answer = bound.observed(flags.handle(key), &mut recorder);
    let answered = Object::from_iter([
        ("value", flags.value_of(&answer).cloned().unwrap_or_default()),
        ("variationIndex", answer.variation_index().map(Value::from).unwrap_or_default()),
        ("reason", flags.reason_of(&answer).to_value()),
    ]);
    let context = bound.bound_context().valid().map(|context| Value::from(context.key_of_all()));
    Explanation(Value::Object(Object::from_iter([
        ("flag", Value::from(key)),
        ("contextKey", context.unwrap_or_default()),
        ("specVersion", Value::from(crate::SPEC_VERSION)),
        ("answer", Value::Object(answered)),
        ("trace", recorder.into_trace()),
    ])))
}
