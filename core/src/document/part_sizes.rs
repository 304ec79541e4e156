//! The memory of the parts of a document, computed before they are compiled (SPEC.md 14.3).
//!
//! A part is larger than its shortest text: `{}` is a target. The sizes were measured, and are the
//! same constants on every host runtime.

use super::error::DocumentError;
use crate::json::{Memory, Object, Path, Size, Value};

const FLAG: usize = 170;
const SEGMENT: usize = 110;
const RULE: Size = Size { short: 80, long: 133 };
const CLAUSE: Size = Size { short: 210, long: 335 };
const TARGET: Size = Size { short: 100, long: 275 };
const PREREQUISITE: usize = 40;
const ROLLOUT: usize = 160;

/// A flag that is made from one value of a file source or of an AppConfig profile.
const MADE_FLAG: usize = 740;

/// Counts these flags and segments.
///
/// # Errors
///
/// If the document takes too much memory: the path is the first flag or segment that exceeds it.
pub(super) fn take(
    memory: &mut Memory,
    flags: &Object,
    segments: &Object,
) -> Result<(), DocumentError> {
    for (section, items, size) in [("flags", flags, FLAG), ("segments", segments, SEGMENT)] {
        for (key, item) in items.iter() {
            memory.take(parts(item).saturating_add(size)).map_err(|_| {
                DocumentError::too_dense(Path::Root.member(section).member(key).text())
            })?;
        }
    }
    Ok(())
}

/// Counts flags that are made from the members of the object at a path.
///
/// # Errors
///
/// If the document takes too much memory.
pub(super) fn take_made_flags(
    memory: &mut Memory,
    count: usize,
    path: &Path<'_>,
) -> Result<(), DocumentError> {
    let size = count.saturating_mul(MADE_FLAG);
    memory.take(size).map_err(|_| DocumentError::too_dense(path.text()))
}

/// The memory of the parts of a flag or segment.
fn parts(item: &Value) -> usize {
    let targets = ["targets", "contextTargets", "includedContexts", "excludedContexts"]
        .map(|name| TARGET.of_list(list(item, name).len()));
    let rules = list(item, "rules");
    let of_rule = |rule| CLAUSE.of_list(list(rule, "clauses").len()).saturating_add(rollout(rule));
    let others = [
        RULE.of_list(rules.len()),
        list(item, "prerequisites").len().saturating_mul(PREREQUISITE),
        member(item, "fallthrough").map_or(0, rollout),
    ];
    let sizes = targets.into_iter().chain(rules.iter().map(of_rule)).chain(others);
    sizes.fold(0, usize::saturating_add)
}

/// The memory of the rollout of a rule or a fallthrough, if it has one.
fn rollout(part: &Value) -> usize {
    if member(part, "rollout").is_some() { ROLLOUT } else { 0 }
}

fn member<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    item.as_object()?.get(name)
}

fn list<'v>(item: &'v Value, name: &str) -> &'v [Value] {
    member(item, name).and_then(Value::as_array).unwrap_or_default()
}
