//! A document as a system evaluates it: the parts of `FlagClient` that need the core.

use isoflag_tools::System;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::detached::detached;
use crate::flags::Flags;
use crate::{context, errors, to_python};

/// A document with the strategies of a system, and the Python objects of the documents under them.
pub(crate) struct SystemFlags {
    inner: isoflag_tools::SystemFlags,
    /// By the index of the strategy.
    under: Vec<PyOnceLock<Py<Flags>>>,
}

impl SystemFlags {
    /// `None` if the document has no strategies for the system.
    pub(crate) fn new(flags: &isoflag::Flags, system: System) -> Option<SystemFlags> {
        let inner = isoflag_tools::SystemFlags::new(flags, system)?;
        let strategies = (0..).take_while(|index| inner.strategy(*index).is_some());
        let under = strategies.map(|_| PyOnceLock::new()).collect();
        Some(SystemFlags { inner, under })
    }

    pub(crate) fn inner(&self) -> &isoflag_tools::SystemFlags {
        &self.inner
    }

    /// Returns the document under a strategy, which the first call makes.
    fn under(&self, py: Python<'_>, index: usize) -> PyResult<Option<Py<Flags>>> {
        let Some(made) = self.under.get(index) else { return Ok(None) };
        let make = || {
            let flags = detached(py, || self.inner.under(Some(index)).clone());
            Py::new(py, Flags::from(flags))
        };
        made.get_or_try_init(py, make).map(|flags| Some(flags.clone_ref(py)))
    }
}

#[pymethods]
impl Flags {
    /// Returns problems of the strategies of a system; None if there are no strategies to choose.
    fn _strategy_problems(&self, py: Python<'_>, system: &str) -> PyResult<Option<Vec<String>>> {
        let system = read_system(system)?;
        Ok(self.system_flags(py, system).map(|system| system.inner().problems().to_vec()))
    }

    /// Returns the strategy that a system chooses for a context: its index, and the document.
    #[pyo3(signature = (system, context, big_segments = None))]
    fn _under_strategy(
        &self,
        system: &str,
        context: &Bound<'_, PyAny>,
        big_segments: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Option<(usize, Py<Flags>)>> {
        let py = context.py();
        let Some(system) = self.system_flags(py, read_system(system)?) else { return Ok(None) };
        let converted = context::evaluation_context(context, None)?;
        let big_segments = context::big_segments(big_segments)?;
        let Some(index) = system.inner().choose(converted.as_ref(), big_segments.as_ref()) else {
            return Ok(None);
        };
        Ok(system.under(py, index)?.map(|flags| (index, flags)))
    }

    /// Returns the strategy of a system with an index, as a new dict.
    fn _strategy<'py>(
        &self,
        py: Python<'py>,
        system: &str,
        index: usize,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let system = self.system_flags(py, read_system(system)?);
        let strategy = system.and_then(|system| system.inner().strategy(index));
        strategy.map(|strategy| to_python::object(py, &strategy.to_value())).transpose()
    }
}

pub(crate) fn read_system(name: &str) -> PyResult<System> {
    System::named(name).ok_or_else(|| {
        errors::invalid_argument(format_args!(
            "invalid system `{name}`: expected `development` or `production`"
        ))
    })
}
