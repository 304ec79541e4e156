//! Edits flags in the text of a document: adds and removes them, turns them on and off, and changes
//! rollouts and targets. No other byte of the text changes.
//!
//! [`operation`] parses edits; [`rollout`] and [`target`] change a flag; [`requirement`] finds what
//! requires one.

mod error;
mod operation;
mod requirement;
mod rollout;
mod target;

use std::collections::BTreeMap;
use std::sync::Arc;

use isoflag::model::Section;
use isoflag::{Flags, Object, Path, Value};

pub use error::{EditError, Refusal};

use operation::{FlagEdits, Operation};
use rollout::{RolloutError, Variations, with_shares};
use target::with_targets;

use crate::analysis::MalformedFlags;
use crate::in_place::written_in_place;
use crate::lifecycle::{marked_changes, moment_value, on_variation, with_next_version};

/// Returns the text of a document after edits, which are applied together: the document's version
/// and that of each edited flag are raised by one, and flags whose answers can differ get the time
/// `now`, in seconds since the epoch.
///
/// Edits are an array of objects with a `key` and an `op`:
///
/// - `add` adds a flag that is off, with the members of `flag`, if any;
/// - `on` and `off` switch a flag. `off` is rejected if a flag that is on has it as a prerequisite,
///   unless `force` is true;
/// - `rollout` changes the fallthrough: `percent` is the share of `variation` (default: the "on"
///   variation), or `weights` lists `{variation, weight}` that sum to 100,000; a raised share takes
///   from the entries beside it, so that no other context moves;
/// - `target` serves `variation` to the keys in `values` of `contextKind` (default: `user`), or
///   removes them from all lists if it is null;
/// - `remove` removes a flag that no other flag requires.
///
/// Of two edits that disagree about a flag, none is applied. An edit that changes nothing raises no
/// version.
///
/// ```
/// use isoflag::Value;
/// use isoflag_tools::edit;
/// let text = r#"{"flags": {"new": {"version": 3, "on": false, "variations": [true]}}}"#;
/// let edits = Value::parse(br#"[{"op": "add", "key": "new"}]"#)?;
/// let error = edit(text, &edits, 0.0).unwrap_err();
/// assert_eq!(error.to_string(), "`flags.new`: there is a flag `new` already; choose another key");
/// # Ok::<(), isoflag::JsonError>(())
/// ```
///
/// # Errors
///
/// If the text is not a document, or an edit is invalid or does not fit the document.
pub fn edit(text: &str, edits: &Value, now: f64) -> Result<String, EditError> {
    let before = Flags::from_json(text.as_bytes())?;
    let edits = operation::read(edits)?;
    let after = edited(&before, &edits, now)?;
    write(text, &before, &after, now)
}

/// Writes a later document into the text of the earlier one, with its version and timestamps.
pub(crate) fn write(
    text: &str,
    before: &Flags,
    after: &Flags,
    now: f64,
) -> Result<String, EditError> {
    if after.digest() == before.digest() {
        return Ok(text.to_owned());
    }
    let Some(marked) = marked_changes(before, after, now) else {
        let path = Path::Root.member("meta");
        return Err(EditError::refused("not-editable", path.member("version"), "cannot be raised"));
    };
    written_in_place(text, before, &marked).map_err(|error| EditError::in_place(&error))
}

/// Returns the document with the edited flags, without timestamps.
fn edited(
    before: &Flags,
    edits: &BTreeMap<Arc<str>, FlagEdits>,
    now: f64,
) -> Result<Flags, EditError> {
    let mut added = Vec::new();
    for (key, edits) in edits {
        for edit in &edits.edits {
            if let Operation::Add(members) = &edit.operation {
                added.push((Arc::clone(key), new_flag(before, key, edit.index, members, now)?));
            }
        }
    }
    let held = before.with_flags(&added);
    let mut changed: Vec<(Arc<str>, Value)> = Vec::new();
    for (key, edits) in edits {
        if let Some(flag) = edited_flag(&held, key, edits)? {
            let source = before.source(Section::Flags, key);
            if Some(&flag) != source {
                changed.push((Arc::clone(key), with_next_version(flag, source)));
            }
        }
    }
    let document = before.document();
    let members = document.as_object().cloned().unwrap_or_default();
    let flags = members.get(Section::Flags.name()).and_then(Value::as_object);
    let is_kept = |key: &str| !edits.get(key).is_some_and(FlagEdits::is_removal);
    let kept = flags.into_iter().flat_map(Object::iter).filter(|(key, _)| is_kept(key));
    let kept = kept.map(|(key, flag)| (Arc::clone(key), flag.clone()));
    // Of duplicate names the last wins.
    let flags = Object::from_members(kept.chain(changed.iter().cloned()).collect());
    let after = Flags::from_value(members.with(Section::Flags.name(), flags.into()).into())?;
    check_form(&after, changed.iter().map(|(key, _)| key))?;
    requirement::check(before, &after, edits)?;
    Ok(after)
}

