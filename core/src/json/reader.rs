use std::cell::RefCell;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::number;
use super::object::Object;
use super::value::Value;
use crate::limits;
use crate::path::Path;

/// Why a text is not JSON that isoflag reads, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonError {
    pub(crate) kind: JsonErrorKind,
    pub(crate) path: String,
    message: String,
    line: usize,
    column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonErrorKind {
    Syntax,
    NumberRange,
    Nesting,
}

impl JsonError {
    /// Line and column of the text, both from 1.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        (self.line, self.column)
    }

    /// The place among the values read so far, such as `flags.checkout.rules[2]`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

/// Something about a text that its value no longer shows.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) kind: NoteKind,
    pub(crate) path: String,
    outermost: Vec<String>,
}

impl Note {
    pub(crate) fn new(kind: NoteKind, path: &Path<'_>) -> Note {
        Note { kind, path: path.to_string(), outermost: path.outermost() }
    }

    /// The section (`flags`, say) and the item in it, to which the note belongs.
    pub(crate) fn item(&self) -> Option<(&str, &str)> {
        Some((self.outermost.first()?, self.outermost.get(1)?))
    }

    /// The note as one of the document that lies in the member `data` of a stream's event.
    pub(crate) fn within_data(mut self) -> Option<Note> {
        self.path = self.path.strip_prefix("data.")?.to_owned();
        self.outermost.remove(0);
        Some(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    DuplicateMember,
    NumberPrecision,
}

/// A value with what was noticed while reading it.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) value: Value,
    pub(crate) notes: Vec<Note>,
}

/// Reads one JSON text whose value stands at `root`.
pub(crate) fn read(text: &[u8], root: &Path<'_>) -> Result<Reading, JsonError> {
    Reader::default().read(text, root)
}

/// Reads text that a binding wrote for a host's object, where the literal `-0` stands for a value
/// without a JSON form.
pub(crate) fn read_host(text: &[u8]) -> Result<Value, JsonError> {
    let reader = Reader { minus_zero_marks: true, ..Reader::default() };
    Ok(reader.read(text, &Path::Root)?.value)
}

#[derive(Default)]
struct Reader {
    minus_zero_marks: bool,
    names: RefCell<Names>,
    notes: RefCell<Vec<Note>>,
    /// The first failure and its path; serde's own error has no room for them.
    failure: RefCell<Option<(Option<JsonErrorKind>, String)>>,
}

impl Reader {
    fn read(self, text: &[u8], root: &Path<'_>) -> Result<Reading, JsonError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        deserializer.disable_recursion_limit();
        let place = Place { reader: &self, path: root, depth: 0 };
        let value = place.deserialize(&mut deserializer);
        match value.and_then(|value| deserializer.end().map(|()| value)) {
            Ok(value) => Ok(Reading { value, notes: self.notes.into_inner() }),
            Err(error) => Err(self.explain(&error)),
        }
    }

    fn explain(self, error: &serde_json::Error) -> JsonError {
        let (known, path) = self.failure.into_inner().unwrap_or_default();
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        let (kind, message) = match known {
            Some(JsonErrorKind::Nesting) => {
                (JsonErrorKind::Nesting, format!("nested deeper than {} levels", limits::NESTING))
            }
            _ if what == "number out of range" => {
                (JsonErrorKind::NumberRange, "a number is outside the range of a double".to_owned())
            }
            _ => (JsonErrorKind::Syntax, format!("not JSON: {what}")),
        };
        JsonError { kind, path, message, line: error.line(), column: error.column() }
    }

    fn fail(&self, kind: Option<JsonErrorKind>, path: &Path<'_>) {
        let mut failure = self.failure.borrow_mut();
        if failure.is_none() {
            *failure = Some((kind, path.to_string()));
        }
    }

    fn note(&self, kind: NoteKind, path: &Path<'_>) {
        self.notes.borrow_mut().push(Note::new(kind, path));
    }

    fn number(&self, number: f64, path: &Path<'_>) -> Value {
        if self.minus_zero_marks && number.to_bits() == (-0.0_f64).to_bits() {
            return Value::NO_JSON_FORM;
        }
        if number::is_imprecise(number) {
            self.note(NoteKind::NumberPrecision, path);
        }
        Value::Number(number + 0.0)
    }

