//! Feature-flag profiles of AWS AppConfig: distinguishes them from flag documents, and converts them.
//!
//! A flag of a profile has `enabled`; a flag of a document has `on`, `variations` and
//! `fallthrough`. Read as a flag, an entry of a profile would always be off. The attributes of an
//! entry are strings, numbers, booleans and arrays of them, so an item with an object among its
//! members is not an entry. One item that only a document can contain makes the whole a document; a
//! malformed item beside it is isolated as usual.

use std::sync::Arc;

use super::container::{Document, FLAG_VALUES, read_text, read_value};
use super::error::DocumentError;
use super::part_sizes;
use crate::json::{Object, Path, Reading, Value};

/// Why a profile is not loaded as flags, and which function loads it.
pub(super) const NOT_A_DOCUMENT: &str = "this is a feature-flag profile of AWS AppConfig, not a flag \
     document; load it with `from_appconfig` (in JavaScript `Flags.fromAppConfig` of \
     `isoflag/tools`)";

/// Suffix of the flag that serves an AppConfig flag's attributes. AppConfig's own keys contain no
/// dots.
const ATTRIBUTES: &str = ".attributes";

/// The attribute in which a pipeline writes the time of the flag's last change: seconds since the
/// epoch, as a number or a string.
const STAMP: &str = "lastModifiedTimestamp";

impl Document {
    /// Parses a feature-flag profile of AWS AppConfig, as retrieved or as defined.
    pub(crate) fn read_appconfig(text: &[u8]) -> Result<Document, DocumentError> {
        Document::of_profile(read_configuration(text)?)
    }

    /// Parses the content of any configuration profile of AWS AppConfig: a feature-flag profile,
    /// which may be empty, or a flag document.
    pub(crate) fn read_appconfig_or_document(text: &[u8]) -> Result<Document, DocumentError> {
        let reading = read_configuration(text)?;
        match reading.value.as_object() {
            Some(object) if object.is_empty() || is_profile(object) => {
                Document::of_profile(reading)
            }
            _ => Document::unpack::<true>(reading),
        }
    }

    pub(crate) fn of_appconfig(value: Value) -> Result<Document, DocumentError> {
        Document::of_profile(read_value(value, &Path::Root)?)
    }

    fn of_profile(mut reading: Reading) -> Result<Document, DocumentError> {
        let Value::Object(profile) = &reading.value else {
            let message = format!("a profile is an object, found {}", reading.value.type_name());
            return Err(DocumentError::not_a_document("", message));
        };
        if profile.get("enabled").is_some_and(|enabled| enabled.as_bool().is_some()) {
            let message = "this is the answer for one flag, without its key; request the whole \
                           profile, or put it under its key";
            return Err(DocumentError::not_a_document("enabled", message));
        }
        let (entries, path) = match defined_values(profile)? {
            Some(values) => (values, Path::Root.member("values")),
            None => (profile, Path::Root),
        };
        // Each entry becomes two flags.
        part_sizes::take_made_flags(&mut reading.memory, 2 * entries.len(), &path)?;
        let flags = flags(entries, &path)?;
        Ok(Document {
            flags,
            segments: Object::default(),
            rest: Object::default(),
            notes: reading.notes,
        })
    }
}

fn read_configuration(text: &[u8]) -> Result<Reading, DocumentError> {
    match read_text::<true>(text, &Path::Root) {
        Err(_) if is_ion(text) => Err(DocumentError::ion()),
        reading => reading,
    }
}

/// Returns the values of a profile as defined: `{"version": "1", "flags": {...}, "values": {...}}`.
/// A retrieved profile has an object for each flag, so it has no version.
fn defined_values(profile: &Object) -> Result<Option<&Object>, DocumentError> {
    let versioned = profile.get("version").is_some_and(|version| version.as_str().is_some());
    match profile.get("values") {
        Some(Value::Object(values)) if versioned || is_definition(profile) => Ok(Some(values)),
        None if is_definition(profile) => {
            let message = "expected `values`, in which each flag of a definition has `enabled`";
            Err(DocumentError::not_a_document("values", message))
        }
        _ => Ok(None),
    }
}

