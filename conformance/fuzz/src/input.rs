//! The parts of an input: texts that are separated by a byte that no JSON text has.

use isoflag::{Context, Flags, Value};

/// Separates the parts, as in RFC 7464.
pub const SEPARATOR: u8 = 0x1e;

/// An input, split into its parts. A missing part is empty.
#[derive(Clone, Debug)]
pub struct Input<'a>(Vec<&'a [u8]>);

impl<'a> Input<'a> {
    /// Splits the bytes.
    #[must_use]
    pub fn of(bytes: &'a [u8]) -> Input<'a> {
        Input(bytes.split(|byte| *byte == SEPARATOR).collect())
    }

    /// A part as bytes.
    #[must_use]
    pub fn bytes(&self, index: usize) -> &'a [u8] {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// A part as text, if it is UTF-8.
    #[must_use]
    pub fn text(&self, index: usize) -> Option<&'a str> {
        std::str::from_utf8(self.bytes(index)).ok()
    }

    /// A part as JSON; null if it is not JSON.
    #[must_use]
    pub fn value(&self, index: usize) -> Value {
        Value::parse(self.bytes(index)).unwrap_or_default()
    }

    /// A part as a number; 0 if it is not one.
    #[must_use]
    pub fn number(&self, index: usize) -> f64 {
        self.value(index).as_number().unwrap_or_default()
    }

    /// A part as a document, if it is one.
    #[must_use]
    pub fn flags(&self, index: usize) -> Option<Flags> {
        Flags::from_json(self.bytes(index)).ok()
    }

    /// The contexts of every input, and a part as a context, if it is one.
    #[must_use]
    pub fn contexts(&self, index: usize) -> Vec<Context> {
        let own = Context::from_host_json(self.bytes(index)).ok();
        let always = CONTEXTS.iter().map(|text| Context::from_json(text.as_bytes()).unwrap());
        own.into_iter().chain(always).collect()
    }
}

const CONTEXTS: [&str; 3] = [
    r#"{"kind": "user", "key": "a", "n": 1, "s": "x", "l": ["x", 2, null], "o": {"p": "q"}}"#,
    r#"{"kind": "multi", "user": {"key": "b"}, "org": {"key": "c", "_meta": {"privateAttributes": ["n"]}}}"#,
    r#"{"key": "", "custom": {"n": "2026-01-01T00:00:00Z", "s": "1.2.3"}}"#,
];
