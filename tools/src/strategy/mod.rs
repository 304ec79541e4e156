//! Strategies: named ways to turn flags on and off over a document, by the status of their
//! features.
//!
//! A strategy returns a new document, which is evaluated like any other. The development and the
//! production system each choose one by `meta.strategies`: once ([`strategy_for`]), or for many contexts
//! ([`SystemFlags`]).

mod kind;
mod overlay;
mod selection;
mod system_flags;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use isoflag::{Object, Value};

pub use kind::{Effect, StrategyKind, System};
pub use overlay::{strategy_effect, with_strategy};
pub use selection::strategy_for;
pub use system_flags::SystemFlags;

pub(crate) use selection::{InvalidPart, choices, invalid_parts};

/// A strategy with its parameters.
///
/// In JSON it is a name, such as `"Flush Out"`, or `{"strategy": "Custom", "on": [keys]}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strategy {
    /// Which flags it turns on.
    pub kind: StrategyKind,
    /// The keys that a custom strategy turns on.
    pub on: BTreeSet<Arc<str>>,
    /// The keys that a custom strategy turns off.
    pub off: BTreeSet<Arc<str>>,
    /// The keys of the features in the deployed artifact, for `Beta`; if `None`, those that have
    /// `lifecycle.deployedTimestamp`.
    pub deployed: Option<BTreeSet<Arc<str>>>,
}

impl From<StrategyKind> for Strategy {
    fn from(kind: StrategyKind) -> Strategy {
        Strategy { kind, on: BTreeSet::new(), off: BTreeSet::new(), deployed: None }
    }
}

impl Strategy {
    /// Parses a name or `{strategy, on, off, deployed}`.
    ///
    /// # Errors
    ///
    /// If it is neither, or names an unknown strategy. Unknown members are ignored.
    pub fn read(value: &Value) -> Result<Strategy, StrategyError> {
        let named = |path: &str, name: &str| {
            StrategyKind::named(name).ok_or_else(|| StrategyError::unknown(path, name))
        };
        let members = match value {
            Value::String(name) => return named("", name).map(Strategy::from),
            Value::Object(members) => members,
            other => {
                let message = format!("expected a name or an object, found {}", other.type_name());
                return Err(StrategyError::not_a_strategy("", message));
            }
        };
        let Some(Value::String(name)) = members.get("strategy") else {
            let message = "the name of a strategy is missing";
            return Err(StrategyError::not_a_strategy("strategy", message));
        };
        Ok(Strategy {
            kind: named("strategy", name)?,
            on: keys(members, "on")?.unwrap_or_default(),
            off: keys(members, "off")?.unwrap_or_default(),
            deployed: keys(members, "deployed")?,
        })
    }

    /// `{strategy}`, and `on`, `off` and `deployed` if there are any.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let list = |keys: &BTreeSet<Arc<str>>| -> Value {
            keys.iter().map(|key| Value::String(Arc::clone(key))).collect()
        };
        let filled = |keys: &BTreeSet<Arc<str>>| (!keys.is_empty()).then(|| list(keys));
        let members = [
            ("strategy", Some(Value::from(self.kind.as_str()))),
            ("on", filled(&self.on)),
            ("off", filled(&self.off)),
            ("deployed", self.deployed.as_ref().map(list)),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        members.collect::<Object>().into()
    }

    /// The effect of a custom strategy on a flag; if it names the flag as both on and off, off.
    fn named(&self, key: &str) -> Option<Effect> {
        let off = self.off.contains(key).then_some(Effect::Off);
        off.or_else(|| self.on.contains(key).then_some(Effect::On))
    }
}

fn keys(members: &Object, name: &str) -> Result<Option<BTreeSet<Arc<str>>>, StrategyError> {
    let refused = |path: String, found: &Value, expected: &str| {
        let message = format!("expected {expected}, found {}", found.type_name());
        StrategyError::not_a_strategy(path, message)
    };
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(elements)) => {
            let mut keys = BTreeSet::new();
            for (index, element) in elements.iter().enumerate() {
                let Value::String(key) = element else {
                    return Err(refused(format!("{name}[{index}]"), element, "the key of a flag"));
                };
                keys.insert(Arc::clone(key));
            }
            Ok(Some(keys))
        }
        Some(other) => Err(refused(name.to_owned(), other, "an array of keys")),
    }
}

/// An invalid strategy for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyError {
    code: &'static str,
    path: String,
    message: String,
}

impl StrategyError {
    fn not_a_strategy(path: impl Into<String>, message: impl Into<String>) -> Self {
        StrategyError { code: "not-a-strategy", path: path.into(), message: message.into() }
    }

    fn unknown(path: impl Into<String>, name: &str) -> StrategyError {
        let known: Vec<String> = StrategyKind::ALL.iter().map(|kind| format!("`{kind}`")).collect();
        let message = format!("invalid strategy `{name}`: expected one of {}", known.join(", "));
        StrategyError { code: "unknown-strategy", path: path.into(), message }
    }

    fn unknown_flag(path: impl Into<String>, key: &str) -> StrategyError {
        let message = format!("the document has no flag `{key}`");
        StrategyError { code: "unknown-flag", path: path.into(), message }
    }

    /// The stable error code: `not-a-strategy`, `unknown-strategy` or `unknown-flag`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The path in the strategy, such as `on[0]`; empty for the strategy as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for StrategyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for StrategyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Strategy, StrategyError> {
        Strategy::read(&Value::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn a_strategy_round_trips() {
        for text in [
            r#"{"strategy":"Flush Out"}"#,
            r#"{"off":["b"],"on":["a","c"],"strategy":"Custom Production"}"#,
            r#"{"deployed":[],"strategy":"Beta"}"#,
        ] {
            assert_eq!(read(text).unwrap().to_value().to_string(), text);
        }
        assert_eq!(read("\"next-release\"").unwrap(), StrategyKind::NextRelease.into());
    }

    #[test]
    fn an_invalid_strategy_is_rejected_with_its_path() {
        for (text, message) in [
            ("5", "expected a name or an object, found a number"),
            ("{}", "`strategy`: the name of a strategy is missing"),
            (
                r#"{"strategy": "Custom", "on": 1}"#,
                "`on`: expected an array of keys, found a number",
            ),
            (
                r#"{"strategy": "Custom", "off": ["a", 1]}"#,
                "`off[1]`: expected the key of a flag, found a number",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert_eq!((error.code(), error.to_string().as_str()), ("not-a-strategy", message));
        }
        let error = read("\"canary\"").unwrap_err();
        assert_eq!(error.code(), "unknown-strategy");
        assert!(
            error
                .to_string()
                .starts_with("invalid strategy `canary`: expected one of `Flush Out`, ")
        );
    }
}
