//! A loaded document, with the Python objects that were made of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use foldhash::fast::FixedState;
use isoflag::{Answer, ReasonKind, Value};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyList};

use crate::{reason, to_python};

/// What the classes of the module share.
pub(crate) struct Document {
    flags: isoflag::Flags,
    /// The objects and arrays that were served, by the flag's handle and the variation's index.
    containers: Templates<(u32, u32)>,
    /// The reasons that name a rule or a flag, by what is packed of the answer without its variation.
    reasons: Templates<[u32; 3]>,
}

/// Objects made once. No caller ever gets these: each gets a copy, which takes a fraction of the
/// time.
type Templates<K> = Mutex<HashMap<K, Py<PyAny>, FixedState>>;

impl From<isoflag::Flags> for Document {
    fn from(flags: isoflag::Flags) -> Document {
        Document { flags, containers: Mutex::default(), reasons: Mutex::default() }
    }
}

impl Document {
    pub(crate) fn flags(&self) -> &isoflag::Flags {
        &self.flags
    }

    /// The value of an answer; none where the default is served.
    pub(crate) fn held(&self, answer: &Answer) -> Option<&Value> {
        self.flags.value_of(answer)
    }

    /// An answer's value as a new Python object.
    pub(crate) fn object<'py>(
        &self,
        py: Python<'py>,
        answer: &Answer,
        held: &Value,
    ) -> PyResult<Bound<'py, PyAny>> {
        match (held, answer.flag(), answer.variation_index()) {
            (Value::Array(_) | Value::Object(_), Some(flag), Some(variation)) => {
                let place = (flag.index(), variation);
                copy_of(py, &self.containers, place, || to_python::object(py, held))
            }
            _ => to_python::object(py, held),
        }
    }

    /// An answer's reason as a new dict.
    pub(crate) fn reason<'py>(
        &self,
        py: Python<'py>,
        answer: &Answer,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reason = self.flags.reason_of(answer);
        match reason.kind() {
            ReasonKind::RuleMatch { .. } | ReasonKind::PrerequisiteFailed { .. } => {
                let [kind, _, index, flag] = answer.pack();
                let make = || reason::object(py, &reason);
                copy_of(py, &self.reasons, [kind, index, flag], make)
            }
            _ => reason::object(py, &reason),
        }
    }
}

/// A copy of the object with that key, which is made on the first call.
fn copy_of<'py, K: Eq + Hash>(
    py: Python<'py>,
    templates: &Templates<K>,
    key: K,
    make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let made = match templates.lock_py_attached(py) {
        Ok(templates) => templates.get(&key).map(|made| made.bind(py).clone()),
        Err(_) => None,
    };
    if let Some(made) = made {
        return copied(&made);
    }
    // Made without the lock, which must not be held while Python allocates.
    let made = make()?;
    let copy = copied(&made)?;
    if let Ok(mut templates) = templates.lock_py_attached(py) {
        templates.entry(key).or_insert(made.unbind());
    }
    Ok(copy)
}

/// A copy of a dict or list that holds only what JSON has; what cannot be changed is shared.
fn copied<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if let Ok(dict) = object.cast::<PyDict>() {
        let copy = dict.copy()?;
        for (name, member) in dict.iter() {
            if is_container(&member) {
                copy.set_item(name, copied(&member)?)?;
            }
        }
        Ok(copy.into_any())
    } else if let Ok(list) = object.cast::<PyList>() {
        let copy = list.get_slice(0, list.len());
        for (index, element) in list.iter().enumerate() {
            if is_container(&element) {
                copy.set_item(index, copied(&element)?)?;
            }
        }
        Ok(copy.into_any())
    } else {
        Ok(object.clone())
    }
}

fn is_container(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<PyDict>() || object.is_instance_of::<PyList>()
}
