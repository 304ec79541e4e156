//! Standard output and standard error.
//!
//! Text from documents and callers cannot control a terminal or a pipeline's log: each of these
//! functions escapes one form of output. Colours come from cells and findings; they are removed if
//! the stream is not a terminal, or `NO_COLOR` is set.

use std::fmt::Display;
use std::io::{ErrorKind, Stderr, Stdout, Write};

use anstream::AutoStream;
use isoflag::{printable, printable_lines};

use crate::finding::Rendered;
use crate::outcome::{Failure, reason};
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

    /// Prints a line of the result, without colours: text, or a value as JSON.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        written(writeln!(self.output, "{}", printable(&text.to_string())))
    }

    /// Prints lines of the result; untrusted text in them is already escaped.
    pub(crate) fn lines(&mut self, text: impl Display) -> Result<(), Failure> {
        let text = text.to_string();
        written(writeln!(self.output, "{}", printable_lines(text.trim_end())))
    }

    /// Prints a line of cells, one after the other.
    pub(crate) fn cells(&mut self, cells: &[Cell]) -> Result<(), Failure> {
        written(writeln!(self.output, "{}", line(cells, &[])))
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Failure> {
        table.lines().iter().try_for_each(|line| written(writeln!(self.output, "{line}")))
    }

    pub(crate) fn finding(&mut self, finding: &Rendered) -> Result<(), Failure> {
        written(writeln!(self.output, "{finding}"))
    }

    /// Prints a JSON document, or text that contains untrusted text only in JSON strings. Only
    /// strings can contain characters that are escaped.
    pub(crate) fn document(&mut self, text: &str) -> Result<(), Failure> {
        // JSON allows these outside of strings, so they must not be escaped.
        const SPACE: [char; 3] = ['\n', '\r', '\t'];
        let mut shown = String::new();
        for line in text.split_inclusive(SPACE) {
            let (line, end) = line.split_at(line.trim_end_matches(SPACE).len());
            shown.push_str(&printable(line).to_string());
            shown.push_str(end);
        }
        self.source(&shown)
    }

    /// Prints a page or source code, which has its own escaping.
    pub(crate) fn source(&mut self, text: &str) -> Result<(), Failure> {
        let mut output = std::io::stdout().lock();
        // The last line may lack its end, and an error at the end of the process is lost.
        written(output.write_all(text.as_bytes()).and_then(|()| output.flush()))
    }

    /// Prints messages to standard error, so that the result can be piped.
    pub(crate) fn complain(&mut self, text: impl Display) {
        // A failure to write to standard error cannot be reported.
        let _ = writeln!(self.complaints, "{}", printable(&text.to_string()));
    }

    /// Prints messages of several lines to standard error.
    pub(crate) fn complain_lines(&mut self, text: impl Display) {
        let text = text.to_string();
        let _ = writeln!(self.complaints, "{}", printable_lines(text.trim_end()));
    }

    /// Shows on a terminal how many contexts were read; without a number, removes that line.
    pub(crate) fn progress(&mut self, contexts: Option<u64>) {
        const ERASE: &str = "\r\u{1b}[K";
        if !self.complaints.is_terminal() {
            return;
        }
        let _ = match contexts {
            Some(contexts) => write!(self.complaints, "{ERASE}{contexts} contexts"),
            None => write!(self.complaints, "{ERASE}"),
        };
        let _ = self.complaints.flush();
    }

    /// Prints why a run ends.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        match failure {
            Failure::Rendered(finding) => {
                let _ = writeln!(self.complaints, "{finding}");
            }
            Failure::Message(_) => self.complain(failure),
        }
    }
}

/// A reader that has closed standard output, such as `head`, does not end the run: what it writes and
/// its exit code are the same.
fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::message(format!("cannot write to standard output: {}", reason(&error))))
        }
        _ => Ok(()),
    }
}
