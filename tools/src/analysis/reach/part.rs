//! The possible results of clauses, rules, segments and flags.

use std::collections::{BTreeMap, BTreeSet};

/// The possible results of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) can_match: bool,
    pub(crate) can_miss: bool,
    /// Whether evaluating it can make the whole evaluation malformed.
    pub(crate) can_fail: bool,
    /// The longest path of segments below it.
    pub(crate) height: usize,
}

impl Match {
    pub(crate) const NEVER: Match =
        Match { can_match: false, can_miss: true, can_fail: false, height: 0 };
    pub(crate) const EITHER: Match =
        Match { can_match: true, can_miss: true, can_fail: false, height: 0 };
    pub(crate) const FAILS: Match =
        Match { can_match: false, can_miss: false, can_fail: true, height: 0 };
    /// The result for parts that are not followed: a cycle, or a path that is too long.
    pub(crate) const ANYTHING: Match =
        Match { can_match: true, can_miss: true, can_fail: true, height: 0 };

    pub(crate) fn negated(self, negate: bool) -> Match {
        match negate {
            true => Match { can_match: self.can_miss, can_miss: self.can_match, ..self },
            false => self,
        }
    }

    /// All of them, evaluated in order until one does not match.
    pub(crate) fn all(parts: impl IntoIterator<Item = Match>) -> Match {
        let mut all = Match { can_match: true, can_miss: false, can_fail: false, height: 0 };
        for part in parts {
            all.height = all.height.max(part.height);
            all.can_fail |= part.can_fail;
            all.can_miss |= part.can_miss;
            all.can_match = part.can_match;
            if !part.can_match {
                break;
            }
        }
        all
    }

    /// Any of them, evaluated in order until one matches.
    pub(crate) fn any(parts: impl IntoIterator<Item = Match>) -> Match {
        Match::all(parts.into_iter().map(|part| part.negated(true))).negated(true)
    }
}

/// The possible results of a flag.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcomes {
    /// For each variation, the number of contexts out of 100000 that get it, of those that nothing
    /// else matches.
    shares: BTreeMap<u32, u32>,
    /// The variations that targets, rules and failed prerequisites serve.
    caught: BTreeSet<u32>,
    /// The caller's default, without an error.
    pub(crate) default: bool,
    /// An error of this flag alone: for a flag that depends on it, a failed prerequisite.
    pub(crate) malformed: bool,
    /// An error of the requested flag, at any depth.
    pub(crate) fails: bool,
    /// Whether the flag is off, which no prerequisite may be.
    pub(crate) off: bool,
    /// Whether it is not followed: a cycle, or a path that is too long.
    unknown: bool,
    /// The longest path of prerequisites below it.
    pub(crate) height: usize,
}

impl Outcomes {
    pub(crate) fn failing() -> Outcomes {
        Outcomes { fails: true, ..Outcomes::default() }
    }

    pub(crate) fn anything() -> Outcomes {
        Outcomes { fails: true, unknown: true, ..Outcomes::default() }
    }

    /// Adds a variation served by a target, a rule or a failed prerequisite; `None` is out of
    /// range.
    pub(crate) fn catch(&mut self, variation: Option<u32>) {
        match variation {
            Some(variation) => drop(self.caught.insert(variation)),
            None => self.malformed = true,
        }
    }

    /// Adds a variation served to a share of the contexts that nothing else matches.
    pub(crate) fn share_out(&mut self, variation: Option<u32>, share: u32) {
        match variation {
            Some(variation) => *self.shares.entry(variation).or_default() += share,
            None => self.malformed = true,
        }
    }

    pub(crate) fn variations(&self) -> BTreeSet<u32> {
        let mut all = self.caught.clone();
        all.extend(self.shares.keys());
        all
    }

    pub(crate) fn share(&self, variation: u32) -> u32 {
        self.shares.get(&variation).copied().unwrap_or(0)
    }

    pub(crate) fn otherwise(&self, variation: u32) -> bool {
        self.caught.contains(&variation)
    }

    pub(crate) fn error(&self) -> bool {
        self.malformed || self.fails
    }

    /// Whether a prerequisite on this variation can hold, and whether it can fail to.
    pub(crate) fn as_prerequisite(&self, wanted: i64) -> (bool, bool) {
        if self.unknown {
            return (true, true);
        }
        let variations = self.variations();
        let serves = variations.iter().any(|each| i64::from(*each) == wanted);
        let serves_other = variations.iter().any(|each| i64::from(*each) != wanted);
        (serves && !self.off, self.off || serves_other || self.default || self.malformed)
    }
}
