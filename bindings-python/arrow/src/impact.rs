//! The impact of a new document on the rows of a table or the contexts of a file: contexts for the
//! counter of `isoflag-tools`, whose words it prints.

use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use isoflag::{Flags, printable, printable_lines};
use isoflag_tools::{
    ContextFile, ContextFileError, ContextTally, GroupBy, ImpactCounter, PercentageError,
};
use pyo3::prelude::*;

use crate::capsule::{self, Source};
use crate::contexts::RowContexts;
use crate::mapping::{ClockArgument, ContextArgument, Mapping};
use crate::rows::Part;
use crate::stream::{bug, message};
use crate::{document, error};

/// The most contexts of a file that are counted without a pause.
const CONTEXTS: usize = 1 << 14;

/// A count of the answers of two documents over a table, a stream or a file of contexts.
#[pyclass(module = "isoflag.arrow")]
pub(crate) struct Impact {
    counter: ImpactCounter,
    /// `None` at its end. Only `&mut self` reads it; the mutex makes it `Sync`.
    source: Mutex<Option<Contexts>>,
    tally: ContextTally,
}

enum Contexts {
    Rows(Mapping, Source),
    File(ContextFile<File>),
}

#[pymethods]
impl Impact {
    #[new]
    #[pyo3(signature = (old, new, data, *, context, clock, by))]
    fn new(
        old: &Bound<'_, PyAny>,
        new: &Bound<'_, PyAny>,
        data: &Bound<'_, PyAny>,
        context: Option<ContextArgument>,
        clock: Option<ClockArgument>,
        by: Vec<String>,
    ) -> PyResult<Impact> {
        let by = groups(&by)?;
        let (old, new) = (document::load(old)?, document::load(new)?);
        let counter = ImpactCounter::new(&old, &new, &by);
        let mut read: BTreeSet<Arc<str>> = by.iter().map(|by| Arc::from(by.name())).collect();
        for key in counter.flags() {
            let names = |flags: &Flags| flags.dependencies_of(flags.handle(key)).names().to_vec();
            read.extend(names(&old).into_iter().chain(names(&new)));
        }
        let source = capsule::import(data)?;
        let mapping = Mapping::of(&source.schema(), context, clock, &read);
        let mapping = mapping.map_err(|problem| error(&problem))?;
        Ok(Impact::of(counter, Contexts::Rows(mapping, source)))
    }

    /// Counts a CSV file, or JSON Lines without a `key`.
    #[staticmethod]
    fn of_file(
        old: &Bound<'_, PyAny>,
        new: &Bound<'_, PyAny>,
        file: PathBuf,
        key: Option<&str>,
        text: Vec<String>,
        by: Vec<String>,
    ) -> PyResult<Impact> {
        let counter =
            ImpactCounter::new(&document::load(old)?, &document::load(new)?, &groups(&by)?);
        let contexts = match key {
            Some(key) => {
                let csv = old.py().detach(|| ContextFile::csv(|| File::open(&file), key, &text));
                csv.map_err(unreadable)?
            }
            None => ContextFile::json_lines(File::open(&file)?),
        };
        Ok(Impact::of(counter, Contexts::File(contexts)))
    }

    /// Counts a batch or some lines. Returns the number of contexts so far, or None at the end.
    fn read(&mut self, py: Python<'_>) -> PyResult<Option<u64>> {
        let read = py.detach(|| {
            let counted = catch_unwind(AssertUnwindSafe(|| self.count_some()));
            counted.unwrap_or_else(|_| Err(error(&message(bug()))))
        });
        let more = read.inspect_err(|_| *self.source() = None)?;
        Ok(more.then(|| self.tally.seen()))
    }

    /// Returns lines about invalid contexts; raises ValueError if none is valid.
    fn summary(&self, file: &str) -> PyResult<Vec<String>> {
        let lines = self.tally.summary(file).map_err(|problem| error(&problem))?;
        Ok(lines.iter().map(|line| printable(line).to_string()).collect())
    }

    /// Returns a line about each flag of which more than this percentage may get another value.
    fn complaints(&self, bound: &Percentage) -> Vec<String> {
        self.counter.finish().complaints(bound.0)
    }

    fn to_json(&self) -> String {
        self.counter.finish().to_value().to_canonical_json()
    }

    fn to_markdown(&self) -> String {
        lines(&self.counter.finish().to_markdown())
    }

    fn __str__(&self) -> String {
        lines(&self.counter.finish().to_string())
    }
}

impl Impact {
    fn of(counter: ImpactCounter, contexts: Contexts) -> Impact {
        Impact { counter, source: Mutex::new(Some(contexts)), tally: ContextTally::default() }
    }

    fn source(&mut self) -> &mut Option<Contexts> {
        self.source.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the next contexts; false at the end.
    fn count_some(&mut self) -> PyResult<bool> {
        let Impact { counter, source, tally } = self;
        let source = source.get_mut().unwrap_or_else(PoisonError::into_inner);
        let is_more = match source {
            None => false,
            Some(Contexts::Rows(mapping, source)) => match source.next() {
                None => false,
                Some(batch) => {
                    count_rows(
                        batch.map_err(|problem| error(&message(problem)))?,
                        mapping,
                        counter,
                        tally,
                    );
                    true
                }
            },
            Some(Contexts::File(contexts)) => {
                let before = tally.seen();
                for read in contexts.take(CONTEXTS) {
                    let read = read.map_err(unreadable)?;
                    tally.count(&read);
                    counter.add(read.context.as_ref().ok());
                }
                tally.seen() > before
            }
        };
        if !is_more {
            *source = None;
        }
        Ok(is_more)
    }
}

fn count_rows(
    rows: RecordBatch,
    mapping: &Mapping,
    counter: &mut ImpactCounter,
    tally: &mut ContextTally,
) {
    let part = Part { is_small: mapping.is_small(&rows), rows };
    let columns = mapping.columns(&part.rows);
    let contexts = RowContexts::new(mapping, &part, &columns);
    for row in 0..part.rows.num_rows() {
        match contexts.context(row) {
            Ok(context) => {
                tally.count_valid("", None);
                counter.add(Some(&context));
            }
            Err(invalid) => {
                let number = tally.seen() + 1;
                tally.count_invalid(format_args!("row {number}"), invalid);
                counter.add(None);
            }
        }
    }
}

fn groups(by: &[String]) -> PyResult<Vec<GroupBy>> {
    let groups = by.iter().map(|text| GroupBy::parse(text)).collect::<Result<Vec<_>, _>>();
    groups.map_err(|problem| error(&format!("`--by`: {problem}")))
}

fn unreadable(problem: ContextFileError) -> PyErr {
    match problem {
        ContextFileError::Io(error) => error.into(),
        malformed => error(&malformed.to_string()),
    }
}

/// Text of several lines, of which untrusted parts cannot control a terminal.
fn lines(text: &str) -> String {
    printable_lines(text.trim_end()).to_string()
}

/// A percentage such as `5%`.
#[pyclass(frozen, module = "isoflag.arrow")]
pub(crate) struct Percentage(isoflag_tools::Percentage);

#[pymethods]
impl Percentage {
    #[new]
    fn new(text: &str) -> PyResult<Percentage> {
        text.parse().map(Percentage).map_err(|problem: PercentageError| error(&problem.to_string()))
    }
}
