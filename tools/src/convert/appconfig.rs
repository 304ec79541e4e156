//! Converts feature-flag profiles of AWS AppConfig.

use std::sync::Arc;

use isoflag::{DocumentError, Flags, Object, Path, Value};

use super::Conversion;
use crate::note::Note;

/// Converts a profile, without the flags that have variants: only AppConfig's agent can decide them.
pub(super) fn convert(text: &str) -> Result<Conversion, DocumentError> {
    let Ok(Value::Object(profile)) = Value::parse(text.as_bytes()) else {
        return Ok(Conversion {
            flags: Flags::from_appconfig_json(text.as_bytes())?,
            notes: Vec::new(),
        });
    };
    let mut notes = Vec::new();
    let root = Path::Root;
    let profile = match profile.get("values") {
        Some(Value::Object(values)) if profile.get("flags").is_some() => {
            constraints(&profile, &mut notes);
            let values = without_variants(values, &root.member("values"), &mut notes);
            profile.with("values", values.into())
        }
        _ => without_variants(&profile, &root, &mut notes),
    };
    let flags = Flags::from_appconfig_value(profile.into())?;
    // The document nests deeper than the profile, and may exceed the limit.
    Ok(Conversion { flags: Flags::from_value(flags.document())?, notes })
}

fn without_variants(entries: &Object, path: &Path<'_>, notes: &mut Vec<Note>) -> Object {
    let mut kept = Vec::new();
    for (key, entry) in entries.iter() {
        if entry.as_object().is_some_and(|entry| entry.get("_variants").is_some()) {
            let path = path.member(key);
            let message = "the flag is left out: only AppConfig's agent decides variants";
            notes.push(Note::new("variants", &path.member("_variants"), message));
        } else {
            kept.push((Arc::clone(key), entry.clone()));
        }
    }
    Object::from_members(kept)
}

/// Notes the constraints of attributes, which a document does not have.
fn constraints(profile: &Object, notes: &mut Vec<Note>) {
    let flags = profile.get("flags").and_then(Value::as_object);
    let root = Path::Root.member("flags");
    for (key, flag) in flags.into_iter().flat_map(Object::iter) {
        let attributes = flag.as_object().and_then(|flag| flag.get("attributes"));
        if attributes.and_then(Value::as_object).is_some_and(|attributes| !attributes.is_empty()) {
            let path = root.member(key);
            let message = "constraints of attributes are left out: a document has none";
            notes.push(Note::new("attribute-constraints", &path.member("attributes"), message));
        }
    }
}
