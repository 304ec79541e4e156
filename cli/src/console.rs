//! Standard output and standard error.
//!
//! Nothing that a document or a caller wrote is obeyed by a terminal or by the log of a pipeline: each of these functions
//! takes one form of output and escapes what is in it. Colours are those of cells and findings; they are taken out again if
//! the stream is not a terminal, or `NO_COLOR` is set.

use std::fmt::Display;
use std::io::{ErrorKind, Stderr, Stdout, Write};

use anstream::AutoStream;
use isoflag::{printable, printable_lines};

use crate::finding::Rendered;
use crate::outcome::Failure;
use crate::system_error::reason;
use crate::table::{Cell, Table, line};

pub(crate) struct Console {
    output: AutoStream<Stdout>,
    complaints: AutoStream<Stderr>,
}

impl Console {
    pub(crate) fn new() -> Console {
        Console {
            output: AutoStream::auto(std::io::stdout()),
            complaints: AutoStream::auto(std::io::stderr()),
        }
    }

    /// A line of the result, without colours: words, or a value as JSON.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        written(writeln!(self.output, "{}", printable(&text.to_string())))
    }

    /// Lines of the result, of which those that a text of somebody else begins are escaped already.
    pub(crate) fn lines(&mut self, text: impl Display) -> Result<(), Failure> {
        let text = text.to_string();
        written(writeln!(self.output, "{}", printable_lines(text.trim_end())))
    }

    /// A line of cells, one after the other.
    pub(crate) fn cells(&mut self, cells: &[Cell]) -> Result<(), Failure> {
        written(writeln!(self.output, "{}", line(cells, &[])))
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        table.lines().iter().try_for_each(|line| written(writeln!(self.output, "{line}")))
    }

    pub(crate) fn finding(&mut self, finding: &Rendered) -> Result<(), Failure> {
        written(writeln!(self.output, "{finding}"))
    }

    /// A JSON document, or a text in which JSON strings are all that somebody else wrote. Only in strings can there be what
    /// is escaped.
    pub(crate) fn document(&mut self, text: &str) -> Result<(), Failure> {
        // Outside of strings JSON has these, where an escape would be an error.
        const SPACE: [char; 3] = ['\n', '\r', '\t'];
        let mut shown = String::new();
        for line in text.split_inclusive(SPACE) {
            let (line, end) = line.split_at(line.trim_end_matches(SPACE).len());
            shown.push_str(&printable(line).to_string());
            shown.push_str(end);
        }
        self.source(&shown)
    }

    /// A page or source code, which is escaped in its own way.
    pub(crate) fn source(&mut self, text: &str) -> Result<(), Failure> {
        written(std::io::stdout().write_all(text.as_bytes()))
    }

    /// What is not the result: to standard error, so that the result can be piped.
    pub(crate) fn complain(&mut self, text: impl Display) {
        // Standard error is the last place there is to complain to.
        let _ = writeln!(self.complaints, "{}", printable(&text.to_string()));
    }

    /// Several lines of that.
    pub(crate) fn complain_lines(&mut self, text: impl Display) {
        let text = text.to_string();
        let _ = writeln!(self.complaints, "{}", printable_lines(text.trim_end()));
    }

    /// Why a run ends.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        match failure {
            Failure::Rendered(finding) => {
                let _ = writeln!(self.complaints, "{finding}");
            }
            Failure::Message(_) | Failure::ClosedPipe => self.complain(failure),
        }
    }
}

fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::ClosedPipe,
        _ => Failure::message(format!("cannot write to standard output: {}", reason(&error))),
    })
}
