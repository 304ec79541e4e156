//! Derives answers from the document alone: those that a flag can return, and those that differ
//! between two documents.

mod changed_answers;
mod malformed;
pub(crate) mod reach;

pub use changed_answers::changed_answers;
pub(crate) use changed_answers::{ChangedParts, FLAGS, Part, SEGMENTS, changed_parts};
pub(crate) use malformed::MalformedFlags;
pub(crate) use reach::Failing;
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};
