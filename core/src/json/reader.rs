//! The JSON parser.

use std::sync::Arc;

use super::error::{JsonError, JsonErrorKind, too_deep};
use super::interner::Interner;
use super::memory::{Exceeded, Memory};
use super::note::{Note, NoteKind, OpenPaths};
use super::number;
use super::object::{Member, Object};
use super::path::Path;
use super::scanner::{EOF_IN_VALUE, Invalid, Number, Scanner, column};
use super::value::Value;
use crate::limits;

/// A value with the notes taken while parsing it.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) value: Value,
    pub(crate) notes: Vec<Note>,
    /// The memory that the value takes.
    pub(crate) memory: Memory,
}

/// Parses one JSON text whose value has the path `root` and may take this memory. Notes are taken only
/// if `NOTES` is true.
pub(crate) fn read<const NOTES: bool>(
    text: &[u8],
    root: &Path<'_>,
    memory: Memory,
) -> Result<Reading, JsonError> {
    Reader::<NOTES>::new(text, memory, false).read(root)
}

/// Parses the text of a context. In text that a binding wrote for a host object the literal `-0` marks a value without
/// a JSON form.
///
/// Also returns whether the text contains the mark.
pub(crate) fn read_context(text: &[u8], is_of_host: bool) -> Result<(Value, bool), JsonError> {
    let mut reader = Reader::<false>::new(text, Memory::of_context(), is_of_host);
    let value = reader.whole(&Path::Root)?;
    Ok((value, reader.is_marked))
}

/// Parses values. Its lists contain the elements of all open arrays and objects, one after the
/// other, so that each closed one is allocated once, with its final length.
struct Reader<'t, const NOTES: bool> {
    text: &'t [u8],
    scanner: Scanner<'t>,
    memory: Memory,
    minus_zero_marks: bool,
    is_marked: bool,
    elements: Vec<Value>,
    members: Vec<Member>,
    interner: Interner,
    duplicates: Vec<Arc<str>>,
    notes: Vec<Note>,
    open_paths: OpenPaths,
    /// The path of the innermost value in which the text is invalid.
    failed_at: Option<String>,
}

impl<'t, const NOTES: bool> Reader<'t, NOTES> {
    fn new(text: &'t [u8], memory: Memory, minus_zero_marks: bool) -> Reader<'t, NOTES> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Reader {
            text,
            scanner: Scanner::new(text),
            memory,
            minus_zero_marks,
            is_marked: false,
            elements: Vec::new(),
            members: Vec::new(),
            interner: Interner::new(text.len()),
            duplicates: Vec::new(),
            notes: Vec::new(),
            open_paths: OpenPaths::default(),
            failed_at: None,
        }
    }

    fn read(mut self, root: &Path<'_>) -> Result<Reading, JsonError> {
        let value = self.whole(root)?;
        Ok(Reading { value, notes: self.notes, memory: self.memory })
    }

    fn whole(&mut self, root: &Path<'_>) -> Result<Value, JsonError> {
        let value = self.value(root, 0).and_then(|value| match self.scanner.peek_token() {
            None => Ok(value),
            Some(_) => Err(self.scanner.fault_ahead("something follows the value")),
        });
        value.map_err(|Invalid| self.explain())
    }

    /// Describes the fault that the scanner found.
    fn explain(&mut self) -> JsonError {
        let fault = self.scanner.found_fault();
        let before = self.text.get(..fault.offset).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = column(before);
        let message = match fault.kind {
            JsonErrorKind::Syntax => ["not JSON: ", fault.message].concat(),
            JsonErrorKind::Nesting => too_deep(),
            JsonErrorKind::NumberRange | JsonErrorKind::Memory => fault.message.to_owned(),
        };
        let path = self.failed_at.take().unwrap_or_default();
        JsonError { kind: fault.kind, path, message, line, column }
    }

    /// Notes something about a value at this depth.
    fn note(&mut self, kind: NoteKind, path: &Path<'_>, depth: usize) {
        if NOTES {
            let note = self.open_paths.note(kind, path, depth);
            self.notes.push(note);
        }
    }

    /// Registers an opened array or object; the outermost has depth 1.
    fn open(&mut self, depth: usize) {
        if NOTES {
            self.open_paths.open(depth - 1);
        }
    }

