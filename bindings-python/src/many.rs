//! Evaluates many flags for many contexts on threads without the GIL; results are read lazily.

use std::num::NonZero;
use std::panic;
use std::sync::Arc;
use std::thread;

use isoflag::{Answer, BigSegments, Context, FlagHandle};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyList, PySlice, PyTuple, PyType};

use crate::detached::detached;
use crate::document::Document;
use crate::evaluation_detail::EvaluationDetail;
use crate::served::{Served, Wanted};
use crate::state::MANY_FLAGS;

/// Number of results from which another thread is worth its start.
const ANSWERS_PER_THREAD: usize = 4096;

/// Maximum number of threads.
const MOST_THREADS: usize = 64;

/// Evaluates the rows of some contexts. A separate function, so that its code exists once.
type Evaluate<'a> = &'a (dyn Fn(&[Option<Context>]) -> Vec<Vec<Answer>> + Sync);

/// Evaluates each flag for each context on `threads` threads, by default one for each CPU.
pub(crate) fn rows(
    py: Python<'_>,
    flags: &isoflag::Flags,
    handles: &[Option<FlagHandle>],
    contexts: &[Option<Context>],
    big_segments: Option<&BigSegments>,
    threads: Option<NonZero<usize>>,
) -> Vec<Vec<Answer>> {
    let evaluate: Evaluate<'_> = &|contexts| {
        flags.evaluate_handles(handles, contexts.iter().map(Option::as_ref), big_segments)
    };
    let answers = handles.len().saturating_mul(contexts.len());
    let parts = match threads {
        Some(threads) => threads.get(),
        None if answers < 2 * ANSWERS_PER_THREAD => 1,
        None => {
            let cores = thread::available_parallelism().map_or(1, NonZero::get);
            cores.min(answers / ANSWERS_PER_THREAD)
        }
    };
    let parts = parts.min(MOST_THREADS).min(contexts.len());
    if answers < MANY_FLAGS && parts < 2 {
        return evaluate(contexts);
    }
    detached(py, || {
        if parts < 2 {
            return evaluate(contexts);
        }
        let mut chunks = contexts.chunks(contexts.len().div_ceil(parts));
        // This thread takes the first part, and the part of any thread that cannot be started.
        let own = chunks.next().unwrap_or_default();
        thread::scope(|scope| {
            let others: Vec<_> = chunks
                .map(|chunk| {
                    let started = thread::Builder::new().spawn_scoped(scope, || evaluate(chunk));
                    started.map_err(|_| chunk)
                })
                .collect();
            let mut rows = evaluate(own);
            for other in others {
                rows.extend(match other {
                    Ok(thread) => {
                        thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked))
                    }
                    Err(chunk) => evaluate(chunk),
                });
            }
            rows
        })
    })
}

/// The results of many flags for one context: a detail for each key, created when accessed.
#[pyclass(module = "isoflag", frozen, sequence)]
pub(crate) struct EvaluationDetails {
    document: Arc<Document>,
    answers: Vec<Answer>,
}

impl EvaluationDetails {
    pub(crate) fn new(document: &Arc<Document>, answers: Vec<Answer>) -> EvaluationDetails {
        EvaluationDetails { document: Arc::clone(document), answers }
    }

    fn detail(&self, py: Python<'_>, answer: Answer) -> EvaluationDetail {
        Served::unreported(&self.document, answer, Wanted::Any { copy: true })
            .detail(py.None().into_bound(py))
    }

    fn list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let details = self.answers.iter().map(|answer| self.detail(py, *answer));
        PyList::new(py, details.map(|detail| Py::new(py, detail)).collect::<PyResult<Vec<_>>>()?)
    }
}

#[pymethods]
impl EvaluationDetails {
    fn __len__(&self) -> usize {
        self.answers.len()
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = index.py();
        if index.is_instance_of::<PySlice>() {
            return self.list(py)?.into_any().get_item(index);
        }
        let place: isize = index.extract()?;
        let place = match usize::try_from(place) {
            Ok(place) => Some(place),
            Err(_) => self.answers.len().checked_sub(place.unsigned_abs()),
        };
        match place.and_then(|place| self.answers.get(place)) {
            Some(answer) => self.detail(py, *answer).into_bound_py_any(py),
            None => Err(PyIndexError::new_err("index out of range")),
        }
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.list(py)?.try_iter()
    }

    fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        if let Ok(other) = other.cast::<EvaluationDetails>() {
            self.list(py)?.eq(other.get().list(py)?)?.into_bound_py_any(py)
        } else if other.is_instance_of::<PyList>() {
            self.list(py)?.eq(other)?.into_bound_py_any(py)
        } else {
            Ok(py.NotImplemented().into_bound(py))
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("EvaluationDetails({})", self.list(py)?.repr()?))
    }

    /// Pickles as the list of its details.
    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        Ok((py.get_type::<PyList>(), (self.list(py)?,).into_pyobject(py)?))
    }
}
