//! Containers that occur more than once in an object.

use std::collections::HashMap;

use isoflag::Value;
use pyo3::prelude::*;

/// The result of converting a container.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) value: Value,
    /// The part of the budget that it used.
    pub(super) spent: usize,
    /// Number of nested container levels.
    pub(super) height: usize,
}

/// Containers by identity. Each is kept alive, so that its address is not reused.
#[derive(Default)]
pub(super) struct Shared(HashMap<usize, (Py<PyAny>, Known)>);

impl Shared {
    pub(super) fn get(&self, object: &Bound<'_, PyAny>) -> Option<Known> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&address(object)).map(|(_, known)| known.clone())
    }

    pub(super) fn keep(&mut self, object: &Bound<'_, PyAny>, known: Known) {
        self.0.insert(address(object), (object.clone().unbind(), known));
    }
}

fn address(object: &Bound<'_, PyAny>) -> usize {
    object.as_ptr() as usize
}
