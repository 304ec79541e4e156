//! The functions that the targets call.

pub(crate) mod document;
pub(crate) mod freshness;
pub(crate) mod json;
pub(crate) mod lifecycle;
pub(crate) mod tools;

use isoflag::Flags;

/// The flags of a document that are examined one by one, so that the cost remains linear.
pub(crate) const SOME: usize = 6;

/// Returns the first keys of a document.
pub(crate) fn some_keys(flags: &Flags) -> Vec<&str> {
    flags.keys().take(SOME).collect()
}

/// Returns the document that is loaded from the text of another.
pub(crate) fn reloaded(flags: &Flags) -> Flags {
    Flags::from_json(flags.document().to_canonical_json().as_bytes()).unwrap()
}
