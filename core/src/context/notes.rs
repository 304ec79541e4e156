//! Words the notes on an invalid context, and on parts of a context that an evaluation ignores.
//! `conformance/notes` has their texts for every host runtime.

use super::Context;
use crate::json::Value;
use crate::printable::{printable, shortened};

/// The number of names after which a note leaves out the rest.
const MOST_NAMES: usize = 10;

impl Context {
    /// Returns a note on the [ignored members](Context::ignored_members) of a context, if any.
    ///
    /// ```
    /// use isoflag::{Context, Value};
    /// let user = Value::parse(br#"{"knid": "user", "key": "mia"}"#).unwrap();
    /// assert_eq!(
    ///     Context::note_on_ignored_members(&user).unwrap(),
    ///     "the context lacks `kind`, so it is a legacy user and `knid` is ignored; \
    ///      add `\"kind\": \"user\"`",
    /// );
    /// ```
    #[must_use]
    pub fn note_on_ignored_members(context: &Value) -> Option<String> {
        let names = Context::ignored_members(context);
        let verb = match names.len() {
            0 => return None,
            1 => "is",
            _ => "are",
        };
        let note = format!(
            "the context lacks `kind`, so it is a legacy user and {} {verb} ignored; \
             add `\"kind\": \"user\"`",
            listed(&names)
        );
        Some(printable(&note).to_string())
    }

    /// Returns a note on an invalid context and the reason, such as a [`ContextError`].
    ///
    /// [`ContextError`]: crate::ContextError
    #[must_use]
    pub fn note_on_invalid(reason: &str) -> String {
        let note = format!("invalid context, so every flag returns the default: {reason}");
        printable(&note).to_string()
    }

    /// Returns a note on a part of a context that has no JSON form: its path, empty for the whole
    /// context, and the host runtime's reason.
    #[must_use]
    pub fn note_on_ignored_part(path: &str, reason: &str) -> String {
        let note = match path {
            "" => format!("the context is ignored: {reason}"),
            path => format!("the attribute `{path}` of a context is ignored: {reason}"),
        };
        printable(&note).to_string()
    }
}

/// Names, the first of many.
fn listed(names: &[&str]) -> String {
    let named = names.iter().take(MOST_NAMES).map(|name| format!("`{}`", shortened(name)));
    let named = named.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => named,
        others => format!("{named} and {others} more"),
    }
}
