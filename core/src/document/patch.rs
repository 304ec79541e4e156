//! Parses patches, and merges `meta`.

use super::container::{Section, read_text, read_value, section};
use super::error::DocumentError;
use super::{appconfig, part_sizes};
use crate::json::{Note, Object, Path, Reading, Value};

/// The changes of a patch: whole flags and segments, tombstones, and `meta` as a whole.
#[derive(Debug)]
pub(crate) struct Patch {
    pub(crate) flags: Object,
    pub(crate) segments: Object,
    pub(crate) meta: Option<Value>,
    pub(crate) notes: Vec<Note>,
}

impl Patch {
    pub(crate) fn read<const NOTES: bool>(text: &[u8]) -> Result<Patch, DocumentError> {
        Patch::unpack(read_text::<NOTES>(text, &Path::Root)?)
    }

    pub(crate) fn of_value(value: Value) -> Result<Patch, DocumentError> {
        Patch::unpack(read_value(value, &Path::Root)?)
    }

    fn unpack(mut reading: Reading) -> Result<Patch, DocumentError> {
        let Value::Object(object) = reading.value else {
            let message = ["a patch is an object, found ", reading.value.type_name()].concat();
            return Err(DocumentError::not_a_patch("", message));
        };
        if appconfig::is_profile(&object) {
            return Err(DocumentError::not_a_patch("", appconfig::NOT_A_DOCUMENT));
        }
        let known = [Section::Flags.name(), Section::Segments.name(), "meta"];
        if !object.is_empty() && known.iter().all(|name| object.get(name).is_none()) {
            let message = "expected `flags`, `segments` or `meta`";
            return Err(DocumentError::not_a_patch("", message));
        }
        let section = |of: Section| {
            section(&object, of.name())
                .map_err(|error| DocumentError::not_a_patch(of.name(), error.message()))
        };
        let (flags, segments) = (section(Section::Flags)?, section(Section::Segments)?);
        part_sizes::take(&mut reading.memory, &flags, &segments)?;
        Ok(Patch {
            flags,
            segments,
            meta: object.get("meta").filter(|meta| !meta.is_null()).cloned(),
            notes: reading.notes,
        })
    }
}

/// The version of an item, 0 if it is missing or invalid.
pub(crate) fn version(item: &Value) -> i64 {
    let version = item.as_object().and_then(|object| object.get("version")?.as_integer());
    version.unwrap_or(0)
}

/// The document's members other than flags and segments, with a new `meta`. An existing hash is kept,
/// since another one would move every context to another bucket.
pub(crate) fn with_meta(rest: &Object, meta: &Value) -> Object {
    let hash = rest.get("meta").and_then(|meta| meta.as_object()?.get("hash"));
    let meta = match (hash.filter(|hash| !hash.is_null()), meta) {
        (Some(hash), Value::Object(meta)) => meta.with("hash", hash.clone()).into(),
        _ => meta.clone(),
    };
    rest.with("meta", meta)
}
