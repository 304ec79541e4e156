//! Derives answers from the document alone: the ones that a flag can return, and the ones that
//! differ between two documents.

mod impact;
mod reach;

pub use impact::changed_answers;
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};
