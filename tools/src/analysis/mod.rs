//! What the document alone says about answers: which a flag can give, and which differ between two
//! documents.

mod impact;
mod reach;

pub use impact::changed_answers;
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};
