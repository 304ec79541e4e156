//! Files of contexts, CSV and JSON Lines, read one context after the other.

mod kind_prefixes;
mod lines;
mod quotes;
mod table;
mod tally;

use std::fmt;
use std::io::{Error, Read};

use isoflag::{Context, ContextError, Value};

pub use kind_prefixes::KindPrefixes;
pub use tally::ContextTally;

use lines::Lines;
use table::Table;

/// A file of contexts; an iterator over them.
#[derive(Debug)]
pub struct ContextFile<R>(Format<R>);

#[derive(Debug)]
enum Format<R> {
    Table(Table<R>),
    Lines(Lines<R>),
}

/// A context of a file.
#[derive(Debug)]
pub struct FileContext {
    /// The line in which it starts.
    pub line: u64,
    /// The context, or the reason why it is invalid.
    pub context: Result<Context, ContextError>,
    /// A note on members that are ignored.
    pub note: Option<String>,
}

/// The reason why a file of contexts cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ContextFileError {
    /// The source failed.
    Io(Error),
    /// The file is malformed: the line, and what is wrong in it.
    Malformed(u64, String),
}

impl<R: Read> ContextFile<R> {
    /// Reads CSV, of which each row is a context: of the kind in the column `kind`, by default
    /// `user`. Columns such as `org.key` and `org.plan` add a kind.
    ///
    /// A column is numbers, booleans or JSON if all its cells are, otherwise text. An empty cell is
    /// an absent attribute. `open` is called twice, since all cells decide the types; `key` names
    /// the column of the context's key, and `text` names columns that are text in any case.
    ///
    /// # Errors
    /// If the file cannot be read, is malformed, or lacks a column.
    pub fn csv(
        open: impl FnMut() -> Result<R, Error>,
        key: &str,
        text: &[String],
    ) -> Result<ContextFile<R>, ContextFileError> {
        Table::open(open, key, text).map(|table| ContextFile(Format::Table(table)))
    }

    /// Reads JSON Lines, of which each line is a context. Empty lines are skipped.
    pub fn json_lines(source: R) -> ContextFile<R> {
        ContextFile(Format::Lines(Lines::new(source)))
    }
}

impl<R: Read> Iterator for ContextFile<R> {
    type Item = Result<FileContext, ContextFileError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Format::Table(table) => table.read_context().transpose(),
            Format::Lines(lines) => lines.read_context().transpose(),
        }
    }
}

impl FileContext {
    fn of(line: u64, value: Value) -> FileContext {
        let note = Context::note_on_ignored_members(&value);
        FileContext { line, context: Context::from_value(value), note }
    }
}

impl From<Error> for ContextFileError {
    fn from(error: Error) -> ContextFileError {
        ContextFileError::Io(error)
    }
}

impl fmt::Display for ContextFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContextFileError::Io(error) => error.fmt(f),
            ContextFileError::Malformed(line, problem) => write!(f, "line {line}: {problem}"),
        }
    }
}

impl std::error::Error for ContextFileError {}
