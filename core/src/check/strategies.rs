//! Checks `meta.strategies` for invalid strategies and unknown flags.

use super::Lints;
use crate::diagnostic::Code;
use crate::flags::Flags;
use crate::path::Path;
use crate::strategy::{System, choices};

pub(super) fn check(flags: &Flags, lints: &mut Lints) {
    let meta = Path::Root.member("meta");
    let all = meta.member("strategies");
    for system in [System::Development, System::Production] {
        let list = all.member(system.as_str());
        for choice in choices(flags, system) {
            let path = list.element(choice.index);
            let checked = choice.strategy.and_then(|strategy| flags.with_strategy(&strategy));
            if let Err(error) = checked {
                lints.add(Code::InvalidStrategy, &path, error.to_string());
            }
        }
    }
}
