//! Containers that one object holds more than once.

use std::collections::HashMap;

use isoflag::Value;
use pyo3::prelude::*;

/// What became of a container.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) value: Value,
    /// What it took of the budget.
    pub(super) spent: usize,
    /// How many levels of containers it holds.
    pub(super) height: usize,
}

/// Containers by identity. Each is kept alive, so that no other can take its address.
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
