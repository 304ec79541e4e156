//! Reads files of contexts: CSV and JSON Lines, one context after the other.

mod quotes;
mod table;

use std::io::{BufRead, BufReader, Read};

use clap::Args;
use isoflag::limits::CONTEXT_BYTES;
use isoflag::{Context, Value};
use isoflag_tools::ContextTally;

use crate::console::Console;
use crate::input::{Input, unreadable};
use crate::outcome::Failure;

/// The options for a file of contexts.
#[derive(Args)]
pub(crate) struct ContextsArgument {
    /// Contexts: a `.csv` file with one column for each attribute, or a `.jsonl` file with one
    /// context on each line (`-` for JSON Lines on stdin)
    ///
    /// A CSV row is a context of one kind: `user`, or that of a column `kind`. A column is numbers,
    /// booleans or JSON if all its cells are, otherwise text; an empty cell is an absent attribute.
    #[arg(long, value_name = "FILE")]
    contexts: Option<String>,

    /// CSV column with the key of the context
    #[arg(long, value_name = "COLUMN", default_value = "key", requires = "contexts")]
    key: String,

    /// CSV column that is text even if all its cells are numbers, such as versions
    #[arg(long, value_name = "COLUMN", requires = "contexts")]
    text: Vec<String>,
}

/// The contexts of a file, as they are read.
struct Reading<'a, F> {
    file: &'a str,
    each: F,
    tally: ContextTally,
}

/// The number of contexts after which the progress is shown.
const STEP: u64 = 1 << 16;

impl ContextsArgument {
    /// Calls `each` with every context, `None` for an invalid one. Returns whether a file was
    /// given.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or none of its contexts is valid. An invalid context among valid
    /// ones is only reported to the console.
    pub(crate) fn read(
        &self,
        input: &mut Input,
        console: &mut Console,
        each: impl FnMut(Option<&Context>),
    ) -> Result<bool, Failure> {
        let Some(file) = self.contexts.as_deref() else { return Ok(false) };
        let mut reading = Reading { file, each, tally: ContextTally::default() };
        let result = match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv") => table::read(&mut reading, &self.key, &self.text, console),
            Some("jsonl" | "ndjson") => lines(&mut reading, input, console),
            None if file == "-" => lines(&mut reading, input, console),
            _ => Err(Failure::message(format!(
                "`{file}` is not a file of contexts: expected a name that ends in `.csv` or `.jsonl`"
            ))),
        };
        console.progress(None);
        result?;
        for line in reading.tally.summary(file).map_err(Failure::Message)? {
            console.complain(line);
        }
        Ok(true)
    }
}

impl<F: FnMut(Option<&Context>)> Reading<'_, F> {
    fn context(&mut self, line: u64, value: Value, console: &mut Console) {
        let ignored = Context::note_on_ignored_members(&value);
        let context = Context::from_value(value);
        let place = format_args!("line {line}");
        match &context {
            Ok(_) => self.tally.count_valid(place, ignored.as_deref()),
            Err(error) => self.tally.count_invalid(place, error),
        }
        (self.each)(context.as_ref().ok());
        let seen = self.tally.seen();
        if seen.is_multiple_of(STEP) {
            console.progress(Some(seen));
        }
    }

    fn broken(&self, line: u64, problem: impl std::fmt::Display) -> Failure {
        Failure::message(format!("`{}`, line {line}: {problem}", self.file))
    }
}

/// Reads JSON Lines. Empty lines are skipped.
fn lines<F: FnMut(Option<&Context>)>(
    reading: &mut Reading<'_, F>,
    input: &mut Input,
    console: &mut Console,
) -> Result<(), Failure> {
    let mut file = BufReader::new(input.open(reading.file)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A line without an end must not fill the memory.
        let limit = CONTEXT_BYTES as u64 + 2;
        let read = file.by_ref().take(limit).read_until(b'\n', &mut line);
        match read.map_err(|error| unreadable(reading.file, &error))? {
            0 => break,
            _ if line.len() as u64 == limit && !line.ends_with(b"\n") => {
                let limit = CONTEXT_BYTES >> 20;
                return Err(reading.broken(number, format_args!("it is longer than {limit} MiB")));
            }
            _ if line.iter().all(u8::is_ascii_whitespace) => continue,
            _ => {}
        }
        match Value::parse(&line) {
            Ok(value) => reading.context(number, value, console),
            Err(error) => {
                return Err(reading.broken(number, format_args!("it is not JSON: {error}")));
            }
        }
    }
    Ok(())
}
