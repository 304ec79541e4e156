//! Reads the containers of flags and segments: documents, streams, file sources and bare maps of
//! flags.

use std::sync::Arc;

use super::error::DocumentError;
use super::{appconfig, part_sizes};
use crate::json::{self, Memory, Note, NoteKind, Object, OpenPaths, Path, Reading, Value};
use crate::limits;

/// The two sections of a document, whose items have keys and versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// `flags`.
    Flags,
    /// `segments`.
    Segments,
}

impl Section {
    /// `flags` or `segments`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Section::Flags => "flags",
            Section::Segments => "segments",
        }
    }
}

/// A document taken out of its container.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) flags: Object,
    pub(crate) segments: Object,
    /// Every other member: `meta`, and unknown members.
    pub(crate) rest: Object,
    pub(crate) notes: Vec<Note>,
}

impl Document {
    /// Reads `{flags, segments}`, a stream's `{path: "/", data}` or a file source with
    /// `flagValues`.
    pub(crate) fn read<const NOTES: bool>(text: &[u8]) -> Result<Document, DocumentError> {
        Document::unpack::<NOTES>(read_text::<NOTES>(text, &Path::Root)?)
    }

    pub(crate) fn of_value(value: Value) -> Result<Document, DocumentError> {
        Document::unpack::<true>(read_value(value, &Path::Root)?)
    }

    /// Reads a bare map of flags.
    pub(crate) fn read_flag_map<const NOTES: bool>(text: &[u8]) -> Result<Document, DocumentError> {
        let path = Path::Root.member(Section::Flags.name());
        Document::wrap(read_text::<NOTES>(text, &path)?)
    }

    pub(crate) fn of_flag_map(value: Value) -> Result<Document, DocumentError> {
        let path = Path::Root.member(Section::Flags.name());
        Document::wrap(read_value(value, &path)?)
    }

    fn wrap(mut reading: Reading) -> Result<Document, DocumentError> {
        let Value::Object(flags) = reading.value else {
            let message = ["expected a map of flags, found ", reading.value.type_name()].concat();
            return Err(DocumentError::not_a_document("", message));
        };
        if appconfig::is_profile(&flags) {
            return Err(DocumentError::profile());
        }
        part_sizes::take(&mut reading.memory, &flags, &Object::default())?;
        Ok(Document {
            flags,
            segments: Object::default(),
            rest: Object::default(),
            notes: reading.notes,
        })
    }

    pub(super) fn unpack<const NOTES: bool>(reading: Reading) -> Result<Document, DocumentError> {
        let Reading { value, notes, mut memory } = reading;
        let (value, mut notes) = out_of_stream::<NOTES>(value, notes);
        let object = match &value {
            Value::Object(object) => object,
            other => {
                let message = ["a document is an object, found ", other.type_name()].concat();
                return Err(DocumentError::not_a_document("", message));
            }
        };
        if appconfig::is_profile(object) {
            return Err(DocumentError::profile());
        }
        let known = ["flags", "segments", FLAG_VALUES];
        if known.iter().all(|name| object.get(name).is_none()) {
            let message = "expected `flags`, `segments` or `flagValues`; \
                           a bare map of flags is read by `from_flag_map`";
            return Err(DocumentError::not_a_document("", message));
        }
        let flags = section(object, Section::Flags.name())?;
        let segments = section(object, Section::Segments.name())?;
        let values = section(object, FLAG_VALUES)?;
        part_sizes::take_made_flags(&mut memory, values.len(), &Path::Root.member(FLAG_VALUES))?;
        part_sizes::take(&mut memory, &flags, &segments)?;
        let flags = expand::<NOTES>(flags, &values, &mut notes);
        let mut rest = Vec::new();
        for (name, value) in object.iter() {
            if !known.contains(&&**name) {
                rest.push((Arc::clone(name), value.clone()));
            }
        }
        let rest = Object::from_members(rest);
        Ok(Document { flags, segments, rest, notes })
    }
}

pub(super) const FLAG_VALUES: &str = "flagValues";

pub(super) fn read_text<const NOTES: bool>(
    text: &[u8],
    root: &Path<'_>,
) -> Result<Reading, DocumentError> {
    if text.len() > limits::DOCUMENT_BYTES {
        return Err(DocumentError::too_long());
    }
    let memory = Memory::of_text(text.len());
    json::read::<NOTES>(text, root, memory).map_err(|error| DocumentError::json(&error))
}

