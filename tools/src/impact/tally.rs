//! Counts the contexts of a file, and keeps the first invalid one for a report.

use std::fmt::Display;

/// The contexts of a file that were read, valid or not.
#[derive(Debug, Default)]
pub struct ContextTally {
    seen: u64,
    invalid: u64,
    /// The place of the first invalid context, and its error.
    first_invalid: Option<String>,
}

impl ContextTally {
    /// Counts a valid context.
    pub fn count_valid(&mut self) {
        self.seen += 1;
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

    /// Returns a line about invalid contexts among valid ones, if any.
    ///
    /// # Errors
    /// If there are contexts, and none is valid: a line about that.
    pub fn summary(&self, file: &str) -> Result<Option<String>, String> {
        let Some(first) = &self.first_invalid else { return Ok(None) };
        let (seen, invalid) = (self.seen, self.invalid);
        if seen == invalid {
            return Err(format!(
                "`{file}`: not one of the {seen} contexts is valid; the first, in {first}"
            ));
        }
        Ok(Some(format!(
            "`{file}`: {invalid} of {seen} contexts are invalid; the first, in {first}"
        )))
    }
}
