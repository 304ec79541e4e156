//! Whether a flag can answer, or a part of it makes it malformed.

use std::collections::BTreeMap;

use isoflag::model::{FlagState, Section, Served};
use isoflag::{Diagnostic, Flags, Severity, Step};

/// Whether a flag can answer. One that is off can, whatever else it has.
pub(crate) fn can_answer(flags: &Flags, key: &str) -> bool {
    let flag = flags.handle(key).and_then(|handle| flags.model().flag(handle.index()));
    flag.is_none_or(|flag| match &flag.state {
        FlagState::Malformed => false,
        FlagState::On(_, targeting) => !matches!(targeting.fallthrough, Served::Nothing),
        FlagState::Off(_) => true,
    })
}

/// The first error about each flag, by its key.
pub(crate) fn first_errors(flags: &Flags) -> BTreeMap<&str, &Diagnostic> {
    let mut first = BTreeMap::new();
    for found in flags.diagnostics().iter().filter(|found| found.severity() == Severity::Error) {
        if let [Step::Member(section), Step::Member(key), ..] = *found.path().steps()
            && section == Section::Flags.name()
        {
            first.entry(key).or_insert(found);
        }
    }
    first
}
