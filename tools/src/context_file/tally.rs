//! Counts the contexts of a file, for a summary of those that are invalid.

use std::fmt::Display;

use super::FileContext;

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
