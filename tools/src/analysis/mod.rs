//! Derives answers from the document alone: those that a flag can return, and those that differ
//! between two documents.

mod changed_answers;
mod reach;

pub use changed_answers::changed_answers;
pub(crate) use changed_answers::{ChangedParts, changed_parts, rule_clauses, target_members};
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};