    /// An integer as its nearest double; its magnitude tells whether it had to be rounded.
    fn integer(&self, nearest: f64, magnitude: u64, path: &Path<'_>) -> Value {
        if magnitude > 1 << 53 {
            self.note(NoteKind::NumberPrecision, path);
        }
        Value::Number(nearest)
    }
}

/// Member names repeat by the thousand in a document: each is stored once.
#[derive(Default)]
struct Names {
    table: HashTable<Arc<str>>,
    state: FixedState,
}

impl Names {
    fn intern(&mut self, name: &str) -> Arc<str> {
        let Names { table, state } = self;
        let hash = state.hash_one(name);
        let entry =
            table.entry(hash, |known| **known == *name, |known| state.hash_one::<&str>(known));
        Arc::clone(entry.or_insert_with(|| Arc::from(name)).get())
    }
}

/// One value about to be read, and where it stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    reader: &'a Reader,
    path: &'a Path<'a>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self).inspect_err(|_| self.reader.fail(None, self.path))
    }
}

impl Place<'_> {
    fn enter<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth >= limits::NESTING {
            self.reader.fail(Some(JsonErrorKind::Nesting), self.path);
            return Err(E::custom("nesting"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, integer: i64) -> Result<Value, E> {
        Ok(self.reader.integer(integer as f64, integer.unsigned_abs(), self.path))
    }

    fn visit_u64<E>(self, integer: u64) -> Result<Value, E> {
        Ok(self.reader.integer(integer as f64, integer, self.path))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(self.reader.number(number, self.path))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(Arc::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let depth = self.enter()?;
        let mut elements = Vec::new();
        loop {
            let path = self.path.element(elements.len());
            let place = Place { reader: self.reader, path: &path, depth };
            match sequence.next_element_seed(place)? {
                Some(element) => elements.push(element),
                None => return Ok(Value::Array(Arc::from(elements))),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth = self.enter()?;
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name(self.reader))? {
            let path = self.path.member(&name);
            let value = map.next_value_seed(Place { reader: self.reader, path: &path, depth })?;
            members.push((name, value));
        }
        let (object, duplicates) = Object::sorted(members);
        for name in duplicates {
            self.reader.note(NoteKind::DuplicateMember, &self.path.member(&name));
        }
        Ok(Value::Object(object))
    }
}

struct Name<'a>(&'a Reader);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name<'_> {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Arc<str>, E> {
        self.0.names.try_borrow_mut().map(|mut names| names.intern(name)).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> JsonError {
        Value::parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn errors_say_where() {
        let syntax = error("{\"flags\": {\"a\": [1, tru]}}");
        assert_eq!(syntax.path(), "flags.a[1]");
        assert_eq!(syntax.to_string(), "not JSON: expected ident (line 1, column 24)");
        let range = error("{\"a\": 1e400}");
        assert_eq!((range.kind, range.path()), (JsonErrorKind::NumberRange, "a"));
        assert_eq!(error("{} x").kind, JsonErrorKind::Syntax);
        assert_eq!(error(r#""\ud800""#).kind, JsonErrorKind::Syntax);
        assert_eq!(Value::parse(b"\"\xff\"").unwrap_err().kind, JsonErrorKind::Syntax);
    }

    #[test]
    fn nesting_is_counted() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Value::parse(nested(limits::NESTING).as_bytes()).is_ok());
        assert_eq!(error(&nested(limits::NESTING + 1)).kind, JsonErrorKind::Nesting);
        assert_eq!(error(&"[".repeat(100_000)).kind, JsonErrorKind::Nesting);
    }

    #[test]
    fn what_the_value_no_longer_shows_is_noted() {
        let text = br#"{"flags":{"f":{"a":1,"a":2}},"n":9007199254740993}"#;
        let notes = read(text, &Path::Root).unwrap().notes;
        let seen: Vec<_> = notes.iter().map(|n| (n.kind, n.path.as_str(), n.item())).collect();
        assert_eq!(
            seen,
            [
                (NoteKind::DuplicateMember, "flags.f.a", Some(("flags", "f"))),
                (NoteKind::NumberPrecision, "n", None)
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(Value::parse(b"\xef\xbb\xbf1"), Ok(Value::Number(1.0)));
    }

    #[test]
    fn only_a_hosts_minus_zero_marks() {
        assert_eq!(Value::parse(b"-0").unwrap().to_string(), "0");
        assert!(read_host(b"[-0]").unwrap().lacks_json_form());
        assert!(!read_host(b"[0]").unwrap().lacks_json_form());
    }
}
