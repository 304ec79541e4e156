//! The kinds of strategies, and their effect on a flag.

use std::fmt;

use crate::lifecycle::{Status, same_name};

/// One of the two systems that choose strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// The system in which features are written and tested.
    Development,
    /// The system that customers use.
    Production,
}

impl System {
    /// `development` or `production`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            System::Development => "development",
            System::Production => "production",
        }
    }

    /// Returns the system with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<System> {
        [System::Development, System::Production].into_iter().find(|system| system.as_str() == name)
    }
}

/// Which flags a strategy turns on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrategyKind {
    /// Development: every flag is on.
    FlushOut,
    /// Development: finished features are on.
    ProductionState,
    /// Development: features in staging, done or finished are on.
    NextRelease,
    /// Development: the named flags are on.
    Custom,
    /// Production: features that are done and deployed are on; flags that are finished, or have no
    /// status, use their own rules.
    Beta,
    /// Production: every flag uses its own rules.
    Production,
    /// Production: named flags are on or off; other flags use their own rules.
    CustomProduction,
}

/// The effect of a strategy on a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It serves its "on" variation to every context.
    On,
    /// It is off.
    Off,
    /// It uses its own rules.
    OwnRules,
}

impl StrategyKind {
    /// All kinds: four of development, three of production.
    pub const ALL: [StrategyKind; 7] = [
        StrategyKind::FlushOut,
        StrategyKind::ProductionState,
        StrategyKind::NextRelease,
        StrategyKind::Custom,
        StrategyKind::Beta,
        StrategyKind::Production,
        StrategyKind::CustomProduction,
    ];

    /// The name in documents: `Flush Out`, `Production State`, `Next Release`, `Custom`, `Beta`,
    /// `Production` or `Custom Production`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            StrategyKind::FlushOut => "Flush Out",
            StrategyKind::ProductionState => "Production State",
            StrategyKind::NextRelease => "Next Release",
            StrategyKind::Custom => "Custom",
            StrategyKind::Beta => "Beta",
            StrategyKind::Production => "Production",
            StrategyKind::CustomProduction => "Custom Production",
        }
    }

    /// Returns the strategy with this name; `flush-out` is also `Flush Out`.
    #[must_use]
    pub fn named(name: &str) -> Option<StrategyKind> {
        StrategyKind::ALL.into_iter().find(|kind| same_name(kind.as_str(), name))
    }

    /// The system that can choose it.
    #[must_use]
    pub fn system(self) -> System {
        match self {
            StrategyKind::FlushOut
            | StrategyKind::ProductionState
            | StrategyKind::NextRelease
            | StrategyKind::Custom => System::Development,
            StrategyKind::Beta | StrategyKind::Production | StrategyKind::CustomProduction => {
                System::Production
            }
        }
    }

    /// The effect on a flag, depending on its status, on whether a deployed artifact contains the
    /// feature, and on the flags that a custom strategy names.
    #[must_use]
    pub fn effect(self, status: Option<Status>, deployed: bool, named: Option<Effect>) -> Effect {
        let on_if = |on| if on { Effect::On } else { Effect::Off };
        let Some(status) = status else {
            return match self {
                StrategyKind::FlushOut => Effect::On,
                StrategyKind::ProductionState | StrategyKind::NextRelease => Effect::Off,
                StrategyKind::Custom => named.unwrap_or(Effect::Off),
                StrategyKind::Beta | StrategyKind::Production => Effect::OwnRules,
                StrategyKind::CustomProduction => named.unwrap_or(Effect::OwnRules),
            };
        };
        match self {
            StrategyKind::FlushOut => Effect::On,
            StrategyKind::ProductionState => on_if(status == Status::Finished),
            StrategyKind::NextRelease => on_if(status >= Status::Staging),
            StrategyKind::Custom => named.unwrap_or(Effect::Off),
            StrategyKind::Beta if status == Status::Finished => Effect::OwnRules,
            StrategyKind::Beta => on_if(status == Status::Done && deployed),
            StrategyKind::Production => Effect::OwnRules,
            StrategyKind::CustomProduction => named.unwrap_or(Effect::OwnRules),
        }
    }
}

impl fmt::Display for StrategyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_strategy_turns_on_the_flags_of_its_row() {
        // No status, To Do, Doing, Staging, Done, Finished; then the same while deployed. `1` is
        // on, `0` off, `r` its own rules.
        let table = [
            (StrategyKind::FlushOut, "111111", "111111"),
            (StrategyKind::ProductionState, "000001", "000001"),
            (StrategyKind::NextRelease, "000111", "000111"),
            (StrategyKind::Custom, "000000", "000000"),
            (StrategyKind::Beta, "r0000r", "r0001r"),
            (StrategyKind::Production, "rrrrrr", "rrrrrr"),
            (StrategyKind::CustomProduction, "rrrrrr", "rrrrrr"),
        ];
        assert_eq!(table.map(|(kind, ..)| kind), StrategyKind::ALL);
        for (kind, apart, deployed) in table {
            let row = |deployed: bool| -> String {
                let statuses = [None].into_iter().chain(Status::ALL.map(Some));
                statuses
                    .map(|status| match kind.effect(status, deployed, None) {
                        Effect::On => '1',
                        Effect::Off => '0',
                        Effect::OwnRules => 'r',
                    })
                    .collect()
            };
            assert_eq!((row(false).as_str(), row(true).as_str()), (apart, deployed), "{kind}");
        }
    }

    #[test]
    fn only_custom_strategies_use_named_flags() {
        for kind in StrategyKind::ALL {
            for status in [None].into_iter().chain(Status::ALL.map(Some)) {
                for named in [Effect::On, Effect::Off] {
                    let heeded = kind.effect(status, false, Some(named)) == named;
                    let unnamed = kind.effect(status, false, None) == named;
                    let custom =
                        matches!(kind, StrategyKind::Custom | StrategyKind::CustomProduction);
                    assert_eq!(heeded, custom || unnamed, "{kind} {status:?}");
                }
            }
        }
    }

    #[test]
    fn names_are_read_in_any_style() {
        assert_eq!(StrategyKind::named("flush-out"), Some(StrategyKind::FlushOut));
        assert_eq!(StrategyKind::named("NEXT_RELEASE"), Some(StrategyKind::NextRelease));
        for kind in StrategyKind::ALL {
            assert_eq!(StrategyKind::named(kind.as_str()), Some(kind));
        }
        assert_eq!(StrategyKind::named("canary"), None);
    }
}
