//! Why an object has no JSON form, and where.

use std::fmt::{self, Write};
use std::sync::Arc;

use isoflag::Value;
use isoflag::limits::NESTING;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyType;

/// An object that cannot be converted.
pub(crate) struct Failure {
    cause: Cause,
    /// The way up from the place; the outermost step is the last.
    trail: Vec<Step>,
}

pub(super) enum Step {
    Member(Arc<str>),
    Element(usize),
}

pub(super) enum Cause {
    Type(Py<PyType>),
    Name(Py<PyType>),
    NotFinite(f64),
    NumberRange,
    LoneSurrogate,
    Nesting,
    TooLarge,
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

    /// Whether the rest of the object may still be read.
    pub(super) fn is_of_one_member(&self) -> bool {
        !matches!(self.cause, Cause::TooLarge | Cause::Interrupted(_))
    }

    pub(super) fn is_interrupt(&self) -> bool {
        matches!(self.cause, Cause::Interrupted(_))
    }

    /// The exception that stopped the conversion and is not the object's doing: an interrupt of
    /// the interpreter.
    pub(crate) fn into_interrupt(self: Box<Self>) -> Result<PyErr, Box<Failure>> {
        match self.cause {
            Cause::Interrupted(error) => Ok(error),
            _ => Err(self),
        }
    }

    /// The exception that a mapping raised.
    pub(crate) fn into_raised(self) -> Option<PyErr> {
        match self.cause {
            Cause::Raised(error) => Some(error),
            _ => None,
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self.cause {
            Cause::NotFinite(_) | Cause::NumberRange => "number-range",
            Cause::Nesting | Cause::TooLarge => "limit",
            _ => "not-json",
        }
    }

    /// What is wrong, with its place.
    pub(crate) fn message(&self) -> String {
        match self.path() {
            path if path.is_empty() => self.cause.to_string(),
            path => format!("`{path}`: {}", self.cause),
        }
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
                "a value of type `{}` has no JSON form; give None, bool, int, float, str, list, \
                 tuple or a mapping",
                class_name(class)
            ),
            Cause::Name(class) => {
                write!(f, "a member is named by a `{}`; give it a str", class_name(class))
            }
            Cause::NotFinite(number) => {
                write!(f, "the float `{number}` has no JSON form; give a finite one")
            }
            Cause::NumberRange => f.write_str("an int outside the range of a double"),
            Cause::LoneSurrogate => f.write_str("a str with a lone surrogate has no JSON form"),
            Cause::Nesting => write!(f, "nested deeper than {NESTING} levels, or without an end"),
            Cause::TooLarge => f.write_str("larger than the limit, or without an end"),
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
