//! The error of an invalid strategy.

use std::fmt;

use super::StrategyKind;

/// An invalid strategy for a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyError {
    code: &'static str,
    path: String,
    message: String,
}

impl StrategyError {
    pub(super) fn not_a_strategy(path: impl Into<String>, message: impl Into<String>) -> Self {
        StrategyError { code: "not-a-strategy", path: path.into(), message: message.into() }
    }

    pub(super) fn unknown(path: impl Into<String>, name: &str) -> StrategyError {
        let known: Vec<String> = StrategyKind::ALL.iter().map(|kind| format!("`{kind}`")).collect();
        let message = format!("invalid strategy `{name}`: expected one of {}", known.join(", "));
        StrategyError { code: "unknown-strategy", path: path.into(), message }
    }

    pub(super) fn unknown_flag(path: impl Into<String>, key: &str) -> StrategyError {
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
