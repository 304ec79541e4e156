//! Checks `meta.strategies` for invalid strategies and unknown flags.

use isoflag::{Code, Flags, Path};

use super::Lints;
use crate::strategy::{InvalidPart, System, invalid_parts};

pub(super) fn check(flags: &Flags, lints: &mut Lints) {
    let meta = Path::Root.member("meta");
    let all = meta.member("strategies");
    for system in [System::Development, System::Production] {
        let list = all.member(system.as_str());
        for (part, error) in invalid_parts(flags, system) {
            let entry;
            let path = match part {
                InvalidPart::All if system == System::Development => &all,
                // It has been reported already.
                InvalidPart::All => continue,
                InvalidPart::List => &list,
                InvalidPart::Entry(index) => {
                    entry = list.element(index);
                    &entry
                }
            };
            lints.add(Code::INVALID_STRATEGY, path, error.to_string());
        }
    }
}
