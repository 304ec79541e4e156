//! The stream of results: pulls batches from the source and returns their answers in order. It holds a
//! bounded number of rows.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use isoflag::{FlagHandle, Flags};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

use crate::answers::{Answers, FlagColumns, Reasons, Selected};
use crate::capsule::Source;
use crate::mapping::Mapping;
use crate::rows::{Part, Rows};
use crate::workers::{State, Workers};

/// The most rows of a result batch.
const ROWS: usize = 16_384;

/// Everything that the batches of a result have in common.
pub(crate) struct Plan {
    pub(crate) flags: Flags,
    pub(crate) handles: Vec<Option<FlagHandle>>,
    pub(crate) columns: Vec<FlagColumns>,
    pub(crate) mapping: Mapping,
    pub(crate) selected: Selected,
    pub(crate) keep: bool,
    pub(crate) threads: usize,
    pub(crate) schema: SchemaRef,
}

/// A source that may be given back: a consumer that reads only the schema does not use it up.
pub(crate) type Slot = Arc<Mutex<Option<Source>>>;

/// One evaluation of a source.
pub(crate) struct Stream {
    plan: Arc<Plan>,
    source: Option<Source>,
    /// Receives the source if no batch was read.
    unread: Option<Slot>,
    /// Parts of batches that were pulled and not yet given to the workers.
    pulled: VecDeque<Part>,
    workers: Workers,
    ready: VecDeque<RecordBatch>,
    /// The main thread of Python, which receives Ctrl-C.
    main: Option<ThreadId>,
}

impl Stream {
    pub(crate) fn new(
        plan: &Arc<Plan>,
        source: Source,
        unread: &Slot,
        main: Option<ThreadId>,
    ) -> Stream {
        Stream {
            plan: Arc::clone(plan),
            source: Some(source),
            unread: Some(Arc::clone(unread)),
            pulled: VecDeque::new(),
            workers: Workers::new(Arc::clone(plan)),
            ready: VecDeque::new(),
            main,
        }
    }

    /// Gives the workers rows, and takes answers unless the source has ended.
    fn fill(&mut self) -> Result<(), ArrowError> {
        self.unread = None;
        while self.ready.is_empty() {
            self.check_signals()?;
            while self.workers.len() < self.plan.stock() {
                let parts = self.pull()?;
                if parts.is_empty() {
                    break;
                }
                self.workers.give(parts);
            }
            match self.workers.take() {
                Some(answers) => self.ready.extend(answers?),
                None => break,
            }
        }
        Ok(())
    }

    /// Takes rows for one thread: small batches together, and large ones in parts.
    fn pull(&mut self) -> Result<Vec<Part>, ArrowError> {
        let mut parts = Vec::new();
        let mut rows = 0;
        while rows < ROWS {
            let Some(part) = self.pulled.pop_front() else {
                self.check_signals()?;
                let Some(batch) = self.source.as_mut().and_then(Iterator::next) else {
                    self.source = None;
                    break;
                };
                let batch = batch?;
                // Of the whole batch, since its parts share dictionaries and elements of lists.
                let is_small = self.plan.mapping.is_small(&batch);
                for start in (0..batch.num_rows()).step_by(ROWS) {
                    let rows = batch.slice(start, ROWS.min(batch.num_rows() - start));
                    self.pulled.push_back(Part { rows, is_small });
                }
                continue;
            };
            if rows > 0 && rows + part.rows.num_rows() > ROWS {
                self.pulled.push_front(part);
                break;
            }
            rows += part.rows.num_rows();
            parts.push(part);
        }
        Ok(parts)
    }

    /// Lets Python handle Ctrl-C, which otherwise waits for the end of the stream.
    fn check_signals(&self) -> Result<(), ArrowError> {
        if self.main != Some(thread::current().id()) {
            return Ok(());
        }
        let handled = Python::try_attach(|py| {
            let raised = py.check_signals().err()?;
            if raised.is_instance_of::<PyKeyboardInterrupt>(py) {
                // The stream can only report text: Python raises it again when the caller returns.
                let interrupt = || py.import("_thread")?.call_method0("interrupt_main");
                interrupt().err().unwrap_or(raised)
            } else {
                raised
            }
            .into()
        });
        match handled.flatten() {
            None::<PyErr> => Ok(()),
            Some(raised) => Err(ArrowError::ExternalError(format!("interrupted: {raised}").into())),
        }
    }
}

pub(crate) fn bug() -> ArrowError {
    ArrowError::ComputeError("isoflag-arrow failed; please report it with this traceback".into())
}

/// The message of an error, without the kinds of error that it passed through.
pub(crate) fn message(error: ArrowError) -> String {
    match error {
        ArrowError::ExternalError(error) => error.to_string(),
        ArrowError::CDataInterface(message)
        | ArrowError::ComputeError(message)
        | ArrowError::InvalidArgumentError(message) => message,
        other => other.to_string(),
    }
}

impl Plan {
    /// The number of parts for which rows or answers are held.
    fn stock(&self) -> usize {
        if self.threads > 1 { 2 * self.threads } else { 1 }
    }

    pub(crate) fn evaluate(
        &self,
        part: &Part,
        state: &mut State,
    ) -> Result<RecordBatch, ArrowError> {
        let mut answers = Vec::new();
        answers.resize_with(self.handles.len(), Answers::default);
        state.reasons.resize_with(self.handles.len(), Reasons::default);
        let State { shapes, reasons } = state;
        Rows::new(&self.flags, &self.handles, &self.mapping).evaluate(
            part,
            shapes,
            |index, answer| {
                if let Some((answers, reasons)) = answers.get_mut(index).zip(reasons.get_mut(index))
                {
                    answers.push(&self.flags, answer, reasons);
                }
            },
        );
        let mut columns = if self.keep { part.rows.columns().to_vec() } else { Vec::new() };
        for ((flag, answers), reasons) in self.columns.iter().zip(&answers).zip(reasons.iter()) {
            columns.extend(flag.columns(self.selected, answers, reasons)?);
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() {
            // A panic must not unwind into the consumer, which is another library.
            let filled = catch_unwind(AssertUnwindSafe(|| self.fill()));
            if let Err(error) = filled.unwrap_or_else(|_| Err(bug())) {
                self.source = None;
                self.pulled.clear();
                // The interface passes messages as C strings.
                let message = message(error).replace('\0', "\u{fffd}");
                return Some(Err(ArrowError::ExternalError(message.into())));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

impl RecordBatchReader for Stream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.plan.schema)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(slot) = self.unread.take() {
            let source = self.source.take();
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let replaced = mem::replace(&mut *slot, source);
            // Its release may call code of another library, which must not wait for this lock.
            drop(slot);
            drop(replaced);
        }
    }
}
