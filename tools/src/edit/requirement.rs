//! Finds what requires a flag: other flags, and the document's strategies.

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Path, Value};

use super::error::EditError;
use super::operation::{Edit, FlagEdits, Operation};
use crate::strategy::{System, choices};

/// The number of flags that a message names.
const NAMED: usize = 10;

/// Rejects to turn off a flag that another one, which is on, has as a prerequisite, and to remove
/// one that a flag or a strategy names.
pub(super) fn check(
    before: &Flags,
    after: &Flags,
    edits: &BTreeMap<Arc<str>, FlagEdits>,
) -> Result<(), EditError> {
    let is_lost = |edit: &&Edit| match edit.operation {
        Operation::Off { force } => !force,
        Operation::Remove => true,
        _ => false,
    };
    let lost: Vec<(&str, &Edit)> = edits
        .iter()
        .filter_map(|(key, edits)| Some((&**key, edits.edits.iter().find(is_lost)?)))
        .filter(|(key, _)| before.source(Section::Flags, key) != after.source(Section::Flags, key))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let dependents = dependents(after);
    for (key, edit) in lost {
        let is_removed = edit.operation == Operation::Remove;
        let all = dependents.get(key).map(Vec::as_slice).unwrap_or_default();
        let names: Vec<&str> =
            all.iter().filter(|(_, on)| *on || is_removed).map(|(name, _)| *name).collect();
        let flags = Path::Root.member(Section::Flags.name());
        let place = flags.member(key);
        if let Some((last, _)) = names.split_last() {
            let shown = names.get(..NAMED).unwrap_or(&names).join("`, `");
            let more = if names.len() > NAMED { format!(" … `{last}`") } else { String::new() };
            let message = if is_removed {
                format!("it is a prerequisite of `{shown}`{more}; remove the prerequisite first")
            } else {
                format!(
                    "flags that are on require it: `{shown}`{more}; turn them off too, or force it"
                )
            };
            return Err(EditError::refused("required-flag", place, message));
        }
        if is_removed && let Some(system) = strategy_with(after, key) {
            let message =
                format!("`meta.strategies.{}` names it; remove it there first", system.as_str());
            return Err(EditError::refused("required-flag", place, message));
        }
    }
    Ok(())
}

/// The flags that have each flag as a prerequisite, and whether they are on.
fn dependents(flags: &Flags) -> BTreeMap<&str, Vec<(&str, bool)>> {
    let mut dependents = BTreeMap::<&str, Vec<(&str, bool)>>::new();
    for key in flags.keys() {
        let source = flags.source(Section::Flags, key).and_then(Value::as_object);
        let Some(flag) = source else { continue };
        let on = flag.get("on").and_then(Value::as_bool) == Some(true);
        let listed = flag.get("prerequisites").and_then(Value::as_array).unwrap_or_default();
        let keys = listed.iter().filter_map(Value::as_object).filter_map(prerequisite_key);
        for required in keys.filter(|required| *required != key) {
            let own = dependents.entry(required).or_default();
            if own.last() != Some(&(key, on)) {
                own.push((key, on));
            }
        }
    }
    dependents
}

fn prerequisite_key(prerequisite: &Object) -> Option<&str> {
    prerequisite.get("key")?.as_str()
}

/// The system whose strategies name a flag.
fn strategy_with(flags: &Flags, key: &str) -> Option<System> {
    [System::Development, System::Production].into_iter().find(|system| {
        choices(flags, *system).iter().any(|choice| {
            let names = |strategy: &crate::strategy::Strategy| {
                strategy.on.contains(key) || strategy.off.contains(key)
            };
            choice.strategy.as_ref().is_ok_and(names)
        })
    })
}