/// Checks the numbers, the depth and the memory of a value that was not parsed from text.
pub(super) fn read_value(value: Value, root: &Path<'_>) -> Result<Reading, DocumentError> {
    struct Walk {
        notes: Vec<Note>,
        open: OpenPaths,
        memory: Memory,
    }
    impl Walk {
        fn value(
            &mut self,
            value: &Value,
            path: &Path<'_>,
            depth: usize,
        ) -> Result<(), DocumentError> {
            if matches!(value, Value::Array(_) | Value::Object(_)) {
                if depth >= limits::NESTING {
                    return Err(DocumentError::too_deep(path.text()));
                }
                self.open.open(depth);
            }
            match value {
                Value::Number(number) if !number.is_finite() => {
                    Err(DocumentError::number_range(path.text()))
                }
                Value::Number(number) => {
                    if json::is_imprecise(*number) {
                        self.notes.push(self.open.note(NoteKind::NumberPrecision, path, depth));
                    }
                    Ok(())
                }
                Value::Array(elements) => {
                    self.memory.container().map_err(|_| too_dense(path))?;
                    (0..).zip(elements.iter()).try_for_each(|(index, element)| {
                        self.memory.element(index).map_err(|_| too_dense(path))?;
                        self.value(element, &path.element(index), depth + 1)
                    })
                }
                Value::Object(object) => {
                    self.memory.container().map_err(|_| too_dense(path))?;
                    (0..).zip(object.iter()).try_for_each(|(index, (name, member))| {
                        self.memory.member(index).map_err(|_| too_dense(path))?;
                        self.value(member, &path.member(name), depth + 1)
                    })
                }
                Value::String(text) => self.memory.string(text).map_err(|_| too_dense(path)),
                Value::Null | Value::Bool(_) => Ok(()),
            }
        }
    }
    fn too_dense(path: &Path<'_>) -> DocumentError {
        DocumentError::too_dense(path.text())
    }
    let mut walk =
        Walk { notes: Vec::new(), open: OpenPaths::default(), memory: Memory::of_value(&value) };
    walk.value(&value, root, 0)?;
    Ok(Reading { value, notes: walk.notes, memory: walk.memory })
}

/// Returns the data of a stream's `put` event, if the value is one. Its notes lose the prefix
/// `data.`.
fn out_of_stream<const NOTES: bool>(value: Value, notes: Vec<Note>) -> (Value, Vec<Note>) {
    let data = value.as_object().and_then(|object| {
        let whole = object.get("path").and_then(Value::as_str) == Some("/");
        object.get("data").filter(|_| whole && object.get("flags").is_none()).cloned()
    });
    match data {
        None => (value, notes),
        Some(data) if NOTES => (data, notes.into_iter().filter_map(Note::within_data).collect()),
        Some(data) => (data, notes),
    }
}

/// An object that may be absent or null.
pub(super) fn section(object: &Object, name: &str) -> Result<Object, DocumentError> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(Object::default()),
        Some(Value::Object(section)) => Ok(section.clone()),
        Some(other) => {
            let message = ["expected an object, found ", other.type_name()].concat();
            Err(DocumentError::not_a_document(name, message))
        }
    }
}

/// Adds a flag for each of a file source's values: it is on and serves that one value. A value for
/// an existing flag is only noted.
fn expand<const NOTES: bool>(flags: Object, values: &Object, notes: &mut Vec<Note>) -> Object {
    if values.is_empty() {
        return flags;
    }
    let mut members = Vec::new();
    for (key, flag) in flags.iter() {
        members.push((Arc::clone(key), flag.clone()));
    }
    for (key, value) in values.iter() {
        if flags.get(key).is_some() {
            if NOTES {
                let section = Path::Root.member(FLAG_VALUES);
                let path = section.member(key);
                notes.push(OpenPaths::default().note(NoteKind::DuplicateFlag, &path, 2));
            }
            continue;
        }
        let first = Object::of(&[("variation", Value::from(0))]);
        let flag = Object::of(&[
            ("key", Value::String(Arc::clone(key))),
            ("version", Value::from(1)),
            ("on", Value::Bool(true)),
            ("fallthrough", Value::Object(first)),
            ("variations", Value::from(vec![value.clone()])),
        ]);
        members.push((Arc::clone(key), Value::Object(flag)));
    }
    Object::from_members(members)
}
