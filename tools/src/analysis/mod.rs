//! Derives answers from the document alone: those that a flag can return, and those that differ
//! between two documents.

mod changed_answers;
pub(crate) mod reach;

pub use changed_answers::changed_answers;
pub(crate) use changed_answers::{ChangedParts, FLAGS, Part, SEGMENTS, changed_parts};
pub(crate) use reach::Failing;
pub use reach::{Constant, Reach, ReachedVariation, constant, reach};

use isoflag::Flags;
use isoflag::model::{FlagState, Served};

/// Whether a flag can answer. One that is off can, whatever else it has.
pub(crate) fn can_answer(flags: &Flags, key: &str) -> bool {
    let flag = flags.handle(key).and_then(|handle| flags.model().flag(handle.index()));
    flag.is_none_or(|flag| match &flag.state {
        FlagState::Malformed => false,
        FlagState::On(_, targeting) => !matches!(targeting.fallthrough, Served::Nothing),
        FlagState::Off(_) => true,
    })
}
