//! A document bound to one context, and a document bound to the part of a context that some flags
//! read.

use std::sync::Arc;

use super::Flags;
use super::state::{self, AllFlagsOptions, FlagState};
use crate::evaluate::{
    self, Answer, BoundContext, EvaluationDetail, FlagHandle, NoObserver, Observer, Uncached,
    ValueType,
};
use crate::explain::{self, Explanation};
use crate::json::Value;
use crate::limits;
use crate::steps::Steps;

/// A document bound to one context: every attribute that a rule may read has been looked up. Cheap
/// to clone, safe to share between threads.
///
/// Buckets and segment memberships that several evaluations need are computed once. No answer
/// depends on earlier evaluations.
#[derive(Clone, Debug)]
pub struct BoundFlags {
    flags: Flags,
    bound_context: Arc<BoundContext>,
}

impl BoundFlags {
    pub(crate) fn new(flags: Flags, bound_context: BoundContext) -> BoundFlags {
        BoundFlags { flags, bound_context: Arc::new(bound_context) }
    }

    /// The document.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    pub(crate) fn bound_context(&self) -> &BoundContext {
        &self.bound_context
    }

    /// The fully-qualified key of the context; `None` if the context is invalid.
    #[must_use]
    pub fn context_key(&self) -> Option<&str> {
        let context = self.bound_context.valid()?;
        Some(context.key_of_all())
    }

    /// Evaluates the flag with this key.
    #[must_use]
    pub fn evaluate(&self, key: &str) -> Answer {
        self.evaluate_handle(self.flags.handle(key))
    }

    /// Evaluates a flag by its handle; `None` is a missing flag.
    #[must_use]
    pub fn evaluate_handle(&self, flag: Option<FlagHandle>) -> Answer {
        self.observed(flag, &mut NoObserver)
    }

    /// Like [`BoundFlags::evaluate_handle`], without the caches: for measuring the cost of one
    /// evaluation.
    #[doc(hidden)]
    #[must_use]
    pub fn evaluate_uncached(&self, flag: Option<FlagHandle>) -> Answer {
        self.observed(flag, &mut Uncached)
    }

    pub(crate) fn observed<O: Observer>(
        &self,
        flag: Option<FlagHandle>,
        observer: &mut O,
    ) -> Answer {
        self.evaluate_within(flag, observer, &mut Steps::default())
    }

    fn evaluate_within<O: Observer>(
        &self,
        flag: Option<FlagHandle>,
        observer: &mut O,
        steps: &mut Steps,
    ) -> Answer {
        evaluate::evaluate(self.flags.model(), &self.bound_context, flag, observer, steps)
    }

    /// Evaluates one of all flags, within its own steps and the steps that all flags share.
    pub(crate) fn evaluate_shared(&self, flag: FlagHandle, shared: &mut Steps) -> Answer {
        let own = limits::STATE_OWN_STEPS;
        let allowed = (own + shared.left()).min(limits::STEPS);
        let mut steps = Steps::of(allowed);
        let answer = self.evaluate_within(Some(flag), &mut NoObserver, &mut steps);
        let exceeding = steps.taken_since(allowed).saturating_sub(own);
        // At most the remaining steps.
        let _ = shared.take(exceeding as usize);
        answer
    }

    fn expecting(&self, key: &str, wanted: ValueType) -> Answer {
        self.evaluate(key).expecting(&self.flags, wanted)
    }

    fn value(&self, key: &str, wanted: ValueType) -> Option<&Value> {
        self.flags.value_of(&self.expecting(key, wanted))
    }

    /// Returns the flag's value, or the default.
    #[must_use]
    pub fn variation(&self, key: &str, default: Value) -> Value {
        self.value(key, ValueType::Any).cloned().unwrap_or(default)
    }

    /// Returns the flag's value with its variation and the reason.
    #[must_use]
    pub fn variation_detail(&self, key: &str, default: Value) -> EvaluationDetail {
        self.variation_detail_of(key, ValueType::Any, default)
    }

    /// Like [`BoundFlags::variation_detail`]; if the flag serves another type than the expected
    /// one, returns the default with the reason `WRONG_TYPE`.
    #[must_use]
    pub fn variation_detail_of(
        &self,
        key: &str,
        wanted: ValueType,
        default: Value,
    ) -> EvaluationDetail {
        let answer = self.expecting(key, wanted);
        EvaluationDetail {
            value: self.flags.value_of(&answer).cloned().unwrap_or(default),
            variation_index: answer.variation_index(),
            reason: self.flags.reason_of(&answer).to_value(),
        }
    }

    /// Returns a boolean flag's value; the default also if the flag serves another type.
    #[must_use]
    pub fn bool_variation(&self, key: &str, default: bool) -> bool {
        self.value(key, ValueType::Bool).and_then(Value::as_bool).unwrap_or(default)
    }

    /// Returns a number's integral part (the nearest `i64` if it is beyond one); the default also
    /// if the flag serves another type.
    #[must_use]
    pub fn int_variation(&self, key: &str, default: i64) -> i64 {
        let number = self.value(key, ValueType::Number).and_then(Value::as_number);
        number.map_or(default, |number| number as i64)
    }

    /// Returns a number; the default also if the flag serves another type.
    #[must_use]
    pub fn float_variation(&self, key: &str, default: f64) -> f64 {
        self.value(key, ValueType::Number).and_then(Value::as_number).unwrap_or(default)
    }

    /// Returns a string; the default also if the flag serves another type.
    #[must_use]
    pub fn string_variation(&self, key: &str, default: &str) -> Arc<str> {
        match self.value(key, ValueType::String) {
            Some(Value::String(text)) => Arc::clone(text),
            _ => Arc::from(default),
        }
    }

    /// Returns any JSON value.
    #[must_use]
    pub fn json_variation(&self, key: &str, default: Value) -> Value {
        self.value(key, ValueType::Json).cloned().unwrap_or(default)
    }

    /// Returns the values of all flags in LaunchDarkly's bootstrap format.
    #[must_use]
    pub fn all_flags_state(&self, options: &AllFlagsOptions) -> Value {
        state::all_flags_state(self, options)
    }

    /// Iterates over the served value of each flag, in the order of the keys, evaluating lazily: the parts
    /// of [`BoundFlags::all_flags_state`] for a host runtime that builds its own objects. `None`
    /// for an invalid context.
    pub fn flag_states<'a>(
        &'a self,
        options: &AllFlagsOptions,
    ) -> Option<impl Iterator<Item = FlagState<'a>> + use<'a>> {
        state::flag_states(self, options)
    }

    /// Returns the part of one flag, evaluating no other. `None` for an invalid context, and for a flag that is unknown or
    /// that the options exclude.
    #[must_use]
    pub fn flag_state(&self, key: &str, options: &AllFlagsOptions) -> Option<FlagState<'_>> {
        state::flag_state(self, key, options)
    }

    /// Explains why the flag serves the context its value: the same evaluation, recorded.
    #[must_use]
    pub fn explain(&self, key: &str) -> Explanation {
        explain::explain(self.flags.model(), &self.bound_context, self.flags.handle(key), key)
    }
}

/// A document bound to the part of a context that some of its flags depend on, for a caller that
/// evaluates one flag for a new context each time.
#[derive(Debug)]
pub struct PartialBinding {
    flags: Flags,
    bound_context: BoundContext,
}

impl PartialBinding {
    pub(crate) fn new(flags: Flags, bound_context: BoundContext) -> PartialBinding {
        PartialBinding { flags, bound_context }
    }

    /// The document.
    #[must_use]
    pub fn flags(&self) -> &Flags {
        &self.flags
    }

    /// Like [`BoundFlags::evaluate_handle`], for a flag whose dependencies were bound.
    #[must_use]
    pub fn evaluate_handle(&self, flag: Option<FlagHandle>) -> Answer {
        let (model, steps) = (self.flags.model(), &mut Steps::default());
        evaluate::evaluate(model, &self.bound_context, flag, &mut NoObserver, steps)
    }
}
