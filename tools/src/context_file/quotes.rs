//! Checks the quotes and the rows of a CSV file while it is read, and ends each line with `\n`.
//!
//! The CSV reader accepts any text; with a misplaced quote it would read other cells than the author
//! wrote, and with one that is not closed the rest of the file as one cell.

use std::fmt;
use std::io::{Error, Read, Result};

use isoflag::limits::CONTEXT_BYTES;

/// A reader that fails at a misplaced quote, and in a row that is longer than any context.
///
/// It replaces `\r\n` and `\r` outside of quotes, since the CSV reader counts the `\n` of `\r\n` to the
/// next row.
#[derive(Debug)]
pub(super) struct CheckedQuotes<R> {
    source: R,
    state: State,
    line: u64,
    /// The line in which the open quote is.
    opened: u64,
    /// The number of bytes of the row so far.
    row: usize,
    /// Whether the last byte was a `\r` that ended a line.
    after_return: bool,
}

/// A misplaced quote, or a row that is too long.
#[derive(Debug)]
pub(super) struct BrokenQuote {
    pub(super) line: u64,
    pub(super) problem: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted cell: the first of two, or the last.
    Closing,
}

impl<R> CheckedQuotes<R> {
    pub(super) fn new(source: R) -> CheckedQuotes<R> {
        CheckedQuotes {
            source,
            state: State::Start,
            line: 1,
            opened: 0,
            row: 0,
            after_return: false,
        }
    }

    /// Checks a byte; returns the one that takes its place, if any.
    fn check(&mut self, byte: u8) -> Result<Option<u8>> {
        let is_quoted = self.state == State::Quoted;
        let after_return = std::mem::replace(&mut self.after_return, byte == b'\r' && !is_quoted);
        if after_return && byte == b'\n' {
            return Ok(None);
        }
        let byte = if self.after_return { b'\n' } else { byte };
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
            (_, b',' | b'\n') => State::Start,
            (State::Plain, b'"') => {
                return Err(broken(
                    self.line,
                    "a quote inside a cell: write the cell in quotes, and `\"\"` for it",
                ));
            }
            (State::Closing, _) => {
                return Err(broken(
                    self.line,
                    "text after the closing quote of a cell: write `\"\"` for a quote in it",
                ));
            }
            (State::Start | State::Plain, _) => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
        let ends = self.state == State::Start && byte == b'\n';
        self.row = if ends { 0 } else { self.row + 1 };
        match self.state {
            _ if self.row <= CONTEXT_BYTES => Ok(Some(byte)),
            State::Quoted => Err(self.not_closed(&format!(" within {} MiB", CONTEXT_BYTES >> 20))),
            _ => {
                let limit = CONTEXT_BYTES >> 20;
                Err(broken(self.line, format!("it is longer than {limit} MiB")))
            }
        }
    }

    fn not_closed(&self, before: &str) -> Error {
        broken(self.opened, format!("a quote is not closed{before}"))
    }
}

fn broken(line: u64, problem: impl Into<String>) -> Error {
    Error::other(BrokenQuote { line, problem: problem.into() })
}

impl fmt::Display for BrokenQuote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for BrokenQuote {}

impl<R: Read> Read for CheckedQuotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let count = self.source.read(buffer)?;
            if count == 0 && self.state == State::Quoted {
                return Err(self.not_closed(""));
            }
            let mut kept = 0;
            for index in 0..count {
                let checked = buffer.get(index).map(|byte| self.check(*byte));
                let checked = checked.transpose()?.flatten();
                if let Some((place, byte)) = buffer.get_mut(kept).zip(checked) {
                    *place = byte;
                    kept += 1;
                }
            }
            // No byte is the end of the file.
            if kept > 0 || count == 0 {
                return Ok(kept);
            }
        }
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

    /// A reader of one byte at a time.
    struct Slow<R>(R);

    impl<R: Read> Read for Slow<R> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            self.0.read(buffer.get_mut(..1).unwrap_or_default())
        }
    }

    #[test]
    fn each_line_ends_with_one_byte() {
        let text = "a\r\nb\rc\n\"d\r\ne\rf\"\r\n\r\ng\r";
        let expected = "a\nb\nc\n\"d\r\ne\rf\"\n\ng\n";
        let mut all = String::new();
        CheckedQuotes::new(text.as_bytes()).read_to_string(&mut all).unwrap();
        assert_eq!(all, expected);
        all.clear();
        CheckedQuotes::new(Slow(text.as_bytes())).read_to_string(&mut all).unwrap();
        assert_eq!(all, expected);
        assert_eq!(
            problem("a\r\nb\rc\"").as_deref(),
            problem("a\nb\nc\"").as_deref(),
            "lines are counted"
        );
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
