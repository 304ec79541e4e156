//! The memory that the compiled parts of a document take, computed before they are compiled.
//!
//! A part is larger than its shortest text: `{}` is a target. The sizes were measured, and are the
//! same constants on every host runtime.

use super::error::DocumentError;
use crate::json::{Object, Path, Value};
use crate::limits::{self, Budget};

const FLAG: usize = 170;
const SEGMENT: usize = 110;
// In a short and in a long list.
const RULE: (usize, usize) = (80, 133);
const CLAUSE: (usize, usize) = (150, 275);
const TARGET: (usize, usize) = (100, 275);

/// The memory of a flag that is made from one value of a file source or of an AppConfig profile.
pub(super) const MADE_FLAG: usize = 740;

/// Deducts the memory of these flags and segments.
///
/// # Errors
///
/// If they take more than the budget: the path is the first flag or segment that exceeds it.
pub(super) fn spend(
    flags: &Object,
    segments: &Object,
    mut budget: Budget,
) -> Result<(), DocumentError> {
    for (section, items, size) in [("flags", flags, FLAG), ("segments", segments, SEGMENT)] {
        for (key, item) in items.iter() {
            if !budget.spend(parts(item).saturating_add(size)) {
                let path = Path::Root.member(section).member(key).text();
                return Err(DocumentError::too_dense(path));
            }
        }
    }
    Ok(())
}

/// The memory of the parts of a flag or segment.
fn parts(item: &Value) -> usize {
    let targets = ["targets", "contextTargets", "includedContexts", "excludedContexts"]
        .map(|name| limits::memory_of_list(list(item, name).len(), TARGET));
    let rules = list(item, "rules");
    let clauses =
        rules.iter().map(|rule| limits::memory_of_list(list(rule, "clauses").len(), CLAUSE));
    let sizes = targets.into_iter().chain(clauses);
    sizes.fold(limits::memory_of_list(rules.len(), RULE), usize::saturating_add)
}

fn list<'v>(item: &'v Value, name: &str) -> &'v [Value] {
    item.as_object().and_then(|object| object.get(name)?.as_array()).unwrap_or_default()
}
