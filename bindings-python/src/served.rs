//! Converts the core's answer to a Python value or a detail.

use std::borrow::Borrow;
use std::sync::Arc;

use isoflag::{Answer, ReasonKind, Value, ValueType};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::to_python;

/// The value type of a getter, and whether an object or array is a copy for the caller or shared with others.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    Any { copy: bool },
    Bool,
    Int,
    Float,
    Str,
    Json { copy: bool },
}

impl Wanted {
    fn value_type(self) -> ValueType {
        match self {
            Wanted::Any { .. } => ValueType::Any,
            Wanted::Bool => ValueType::Bool,
            Wanted::Int | Wanted::Float => ValueType::Number,
            Wanted::Str => ValueType::String,
            Wanted::Json { .. } => ValueType::Json,
        }
    }
}

/// An answer of the core, with the data needed to convert it.
pub(crate) struct Served<D> {
    document: D,
    answer: Answer,
    wanted: Wanted,
}

impl<D: Borrow<Arc<Document>>> Served<D> {
    /// Takes the answer to a key; an error is reported once.
    pub(crate) fn new(
        document: D,
        key: &Bound<'_, PyString>,
        answer: Answer,
        wanted: Wanted,
    ) -> PyResult<Served<D>> {
        let served = Served::unreported(document, answer, wanted);
        if served.answer.variation_index().is_none() {
            served.report(key)?;
        }
        Ok(served)
    }

    #[cold]
    #[inline(never)]
    fn report(&self, key: &Bound<'_, PyString>) -> PyResult<()> {
        let document: &Arc<Document> = self.document.borrow();
        if let ReasonKind::Error { kind } = document.flags().reason_of(&self.answer).kind() {
            let key_text = key.to_string_lossy();
            document.warnings().flag(key.py(), &key_text, kind)?;
        }
        Ok(())
    }

    pub(crate) fn unreported(document: D, answer: Answer, wanted: Wanted) -> Served<D> {
        let answer = answer.expecting(document.borrow().flags(), wanted.value_type());
        Served { document, answer, wanted }
    }

    /// Returns the flag's value in the core, or `None` if the default is served.
    pub(crate) fn held(&self) -> Option<&Value> {
        self.document.borrow().held(&self.answer)
    }

    /// Returns a Python object for a value, in the getter's type.
    pub(crate) fn object<'py>(&self, py: Python<'py>, held: &Value) -> PyResult<Bound<'py, PyAny>> {
        match self.wanted {
            Wanted::Int => to_python::truncated(py, held),
            Wanted::Float => to_python::floating(py, held),
            Wanted::Bool | Wanted::Str => to_python::object(py, held),
            Wanted::Any { copy } | Wanted::Json { copy } => {
                self.document.borrow().object(py, &self.answer, held, copy)
            }
        }
    }

    pub(crate) fn variation_index(&self) -> Option<u32> {
        self.answer.variation_index()
    }

    pub(crate) fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.document.borrow().reason(py, &self.answer)
    }
}

impl Served<&Arc<Document>> {
    /// Returns the flag's value, or the default.
    pub(crate) fn value<'py>(&self, default: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.held() {
            Some(held) => self.object(default.py(), held),
            None => Ok(default),
        }
    }

    /// Returns the flag's value or the default, with the reason.
    pub(crate) fn detail(self, default: Bound<'_, PyAny>) -> EvaluationDetail {
        let is_default = self.held().is_none();
        let Served { document, answer, wanted } = self;
        let served = Served { document: Arc::clone(document), answer, wanted };
        EvaluationDetail::new(served, is_default.then(|| default.unbind()))
    }
}
