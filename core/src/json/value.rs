//! JSON values.

use std::fmt;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::error::JsonError;
use super::memory::Memory;
use super::object::Object;
use super::path::Path;
use super::{canonical, number, reader};

/// A JSON value: of a flag's variation, of a context's attribute, of a whole document.
///
/// Numbers are IEEE doubles, always finite and never `-0`. Objects are sorted by RFC 8785. The
/// contents of strings, arrays and objects are shared, so that a clone costs a reference count.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A finite double.
    Number(f64),
    /// A string of Unicode scalar values.
    String(Arc<str>),
    /// An array, in the order of the text.
    Array(Arc<[Value]>),
    /// An object, in RFC 8785 order.
    Object(Object),
}

impl Value {
    /// Marks a value of the host runtime that has no JSON form: a cycle, a function, a date, NaN.
    ///
    /// Only [`Context::from_host`](crate::Context::from_host) accepts it, and decides about the
    /// attribute.
    pub const NO_JSON_FORM: Value = Value::Number(f64::NAN);

    /// Parses one JSON text; a leading byte-order mark is skipped and the last of duplicate members
    /// wins.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, a number is outside the range of a double, or the nesting exceeds
    /// [`limits::NESTING`](crate::limits::NESTING).
    pub fn parse(text: &[u8]) -> Result<Value, JsonError> {
        Ok(reader::read::<false>(text, &Path::Root, Memory::unlimited())?.value)
    }

    /// Parses text that a binding encoded from a host object: the literal `-0`, which a binding
    /// never writes for a number, is [`Value::NO_JSON_FORM`].
    ///
    /// # Errors
    /// As [`Value::parse`].
    pub fn parse_host(text: &[u8]) -> Result<Value, JsonError> {
        Ok(reader::read_context(text, true)?.0)
    }

    /// A number, unless it is NaN or infinite; `-0` becomes `0`.
    #[must_use]
    pub fn number(number: f64) -> Option<Value> {
        number.is_finite().then_some(Value::Number(number + 0.0))
    }

    /// The canonical text of RFC 8785: equal values have equal bytes on every host.
    #[must_use]
    pub fn to_canonical_json(&self) -> String {
        let mut text = String::new();
        self.write_canonical_json(&mut text);
        text
    }

    /// Appends the [canonical text](Value::to_canonical_json).
    pub fn write_canonical_json(&self, text: &mut String) {
        canonical::write(self, text);
    }

    /// The length in bytes of the [canonical text](Value::to_canonical_json), without writing it:
    /// [`limits::CONTEXT_BYTES`](crate::limits::CONTEXT_BYTES) limits it for a host object.
    #[must_use]
    pub fn canonical_length(&self) -> usize {
        canonical::length(self)
    }

    /// The length in bytes of the [canonical text](Value::to_canonical_json) of a string or a name.
    #[must_use]
    pub fn canonical_length_of(text: &str) -> usize {
        canonical::string_length(text)
    }

    /// Takes the values from an index on as an array.
    #[must_use]
    pub fn take_array(values: &mut Vec<Value>, start: usize) -> Value {
        if values.len() == start.saturating_add(1)
            && let Some(only) = values.pop()
        {
            // Long texts consist of these: their number is limited by nothing but the length of the text.
            return Value::Array(Arc::new([only]));
        }
        Value::Array(values.drain(start.min(values.len())..).collect())
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The integer, if it is a number without a fraction that an `i64` holds.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        self.as_number().and_then(number::to_integer)
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether it contains [`Value::NO_JSON_FORM`], at any depth.
    pub(crate) fn lacks_json_form(&self) -> bool {
        match self {
            Value::Number(number) => !number.is_finite(),
            Value::Array(elements) => elements.iter().any(Value::lacks_json_form),
            Value::Object(object) => object.iter().any(|(_, member)| member.lacks_json_form()),
            Value::Null | Value::Bool(_) | Value::String(_) => false,
        }
    }

    /// The name of the JSON type, as messages print it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_canonical_json())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    /// Rounds to the nearest double.
    fn from(integer: i64) -> Self {
        Value::Number(integer as f64)
    }
}

impl From<i32> for Value {
    fn from(integer: i32) -> Self {
        Value::Number(f64::from(integer))
    }
}

impl From<u32> for Value {
    fn from(integer: u32) -> Self {
        Value::Number(f64::from(integer))
    }
}

impl From<f64> for Value {
    /// NaN and infinities become `null`, as in JavaScript's own JSON.
    fn from(number: f64) -> Self {
        Value::number(number).unwrap_or(Value::Null)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(Arc::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(Arc::from(text))
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Value::String(text)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Value::Object(object)
    }
}

impl From<Vec<Value>> for Value {
    fn from(mut elements: Vec<Value>) -> Self {
        Value::take_array(&mut elements, 0)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        // One function for all iterators.
        fn collect(next: &mut dyn FnMut() -> Option<Value>) -> Value {
            let mut elements = Vec::new();
            while let Some(element) = next() {
                elements.push(element);
            }
            elements.into()
        }
        let mut elements = elements.into_iter();
        collect(&mut || elements.next())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => match number::to_safe_integer(*number) {
                Some(integer) => serializer.serialize_i64(integer),
                None => serializer.serialize_f64(*number),
            },
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(elements) => {
                let mut sequence = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements.iter() {
                    sequence.serialize_element(element)?;
                }
                sequence.end()
            }
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (name, member) in object.iter() {
                    map.serialize_entry(&**name, member)?;
                }
                map.end()
            }
        }
    }
}
