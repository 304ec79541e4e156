//! Distinguishes a feature-flag profile of AWS AppConfig from a flag document.
//!
//! A flag of a profile has `enabled`; a flag of a document has `on`, `variations` and
//! `fallthrough`. Read as a flag, an entry of a profile would always be off. The attributes of an
//! entry are strings, numbers, booleans and arrays of them, so an item with an object among its
//! members is not an entry. One item that only a document can contain makes the whole a document; a
//! malformed item beside it is isolated as usual.

use super::container::FLAG_VALUES;
use crate::json::{Object, Value};

/// Why a profile is not loaded as flags, and which function loads it.
pub(super) const MESSAGE: &str = "this is a feature-flag profile of AWS AppConfig, not a flag \
     document; load it with `from_appconfig` (in JavaScript `Flags.fromAppConfig` of \
     `isoflag/tools`)";

/// Whether an object is a profile: as retrieved, as defined, or the response for one flag, without
/// its key.
pub(super) fn is_profile(object: &Object) -> bool {
    is_definition(object) || is_retrieved(object) || is_answer_for_one_flag(object)
}

/// `{"version": "1", "flags": {<key>: {"name"}}, "values": {<key>: {"enabled"}}}`.
pub(super) fn is_definition(object: &Object) -> bool {
    if object.get("segments").is_some() || object.get(FLAG_VALUES).is_some() {
        return false;
    }
    let Some(flags) = object.get("flags").and_then(Value::as_object) else { return false };
    let versioned = object.get("version").is_some_and(|version| version.as_str().is_some());
    let mut named = false;
    for (_, item) in flags.iter() {
        if is_flag(item) {
            return false;
        }
        named |= member(item, "name").is_some_and(|name| name.as_str().is_some());
    }
    let Some(values) = object.get("values").and_then(Value::as_object) else {
        return versioned && named;
    };
    for (key, item) in values.iter() {
        let defined = versioned || flags.get(key).is_some();
        if defined && (is_entry(item) || is_array(member(item, "_variants"))) {
            return true;
        }
    }
    versioned && named
}

/// `{<key>: {"enabled", <attribute>}}`. An unknown member of a document may have `enabled`, so a
/// section of a document must be an entry itself.
fn is_retrieved(object: &Object) -> bool {
    let mut found = false;
    for (name, item) in object.iter() {
        let is_entry = is_entry(item);
        let is_section = matches!(&**name, "flags" | "segments" | FLAG_VALUES);
        if is_flag(item) || is_section && !is_entry {
            return false;
        }
        // `{"flagValues": {"enabled": true}}` is a document with one flag.
        found |= is_entry && &**name != FLAG_VALUES;
    }
    found
}

/// `{"enabled", <attribute>}`.
fn is_answer_for_one_flag(object: &Object) -> bool {
    let sections = ["flags", "segments", FLAG_VALUES];
    sections.iter().all(|name| object.get(name).is_none()) && has_attributes_alone(object)
}

/// Whether an item has a well-formed property that only a flag of a document has: such a flag
/// serves something or was deleted.
fn is_flag(item: &Value) -> bool {
    let is = |name, holds: fn(&Value) -> bool| member(item, name).is_some_and(holds);
    let enabled = is("enabled", |value| value.as_bool().is_some());
    let on = is("on", |value| value.as_bool().is_some());
    let variations = is_array(member(item, "variations"));
    is("fallthrough", |value| value.as_object().is_some())
        || variations && (!enabled || on || is("offVariation", |value| value.as_number().is_some()))
        || !enabled && (on || is("deleted", |value| value.as_bool() == Some(true)))
}

/// Whether an item is a flag of a retrieved profile.
fn is_entry(item: &Value) -> bool {
    item.as_object().is_some_and(has_attributes_alone)
}

/// Whether there is a boolean `enabled`, and no object except AppConfig's own, such as
/// `_deprecation`.
fn has_attributes_alone(entry: &Object) -> bool {
    for (name, value) in entry.iter() {
        if value.as_object().is_some() && !name.starts_with('_') {
            return false;
        }
    }
    entry.get("enabled").is_some_and(|enabled| enabled.as_bool().is_some())
}

fn member<'v>(item: &'v Value, name: &str) -> Option<&'v Value> {
    item.as_object()?.get(name)
}

fn is_array(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_array().is_some())
}
