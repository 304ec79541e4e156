//! The extension of `isoflag.arrow`: columns in, columns out, without a Python object for each row.
//!
//! It exchanges PyCapsules directly instead of by `pyo3-arrow`, which makes the extension six times
//! as large and its build three times as long.

mod answers;
mod capsule;
mod cells;
mod column;
mod contexts;
mod document;
mod impact;
mod mapping;
mod rows;
mod size;
mod stream;
mod workers;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow_schema::{Field, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use answers::{FlagColumns, Selected};
use mapping::{ClockArgument, ContextArgument, Mapping};
use stream::{Plan, Slot, Stream};

/// The most threads of one evaluation.
const MOST_THREADS: usize = 64;

/// The answers for a table or stream, evaluated when a consumer reads them.
#[pyclass(module = "isoflag.arrow", frozen)]
struct Answers {
    plan: Arc<Plan>,
    data: Py<PyAny>,
    /// The schema of the data.
    input: Schema,
    /// The stream of the data, if it is unread.
    unread: Slot,
}

#[pymethods]
impl Answers {
    #[new]
    #[pyo3(signature = (flags, data, keys, *, context, clock, columns, keep, threads))]
    #[allow(clippy::too_many_arguments, reason = "Python passes them by name")]
    fn new(
        flags: &Bound<'_, PyAny>,
        data: &Bound<'_, PyAny>,
        keys: Vec<String>,
        context: Option<ContextArgument>,
        clock: Option<ClockArgument>,
        columns: Vec<String>,
        keep: bool,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Answers> {
        let flags = document::load(flags)?;
        let mut handles = Vec::new();
        for key in &keys {
            let handle = flags.handle(key);
            handles.push(Some(handle.ok_or_else(|| error(&format!("there is no flag `{key}`")))?));
        }
        let source = capsule::import(data)?;
        let input = source.schema();
        let read =
            handles.iter().flat_map(|handle| flags.dependencies_of(*handle).names().to_vec());
        let mapping = Mapping::of(&input, context, clock, &read.collect());
        let mapping = mapping.map_err(|problem| error(&problem))?;
        let selected = selected(&columns)?;
        let columns: Vec<_> = keys
            .iter()
            .zip(handles.iter().flatten())
            .map(|(key, handle)| FlagColumns::of(&flags, key, *handle))
            .collect();
        let kept = if keep {
            input.fields().iter().map(|field| (**field).clone()).collect()
        } else {
            Vec::new()
        };
        let fields: Vec<Field> =
            kept.into_iter().chain(columns.iter().flat_map(|flag| flag.fields(selected))).collect();
        if fields.is_empty() {
            return Err(error("there is nothing to evaluate: `keys` or `columns` is empty"));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = fields.iter().map(Field::name).find(|name| !names.insert(*name)) {
            let remedy = match keep {
                true => "rename one, or leave out `keep`",
                false => "list each key and column once",
            };
            return Err(error(&format!("the result would have two columns `{twice}`: {remedy}")));
        }
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let threads = threads.map_or_else(cores, NonZero::get).min(MOST_THREADS);
        let schema = Arc::new(Schema::new(fields));
        let plan = Plan { flags, handles, columns, mapping, selected, keep, threads, schema };
        Ok(Answers {
            plan: Arc::new(plan),
            data: data.clone().unbind(),
            input: (*input).clone(),
            unread: Arc::new(Mutex::new(Some(source))),
        })
    }

    /// Exports a new evaluation as an Arrow stream. `requested_schema` is ignored, as it may be.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let source = match unread {
            Some(source) => source,
            None => self.import_again(py)?,
        };
        let threading = py.import("threading")?;
        let is_main =
            threading.call_method0("current_thread")?.is(&threading.call_method0("main_thread")?);
        let main = is_main.then(|| thread::current().id());
        let stream = Stream::new(&self.plan, source, &self.unread, main);
        capsule::export(py, Box::new(stream))
    }

    fn __repr__(&self) -> String {
        let names = self.plan.schema.fields().iter().map(|field| field.name().as_str());
        isoflag::printable(&format!("<Answers: {}>", names.collect::<Vec<_>>().join(", ")))
            .to_string()
    }
}

impl Answers {
    fn import_again(&self, py: Python<'_>) -> PyResult<capsule::Source> {
        let data = self.data.bind(py);
        // Other libraries return the rest of an iterator, which would be no rows without a warning.
        if data.get_type().hasattr("__next__")? {
            return Err(error(
                "the stream was read already: read the answers once, for example into a table",
            ));
        }
        let source = capsule::import(data)?;
        if *source.schema() != self.input {
            return Err(error("the columns of the data have changed: evaluate again"));
        }
        Ok(source)
    }
}

fn selected(columns: &[String]) -> PyResult<Selected> {
    let mut selected = Selected::default();
    for column in columns {
        match column.as_str() {
            "value" => selected.value = true,
            "variation" => selected.variation = true,
            "reason" => selected.reason = true,
            other => {
                return Err(error(&format!(
                    "invalid column `{other}`: expected \"value\", \"variation\" or \"reason\""
                )));
            }
        }
    }
    Ok(selected)
}

fn error(message: &str) -> PyErr {
    PyValueError::new_err(isoflag::printable(message).to_string())
}

/// The extension.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::Answers;

    #[pymodule_export]
    use super::impact::{Impact, Percentage};

    #[pymodule_export]
    const SPEC_VERSION: u32 = isoflag::SPEC_VERSION;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "a Python name")]
    const __version__: &str = isoflag::VERSION;
}