/// Returns the flag after its edits; `None` if it is removed.
fn edited_flag(
    held: &Flags,
    key: &Arc<str>,
    edits: &FlagEdits,
) -> Result<Option<Value>, EditError> {
    let flags = Path::Root.member(Section::Flags.name());
    let path = flags.member(key);
    let Some(source) = held.source(Section::Flags, key).filter(|_| held.contains(key)) else {
        let message = format!("there is no flag `{key}`; add it first");
        return Err(EditError::refused("unknown-flag", path, message));
    };
    let mut flag = match source {
        _ if edits.is_removal() => return Ok(None),
        Value::Object(flag) => flag.clone(),
        other => {
            let message =
                format!("expected an object, found {}; fix the flag first", other.type_name());
            return Err(EditError::refused("malformed-flag", path, message));
        }
    };
    let variations = variations(held, key, &flag);
    let list = Path::Root.member("edits");
    let unknown = |index: usize, variation: u32| {
        let count = variations.count;
        let message = format!("there is no variation {variation}; the flag `{key}` has {count}");
        EditError::refused("unknown-variation", list.element(index), message)
    };
    let malformed = |member: &str| {
        let message = format!("`{member}` is malformed; fix it first");
        EditError::refused("malformed-flag", path, message)
    };
    for edit in &edits.edits {
        let ambiguous = |message: String| {
            EditError::refused("unknown-variation", list.element(edit.index), message)
        };
        flag = match &edit.operation {
            Operation::On => flag.with("on", Value::Bool(true)),
            Operation::Off { .. } => flag.with("on", Value::Bool(false)),
            Operation::Rollout(shares) => {
                let changed = with_shares(flag.get("fallthrough"), shares, &variations);
                let changed = changed.map_err(|error| match error {
                    RolloutError::Unknown(variation) => unknown(edit.index, variation),
                    RolloutError::Malformed(member) => malformed(member),
                    RolloutError::UnknownOn => ambiguous(format!(
                        "the \"on\" variation of `{key}` is unknown; name the `variation`"
                    )),
                    RolloutError::UnknownRest => ambiguous(format!(
                        "it is unknown which variation of `{key}` gets the rest; pass `weights`"
                    )),
                })?;
                flag.with("fallthrough", changed)
            }
            Operation::Add(_) | Operation::Remove | Operation::Target(_) => flag,
        };
    }
    for (index, target) in &edits.targets {
        if let Some(variation) = target.variation.filter(|index| *index >= variations.count) {
            return Err(unknown(*index, variation));
        }
    }
    if !edits.targets.is_empty() {
        flag = with_targets(&flag, edits).map_err(malformed)?;
    }
    Ok(Some(flag.into()))
}

fn variations(flags: &Flags, key: &str, flag: &Object) -> Variations {
    let count = flag.get("variations").and_then(Value::as_array).map_or(0, <[Value]>::len);
    let off = flag.get("offVariation").and_then(Value::as_integer);
    Variations {
        count: u32::try_from(count).unwrap_or(u32::MAX),
        on: on_variation(flags, key),
        off: off.and_then(|off| u32::try_from(off).ok()),
    }
}

/// Returns a flag that is off and returns booleans, with other members if they are given. Its key
/// is the salt, so that rollouts of different flags are independent.
fn new_flag(
    before: &Flags,
    key: &Arc<str>,
    edit: usize,
    members: &Object,
    now: f64,
) -> Result<Value, EditError> {
    let flags = Path::Root.member(Section::Flags.name());
    if before.contains(key) {
        let message = format!("there is a flag `{key}` already; choose another key");
        return Err(EditError::refused("existing-flag", flags.member(key), message));
    }
    let named = members.get("key").filter(|key| !key.is_null());
    if named.is_some_and(|named| named.as_str() != Some(key)) {
        let list = Path::Root.member("edits");
        let edit = list.element(edit);
        let flag = edit.member("flag");
        let message = format!("expected the key of the edit, `{key}`, or no key");
        return Err(EditError::invalid(flag.member("key"), message));
    }
    let booleans = [Value::Bool(false), Value::Bool(true)];
    let given = members.get("variations").and_then(Value::as_array).unwrap_or(&booleans);
    let off = given.iter().position(|value| *value == Value::Bool(false)).unwrap_or(0);
    let other = (0..given.len()).find(|index| *index != off).unwrap_or(off);
    let index = |index: usize| Value::from(index as f64);
    let fallthrough = Object::from_iter([("variation", index(other))]);
    let defaults = [
        ("key", Value::String(Arc::clone(key))),
        ("version", Value::from(1)),
        ("on", Value::Bool(false)),
        ("variations", Value::from(booleans.to_vec())),
        ("offVariation", index(off)),
        ("fallthrough", fallthrough.into()),
        ("salt", Value::String(Arc::clone(key))),
    ];
    let defaults = defaults.into_iter().map(|(name, value)| (Arc::from(name), value));
    let given = members.iter().map(|(name, value)| (Arc::clone(name), value.clone()));
    // Of duplicate names the last wins.
    let flag = Object::from_members(defaults.chain(given).collect());
    let lifecycle = match flag.get("lifecycle") {
        None | Some(Value::Null) => Object::default(),
        Some(Value::Object(lifecycle)) => lifecycle.clone(),
        Some(_) => return Ok(flag.into()),
    };
    const CREATED: &str = "createdTimestamp";
    if lifecycle.get(CREATED).is_some() {
        return Ok(flag.into());
    }
    Ok(flag.with("lifecycle", lifecycle.with(CREATED, moment_value(now)).into()).into())
}

/// Rejects changed flags that cannot answer.
pub(crate) fn check_form<'k>(
    after: &Flags,
    changed: impl Iterator<Item = &'k Arc<str>>,
) -> Result<(), EditError> {
    let malformed = MalformedFlags::of(after);
    for key in changed {
        if let Some(found) = malformed.reason(key) {
            let message = format!("{}; fix it first", found.message());
            return Err(EditError::refused("malformed-flag", found.path(), message));
        }
    }
    Ok(())
}
