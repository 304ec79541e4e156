//! The reason and the path of a failed conversion.

use std::fmt::{self, Write};
use std::sync::Arc;

use isoflag::Value;
use isoflag::limits::{CONTEXT_CONTAINERS, NESTING};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// An object that cannot be converted.
pub(crate) struct Failure {
    cause: Cause,
    /// The path from the failure upward; the outermost step is the last.
    trail: Vec<Step>,
}

pub(super) enum Step {
    Member(Arc<str>),
    Element(usize),
}

pub(super) enum Cause {
    Type(Py<PyType>),
    Name(Py<PyType>),
    NaiveDateTime,
    NotFinite(f64),
    NumberRange,
    LoneSurrogate,
    Nesting,
    TooLarge,
    TooMany,
    Raised(PyErr),
    Interrupted(PyErr),
}

impl From<Cause> for Box<Failure> {
    fn from(cause: Cause) -> Box<Failure> {
        Box::new(Failure { cause, trail: Vec::new() })
    }
}

impl Failure {
    pub(super) fn within(mut self: Box<Self>, step: Step) -> Box<Failure> {
        self.trail.push(step);
        self
    }

    /// Returns whether the rest of the object may still be read.
    pub(super) fn is_of_one_member(&self) -> bool {
        !matches!(self.cause, Cause::TooLarge | Cause::TooMany | Cause::Interrupted(_))
    }

    pub(super) fn is_interrupt(&self) -> bool {
        matches!(self.cause, Cause::Interrupted(_))
    }

    /// Returns the interrupt of the interpreter that stopped the conversion, if any.
    pub(crate) fn into_interrupt(self: Box<Self>) -> Result<PyErr, Box<Failure>> {
        match self.cause {
            Cause::Interrupted(error) => Ok(error),
            _ => Err(self),
        }
    }

    /// Creates the failure for an exception that a mapping raised.
    pub(crate) fn into_raised(self) -> Option<PyErr> {
        match self.cause {
            Cause::Raised(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self.cause {
            Cause::NotFinite(_) | Cause::NumberRange => "number-range",
            Cause::Nesting | Cause::TooLarge | Cause::TooMany => "limit",
            _ => "not-json",
        }
    }

    /// Returns the message with the path.
    pub(crate) fn message(&self) -> String {
        match self.path() {
            path if path.is_empty() => self.reason(),
            path => format!("`{path}`: {}", self.cause),
        }
    }

    /// Returns the message without the path.
    pub(crate) fn reason(&self) -> String {
        self.cause.to_string()
    }

    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.trail.iter().rev() {
            // Writing to a string does not fail.
            let _ = match step {
                Step::Element(index) => write!(path, "[{index}]"),
                Step::Member(name) if !is_plain(name) => {
                    write!(path, "[{}]", Value::String(Arc::clone(name)))
                }
                Step::Member(name) if path.is_empty() => write!(path, "{name}"),
                Step::Member(name) => write!(path, ".{name}"),
            };
        }
        path
    }
}

impl Cause {
    pub(super) fn of_exception(py: Python<'_>, error: PyErr) -> Cause {
        if error.is_instance_of::<PyException>(py) {
            Cause::Raised(error)
        } else {
            Cause::Interrupted(error)
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Type(class) => write!(
                f,
                "JSON cannot represent a value of type `{}`; use None, bool, int, float, str, list, \
                 tuple, a mapping, Decimal, date, a datetime with a time zone, UUID or Enum",
                class_name(class)
            ),
            Cause::Name(class) => {
                write!(f, "a member name is a `{}`; use a str", class_name(class))
            }
            Cause::NaiveDateTime => {
                f.write_str("a datetime without a time zone is ambiguous; set its `tzinfo`")
            }
            Cause::NotFinite(number) => {
                write!(f, "JSON cannot represent the float `{number}`; use a finite one")
            }
            Cause::NumberRange => f.write_str("an int exceeds the range of a double"),
            Cause::LoneSurrogate => {
                f.write_str("JSON cannot represent a str with a lone surrogate")
            }
            Cause::Nesting => write!(f, "nested deeper than {NESTING} levels, or endless"),
            Cause::TooLarge => f.write_str("larger than the limit, or endless"),
            Cause::TooMany => {
                write!(f, "a context has at most {CONTEXT_CONTAINERS} arrays and objects")
            }
            Cause::Raised(error) | Cause::Interrupted(error) => {
                write!(f, "reading the mapping raised `{error}`")
            }
        }
    }
}

fn class_name(class: &Py<PyType>) -> String {
    Python::attach(|py| {
        class.bind(py).name().map_or_else(|_| "?".to_owned(), |name| name.to_string())
    })
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}
