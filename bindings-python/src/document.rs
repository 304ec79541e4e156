//! A loaded document, with a cache of its Python objects.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, OnceLock};

use foldhash::fast::FixedState;
use isoflag::{Answer, ReasonKind, Value};
use isoflag_tools::System;
use pyo3::prelude::*;
use pyo3::sync::{MutexExt, OnceLockExt};
use pyo3::types::{PyDict, PyList};

use crate::evaluation_detail::reason_object;
use crate::system_flags::SystemFlags;
use crate::to_python;
use crate::warnings::Warnings;

/// The document that the classes of this module share.
pub(crate) struct Document {
    flags: isoflag::Flags,
    /// Objects and arrays already served, by the flag's handle and the variation's index.
    containers: Templates<(u32, u32)>,
    /// The same for callers that want no copy. Apart from the others, so that a caller who changes one changes no copy.
    shared: Templates<(u32, u32)>,
    /// Reasons that name a rule or a flag, by the packed answer without its variation.
    reasons: Templates<[u32; 3]>,
    warnings: Warnings,
    /// The strategies of each system, read on first use.
    development: OnceLock<Option<Box<SystemFlags>>>,
    production: OnceLock<Option<Box<SystemFlags>>>,
}

/// Cached objects. A copy takes a fraction of the conversion's time.
type Templates<K> = Mutex<HashMap<K, Py<PyAny>, FixedState>>;

impl From<isoflag::Flags> for Document {
    fn from(flags: isoflag::Flags) -> Document {
        Document {
            flags,
            containers: Mutex::default(),
            shared: Mutex::default(),
            reasons: Mutex::default(),
            warnings: Warnings::default(),
            development: OnceLock::new(),
            production: OnceLock::new(),
        }
    }
}

impl Document {
    pub(crate) fn flags(&self) -> &isoflag::Flags {
        &self.flags
    }

    pub(crate) fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Returns the document as a system evaluates it; `None` if it has no strategies for it.
    pub(crate) fn system_flags(&self, py: Python<'_>, system: System) -> Option<&SystemFlags> {
        let cached = match system {
            System::Development => &self.development,
            System::Production => &self.production,
        };
        let read = || SystemFlags::new(&self.flags, system).map(Box::new);
        // Without the GIL: another thread may hold it while this one waits for it to read.
        cached.get_or_init_py_attached(py, read).as_deref()
    }

    /// Returns the value of an answer, or `None` if the default is served.
    pub(crate) fn held(&self, answer: &Answer) -> Option<&Value> {
        self.flags.value_of(answer)
    }

    /// Returns an answer's value as a Python object: a new one if `copy`, else the one that all callers without a copy get.
    pub(crate) fn object<'py>(
        &self,
        py: Python<'py>,
        answer: &Answer,
        held: &Value,
        copy: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        match (held, answer.flag(), answer.variation_index()) {
            (Value::Array(_) | Value::Object(_), Some(flag), Some(variation)) => {
                let place = (flag.index(), variation);
                let make = || to_python::object(py, held);
                if copy {
                    copied(&template(py, &self.containers, place, make)?)
                } else {
                    template(py, &self.shared, place, make)
                }
            }
            _ => to_python::object(py, held),
        }
    }

    /// Returns an answer's reason as a new dict.
    pub(crate) fn reason<'py>(
        &self,
        py: Python<'py>,
        answer: &Answer,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reason = self.flags.reason_of(answer);
        match reason.kind() {
            ReasonKind::RuleMatch { .. } | ReasonKind::PrerequisiteFailed { .. } => {
                let [kind, _, index, flag] = answer.pack();
                let make = || reason_object(py, &reason);
                copied(&template(py, &self.reasons, [kind, index, flag], make)?)
            }
            _ => reason_object(py, &reason),
        }
    }
}

/// Returns the object with this key, which the first call creates.
fn template<'py, K: Eq + Hash>(
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
        return Ok(made);
    }
    // Created without the lock, which must not be held while Python allocates.
    let made = make()?;
    match templates.lock_py_attached(py) {
        Ok(mut templates) => {
            Ok(templates.entry(key).or_insert_with(|| made.unbind()).bind(py).clone())
        }
        Err(_) => Ok(made),
    }
}

/// Copies a dict or list of JSON values; immutable values are shared.
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
