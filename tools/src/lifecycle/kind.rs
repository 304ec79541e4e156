//! The kinds of flags: the purpose of each, and whether it is meant to be kept.

use super::same_name;

/// The purpose of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlagKind {
    /// It releases a feature, and is removed afterwards.
    Release,
    /// It switches a part of a system in operation, and is kept.
    Ops,
    /// It decides who may use something, and is kept.
    Permission,
    /// It compares variations, and is removed afterwards.
    Experiment,
}

impl FlagKind {
    /// All kinds.
    pub const ALL: [FlagKind; 4] =
        [FlagKind::Release, FlagKind::Ops, FlagKind::Permission, FlagKind::Experiment];

    /// The name in documents: `release`, `ops`, `permission` or `experiment`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FlagKind::Release => "release",
            FlagKind::Ops => "ops",
            FlagKind::Permission => "permission",
            FlagKind::Experiment => "experiment",
        }
    }

    /// Returns the kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<FlagKind> {
        FlagKind::ALL.into_iter().find(|kind| same_name(kind.as_str(), name))
    }

    /// Whether a flag of this kind is meant to be kept: it is never too old, and serving one value
    /// to everybody does not call for a review.
    #[must_use]
    pub fn is_long_lived(self) -> bool {
        matches!(self, FlagKind::Ops | FlagKind::Permission)
    }
}
