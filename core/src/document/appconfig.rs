use std::sync::Arc;

use super::container::{Document, read_text, read_value};
use super::error::DocumentError;
use crate::json::{Object, Reading, Value};
use crate::path::Path;

/// Ends the key of the flag that serves an AppConfig flag's attributes. AppConfig's own keys have no
/// dots.
const ATTRIBUTES: &str = ".attributes";

impl Document {
    /// Reads a feature-flag profile of AWS AppConfig, as it is retrieved or as it is defined.
    pub(crate) fn read_appconfig(text: &[u8]) -> Result<Document, DocumentError> {
        match read_text(text, &Path::Root) {
            Err(_) if is_ion(text) => Err(DocumentError::ion()),
            reading => Document::of_profile(reading?),
        }
    }

    pub(crate) fn of_appconfig(value: Value) -> Result<Document, DocumentError> {
        Document::of_profile(read_value(value, &Path::Root)?)
    }

    fn of_profile(reading: Reading) -> Result<Document, DocumentError> {
        let Value::Object(profile) = &reading.value else {
            let message = format!("a profile is an object, found {}", reading.value.type_name());
            return Err(DocumentError::not_a_document("", message));
        };
        if profile.get("enabled").is_some_and(|enabled| enabled.as_bool().is_some()) {
            let message = "this is the answer for one flag, without its key; ask for the whole \
                           profile, or put it under its key";
            return Err(DocumentError::not_a_document("enabled", message));
        }
        let flags = match defined_values(profile) {
            Some(values) => flags(values, &Path::Root.member("values"))?,
            None => flags(profile, &Path::Root)?,
        };
        Ok(Document {
            flags,
            segments: Object::default(),
            rest: Object::default(),
            notes: reading.notes,
            diagnostics: Vec::new(),
        })
    }
}

/// The values of a profile as it is defined: `{"version": "1", "flags": {...}, "values": {...}}`.
/// What is retrieved has an object for each flag, and so no version.
fn defined_values(profile: &Object) -> Option<&Object> {
    profile.get("version")?.as_str()?;
    profile.get("values")?.as_object()
}

fn flags(entries: &Object, path: &Path<'_>) -> Result<Object, DocumentError> {
    let mut members = Vec::with_capacity(2 * entries.len());
    for (key, entry) in entries.iter() {
        let path = path.member(key);
        let Value::Object(entry) = entry else {
            // No flag either: it is isolated as any malformed one.
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
        members.push((Arc::clone(key), switch(key, enabled)));
        let key = Arc::from(format!("{key}{ATTRIBUTES}"));
        let attributes = attributes(&key, enabled, entry);
        members.push((key, attributes));
    }
    Ok(Object::from_members(members))
}

/// The flag that is true where AppConfig's is enabled.
fn switch(key: &Arc<str>, enabled: &Value) -> Value {
    let variations = vec![Value::Bool(true), Value::Bool(false)];
    flag(key, enabled, variations, Value::from(1))
}

/// The flag that serves the attributes. AppConfig tells none of a flag that is not enabled, so
/// neither does this.
fn attributes(key: &Arc<str>, enabled: &Value, entry: &Object) -> Value {
    // Members such as `_updatedAt` are AppConfig's, and so is `enabled`.
    let attributes: Object = entry
        .iter()
        .filter(|(name, _)| &***name != "enabled" && !name.starts_with('_'))
        .map(|(name, value)| (Arc::clone(name), value.clone()))
        .collect();
    flag(key, enabled, vec![Value::Object(attributes)], Value::Null)
}

fn flag(key: &Arc<str>, on: &Value, variations: Vec<Value>, off: Value) -> Value {
    Value::Object(Object::from_iter([
        ("key", Value::String(Arc::clone(key))),
        ("version", Value::from(1)),
        ("on", on.clone()),
        ("variations", Value::from(variations)),
        ("fallthrough", Value::Object(Object::from_iter([("variation", Value::from(0))]))),
        ("offVariation", off),
    ]))
}

/// Whether a text that is no JSON is Amazon Ion: binary, or with a version or an annotation first.
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
