//! The stream of results: pulls batches from the source, evaluates them on threads, and returns
//! them in order. It holds a bounded number of rows.

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
use crate::rows::{Part, Rows, Shapes};

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
    /// Parts of batches that were pulled and not yet evaluated.
    pulled: VecDeque<Part>,
    ready: VecDeque<RecordBatch>,
    workers: Vec<Worker>,
    /// The main thread of Python, which receives Ctrl-C.
    main: Option<ThreadId>,
}

/// The state of one thread, kept between batches.
#[derive(Default)]
struct Worker {
    shapes: Shapes,
    reasons: Vec<Reasons>,
}

impl Stream {
    pub(crate) fn new(
        plan: &Arc<Plan>,
        source: Source,
        unread: &Slot,
        main: Option<ThreadId>,
    ) -> Stream {
        let mut workers = Vec::new();
        workers.resize_with(plan.threads.max(1), Worker::default);
        Stream {
            plan: Arc::clone(plan),
            source: Some(source),
            unread: Some(Arc::clone(unread)),
            pulled: VecDeque::new(),
            ready: VecDeque::new(),
            workers,
            main,
        }
    }

    /// Evaluates the next rows, unless the source has ended.
    fn fill(&mut self) -> Result<(), ArrowError> {
        self.unread = None;
        while self.ready.is_empty() && (self.source.is_some() || !self.pulled.is_empty()) {
            let parts = self.pull()?;
            self.evaluate(&parts)?;
        }
        Ok(())
    }

    /// Takes rows for all threads, in parts of a bounded size.
    fn pull(&mut self) -> Result<Vec<Part>, ArrowError> {
        let mut parts = Vec::new();
        let (mut rows, wanted) = (0, ROWS * self.workers.len());
        while rows < wanted {
            if let Some(part) = self.pulled.pop_front() {
                rows += part.rows.num_rows();
                parts.push(part);
                continue;
            }
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
        }
        Ok(parts)
    }

    /// Evaluates parts, the same number of rows on each thread.
    fn evaluate(&mut self, parts: &[Part]) -> Result<(), ArrowError> {
        let rows: usize = parts.iter().map(|part| part.rows.num_rows()).sum();
        let share = rows.div_ceil(self.workers.len()).max(1);
        let mut groups: Vec<Vec<&Part>> = vec![Vec::new(); self.workers.len()];
        let mut before = 0;
        for part in parts {
            // The group in which the middle of the part lies.
            let group = (before + part.rows.num_rows() / 2) / share;
            if let Some(group) = groups.get_mut(group) {
                group.push(part);
            }
            before += part.rows.num_rows();
        }
        let plan = &self.plan;
        let evaluate = |worker: &mut Worker, group: &[&Part]| {
            group.iter().map(|part| plan.evaluate(part, worker)).collect::<Result<Vec<_>, _>>()
        };
        let mut work = self.workers.iter_mut().zip(&groups);
        // This thread takes the first group.
        let own = work.next();
        let answers: Vec<_> = thread::scope(|scope| {
            let others: Vec<_> = work
                .filter(|(_, group)| !group.is_empty())
                .map(|(worker, group)| {
                    thread::Builder::new().spawn_scoped(scope, || evaluate(worker, group))
                })
                .collect();
            let own = own.map(|(worker, group)| evaluate(worker, group));
            let others = others.into_iter().map(|started| match started {
                Ok(other) => other.join().unwrap_or_else(|_| Err(bug())),
                Err(error) => Err(ArrowError::ExternalError(
                    format!("no thread could be started: {error}").into(),
                )),
            });
            own.into_iter().chain(others).collect()
        });
        for answers in answers {
            self.ready.extend(answers?);
        }
        Ok(())
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
    fn evaluate(&self, part: &Part, worker: &mut Worker) -> Result<RecordBatch, ArrowError> {
        let mut answers = Vec::new();
        answers.resize_with(self.handles.len(), Answers::default);
        worker.reasons.resize_with(self.handles.len(), Reasons::default);
        let Worker { shapes, reasons } = worker;
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