fn flags(entries: &Object, path: &Path<'_>) -> Result<Object, DocumentError> {
    let mut members = Vec::with_capacity(2 * entries.len());
    for (key, entry) in entries.iter() {
        let path = path.member(key);
        let Value::Object(entry) = entry else {
            // Not a flag either: it is isolated like any malformed flag.
            members.push((Arc::clone(key), entry.clone()));
            continue;
        };
        if entry.get("_variants").is_some() {
            let message = "variants are for AppConfig's agent to decide; read the profile from it";
            return Err(DocumentError::not_a_document(
                path.member("_variants").to_string(),
                message,
            ));
        }
        let Some(enabled) = entry.get("enabled").filter(|enabled| !enabled.is_null()) else {
            let message = "expected `enabled`, which each flag of a profile has; a flag document \
                           is read by `from_json`";
            return Err(DocumentError::not_a_document(path.to_string(), message));
        };
        let stamp = entry.get(STAMP).filter(|stamp| !stamp.is_null()).map(in_seconds);
        members.push((Arc::clone(key), stamped(switch(key, enabled), stamp.as_ref())));
        let key = Arc::from(format!("{key}{ATTRIBUTES}"));
        let attributes = attributes(&key, enabled, entry);
        members.push((key, stamped(attributes, stamp.as_ref())));
    }
    Ok(Object::from_members(members))
}

/// A flag that serves true if AppConfig's flag is enabled.
fn switch(key: &Arc<str>, enabled: &Value) -> Object {
    let variations = vec![Value::Bool(true), Value::Bool(false)];
    flag(key, enabled, variations, Value::from(1))
}

/// The flag that serves the attributes; nothing if the flag is not enabled, as in AppConfig.
fn attributes(key: &Arc<str>, enabled: &Value, entry: &Object) -> Object {
    // Members such as `_updatedAt` belong to AppConfig, and so does `enabled`.
    let attributes: Object = entry
        .iter()
        .filter(|(name, _)| &***name != "enabled" && !name.starts_with('_'))
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect();
    flag(key, enabled, vec![Value::Object(attributes)], Value::Null)
}

/// Adds the time of the last change to the flag, as the consistency gate expects it.
fn stamped(flag: Object, stamp: Option<&Value>) -> Value {
    match stamp {
        None => flag.into(),
        Some(stamp) => {
            let lifecycle = Object::from_iter([(STAMP, stamp.clone())]);
            flag.with("lifecycle", lifecycle.into()).into()
        }
    }
}

/// Rounds a timestamp up to whole seconds; other values are kept for the gate to report.
fn in_seconds(stamp: &Value) -> Value {
    let parsed = match stamp.as_str() {
        Some(text) => Value::parse(text.trim().as_bytes()).ok(),
        None => Some(stamp.clone()),
    };
    let seconds = parsed.and_then(|parsed| parsed.as_number());
    seconds.map_or_else(|| stamp.clone(), |seconds| Value::from(seconds.ceil()))
}

fn flag(key: &Arc<str>, on: &Value, variations: Vec<Value>, off: Value) -> Object {
    Object::from_iter([
        ("key", Value::String(Arc::clone(key))),
        ("version", Value::from(1)),
        ("on", on.clone()),
        ("variations", Value::from(variations)),
        ("fallthrough", Value::Object(Object::from_iter([("variation", Value::from(0))]))),
        ("offVariation", off),
    ])
}

/// Whether a text that is not JSON is Amazon Ion: binary, or beginning with a version or an
/// annotation.
fn is_ion(text: &[u8]) -> bool {
    if text.starts_with(&[0xe0, 0x01, 0x00, 0xea]) {
        return true;
    }
    let text = text.trim_ascii_start();
    let annotated = || {
        let name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-$'\"".contains(byte);
        let end = text.iter().position(|byte| !name(byte)).unwrap_or(text.len());
        end > 0 && text.get(end..).is_some_and(|rest| rest.starts_with(b"::"))
    };
    text.starts_with(b"$ion_") || annotated()
}

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
