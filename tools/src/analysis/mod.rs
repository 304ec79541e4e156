//! Derives answers from the document alone: those that a flag can return, and those that differ
//! between two documents.

mod impact;
mod reach;

pub use impact::changed_answers;
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};
