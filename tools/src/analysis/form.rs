//! Whether a flag can answer, or a part of it makes it malformed.

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
