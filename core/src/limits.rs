//! The limits of a document, a context and an evaluation. They are counted, never timed, so that
//! every host runtime accepts the same inputs and fails at the same point. `docs/limits.md` lists
//! them in one table, with the cost of the worst input of each.

/// The bytes of a document's text.
pub const DOCUMENT_BYTES: usize = 256 << 20;

/// The memory, in bytes, that a document may take for each byte of its text. It is computed from the
/// document (SPEC.md 14.3), so that every host runtime rejects the same ones.
pub(crate) const MEMORY_PER_BYTE: usize = 12;

/// The memory, in bytes, that any document may take, however short its text.
pub const MEMORY: usize = 64 << 20;

/// The bytes of a context's text.
pub const CONTEXT_BYTES: usize = 1 << 20;

/// The arrays and objects of a context, itself included: each takes as much time as many bytes of text.
pub const CONTEXT_CONTAINERS: usize = 1 << 17;

/// How deep arrays and objects may nest; the outermost is level 1.
pub const NESTING: usize = 128;

/// The bytes of a regular expression.
pub const REGEX_BYTES: usize = 4 << 10;

/// The instructions of a regular expression's program.
pub(crate) const REGEX_INSTRUCTIONS: u32 = 1 << 15;

/// How deep groups and repetitions of a regular expression may nest.
pub(crate) const REGEX_NESTING: u32 = 50;

/// The maximum number of prerequisites, or segments, on one path below the requested flag.
pub const PATH_LENGTH: usize = 64;

/// The steps of one evaluation: each flag, rule, clause, segment, target list and weighted entry
/// that is visited, and each pair of values that is compared. Operations on long texts take more.
pub const STEPS: u32 = 1_000_000;

/// The bytes that count as one step if a text is read, searched, compared or hashed.
pub(crate) const STEP_BYTES: usize = 64;

/// The bytes that the step of a bucket covers: salts and keys of ordinary length.
pub(crate) const BUCKET_BYTES: usize = 128;

/// The visits of instructions of a regular expression's program, at offsets of the text, that count
/// as one step of a search.
pub(crate) const STEP_VISITS: u32 = 32;

/// The instructions of a regular expression's program that count as one step of each search.
pub(crate) const STEP_INSTRUCTIONS: u32 = 8;

/// The steps that the flags share in the state of all flags, once their own are used; each
/// evaluation still takes at most [`STEPS`].
pub(crate) const STATE_STEPS: u32 = 4 * STEPS;

/// The steps that each flag has in the state of all flags, whatever the other flags take.
pub(crate) const STATE_OWN_STEPS: u32 = 10_000;

/// The total size of a context's values that an explanation shows, as a [`Budget`] counts.
pub(crate) const TRACE_BYTES: usize = 1 << 20;

/// The findings that the diagnostics of one document report.
pub(crate) const DIAGNOSTICS: usize = 100_000;

/// The rest of a size limit while a binding walks an object of its host.
///
/// A host object may share parts or contain itself, so its size is known only by counting.
#[derive(Clone, Debug)]
pub struct Budget {
    bytes: usize,
    containers: usize,
}

impl Budget {
    /// Creates a budget for a number of bytes of JSON text.
    #[must_use]
    pub fn new(bytes: usize) -> Budget {
        Budget { bytes, containers: usize::MAX }
    }

    /// Creates the budget of a context.
    #[must_use]
    pub fn of_context() -> Budget {
        Budget { bytes: CONTEXT_BYTES, containers: CONTEXT_CONTAINERS }
    }

    /// Deducts an array or an object.
    #[must_use]
    pub fn spend_container(&mut self) -> bool {
        let rest = self.containers.checked_sub(1);
        self.containers = rest.unwrap_or_default();
        rest.is_some()
    }

    /// Whether a container may be nested at this level; the outermost is level 1.
    #[must_use]
    pub fn enter(&self, level: usize) -> bool {
        level <= NESTING
    }

    /// Deducts bytes from the budget: those of a string or a name, and one for every value. Once it
    /// has returned `false` it always does.
    #[must_use]
    pub fn spend(&mut self, bytes: usize) -> bool {
        match self.bytes.checked_sub(bytes.max(1)) {
            Some(rest) => {
                self.bytes = rest;
                true
            }
            None => {
                self.bytes = 0;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_stays_spent() {
        let mut budget = Budget::new(3);
        assert!(budget.spend(2));
        assert!(!budget.spend(2));
        assert!(!budget.spend(0));
        assert!(budget.enter(NESTING) && !budget.enter(NESTING + 1));
    }
    /// The table in the documentation lists each limit with its current value.
    #[test]
    fn the_documented_limits_are_these() {
        let table = include_str!("../../docs/limits.md");
        for (name, value) in [
            ("DOCUMENT_BYTES", DOCUMENT_BYTES),
            ("MEMORY_PER_BYTE", MEMORY_PER_BYTE),
            ("MEMORY", MEMORY),
            ("CONTEXT_BYTES", CONTEXT_BYTES),
            ("CONTEXT_CONTAINERS", CONTEXT_CONTAINERS),
            ("NESTING", NESTING),
            ("REGEX_BYTES", REGEX_BYTES),
            ("REGEX_INSTRUCTIONS", REGEX_INSTRUCTIONS as usize),
            ("REGEX_NESTING", REGEX_NESTING as usize),
            ("PATH_LENGTH", PATH_LENGTH),
            ("STEPS", STEPS as usize),
            ("STEP_BYTES", STEP_BYTES),
            ("BUCKET_BYTES", BUCKET_BYTES),
            ("STEP_VISITS", STEP_VISITS as usize),
            ("STEP_INSTRUCTIONS", STEP_INSTRUCTIONS as usize),
            ("STATE_STEPS", STATE_STEPS as usize),
            ("STATE_OWN_STEPS", STATE_OWN_STEPS as usize),
            ("TRACE_BYTES", TRACE_BYTES),
            ("DIAGNOSTICS", DIAGNOSTICS),
        ] {
            let row = format!("| `{name}` | {value} |");
            assert!(table.contains(&row), "docs/limits.md has no row {row}");
        }
    }
}
