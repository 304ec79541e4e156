//! Explanations: the same evaluation, recorded. The trace is a public interface;
//! `docs/explanation.schema.json` describes it.

mod json;
mod recorder;
mod text;
mod trace;

use std::fmt;
use std::sync::Arc;

use crate::evaluate::{self, Answer, BoundContext, FlagHandle};
use crate::json::Value;
use crate::model::Model;
use crate::steps::Steps;
use recorder::Recorder;
use trace::FlagTrace;

/// An answer and every step that led to it, in the order of evaluation.
///
/// Values of attributes that the context marks private appear as `{"private": true}`; values that
/// exceed 1 MiB together appear as `{"elided": true}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    flag: Arc<str>,
    /// `None` if the context is invalid.
    context_key: Option<Arc<str>>,
    answer: Answer,
    /// The served value; `None` if it is the caller's default.
    value: Option<Value>,
    /// The id of the rule or the key of the prerequisite in the reason.
    reason_name: Arc<str>,
    /// `None` if no flag was evaluated.
    trace: Option<FlagTrace>,
}

impl Explanation {
    /// The explanation as a JSON object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json::value(self)
    }

    /// Returns the RFC 8785 text, byte-for-byte identical on every host runtime.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_value().to_canonical_json()
    }
}

impl fmt::Display for Explanation {
    /// Indented text for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(self, f)
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
    Explanation {
        flag: Arc::from(key),
        context_key: bound_context.valid().map(|context| Arc::from(context.key_of_all())),
        value: answer.value(model).cloned(),
        reason_name: Arc::from(answer.reason_name(model)),
        // Equal documents may have a flag in different slots.
        answer: Answer { flag: None, ..answer },
        trace: recorder.into_trace(),
    }
}
