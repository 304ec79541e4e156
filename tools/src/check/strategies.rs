//! Checks `meta.strategies` for invalid strategies and unknown flags.

use isoflag::{Code, Flags, Path};

use super::Lints;
use crate::strategy::{System, choices, with_strategy};

pub(super) fn check(flags: &Flags, lints: &mut Lints) {
    let meta = Path::Root.member("meta");
    let all = meta.member("strategies");
    for system in [System::Development, System::Production] {
        let list = all.member(system.as_str());
        for choice in choices(flags, system) {
            let path = list.element(choice.index);
            let checked = choice.strategy.and_then(|strategy| with_strategy(flags, &strategy));
            if let Err(error) = checked {
                lints.add(Code::INVALID_STRATEGY, &path, error.to_string());
            }
        }
    }
}
