//! The lifecycle methods of `Flags`: strategies, checks, differences, statuses, the certification of
//! artifacts, and planned rollouts.

use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag::{Object, Value};
use isoflag_tools::{
    Alarms, Decision, LifecycleError, Status, StepResult, Strategy, StrategyError, TestEvidence,
    advance, certification, certification_by_evidence, deployment, diff, finish, moment_of_seconds,
    strategy_for, with_status, with_strategy,
};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyMapping, PyType};

use crate::check::{Diagnostic, Diff};
use crate::detached::detached;
use crate::flags::{self, Flags};
use crate::system_flags::read_system;
use crate::{check, context, errors, from_python, to_python};

static ADVANCE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
static LIFECYCLE_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Default time to keep a finished flag as a kill switch, in seconds: four weeks.
const SAFETY_PERIOD: f64 = 28.0 * 86_400.0;

#[pymethods]
impl Flags {
    /// Returns the document with a strategy applied, as new Flags; raises StrategyError.
    #[pyo3(signature = (strategy, *, on = None, off = None, deployed = None))]
    fn with_strategy<'py>(
        &self,
        strategy: &Bound<'py, PyAny>,
        on: Option<Bound<'py, PyAny>>,
        off: Option<Bound<'py, PyAny>>,
        deployed: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Flags> {
        let py = strategy.py();
        let strategy = read_strategy(strategy, [("on", on), ("off", off), ("deployed", deployed)])?;
        match detached(py, || with_strategy(self.inner(), &strategy)) {
            Ok(flags) => Ok(Flags::from(flags)),
            Err(error) => Err(strategy_refused(py, &error)),
        }
    }

    /// Returns the strategy that `meta.strategies` selects for a context, or None.
    fn strategy_for<'py>(
        &self,
        system: &str,
        context: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let system = read_system(system)?;
        let Some(converted) = context::evaluation_context(context, None)? else { return Ok(None) };
        let chosen = strategy_for(self.inner(), system, &converted);
        chosen.map(|chosen| to_python::object(context.py(), &chosen.to_value())).transpose()
    }

    /// Returns the diagnostics of loading and of authoring checks.
    #[pyo3(signature = (options = None))]
    fn check(&self, options: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<Diagnostic>> {
        let options = check::options(options)?;
        Ok(isoflag_tools::check(self.inner(), &options).iter().map(Diagnostic::from).collect())
    }

    /// Returns the changes from this document to a later one.
    fn diff(&self, later: &Bound<'_, PyAny>) -> PyResult<Diff> {
        Ok(Diff::from(diff(self.inner(), &flags::document(later)?)))
    }

    /// Returns the document with a new status of a flag, as new Flags; raises LifecycleError.
    fn with_status(&self, py: Python<'_>, key: &str, status: &str, now: f64) -> PyResult<Flags> {
        let named = Status::named(status)
            .ok_or_else(|| refused(py, &LifecycleError::UnknownStatus(status.into())))?;
        with_status(self.inner(), key, named, moment("now", now)?)
            .map(Flags::from)
            .map_err(|error| refused(py, &error))
    }

    /// Returns the verdict on an artifact from its test results under two strategies.
    #[pyo3(
        signature = (*, production_state, next_release, now, artifact_time = None, evaluated = None, module = None)
    )]
    #[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
    fn certification<'py>(
        &self,
        py: Python<'py>,
        production_state: &str,
        next_release: &str,
        now: f64,
        artifact_time: Option<f64>,
        evaluated: Option<&Bound<'py, PyAny>>,
        module: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let step = |of: &str, name: &str| {
            StepResult::named(name)
                .map_err(|error| errors::invalid_argument(format_args!("`{of}`: {error}")))
        };
        let first = step("production_state", production_state)?;
        let second = step("next_release", next_release)?;
        let artifact_time = artifact_time.map(|time| moment("artifact_time", time)).transpose()?;
        let (flags, now) = (self.inner(), moment("now", now)?);
        let found = match evaluated.map(evidence).transpose()? {
            None => certification(flags, first, second, module, artifact_time, now),
            Some(evidence) => certification_by_evidence(
                flags,
                first,
                second,
                module,
                artifact_time,
                now,
                &evidence,
            ),
        };
        to_python::object(py, &found.to_value())
    }

    /// Returns the features of a certified artifact that is deployed now; raises LifecycleError.
    #[pyo3(signature = (artifact_time, now, *, module = None))]
    fn deployment<'py>(
        &self,
        py: Python<'py>,
        artifact_time: f64,
        now: f64,
        module: Option<&str>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let built = moment("artifact_time", artifact_time)?;
        let found = deployment(self.inner(), module, built, moment("now", now)?);
        let found = found.map_err(|error| refused(py, &error))?;
        to_python::object(py, &found.to_value())
    }

    /// Returns the change that finishes a rollout, or None if finished; raises LifecycleError.
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
        let found = finish(self.inner(), key, safety_period, now);
        let found = found.map_err(|error| refused(py, &error))?;
        found.map(|change| to_python::object(py, &change.to_value())).transpose()
    }

    /// Returns the document after a step of each planned rollout, and the decisions.
    fn advance<'py>(&self, alarms: &Bound<'py, PyAny>, now: f64) -> PyResult<Bound<'py, PyAny>> {
        let py = alarms.py();
        let written = from_python::strict(alarms, Budget::new(DOCUMENT_BYTES))
            .map_err(|failure| errors::no_document(py, failure))?;
        let alarms = Alarms::read(&written)
            .map_err(|message| errors::invalid_argument(format_args!("`alarms`: {message}")))?;
        let now = moment("now", now)?;
        let advanced = detached(py, || advance(self.inner(), &alarms, now));
        let decisions = advanced.decisions.iter().map(Decision::to_value).collect();
        let decisions = to_python::object(py, &decisions)?;
        let class = ADVANCE.import(py, "isoflag.lifecycle", "Advance")?;
        class.call1((Flags::from(advanced.flags), decisions))
    }

    /// Returns the document as canonical JSON text.
    fn to_json(&self) -> String {
        self.inner().document().to_canonical_json()
    }
}

