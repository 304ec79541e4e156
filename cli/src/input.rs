//! Files and standard input.

use std::fs::File;
use std::io::Read;

use isoflag::Flags;
use isoflag::limits::DOCUMENT_BYTES;
use isoflag_tools::{InPlaceError, written_in_place};

use crate::outcome::{Failure, reason};
use crate::place::Places;

/// The inputs of a run. Standard input can be read once.
#[derive(Default)]
pub(crate) struct Input {
    standard_input_is_read: bool,
}

/// The bytes of a file, and its display name.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Input {
    /// Reads a file, or standard input if the name is `-`.
    pub(crate) fn read(&mut self, file: &str) -> Result<Source, Failure> {
        if file != "-" {
            // Checked before reading: no memory is needed to reject a file.
            let length = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
            if length > DOCUMENT_BYTES as u64 {
                let limit = DOCUMENT_BYTES >> 20;
                return Err(Failure::message(format!(
                    "cannot read `{file}`: it has {length} bytes; the limit is {limit} MiB"
                )));
            }
            let read = File::open(file).and_then(|opened| read_limited(opened, length as usize));
            return match read {
                Ok(bytes) => Ok(Source { name: file.to_string(), bytes }),
                Err(error) => Err(unreadable(file, &error)),
            };
        }
        self.take_standard_input()?;
        match read_limited(std::io::stdin().lock(), 0) {
            Ok(bytes) => Ok(Source { name: "<stdin>".to_string(), bytes }),
            Err(error) => {
                Err(Failure::message(format!("cannot read standard input: {}", reason(&error))))
            }
        }
    }

    /// Opens a file of any length, or standard input if the name is `-`.
    pub(crate) fn open(&mut self, file: &str) -> Result<Box<dyn Read>, Failure> {
        if file != "-" {
            let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
            return Ok(Box::new(opened));
        }
        self.take_standard_input()?;
        Ok(Box::new(std::io::stdin()))
    }

    fn take_standard_input(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.standard_input_is_read, true) {
            return Err(Failure::message(
                "standard input can be read only once; put one of the two into a file",
            ));
        }
        Ok(())
    }

    /// Reads an option that is JSON itself, `@file`, `@-` or `-`.
    pub(crate) fn read_argument(&mut self, argument: &str) -> Result<Vec<u8>, Failure> {
        match argument.strip_prefix('@') {
            Some(file) => Ok(self.read(file)?.bytes),
            None if argument == "-" => Ok(self.read(argument)?.bytes),
            None => Ok(argument.as_bytes().to_vec()),
        }
    }
}

/// Reads at most one byte more than the limit of a document, which is enough to reject it: a pipe or a
/// device can be endless.
fn read_limited(source: impl Read, expected: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(expected);
    source.take(DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The error of a file or folder that cannot be read.
pub(crate) fn unreadable(file: &str, error: &std::io::Error) -> Failure {
    Failure::message(format!("cannot read `{file}`: {}", reason(error)))
}

impl Source {
    /// Returns the text with the changes of a later document: no other byte changes.
    pub(crate) fn with_changes(&self, before: &Flags, after: &Flags) -> Result<String, Failure> {
        let text = self.text().unwrap_or_default();
        written_in_place(text, before, after).map_err(|error| {
            let place = match error {
                InPlaceError::NotAnObject(_, _, offset) => {
                    let shown = self.shown_text().unwrap_or_default();
                    let (line, column) = Places::new(shown).line_column(offset);
                    format!(":{line}:{column}")
                }
                _ => String::new(),
            };
            Failure::message(format!("`{}{place}`: {error}", self.name))
        })
    }

    /// The bytes as text; `None` if they are not UTF-8.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The text for excerpts: without its byte-order mark, which has no column.
    pub(crate) fn shown_text(&self) -> Option<&str> {
        self.text().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn an_endless_file_is_read_to_the_limit_of_a_document() {
        let source = Input::default().read("/dev/zero").map_err(|error| error.text()).unwrap();
        assert_eq!(source.bytes.len(), DOCUMENT_BYTES + 1);
    }
}
