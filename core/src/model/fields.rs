//! Reads the properties of objects leniently.

use std::fmt::Display;
use std::sync::Arc;

use super::value_list::ValueList;
use crate::diagnostic::{Code, Findings};
use crate::json::{Object, Path, Value};

/// A part that is invalid; its diagnostic has already been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// The properties of one object of the document, read leniently: `null` is absent, unknown
/// properties are ignored, and a property of the wrong type is reported with its path.
///
/// Each reader declares to the findings whether its property decides answers: all do, except
/// `lenient`, and `deferred_text`, whose caller declares it.
pub(crate) struct Fields<'a, F> {
    object: &'a Object,
    pub(crate) path: &'a Path<'a>,
    pub(crate) findings: &'a F,
}

impl<'a, F: Findings> Fields<'a, F> {
    pub(crate) fn of(
        value: &'a Value,
        path: &'a Path<'a>,
        findings: &'a F,
    ) -> Result<Fields<'a, F>, Unreadable> {
        match value {
            Value::Object(object) => Ok(Fields { object, path, findings }),
            other => {
                let message = format_args!("expected an object, found {}", other.type_name());
                findings.add(Code::NOT_AN_OBJECT, path, message);
                Err(Unreadable)
            }
        }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Reports something about one property.
    pub(crate) fn report(&self, code: Code, name: &str, message: impl Display) {
        self.findings.add(code, &self.path.member(name), message);
    }

    fn read<T>(
        &self,
        name: &str,
        expected: &str,
        code: Code,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        let Some(value) = self.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| {
            match value {
                Value::Number(_) => {
                    let message = format_args!("expected {expected}, found the number {value}");
                    self.report(code, name, message);
                }
                other => {
                    let message = format_args!("expected {expected}, found {}", other.type_name());
                    self.report(code, name, message);
                }
            }
            Unreadable
        })
    }

    /// Declares that a property decides answers by its whole value, absent or not.
    fn decides(&self, name: &'static str, absent: impl FnOnce() -> Value) {
        self.findings.decides(name, || self.get(name).cloned().unwrap_or_else(absent));
    }

    pub(crate) fn boolean(&self, name: &'static str) -> Result<bool, Unreadable> {
        self.decides(name, || Value::Bool(false));
        let read = self.read(name, "a boolean", Code::WRONG_TYPE, Value::as_bool)?;
        Ok(read.unwrap_or(false))
    }

    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, Unreadable> {
        self.decides(name, || Value::Null);
        self.read(name, "an integer", Code::WRONG_TYPE, Value::as_integer)
    }

    pub(crate) fn number(&self, name: &'static str) -> Result<Option<f64>, Unreadable> {
        self.decides(name, || Value::Null);
        self.read(name, "a number", Code::WRONG_TYPE, Value::as_number)
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&'a Arc<str>>, Unreadable> {
        self.decides(name, || Value::Null);
        self.deferred_text(name)
    }

    /// A string that decides only if it is used; the caller declares that.
    pub(crate) fn deferred_text(&self, name: &str) -> Result<Option<&'a Arc<str>>, Unreadable> {
        self.read(name, "a string", Code::WRONG_TYPE, as_text)
    }

    /// An object, whose own properties decide.
    pub(crate) fn object(&self, name: &'static str) -> Result<Option<&'a Value>, Unreadable> {
        self.findings.decides(name, || Value::Bool(self.get(name).is_some()));
        self.read(name, "an object", Code::WRONG_TYPE, |value| {
            matches!(value, Value::Object(_)).then_some(value)
        })
    }

    /// A list, shared with the document; an absent one is empty.
    pub(crate) fn list(&self, name: &'static str) -> Result<Arc<[Value]>, Unreadable> {
        self.decides(name, || Value::Array(Arc::default()));
        self.elements(name)
    }

    fn elements(&self, name: &str) -> Result<Arc<[Value]>, Unreadable> {
        let read = self.read(name, "an array", Code::WRONG_TYPE, |value| match value {
            Value::Array(elements) => Some(Arc::clone(elements)),
            _ => None,
        })?;
        Ok(read.unwrap_or_default())
    }

    /// A list of strings.
    pub(crate) fn keys(&self, name: &'static str) -> Result<ValueList, Unreadable> {
        let list = self.list(name)?;
        let other = |(_, value): &(usize, &Value)| !matches!(value, Value::String(_));
        if let Some((index, element)) = list.iter().enumerate().find(other) {
            let message = format_args!("expected a string, found {}", element.type_name());
            let list = self.path.member(name);
            self.findings.add(Code::WRONG_TYPE, &list.element(index), message);
            return Err(Unreadable);
        }
        Ok(ValueList::new(list))
    }

    /// Reads every object of a list.
    pub(crate) fn each<T>(
        &self,
        name: &'static str,
        mut read: impl FnMut(Fields<'_, F>) -> Result<T, Unreadable>,
    ) -> Result<Box<[T]>, Unreadable> {
        let mut all = Vec::new();
        self.visit(name, &mut |fields| {
            all.push(read(fields)?);
            Ok(())
        })?;
        Ok(all.into())
    }

    /// Visits every object of a list: one function for all lists, however they are read. Without
    /// findings the first unreadable one is the last, so that unreadable lists take no memory.
    pub(super) fn visit(
        &self,
        name: &'static str,
        visit: &mut dyn FnMut(Fields<'_, F>) -> Result<(), Unreadable>,
    ) -> Result<(), Unreadable> {
        let list = self.path.member(name);
        let mut all = Ok(());
        let elements = self.elements(name)?;
        self.findings.decides(name, || Value::Number(elements.len() as f64));
        for (index, element) in elements.iter().enumerate() {
            let path = list.element(index);
            let visited = Fields::of(element, &path, self.findings).and_then(&mut *visit);
            all = all.and(visited);
            if all.is_err() && !self.findings.are_wanted() {
                break;
            }
        }
        all
    }

    /// A lenient optional field: it affects no answer, so one of the wrong type is reported and
    /// read as absent.
    pub(crate) fn lenient<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        self.read(name, expected, Code::IGNORED_TYPE, read).unwrap_or_default()
    }
}

fn as_text(value: &Value) -> Option<&Arc<str>> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
