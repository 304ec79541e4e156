//! Checks the quotes and the rows of a CSV file while it is read.
//!
//! The CSV reader accepts any text; with a misplaced quote it would read other cells than the author
//! wrote, and with one that is not closed the rest of the file as one cell.

use std::io::{Error, Read, Result};

use isoflag::limits::CONTEXT_BYTES;

/// A reader that fails at a misplaced quote, and in a row that is longer than any context.
pub(super) struct CheckedQuotes<R> {
    source: R,
    state: State,
    line: u64,
    /// The line in which the open quote is.
    opened: u64,
    /// The number of bytes of the row so far.
    row: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the first of two, or the last.
    Closing,
}

impl<R> CheckedQuotes<R> {
    pub(super) fn new(source: R) -> CheckedQuotes<R> {
        CheckedQuotes { source, state: State::Start, line: 1, opened: 0, row: 0 }
    }

    fn check(&mut self, byte: u8) -> Result<()> {
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Closing,
            (State::Quoted, _) => State::Quoted,
            (State::Start, b'"') => {
                self.opened = self.line;
                State::Quoted
            }
            // The byte-order mark of a file precedes its first cell.
            (State::Start, 0xef | 0xbb | 0xbf) if self.line == 1 => State::Start,
            (State::Closing, b'"') => State::Quoted,
            (_, b',' | b'\n' | b'\r') => State::Start,
            (State::Plain, b'"') => {
                let line = self.line;
                return Err(Error::other(format!(
                    "line {line}: a quote inside a cell: write the cell in quotes, and `\"\"` for it"
                )));
            }
            (State::Closing, _) => {
                let line = self.line;
                return Err(Error::other(format!(
                    "line {line}: text after the closing quote of a cell: write `\"\"` for a quote in it"
                )));
            }
            (State::Start | State::Plain, _) => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
        let ends = self.state == State::Start && matches!(byte, b'\n' | b'\r');
        self.row = if ends { 0 } else { self.row + 1 };
        match self.state {
            _ if self.row <= CONTEXT_BYTES => Ok(()),
            State::Quoted => Err(self.not_closed(&format!(" within {} MiB", CONTEXT_BYTES >> 20))),
            _ => {
                let (line, limit) = (self.line, CONTEXT_BYTES >> 20);
                Err(Error::other(format!("line {line}: it is longer than {limit} MiB")))
            }
        }
    }

    fn not_closed(&self, before: &str) -> Error {
        let line = self.opened;
        Error::other(format!("line {line}: a quote is not closed{before}"))
    }
}

impl<R: Read> Read for CheckedQuotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.source.read(buffer)?;
        if count == 0 && self.state == State::Quoted {
            return Err(self.not_closed(""));
        }
        for byte in buffer.iter().take(count) {
            self.check(*byte)?;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        let mut all = String::new();
        let result = CheckedQuotes::new(text.as_bytes()).read_to_string(&mut all);
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn quotes_begin_and_end_cells() {
        for fine in ["", "a,b\n", "\"a,\n\"\"b\"\"\",\"\"\r\n\"c\"", "\u{feff}\"a\",b", "\"é\"\n"]
        {
            assert_eq!(problem(fine), None, "{fine}");
        }
        for (text, expected) in [
            ("a\n5\" pipe,b\n", "line 2: a quote inside a cell"),
            ("\"ada,DE\n\"bob\",FR\n", "line 2: text after the closing quote"),
            ("a\n\n\"b\nc", "line 3: a quote is not closed"),
            ("\"a\"b", "line 1: text after the closing quote"),
        ] {
            assert!(problem(text).is_some_and(|found| found.starts_with(expected)), "{text}");
        }
    }

    #[test]
    fn a_row_is_not_read_beyond_the_size_of_a_context() {
        for (start, expected) in [
            ("a,b\n\"ada,1\nbob,2\n", "line 2: a quote is not closed within 1 MiB"),
            ("a,b\nada,", "line 2: it is longer than 1 MiB"),
        ] {
            let endless = start.as_bytes().chain(std::io::repeat(b'x'));
            let mut read = Vec::new();
            let error = CheckedQuotes::new(endless).read_to_end(&mut read).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(read.len() < 2 * CONTEXT_BYTES);
        }
        let fine = format!("{0}\r\n\"{0}\"\n{0}", "x".repeat(CONTEXT_BYTES - 2));
        assert_eq!(problem(&fine), None);
    }
}
