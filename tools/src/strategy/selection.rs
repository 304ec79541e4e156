//! Chooses the strategy of a system for a context, from `meta.strategies`.
//!
//! `{"development": [{"strategy": "Flush Out", "clauses": [...]}, ...], "production": [...]}`: the
//! first entry whose clauses all match counts, and one without clauses matches every context.
//! Clauses are those of a flag's rules and are evaluated as the rules of a temporary flag.

use std::sync::Arc;

use isoflag::{BigSegments, Context, Flags, Object, Value};

use super::overlay::check_keys;
use super::{Strategy, StrategyError, System};

/// One entry of a system's strategies: its index in the list, and its source.
pub(crate) struct Choice {
    pub(crate) index: usize,
    pub(crate) strategy: Result<Strategy, StrategyError>,
    pub(crate) clauses: Value,
}

/// Returns the entries of a system in order; empty if `meta` has none for it.
pub(crate) fn choices(flags: &Flags, system: System) -> Vec<Choice> {
    let all = strategies(flags).and_then(Value::as_object);
    let entries = all.and_then(|all| all.get(system.as_str())?.as_array()).unwrap_or_default();
    let choice = |(index, entry): (usize, &Value)| Choice {
        index,
        strategy: Strategy::read(entry).and_then(|strategy| of_system(strategy, system)),
        clauses: entry
            .as_object()
            .and_then(|entry| entry.get("clauses").cloned())
            .unwrap_or_default(),
    };
    entries.iter().enumerate().map(choice).collect()
}

/// A part of `meta.strategies` that is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InvalidPart {
    /// `meta.strategies` itself, which has to be an object.
    All,
    /// The list of the system.
    List,
    /// The entry with this index.
    Entry(usize),
}

/// Returns the invalid parts of `meta.strategies` that concern a system, in order. Selection ignores
/// these, or uses the flags' own rules if an entry matches that names a missing flag.
pub(crate) fn invalid_parts(flags: &Flags, system: System) -> Vec<(InvalidPart, StrategyError)> {
    let other_type = |part, found: &Value, expected: &str| {
        let message = format!("expected {expected}, found {}", found.type_name());
        vec![(part, StrategyError::not_a_strategy("", message))]
    };
    let list = match strategies(flags) {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Object(all)) => all.get(system.as_str()),
        Some(other) => {
            let expected = "an object with lists for `development` and `production`";
            return other_type(InvalidPart::All, other, expected);
        }
    };
    match list {
        None | Some(Value::Null | Value::Array(_)) => {}
        Some(other) => return other_type(InvalidPart::List, other, "an array of strategies"),
    }
    let invalid = choices(flags, system).into_iter().filter_map(|choice| {
        let checked = choice.strategy.and_then(|strategy| check_keys(flags, &strategy));
        checked.err().map(|error| (InvalidPart::Entry(choice.index), error))
    });
    invalid.collect()
}

fn strategies(flags: &Flags) -> Option<&Value> {
    flags.meta()?.get("strategies")
}

fn of_system(strategy: Strategy, system: System) -> Result<Strategy, StrategyError> {
    if strategy.kind.system() == system {
        return Ok(strategy);
    }
    let message =
        format!("`{}` is not a strategy of the {} system", strategy.kind, system.as_str());
    Err(StrategyError::not_a_strategy("strategy", message))
}

/// Returns the strategy that the system chooses for a context from the document's
/// `meta.strategies`: that of the first entry whose clauses match. `None` if none matches, or
/// if the entries are invalid: the flags then use their own rules.
///
/// A context of kind `request` can describe the origin of a request: use a clause on its
/// `remoteAddress` with `in` for an address, or with `startsWith` for a network.
#[must_use]
pub fn strategy_for(flags: &Flags, system: System, context: &Context) -> Option<Strategy> {
    let choices = choices(flags, system);
    if choices.is_empty() {
        return None;
    }
    let chosen = chosen_entry(&selector(flags, &choices), Some(context), None)?;
    choices.into_iter().nth(chosen)?.strategy.ok()
}

/// The key of the temporary flag whose rules choose an entry.
const SELECTOR: &str = "meta.strategies";

