//! The memory of a document, computed from its values before they take it (SPEC.md 14.3).

use super::value::Value;
use crate::limits::{CONTEXT_CONTAINERS, MEMORY, MEMORY_PER_BYTE};

/// The message about a context with more containers than [`CONTEXT_CONTAINERS`].
pub(crate) const TOO_MANY: &str = "a context has at most 131072 arrays and objects";

/// The message about a document that would take more memory than its text may.
pub(crate) const TOO_DENSE: &str = "too many values for the length of the document, which would take \
     more than 12 bytes of memory for each byte (and more than 64 MiB)";

/// An array, an object or a string, without its contents.
const CONTAINER: usize = 28;
/// A member that an earlier one has the name of.
const REPEATED: usize = 120;
/// The element of an array.
const ELEMENT: Size = Size { short: 24, long: 60 };
/// The member of an object, with its name.
const MEMBER: Size = Size { short: 40, long: 122 };

/// The size in bytes of an item of a list: a long list is copied while it grows, so its later items
/// take more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Of one of the first 1,024 items.
    pub(crate) short: usize,
    /// Of a later one.
    pub(crate) long: usize,
}

const LONG_LIST: usize = 1 << 10;

impl Size {
    /// The size of the item at an index.
    fn at(self, index: usize) -> usize {
        if index < LONG_LIST { self.short } else { self.long }
    }

    /// The size of a list with this number of items.
    pub(crate) fn of_list(self, length: usize) -> usize {
        let later = length.saturating_sub(LONG_LIST);
        (length - later).saturating_mul(self.short).saturating_add(later.saturating_mul(self.long))
    }
}

/// The memory that a document has taken, and how much it may take.
#[derive(Debug)]
pub(crate) struct Memory {
    taken: usize,
    limit: usize,
    /// The arrays and objects that may follow.
    containers: usize,
    /// A document without a text, whose length is computed only if it takes more than [`MEMORY`].
    unmeasured: Option<Value>,
}

/// The document takes more memory than it may.
#[derive(Debug)]
pub(crate) struct Exceeded;

impl Memory {
    /// The memory of a document with a text of this length.
    pub(crate) fn of_text(length: usize) -> Memory {
        let limit = length.saturating_mul(MEMORY_PER_BYTE).max(MEMORY);
        Memory { limit, ..Memory::unlimited() }
    }

    /// The memory of a document that is not parsed from text; its canonical text counts.
    pub(crate) fn of_value(value: &Value) -> Memory {
        Memory { unmeasured: Some(value.clone()), ..Memory::of_text(0) }
    }

    /// The memory of a value that is not a document, whose text has a limit of its own.
    pub(crate) fn unlimited() -> Memory {
        Memory { taken: 0, limit: usize::MAX, containers: usize::MAX, unmeasured: None }
    }

    /// The memory of a context, whose text has a limit of its own, and whose containers have one.
    pub(crate) fn of_context() -> Memory {
        Memory { containers: CONTEXT_CONTAINERS, ..Memory::unlimited() }
    }

    /// The message of the limit that was exceeded.
    pub(crate) fn message(&self) -> &'static str {
        if self.limit == usize::MAX { TOO_MANY } else { TOO_DENSE }
    }

    /// Counts an array or an object, without its items.
    pub(crate) fn container(&mut self) -> Result<(), Exceeded> {
        self.containers = self.containers.checked_sub(1).ok_or(Exceeded)?;
        self.take(CONTAINER)
    }

    pub(crate) fn string(&mut self, text: &str) -> Result<(), Exceeded> {
        self.take(CONTAINER + text.len())
    }

    pub(crate) fn element(&mut self, index: usize) -> Result<(), Exceeded> {
        self.take(ELEMENT.at(index))
    }

    pub(crate) fn member(&mut self, index: usize) -> Result<(), Exceeded> {
        self.take(MEMBER.at(index))
    }

    /// Counts members of an object that have the name of another one.
    pub(crate) fn repeated_members(&mut self, count: usize) -> Result<(), Exceeded> {
        self.take(REPEATED.saturating_mul(count))
    }

    /// Counts something else.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Exceeded> {
        self.taken = self.taken.saturating_add(bytes);
        if self.taken > self.limit
            && let Some(value) = self.unmeasured.take()
        {
            self.limit = Memory::of_text(value.canonical_length()).limit;
        }
        if self.taken > self.limit { Err(Exceeded) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_takes_as_much_as_its_items() {
        for length in [0, 1, LONG_LIST - 1, LONG_LIST, LONG_LIST + 1, 5000] {
            let items: usize = (0..length).map(|index| MEMBER.at(index)).sum();
            assert_eq!(MEMBER.of_list(length), items, "{length}");
        }
    }

    #[test]
    fn a_value_is_measured_only_beyond_the_memory_of_any_document() {
        let value = Value::from("a".repeat(MEMORY));
        let mut memory = Memory::of_value(&value);
        assert!(memory.take(MEMORY).is_ok() && memory.unmeasured.is_some());
        assert!(memory.take(MEMORY).is_ok() && memory.unmeasured.is_none());
        assert!(memory.take(MEMORY * (MEMORY_PER_BYTE - 1)).is_err());
    }
}
