//! The impact of a new document on the rows of a table: contexts for the counter of `isoflag-tools`,
//! whose words it prints.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_schema::ArrowError;
use isoflag::{Flags, printable, printable_lines};
use isoflag_tools::{ContextTally, GroupBy, ImpactCounter, PercentageError};
use pyo3::prelude::*;

use crate::capsule::{self, Source};
use crate::contexts::RowContexts;
use crate::mapping::{ClockArgument, ContextArgument, Mapping};
use crate::rows::Part;
use crate::stream::{bug, message};
use crate::{document, error};

/// A count of the answers of two documents over a table or stream.
#[pyclass(module = "isoflag.arrow")]
pub(crate) struct Impact {
    counter: ImpactCounter,
    mapping: Mapping,
    /// `None` at its end. Only `&mut self` reads it; the mutex makes it `Sync`.
    source: Mutex<Option<Source>>,
    tally: ContextTally,
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
        let by = by.iter().map(|text| GroupBy::parse(text)).collect::<Result<Vec<_>, _>>();
        let by = by.map_err(|problem| error(&format!("`--by`: {problem}")))?;
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
        Ok(Impact {
            counter,
            mapping,
            source: Mutex::new(Some(source)),
            tally: ContextTally::default(),
        })
    }

    /// Counts one batch. Returns the number of contexts so far, or None at the end of the data.
    fn read(&mut self, py: Python<'_>) -> PyResult<Option<u64>> {
        let read = py.detach(|| {
            catch_unwind(AssertUnwindSafe(|| self.count_batch())).unwrap_or_else(|_| Err(bug()))
        });
        match read {
            Ok(true) => Ok(Some(self.tally.seen())),
            Ok(false) => Ok(None),
            Err(problem) => {
                *self.source() = None;
                Err(error(&message(problem)))
            }
        }
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
    fn source(&mut self) -> &mut Option<Source> {
        self.source.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the next batch of the source; false at its end.
    fn count_batch(&mut self) -> Result<bool, ArrowError> {
        let source = self.source();
        let Some(batch) = source.as_mut().and_then(Iterator::next) else {
            *source = None;
            return Ok(false);
        };
        let rows = batch?;
        let part = Part { is_small: self.mapping.is_small(&rows), rows };
        let columns = self.mapping.columns(&part.rows);
        let contexts = RowContexts::new(&self.mapping, &part, &columns);
        for row in 0..part.rows.num_rows() {
            match contexts.context(row) {
                Ok(context) => {
                    self.tally.count_valid("", None);
                    self.counter.add(Some(&context));
                }
                Err(invalid) => {
                    let number = self.tally.seen() + 1;
                    self.tally.count_invalid(format_args!("row {number}"), invalid);
                    self.counter.add(None);
                }
            }
        }
        Ok(true)
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