/// Returns the document with the temporary flag that chooses among some entries.
pub(super) fn selector(flags: &Flags, choices: &[Choice]) -> Flags {
    let key: Arc<str> = Arc::from(SELECTOR);
    let rules: Value = choices.iter().filter_map(rule).collect();
    let flag = Object::from_iter([
        ("key", Value::String(Arc::clone(&key))),
        ("on", Value::Bool(true)),
        ("rules", rules),
        ("variations", choices.iter().map(|choice| Value::from(choice.index as f64)).collect()),
    ]);
    flags.with_flags(&[(key, Value::Object(flag))])
}

/// Returns the index of the entry that a [`selector`] chooses for a context.
pub(super) fn chosen_entry(
    selector: &Flags,
    context: Option<&Context>,
    big_segments: Option<&BigSegments>,
) -> Option<usize> {
    let bound = selector.bind_with(context, big_segments);
    bound.evaluate(SELECTOR).variation_index().map(|index| index as usize)
}

/// The rule that serves an entry by its index; `None` if its strategy is invalid.
fn rule(choice: &Choice) -> Option<Value> {
    choice.strategy.as_ref().ok()?;
    let rule = Object::from_iter([
        ("clauses", choice.clauses.clone()),
        ("variation", Value::from(choice.index as f64)),
    ]);
    Some(rule.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(system: System, address: &str) -> Option<String> {
        let flags = Flags::from_json(
            br#"{"flags": {}, "segments": {"qa": {"key": "qa", "included": ["grace"]}},
            "meta": {"strategies": {
              "development": [
                {"strategy": "Beta"},
                {"strategy": "Flush Out", "clauses": [{"contextKind": "request",
                  "attribute": "remoteAddress", "op": "in", "values": ["10.0.0.7"]}]},
                {"strategy": "Custom", "on": ["a"], "clauses": [{"contextKind": "request",
                  "attribute": "remoteAddress", "op": "startsWith", "values": ["10.0.1."]}]},
                {"strategy": "Next Release"}],
              "production": [
                {"strategy": "Beta", "clauses": [{"op": "segmentMatch", "values": ["qa"]}]}]
            }}}"#,
        )
        .unwrap();
        let context = format!(
            r#"{{"kind": "multi", "user": {{"key": "grace"}},
                "request": {{"key": "1", "remoteAddress": "{address}"}}}}"#
        );
        let context = Context::from_json(context.as_bytes()).unwrap();
        strategy_for(&flags, system, &context).map(|strategy| strategy.to_value().to_string())
    }

    #[test]
    fn the_first_entry_that_matches_is_chosen() {
        for (address, strategy) in [
            ("10.0.0.7", r#"{"strategy":"Flush Out"}"#),
            ("10.0.1.99", r#"{"on":["a"],"strategy":"Custom"}"#),
            ("10.0.0.70", r#"{"strategy":"Next Release"}"#),
        ] {
            let found = chosen(System::Development, address);
            assert_eq!(found.as_deref(), Some(strategy), "{address}");
        }
        let found = chosen(System::Production, "10.0.0.7");
        assert_eq!(found.as_deref(), Some(r#"{"strategy":"Beta"}"#));
    }

    #[test]
    fn without_a_matching_entry_no_strategy_is_chosen() {
        let context = Context::builder("ada").build().unwrap();
        for strategies in [
            "null",
            "[]",
            r#"{"production": []}"#,
            r#"{"production": [{"strategy": "Beta", "clauses": [{"attribute": "key", "op": "in",
                "values": ["grace"]}]}]}"#,
            r#"{"production": [{"strategy": "Beta", "clauses": 5}]}"#,
            r#"{"production": ["Flush Out", "canary", 7]}"#,
        ] {
            let document = format!(r#"{{"flags": {{}}, "meta": {{"strategies": {strategies}}}}}"#);
            let flags = Flags::from_json(document.as_bytes()).unwrap();
            assert_eq!(strategy_for(&flags, System::Production, &context), None, "{strategies}");
        }
        let flags = r#"{"flags": {}, "meta": {"strategies": {"production": ["Beta"]}}}"#;
        let flags = Flags::from_json(flags.as_bytes()).unwrap();
        assert!(strategy_for(&flags, System::Production, &context).is_some());
    }
}
