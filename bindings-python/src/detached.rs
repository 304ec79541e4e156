//! Releases the GIL while Rust works, and lets the interpreter end meanwhile.
//!
//! Before 3.14, CPython ends a daemon thread that waits for the GIL of an ending interpreter by `pthread_exit`, which unwinds the
//! thread's frames. Rust frames do not survive that. So from the moment at which the interpreter ends no thread of the extension
//! waits for the GIL: those that wait already get it first, and later ones sleep until the process is gone.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use pyo3::prelude::*;

/// The thread that ends the interpreter, once it does.
static ENDING: OnceLock<ThreadId> = OnceLock::new();

/// The number of threads that wait for the GIL.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// How often the ending thread lets the others have the GIL. A forked process counts threads that it does not have.
const TURNS: usize = 1000;

/// Calls `work` without the GIL.
pub(crate) fn detached<T: Send>(py: Python<'_>, work: impl Send + FnOnce() -> T) -> T {
    let result = py.detach(|| {
        let result = work();
        WAITING.fetch_add(1, Ordering::SeqCst);
        if ENDING.get().is_some_and(|ending| *ending != thread::current().id()) {
            WAITING.fetch_sub(1, Ordering::SeqCst);
            loop {
                thread::park();
            }
        }
        result
    });
    WAITING.fetch_sub(1, Ordering::SeqCst);
    result
}

/// Calls [`end`] when the interpreter ends.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let end = wrap_pyfunction!(end, module)?;
    module.py().import("atexit")?.call_method1("register", (end,)).map(drop)
}

#[pyfunction]
fn end(py: Python<'_>) {
    let _ = ENDING.set(thread::current().id());
    for _ in 0..TURNS {
        if WAITING.load(Ordering::SeqCst) == 0 {
            return;
        }
        py.detach(|| thread::sleep(Duration::from_millis(1)));
    }
}
