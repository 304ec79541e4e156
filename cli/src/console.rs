//! Standard output and standard error.
//!
//! Text is written with its colours; they are taken out again where the stream is no terminal, or
//! `NO_COLOR` is set.

use std::fmt::Display;
use std::io::{ErrorKind, Stderr, Stdout, Write};

use anstream::AutoStream;

use crate::outcome::Failure;
use crate::system_error::reason;

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

    /// A line of the result.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        written(writeln!(self.output, "{text}"))
    }

    /// A document: its bytes and nothing else, whatever they look like to a terminal.
    pub(crate) fn document(&mut self, text: &str) -> Result<(), Failure> {
        written(std::io::stdout().write_all(text.as_bytes()))
    }

    /// What is not the result: to standard error, so that the result can be piped.
    pub(crate) fn complain(&mut self, text: impl Display) {
        // Standard error is the last place there is to complain to.
        let _ = writeln!(self.complaints, "{text}");
    }
}

fn written(result: std::io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::ClosedPipe,
        _ => Failure::message(format!("cannot write to standard output: {}", reason(&error))),
    })
}
