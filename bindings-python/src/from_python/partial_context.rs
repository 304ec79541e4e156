//! The part of a context that a document's answers may depend on.
//!
//! It equals the whole converted context, except for attributes that no flag reads.
//! Their size still counts, since a context that is too large is invalid. Unusual contexts are
//! converted whole.

use std::sync::Arc;

use isoflag::limits::{Budget, CONTEXT_BYTES, NESTING};
use isoflag::{Flags, Object, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::failure::Step;
use super::host_type::{HostType, HostValue};
use super::{Converted, Entries, Measure, Skipped, Walk, entries, is_mapping};

/// Returns the part of a context, or `None` if the object must be converted whole.
pub(super) fn part(
    object: &Bound<'_, PyAny>,
    flags: &Flags,
    skipped: &mut Skipped,
) -> Converted<Option<Value>> {
    let Ok(dict) = object.cast::<PyDict>() else { return Ok(None) };
    let members = entries(dict)?;
    let kind = members.iter().find_map(|(name, kind)| match plain(name)? {
        "kind" => text(kind),
        _ => None,
    });
    // Below this size no limit can be exceeded, so the text need not be measured.
    let budget = Budget::new(CONTEXT_BYTES / Measure::MOST_TEXT);
    let mut part = Part { walk: Walk::new(budget, Measure::Quick, true), flags };
    let value = match kind {
        None => Ok(None),
        Some("multi") => part.individuals(&members),
        Some(_) => part.individual(&members, 1),
    };
    *skipped = part.walk.skipped;
    value
}

struct Part<'f> {
    walk: Walk,
    flags: &'f Flags,
}

impl Part<'_> {
    fn individuals(&mut self, members: &Entries<'_>) -> Converted<Option<Value>> {
        let mut read = Vec::with_capacity(members.len());
        for (name, member) in members {
            let Some(name) = plain(name).filter(|name| self.spends(name.len())) else {
                return Ok(None);
            };
            let had_skipped = self.walk.skipped.first.is_some();
            let value = match member.cast::<PyDict>() {
                Ok(dict) => self.individual(&entries(dict)?, 2)?,
                Err(_) => text(member).filter(|_| name == "kind").map(Value::from),
            };
            let Some(value) = value else { return Ok(None) };
            let name = Arc::from(name);
            self.walk.skipped_within(&name, had_skipped);
            read.push((name, value));
        }
        Ok(Some(Value::Object(Object::from_members(read))))
    }

    /// Converts an individual context at this level.
    fn individual(&mut self, members: &Entries<'_>, level: usize) -> Converted<Option<Value>> {
        let mut read = Vec::with_capacity(members.len().min(16));
        for (name, member) in members {
            let Some(name) = plain(name).filter(|name| self.spends(name.len())) else {
                return Ok(None);
            };
            let had_skipped = self.walk.skipped.first.is_some();
            match self.flags.attribute_name(name) {
                Some(name) => match self.walk.value(member, level + 1) {
                    Ok(value) => {
                        self.walk.skipped_within(&name, had_skipped);
                        read.push((name, value));
                    }
                    Err(failure) if self.walk.may_mark(&failure, level) => {
                        self.walk.mark(failure.within(Step::Member(Arc::clone(&name))));
                        read.push((name, Value::NO_JSON_FORM));
                    }
                    // Converting it whole decides whether it is too large.
                    Err(failure) if !failure.is_interrupt() => return Ok(None),
                    Err(failure) => return Err(failure),
                },
                None if self.weighs(member, level + 1) => {}
                None => return Ok(None),
            }
        }
        Ok(Some(Value::Object(Object::from_members(read))))
    }

    /// Subtracts an object's size from the budget; false if that exceeds it or is unknown.
    fn weighs(&mut self, object: &Bound<'_, PyAny>, level: usize) -> bool {
        if object.is_instance_of::<PyString>() {
            // A value that JSON cannot represent counts nothing: its attribute is absent.
            return text(object).is_none_or(|text| self.spends(text.len()));
        }
        if !self.spends(1) {
            return false;
        }
        if object.is_instance_of::<PyBool>()
            || object.is_instance_of::<PyInt>()
            || object.is_instance_of::<PyFloat>()
            || object.is_none()
        {
            return true;
        }
        if level > NESTING {
            return false;
        }
        if let Ok(dict) = object.cast::<PyDict>() {
            // No Python code runs here, so the dict cannot change.
            entries(dict).is_ok_and(|members| {
                members.iter().all(|(name, member)| {
                    name.is_instance_of::<PyString>()
                        && self.weighs(name, level)
                        && self.weighs(member, level + 1)
                })
            })
        } else if let Ok(list) = object.cast::<PyList>() {
            list.iter().all(|element| self.weighs(&element, level + 1))
        } else if let Ok(tuple) = object.cast::<PyTuple>() {
            tuple.iter().all(|element| self.weighs(&element, level + 1))
        } else {
            // A mapping of another class is converted whole.
            is_mapping(object).is_ok_and(|mapping| !mapping)
                && self.weighs_host_value(object, level)
        }
    }

    fn weighs_host_value(&mut self, object: &Bound<'_, PyAny>, level: usize) -> bool {
        match HostType::of(object) {
            Some(HostType::Enum) => match HostType::Enum.value(object) {
                Ok(HostValue::Inner(inner)) => self.weighs(&inner, level),
                _ => true,
            },
            Some(_) => self.spends(HostType::MOST_TEXT),
            // A value that JSON cannot represent is absent.
            None => true,
        }
    }

    fn spends(&mut self, bytes: usize) -> bool {
        self.walk.spend(bytes).is_ok()
    }
}

/// Returns the text of a name that is exactly a `str`: two unequal instances of a subclass can have
/// equal texts.
fn plain<'a>(name: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    name.cast_exact::<PyString>().ok()?.to_str().ok()
}

/// Returns the text of a str without lone surrogates.
fn text<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    object.cast::<PyString>().ok()?.to_str().ok()
}
