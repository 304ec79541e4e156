//! Files of contexts, CSV and JSON Lines, read one context after the other.

mod quotes;
mod table;

use std::fmt::{self, Display};
use std::io::{BufRead, BufReader, Error, Read};

use isoflag::limits::CONTEXT_BYTES;
use isoflag::{Context, ContextError, Value};

use table::Table;

pub use table::KindPrefixes;

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

impl Display for ContextFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ContextFileError::Io(error) => error.fmt(f),
            ContextFileError::Malformed(line, problem) => write!(f, "line {line}: {problem}"),
        }
    }
}

impl std::error::Error for ContextFileError {}

/// The lines of a file.
#[derive(Debug)]
struct Lines<R> {
    source: BufReader<R>,
    number: u64,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    fn new(source: R) -> Lines<R> {
        Lines { source: BufReader::new(source), number: 0, line: Vec::new() }
    }

    /// Reads the next context; `None` at the end.
    fn read_context(&mut self) -> Result<Option<FileContext>, ContextFileError> {
        // A line without an end must not fill the memory.
        let limit = CONTEXT_BYTES as u64 + 2;
        loop {
            self.line.clear();
            self.number += 1;
            match self.source.by_ref().take(limit).read_until(b'\n', &mut self.line)? {
                0 => return Ok(None),
                _ if self.line.len() as u64 == limit && !self.line.ends_with(b"\n") => {
                    let problem = format!("it is longer than {} MiB", CONTEXT_BYTES >> 20);
                    return Err(ContextFileError::Malformed(self.number, problem));
                }
                _ if self.line.iter().all(u8::is_ascii_whitespace) => {}
                _ => break,
            }
        }
        match Value::parse(self.line.trim_ascii_end()) {
            Ok(value) => Ok(Some(FileContext::of(self.number, value))),
            Err(error) => {
                let (_, column) = error.line_column();
                let problem = format!("{} (column {column})", error.message());
                Err(ContextFileError::Malformed(self.number, problem))
            }
        }
    }
}

/// The contexts of a file that were read, valid or not.
#[derive(Debug, Default)]
pub struct ContextTally {
    seen: u64,
    invalid: u64,
    /// The place of the first invalid context, and its error.
    first_invalid: Option<String>,
    /// The number of contexts that have ignored members.
    partly_ignored: u64,
    /// The place of the first one, and the note on it.
    first_ignored: Option<String>,
}

impl ContextTally {
    /// Counts a context of a file.
    pub fn count(&mut self, read: &FileContext) {
        let place = format_args!("line {}", read.line);
        match &read.context {
            Ok(_) => self.count_valid(place, read.note.as_deref()),
            Err(error) => self.count_invalid(place, error),
        }
    }

    /// Counts a valid context at a place such as `line 3`, with the note on its ignored members, if
    /// any.
    pub fn count_valid(&mut self, place: impl Display, note: Option<&str>) {
        self.seen += 1;
        if let Some(note) = note {
            self.partly_ignored += 1;
            self.first_ignored.get_or_insert_with(|| format!("{place}: {note}"));
        }
    }

    /// Counts an invalid context at a place such as `line 3`.
    pub fn count_invalid(&mut self, place: impl Display, error: impl Display) {
        self.seen += 1;
        self.invalid += 1;
        self.first_invalid.get_or_insert_with(|| format!("{place}: {error}"));
    }

    /// The number of contexts.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Returns lines about invalid contexts among valid ones, and about ignored members.
    ///
    /// # Errors
    /// If there are contexts, and none is valid: a line about that.
    pub fn summary(&self, file: &str) -> Result<Vec<String>, String> {
        let (seen, invalid, ignored) = (self.seen, self.invalid, self.partly_ignored);
        let mut lines = Vec::new();
        if let Some(first) = &self.first_invalid {
            if seen == invalid {
                return Err(format!(
                    "`{file}`: not one of the {seen} contexts is valid; the first, in {first}"
                ));
            }
            lines.push(format!(
                "`{file}`: {invalid} of {seen} contexts are invalid; the first, in {first}"
            ));
        }
        if let Some(first) = &self.first_ignored {
            lines.push(format!(
                "`{file}`: {ignored} of {seen} contexts have members that are ignored; the first, in {first}"
            ));
        }
        Ok(lines)
    }
}
