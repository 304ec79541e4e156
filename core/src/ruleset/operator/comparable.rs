use super::date::Instant;
use super::version::Version;
use crate::json::Value;
use crate::ruleset::value_list;

/// What the operators that ask for an attribute need it to be read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ComparedAs {
    Itself,
    Hash,
    Instant,
    Version,
}

/// What has been read of a value before an operator asks: of an attribute when the context is
/// bound, however many clauses ask for it; of the elements of an array nothing.
#[derive(Clone, Debug, Default)]
pub(crate) enum Comparable {
    /// Nothing: an operator reads for itself what it needs.
    #[default]
    Itself,
    /// The hash with which it is looked for in a list.
    Hash(u32),
    /// The moment; none for what is no date.
    Instant(Option<Instant>),
    /// The version; none for what is no version.
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