/// Checks the documents of several environments against each other.
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
    let found = isoflag_tools::check_environments(&pairs, &options);
    for ((name, _), found) in named.iter().zip(found) {
        all.set_item(name, found.iter().map(Diagnostic::from).collect::<Vec<_>>())?;
    }
    Ok(all)
}

/// Reads the keys of the flags that tests evaluated, by strategy.
fn evidence(evaluated: &Bound<'_, PyAny>) -> PyResult<TestEvidence> {
    let py = evaluated.py();
    let written = from_python::strict(evaluated, Budget::new(DOCUMENT_BYTES))
        .map_err(|failure| errors::no_document(py, failure))?;
    TestEvidence::read(&written)
        .map_err(|message| errors::invalid_argument(format_args!("`evaluated`: {message}")))
}

fn moment(name: &str, seconds: f64) -> PyResult<f64> {
    moment_of_seconds(seconds)
        .map_err(|error| errors::invalid_argument(format_args!("`{name}`: {error}")))
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

static STRATEGY_ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// Reads a strategy's name or mapping; lists passed as arguments take precedence over its own.
fn read_strategy(
    strategy: &Bound<'_, PyAny>,
    lists: [(&str, Option<Bound<'_, PyAny>>); 3],
) -> PyResult<Strategy> {
    let py = strategy.py();
    let convert = |object: &Bound<'_, PyAny>| {
        from_python::strict(object, Budget::new(DOCUMENT_BYTES))
            .map_err(|failure| errors::no_document(py, failure))
    };
    let written = convert(strategy)?;
    if lists.iter().all(|(_, list)| list.is_none()) {
        return Strategy::read(&written).map_err(|error| strategy_refused(py, &error));
    }
    let mut members = match &written {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        name => vec![("strategy".into(), name.clone())],
    };
    for (name, list) in lists {
        if let Some(list) = list {
            members.push((name.into(), convert(&list)?));
        }
    }
    let members = Value::Object(Object::from_members(members));
    Strategy::read(&members).map_err(|error| strategy_refused(py, &error))
}

fn strategy_refused(py: Python<'_>, error: &StrategyError) -> PyErr {
    let members = || {
        let members = PyDict::new(py);
        members.set_item("code", error.code())?;
        members.set_item("path", error.path())?;
        Ok(members)
    };
    errors::raise_with(py, &STRATEGY_ERROR, "StrategyError", &error.to_string(), members())
}
