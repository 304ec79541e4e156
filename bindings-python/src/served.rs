//! The core's answer into what a caller gets: a value, or a detail.

use std::borrow::Borrow;

use isoflag::{Answer, Flags, Value, ValueType};
use pyo3::prelude::*;

use crate::evaluation_detail::EvaluationDetail;
use crate::to_python;

/// The type that a getter is named after.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    Any,
    Bool,
    Int,
    Float,
    Str,
    Json,
}

impl Wanted {
    fn value_type(self) -> ValueType {
        match self {
            Wanted::Any => ValueType::Any,
            Wanted::Bool => ValueType::Bool,
            Wanted::Int | Wanted::Float => ValueType::Number,
            Wanted::Str => ValueType::String,
            Wanted::Json => ValueType::Json,
        }
    }
}

/// An answer of the core, with what it takes to read it.
pub(crate) struct Served<F> {
    flags: F,
    answer: Answer,
    wanted: Wanted,
}

impl<F: Borrow<Flags>> Served<F> {
    pub(crate) fn new(flags: F, answer: Answer, wanted: Wanted) -> Served<F> {
        let answer = answer.expecting(flags.borrow(), wanted.value_type());
        Served { flags, answer, wanted }
    }

    /// The flag's value as the core holds it; none where the default is served.
    pub(crate) fn held(&self) -> Option<&Value> {
        self.flags.borrow().value_of(&self.answer)
    }

    /// A value as the getter gives it, made afresh.
    pub(crate) fn object<'py>(&self, py: Python<'py>, held: &Value) -> PyResult<Bound<'py, PyAny>> {
        match self.wanted {
            Wanted::Int => to_python::truncated(py, held),
            Wanted::Float => to_python::floating(py, held),
            Wanted::Any | Wanted::Bool | Wanted::Str | Wanted::Json => to_python::object(py, held),
        }
    }

    pub(crate) fn variation_index(&self) -> Option<u32> {
        self.answer.variation_index()
    }

    pub(crate) fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.flags.borrow().reason_of(&self.answer).to_value())
    }
}

impl Served<&Flags> {
    /// The flag's value, or the default.
    pub(crate) fn value<'py>(&self, default: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.held() {
            Some(held) => self.object(default.py(), held),
            None => Ok(default),
        }
    }

    /// The flag's value, or the default, and why.
    pub(crate) fn detail(self, default: Bound<'_, PyAny>) -> EvaluationDetail {
        let is_default = self.held().is_none();
        let Served { flags, answer, wanted } = self;
        let served = Served { flags: flags.clone(), answer, wanted };
        EvaluationDetail::new(served, is_default.then(|| default.unbind()))
    }
}
