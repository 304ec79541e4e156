//! Reads JSON Lines.

use std::io::{BufRead, BufReader, Read};

use isoflag::Value;
use isoflag::limits::CONTEXT_BYTES;

use super::{ContextFileError, FileContext};

/// The lines of a file.
#[derive(Debug)]
pub(super) struct Lines<R> {
    source: BufReader<R>,
    number: u64,
    line: Vec<u8>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(source: R) -> Lines<R> {
        Lines { source: BufReader::new(source), number: 0, line: Vec::new() }
    }

    /// Reads the next context; `None` at the end.
    pub(super) fn read_context(&mut self) -> Result<Option<FileContext>, ContextFileError> {
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
        match Value::parse(&self.line) {
            Ok(value) => Ok(Some(FileContext::of(self.number, value))),
            Err(error) => {
                let problem = format!("it is not JSON: {error}");
                Err(ContextFileError::Malformed(self.number, problem))
            }
        }
    }
}
