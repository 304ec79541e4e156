//! Attribute values converted to the form in which operators compare them.

use super::date::Instant;
use super::version::Version;
use crate::json::Value;
use crate::model::value_list;

/// The form that an operator needs an attribute to be converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparedAs {
    Itself,
    Hash,
    Instant,
    Version,
}

/// The converted form of a value, computed before an operator needs it: for an attribute when the
/// context is bound, however many clauses read it; for the elements of an array it is not computed.
#[derive(Clone, Debug, Default)]
pub(crate) enum Comparable {
    /// Not converted: the operator reads the value itself.
    #[default]
    Itself,
    /// The hash for look-ups in a list.
    Hash(u32),
    /// The instant; `None` if the value is not a date.
    Instant(Option<Instant>),
    /// The version; `None` if the value is not a version.
    Version(Option<Version>),
}

impl Comparable {
    pub(crate) fn read(value: &Value, compared_as: ComparedAs) -> Comparable {
        match compared_as {
            _ if matches!(value, Value::Null | Value::Array(_)) => Comparable::Itself,
            ComparedAs::Itself => Comparable::Itself,
            ComparedAs::Hash => Comparable::Hash(value_list::hash(value)),
            ComparedAs::Instant => Comparable::Instant(Instant::read(value)),
            ComparedAs::Version => Comparable::Version(Version::read(value)),
        }
    }
}
