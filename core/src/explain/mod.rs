//! Explanations: the same evaluation, recorded. The trace is a public interface;
//! `docs/explanation.schema.json` describes it.

mod recorder;
mod text;

use std::fmt;

use crate::evaluate::{self, BoundContext, FlagHandle};
use crate::json::{Object, Value};
use crate::model::Model;
use crate::steps::Steps;
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
pub(crate) fn explain(
    model: &Model,
    bound_context: &BoundContext,
    flag: Option<FlagHandle>,
    key: &str,
) -> Explanation {
    let mut recorder = Recorder::new(model, bound_context);
    let mut steps = Steps::default();
    let answer = evaluate::evaluate(model, bound_context, flag, &mut recorder, &mut steps);
    let answered = Object::from_iter([
        ("value", answer.value(model).cloned().unwrap_or_default()),
        ("variationIndex", answer.variation_index().map(Value::from).unwrap_or_default()),
        ("reason", answer.reason(model).to_value()),
    ]);
    let context = bound_context.valid().map(|context| Value::from(context.key_of_all()));
    Explanation(Value::Object(Object::from_iter([
        ("flag", Value::from(key)),
        ("contextKey", context.unwrap_or_default()),
        ("specVersion", Value::from(crate::SPEC_VERSION)),
        ("answer", Value::Object(answered)),
        ("trace", recorder.into_trace()),
    ])))
}