    /// Parses a value at this depth.
    fn value(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Invalid> {
        let value = self.value_of_any_type(path, depth);
        if value.is_err() && self.failed_at.is_none() {
            self.failed_at = Some(path.text());
        }
        value
    }

    fn value_of_any_type(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Invalid> {
        let Some(first) = self.scanner.peek_token() else {
            return Err(self.scanner.fault_ahead(EOF_IN_VALUE));
        };
        if first.is_ascii_digit() {
            return self.number(path, depth, false);
        }
        if !matches!(first, b'n' | b't' | b'f' | b'-' | b'"' | b'[' | b'{') {
            return Err(self.scanner.fault_ahead("expected a value"));
        }
        self.scanner.skip();
        match first {
            b'n' => self.scanner.literal(b"ull").map(|()| Value::Null),
            b't' => self.scanner.literal(b"rue").map(|()| Value::Bool(true)),
            b'f' => self.scanner.literal(b"alse").map(|()| Value::Bool(false)),
            b'-' => self.number(path, depth, true),
            b'"' => {
                let text = self.string()?;
                self.memory.string(&text).map_err(|Exceeded| self.out_of_memory())?;
                Ok(Value::String(text))
            }
            _ if depth >= limits::NESTING => Err(self.scanner.fault_of(JsonErrorKind::Nesting, "")),
            container => {
                self.memory.container().map_err(|Exceeded| self.out_of_memory())?;
                match container {
                    b'[' => self.array(path, depth + 1),
                    _ => self.object(path, depth + 1),
                }
            }
        }
    }

    fn out_of_memory(&mut self) -> Invalid {
        let message = self.memory.message();
        self.scanner.fault_of(JsonErrorKind::Memory, message)
    }

    fn number(&mut self, path: &Path<'_>, depth: usize, negative: bool) -> Result<Value, Invalid> {
        let (number, imprecise) = match self.scanner.number()? {
            // The integer is more precise than the double that it is rounded to.
            Number::Integer(integer) => (integer as f64, integer > 1 << 53),
            Number::Double(number) => (number, number::is_imprecise(number)),
        };
        let number = if negative { -number } else { number };
        if self.minus_zero_marks && number.to_bits() == (-0.0_f64).to_bits() {
            self.is_marked = true;
            return Ok(Value::NO_JSON_FORM);
        }
        if imprecise {
            self.note(NoteKind::NumberPrecision, path, depth);
        }
        Ok(Value::Number(number + 0.0))
    }

    /// Parses an array after its bracket.
    fn array(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Invalid> {
        let start = self.elements.len();
        self.open(depth);
        loop {
            match self.scanner.peek_token() {
                None => return Err(self.scanner.fault_ahead("the text ends within an array")),
                Some(b']') => break,
                Some(_) if self.elements.len() == start => {}
                Some(b',') => {
                    self.scanner.skip();
                    match self.scanner.peek_token() {
                        None => return Err(self.scanner.fault_ahead(EOF_IN_VALUE)),
                        Some(b']') => {
                            return Err(self.scanner.fault_ahead("a comma with nothing after it"));
                        }
                        Some(_) => {}
                    }
                }
                Some(_) => {
                    return Err(self.scanner.fault_ahead("expected `,` or `]` after an element"));
                }
            }
            let index = self.elements.len() - start;
            self.memory.element(index).map_err(|Exceeded| self.out_of_memory())?;
            let element = self.value(&path.element(index), depth)?;
            self.elements.push(element);
        }
        self.scanner.skip();
        if self.elements.len() == start {
            // All empty arrays share their memory.
            return Ok(Value::Array(Arc::default()));
        }
        Ok(Value::take_array(&mut self.elements, start))
    }

    /// Parses a string after its quote.
    fn string(&mut self) -> Result<Arc<str>, Invalid> {
        let bytes = self.scanner.string()?;
        let text = self.scanner.utf8(&bytes)?;
        Ok(self.interner.intern(text))
    }

    /// Parses an object after its brace.
    fn object(&mut self, path: &Path<'_>, depth: usize) -> Result<Value, Invalid> {
        let start = self.members.len();
        self.open(depth);
        loop {
            let mut next = self.scanner.peek_token();
            match next {
                None => return Err(self.scanner.fault_ahead("the text ends within an object")),
                Some(b'}') => break,
                Some(_) if self.members.len() == start => {}
                Some(b',') => {
                    self.scanner.skip();
                    next = self.scanner.peek_token();
                }
                Some(_) => {
                    return Err(self.scanner.fault_ahead("expected `,` or `}` after a member"));
                }
            }
            match next {
                Some(b'"') => {}
                None => return Err(self.scanner.fault_ahead(EOF_IN_VALUE)),
                Some(b'}') => {
                    return Err(self.scanner.fault_ahead("a comma with nothing after it"));
                }
                Some(_) => {
                    return Err(self
                        .scanner
                        .fault_ahead("expected the name of a member, in quotes"));
                }
            }
            let index = self.members.len() - start;
            self.memory.member(index).map_err(|Exceeded| self.out_of_memory())?;
            self.scanner.skip();
            let name = self.string()?;
            match self.scanner.peek_token() {
                Some(b':') => self.scanner.skip(),
                Some(_) => {
                    return Err(self
                        .scanner
                        .fault_ahead("expected `:` after the name of a member"));
                }
                None => return Err(self.scanner.fault_ahead("the text ends within an object")),
            }
            let value = self.value(&path.member(&name), depth)?;
            self.members.push((name, value));
        }
        self.scanner.skip();
        let object = Object::take_sorted(&mut self.members, start, &mut self.duplicates);
        self.memory
            .repeated_members(self.duplicates.len())
            .map_err(|Exceeded| self.out_of_memory())?;
        for name in std::mem::take(&mut self.duplicates) {
            self.note(NoteKind::DuplicateMember, &path.member(&name), depth);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::super::path::OwnedPath;
    use super::*;

    fn error(text: &str) -> JsonError {
        Value::parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn errors_state_path_line_and_column() {
        let syntax = error("{\"flags\": {\"a\": [1, tru]}}");
        assert_eq!(syntax.path(), "flags.a[1]");
        assert_eq!(
            syntax.to_string(),
            "not JSON: expected `null`, `true` or `false` (line 1, column 24)"
        );
        let range = error("{\"a\": 1e400}");
        assert_eq!((range.kind, range.path()), (JsonErrorKind::NumberRange, "a"));
        assert_eq!(error("{} x").kind, JsonErrorKind::Syntax);
        assert_eq!(error(r#""\ud800""#).kind, JsonErrorKind::Syntax);
        assert_eq!(Value::parse(b"\"\xff\"").unwrap_err().kind, JsonErrorKind::Syntax);
    }

    #[test]
    fn nesting_beyond_the_limit_is_an_error() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Value::parse(nested(limits::NESTING).as_bytes()).is_ok());
        assert_eq!(error(&nested(limits::NESTING + 1)).kind, JsonErrorKind::Nesting);
        assert_eq!(error(&"[".repeat(100_000)).kind, JsonErrorKind::Nesting);
    }

    #[test]
    fn duplicate_members_and_rounded_integers_are_noted() {
        let text = br#"{"flags":{"f":{"a":1,"a":2}},"n":9007199254740993}"#;
        let notes = read::<true>(text, &Path::Root, Memory::unlimited()).unwrap().notes;
        let item = |note: &Note| note.item().map(|(section, key)| [section, key].concat());
        let path = |note: &Note| note.path(&OwnedPath::default()).to_string();
        let seen: Vec<_> = notes.iter().map(|n| (n.kind, path(n), item(n))).collect();
        assert_eq!(
            seen,
            [
                (NoteKind::DuplicateMember, "flags.f.a".into(), Some("flagsf".into())),
                (NoteKind::NumberPrecision, "n".into(), None)
            ]
        );
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(Value::parse(b"\xef\xbb\xbf1"), Ok(Value::Number(1.0)));
    }

    #[test]
    fn minus_zero_marks_a_missing_json_form_only_in_text_of_a_host() {
        assert_eq!(Value::parse(b"-0").unwrap().to_string(), "0");
        assert!(read_context(b"[-0]", true).unwrap().1);
        assert!(!read_context(b"[0]", true).unwrap().1);
        assert!(!read_context(b"[-0]", false).unwrap().1);
    }
}
