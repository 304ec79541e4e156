//! Threads that evaluate parts of batches while their consumer reads and counts others.
//!
//! No thread but the consumer's releases memory of another library or runs Python: that thread may
//! hold the GIL while it waits for them.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use crate::answers::Reasons;
use crate::rows::{Part, Shapes};
use crate::stream::{Plan, bug};

/// Evaluates parts on the threads of a plan, and returns the answers in the order of the parts.
pub(crate) struct Workers {
    plan: Arc<Plan>,
    shared: Arc<Shared>,
    /// The number of threads beside the consumer's.
    threads: usize,
    /// The state of the consumer's thread, which evaluates instead of waiting.
    own: State,
    given: u64,
    taken: u64,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    /// Signals a part to evaluate, or the end.
    given: Condvar,
    /// Signals answers.
    evaluated: Condvar,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<(u64, Parts)>,
    evaluated: BTreeMap<u64, Evaluated>,
    is_closed: bool,
}

type Parts = Vec<Part>;
type Answered = Result<Vec<RecordBatch>, ArrowError>;

/// The parts return too, since their memory is that of another library.
type Evaluated = (Parts, Answered);

/// The state of one thread, kept between parts.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) shapes: Shapes,
    pub(crate) reasons: Vec<Reasons>,
}

impl Workers {
    pub(crate) fn new(plan: Arc<Plan>) -> Workers {
        let (shared, own) = (Arc::default(), State::default());
        Workers { plan, shared, threads: 0, own, given: 0, taken: 0 }
    }

    /// The number of parts whose answers have not been taken.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.given - self.taken).unwrap_or(usize::MAX)
    }

    /// Adds parts to be evaluated, by one thread.
    pub(crate) fn give(&mut self, parts: Parts) {
        self.shared.lock().waiting.push_back((self.given, parts));
        self.given += 1;
        // Without a further thread, the others evaluate the parts.
        if self.given > 1 && self.threads + 1 < self.plan.threads {
            let (plan, shared) = (Arc::clone(&self.plan), Arc::clone(&self.shared));
            let started = thread::Builder::new().spawn(move || shared.work(&plan));
            self.threads += usize::from(started.is_ok());
        }
        self.shared.given.notify_one();
    }

    /// Returns the answers of the parts that were given first; `None` if all were taken.
    pub(crate) fn take(&mut self) -> Option<Answered> {
        if self.given == self.taken {
            return None;
        }
        let mut queue = self.shared.lock();
        let (parts, answered) = loop {
            if let Some(evaluated) = queue.evaluated.remove(&self.taken) {
                break evaluated;
            }
            queue = match queue.waiting.pop_front() {
                Some((number, parts)) => {
                    drop(queue);
                    let answered = self.plan.answer(&parts, &mut self.own);
                    let mut queue = self.shared.lock();
                    queue.evaluated.insert(number, (parts, answered));
                    queue
                }
                None => self.shared.evaluated.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        };
        // The release of the parts may call another library.
        drop(queue);
        drop(parts);
        self.taken += 1;
        Some(answered)
    }
}

impl Drop for Workers {
    /// Ends the threads without waiting for them: after a fork, they exist only in the parent.
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.is_closed = true;
        let (waiting, evaluated) = (mem::take(&mut queue.waiting), mem::take(&mut queue.evaluated));
        drop(queue);
        self.shared.given.notify_all();
        drop((waiting, evaluated));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Evaluates parts until the end.
    fn work(&self, plan: &Plan) {
        let mut state = State::default();
        let mut queue = self.lock();
        while !queue.is_closed {
            queue = match queue.waiting.pop_front() {
                Some((number, parts)) => {
                    drop(queue);
                    let answered = plan.answer(&parts, &mut state);
                    let mut queue = self.lock();
                    queue.evaluated.insert(number, (parts, answered));
                    self.evaluated.notify_one();
                    queue
                }
                None => self.given.wait(queue).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Plan {
    fn answer(&self, parts: &[Part], state: &mut State) -> Answered {
        let answer = || parts.iter().map(|part| self.evaluate(part, state)).collect();
        catch_unwind(AssertUnwindSafe(answer)).unwrap_or_else(|_| Err(bug()))
    }
}
