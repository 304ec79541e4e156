//! How flags change from day to day: strategies, checks, differences, statuses, and what the tests
//! of an artifact say.

use isoflag::limits::DOCUMENT_BYTES;
use isoflag::{LifecycleError, Status, StepResult, TestEvidence, moment_of_seconds};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMapping, PyType};

use crate::detached::detached;
use crate::diagnostic::Diagnostic;
use crate::diff::Diff;
use crate::flags::{self, Flags};
use crate::{check, context, errors, from_python, strategy, to_python};

static LIFECYCLE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// How long a flag has to stay able to be switched off, in seconds: four weeks.
const SAFETY_PERIOD: f64 = 28.0 * 86_400.0;

#[pymethods]
impl Flags {
    /// The document under a strategy, as a new object; raises StrategyError.
    #[pyo3(signature = (strategy, *, on = None, off = None, deployed = None))]
    fn with_strategy<'py>(
        &self,
        strategy: &Bound<'py, PyAny>,
        on: Option<Bound<'py, PyAny>>,
        off: Option<Bound<'py, PyAny>>,
        deployed: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Flags> {
        let py = strategy.py();
        let strategy =
            strategy::read(strategy, [("on", on), ("off", off), ("deployed", deployed)])?;
        match detached(py, || self.inner().with_strategy(&strategy)) {
            Ok(flags) => Ok(Flags::from(flags)),
            Err(error) => Err(strategy::refused(py, &error)),
        }
    }

    /// The strategy that the system chooses for the context, or None.
    fn strategy_for<'py>(
        &self,
        system: &str,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let system = strategy::system(system)?;
        let Some(asked) = context::asked_about(context, None)? else { return Ok(None) };
        let chosen = self.inner().strategy_for(system, &asked);
        chosen.map(|chosen| to_python::object(context.py(), &chosen.to_value())).transpose()
    }

    /// What loading says of the document, and the mistakes of its authors.
    #[pyo3(signature = (options = None))]
    fn check(&self, options: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Diagnostic>> {
        let options = check::options(options)?;
        Ok(self.inner().check(&options).iter().map(Diagnostic::from).collect())
    }

    /// What changed from this document to a later one.
    fn diff(&self, later: &Bound<'_, PyAny>) -> PyResult<Diff> {
        Ok(Diff::from(self.inner().diff(&flags::document(later)?)))
    }

    /// These flags with another status of one, as a new object; raises LifecycleError.
    fn with_status(&self, py: Python<'_>, key: &str, status: &str, now: f64) -> PyResult<Flags> {
        let named = Status::named(status)
            .ok_or_else(|| refused(py, &LifecycleError::UnknownStatus(status.into())))?;
        self.inner()
            .with_status(key, named, moment("now", now)?)
            .map(Flags::from)
            .map_err(|error| refused(py, &error))
    }

    /// What follows from the tests of an artifact under Production State and under Next Release.
    #[pyo3(
        signature = (*, production_state, next_release, now, artifact_time = None, evaluated = None)
    )]
    fn certification<'py>(
        &self,
        py: Python<'py>,
        production_state: &str,
        next_release: &str,
        now: f64,
        artifact_time: Option<f64>,
        evaluated: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let step = |of: &str, name: &str| {
            StepResult::named(name)
                .map_err(|error| PyValueError::new_err(format!("`{of}`: {error}")))
        };
        let first = step("production_state", production_state)?;
        let second = step("next_release", next_release)?;
        let artifact_time = artifact_time.map(|time| moment("artifact_time", time)).transpose()?;
        let (flags, now) = (self.inner(), moment("now", now)?);
        let found = match evaluated.map(evidence).transpose()? {
            None => flags.certification(first, second, artifact_time, now),
            Some(evidence) => {
                flags.certification_by_evidence(first, second, artifact_time, now, &evidence)
            }
        };
        to_python::object(py, &found.to_value())
    }

    /// Which features a certified artifact holds that is deployed now; raises LifecycleError.
    fn deployment<'py>(
        &self,
        py: Python<'py>,
        artifact_time: f64,
        now: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let built = moment("artifact_time", artifact_time)?;
        let found = self.inner().deployment(built, moment("now", now)?);
        let found = found.map_err(|error| refused(py, &error))?;
        to_python::object(py, &found.to_value())
    }

    /// What ends a feature's rollout, or None where it is finished; raises LifecycleError.
    #[pyo3(
        signature = (key, now, *, safety_period = SAFETY_PERIOD),
        text_signature = "($self, key, now, *, safety_period=2419200.0)"
    )]
    fn finish<'py>(
        &self,
        py: Python<'py>,
        key: &str,
        now: f64,
        safety_period: f64,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let now = moment("now", now)?;
        moment("safety_period", now + safety_period)?;
        let found = self.inner().finish(key, safety_period, now);
        let found = found.map_err(|error| refused(py, &error))?;
        found.map(|change| to_python::object(py, &change.to_value())).transpose()
    }

    /// The document as canonical JSON text.
    fn to_json(&self) -> String {
        self.inner().document().to_canonical_json()
    }
}

/// What there is to say of the documents of several environments, each beside the others.
#[pyfunction]
#[pyo3(signature = (documents, options = None))]
pub(crate) fn check_environments<'py>(
    documents: &Bound<'py, PyMapping>,
    options: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let options = check::options(options)?;
    let document = |item: Bound<'_, PyAny>| -> PyResult<(String, isoflag::Flags)> {
        let (name, document): (String, Bound<'_, PyAny>) = item.extract()?;
        Ok((name, flags::document(&document)?))
    };
    let named: Vec<_> = documents.items()?.iter().map(document).collect::<PyResult<_>>()?;
    let pairs: Vec<_> = named.iter().map(|(name, flags)| (&**name, flags)).collect();
    let all = PyDict::new(documents.py());
    let found = isoflag::Flags::check_environments(&pairs, &options);
    for ((name, _), found) in named.iter().zip(found) {
        all.set_item(name, found.iter().map(Diagnostic::from).collect::<Vec<_>>())?;
    }
    Ok(all)
}

/// The keys of the flags that tests evaluated, by the strategy.
fn evidence(evaluated: &Bound<'_, PyAny>) -> PyResult<TestEvidence> {
    let py = evaluated.py();
    let written = from_python::strict(evaluated, DOCUMENT_BYTES)
        .map_err(|failure| errors::no_document(py, failure))?;
    TestEvidence::read(&written)
        .map_err(|message| PyValueError::new_err(format!("`evaluated`: {message}")))
}

fn moment(name: &str, seconds: f64) -> PyResult<f64> {
    moment_of_seconds(seconds).map_err(|error| PyValueError::new_err(format!("`{name}`: {error}")))
}

fn refused(py: Python<'_>, error: &LifecycleError) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("code", error.code())?;
        let legal: Vec<&str> = error.legal().iter().map(|status| status.as_str()).collect();
        members.set_item("legal", legal)?;
        Ok(members)
    };
    errors::raise_with(py, &LIFECYCLE_ERROR, "LifecycleError", &error.to_string(), members())
}
