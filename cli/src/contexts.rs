//! The options for files of contexts.

use std::fs::File;
use std::io::Read;

use clap::Args;
use isoflag::Context;
use isoflag_tools::{ContextFile, ContextFileError, ContextTally};

use crate::console::Console;
use crate::input::{Input, unreadable};
use crate::outcome::Failure;

/// The options for a file of contexts.
#[derive(Args)]
pub(crate) struct ContextsArgument {
    /// Contexts: a `.csv` file with one column for each attribute, or a `.jsonl` file with one
    /// context on each line (`-` for JSON Lines on stdin)
    ///
    /// A CSV row is a context of the kind `user`, or that of a column `kind`; columns such as
    /// `org.key` and `org.plan` add a kind. A column is numbers, booleans or JSON if all its cells
    /// are, otherwise text; an empty cell is an absent attribute.
    #[arg(long, value_name = "FILE")]
    contexts: Option<String>,

    /// CSV column with the key of the context
    #[arg(long, value_name = "COLUMN", default_value = "key", requires = "contexts")]
    key: String,

    /// CSV column that is text even if all its cells are numbers, such as versions
    #[arg(long, value_name = "COLUMN", requires = "contexts")]
    text: Vec<String>,
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
        let contexts = match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv") => self.table(file),
            Some("jsonl" | "ndjson") => Ok(ContextFile::json_lines(input.open(file)?)),
            None if file == "-" => Ok(ContextFile::json_lines(input.open(file)?)),
            _ => {
                return Err(Failure::message(format!(
                    "`{file}` is not a file of contexts: expected a name that ends in `.csv` or `.jsonl`"
                )));
            }
        };
        let mut tally = ContextTally::default();
        let result = contexts.and_then(|contexts| read(contexts, &mut tally, console, each));
        console.progress(None);
        result.map_err(|error| match error {
            ContextFileError::Io(error) => unreadable(file, &error),
            malformed => Failure::message(format!("`{file}`, {malformed}")),
        })?;
        for line in tally.summary(file).map_err(Failure::Message)? {
            console.complain(line);
        }
        Ok(true)
    }

    fn table(&self, file: &str) -> Result<ContextFile<Box<dyn Read>>, ContextFileError> {
        let open = || File::open(file).map(|file| -> Box<dyn Read> { Box::new(file) });
        ContextFile::csv(open, &self.key, &self.text)
    }
}

fn read(
    contexts: ContextFile<Box<dyn Read>>,
    tally: &mut ContextTally,
    console: &mut Console,
    mut each: impl FnMut(Option<&Context>),
) -> Result<(), ContextFileError> {
    for read in contexts {
        let read = read?;
        tally.count(&read);
        each(read.context.as_ref().ok());
        if tally.seen().is_multiple_of(STEP) {
            console.progress(Some(tally.seen()));
        }
    }
    Ok(())
}
