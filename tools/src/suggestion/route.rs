//! The parts of a flag that can serve a variation.

use isoflag::model::{Flag, FlagState, OffVariation, Served};

use crate::impact::rollout_ranges;

/// A part of a flag that can serve the wanted variation.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route {
    /// The rule with this index.
    Rule(usize),
    /// The fallthrough.
    Fallthrough,
    /// The target list with this index.
    Target(usize),
    /// The off variation, once the prerequisite with this index fails.
    FailedPrerequisite(usize),
}

impl Route {
    /// The routes to a variation, or to none: an index that the flag does not have, or the caller's
    /// default. There are no routes if the flag is off or malformed.
    pub(super) fn all(flag: &Flag, wanted: Option<u32>) -> Vec<Route> {
        let FlagState::On(off, targeting) = &flag.state else { return Vec::new() };
        let serves = |served: &Served| match served {
            Served::Variation(index) => Some(*index) == wanted,
            Served::Rollout(rollout) => {
                rollout_ranges(rollout).iter().any(|(_, variation)| *variation == wanted)
            }
            Served::Nothing => wanted.is_none(),
        };
        let rules = (0..).zip(&targeting.rules);
        let rules = rules.filter(|(_, rule)| serves(&rule.served));
        let mut routes: Vec<Route> = rules.map(|(index, _)| Route::Rule(index)).collect();
        if serves(&targeting.fallthrough) {
            routes.push(Route::Fallthrough);
        }
        let lists = (0..).zip(&targeting.targets.lists);
        let lists = lists.filter(|(_, list)| list.variation == wanted);
        routes.extend(lists.map(|(index, _)| Route::Target(index)));
        let off = match off {
            OffVariation::Variation(index) => Some(*index),
            OffVariation::Default | OffVariation::OutOfRange => None,
        };
        if off == wanted {
            routes.extend((0..targeting.prerequisites.len()).map(Route::FailedPrerequisite));
        }
        routes
    }
}
