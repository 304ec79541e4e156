//! The part of a context that a document's answers may depend on.
//!
//! It is what the whole context would have been read to, less attributes that nobody looks at.
//! Those are weighed, since a context that is too large is none. Whatever is out of the ordinary is
//! left to the whole reading.

use std::sync::Arc;

use isoflag::limits::NESTING;
use isoflag::{Flags, Object, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use super::{Converted, Entries, MOST_TEXT, Walk, entries, is_mapping};

/// The part of a context of one or more kinds; none where the object must be read whole.
pub(super) fn part(
    object: &Bound<'_, PyAny>,
    bytes: usize,
    flags: &Flags,
) -> Converted<Option<Value>> {
    let Ok(dict) = object.cast::<PyDict>() else { return Ok(None) };
    let members = entries(dict)?;
    let kind = members.iter().find_map(|(name, kind)| match plain(name)? {
        "kind" => text(kind),
        _ => None,
    });
    // Below this size no limit is near, so that the text need not be written to know.
    let mut part = Part { walk: Walk::new(bytes / MOST_TEXT, true), flags };
    match kind {
        None => Ok(None),
        Some("multi") => part.individuals(&members),
        Some(_) => part.individual(&members, 1),
    }
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
            let value = match member.cast::<PyDict>() {
                Ok(dict) => self.individual(&entries(dict)?, 2)?,
                Err(_) => text(member).filter(|_| name == "kind").map(Value::from),
            };
            let Some(value) = value else { return Ok(None) };
            read.push((Arc::from(name), value));
        }
        Ok(Some(Value::Object(Object::from_members(read))))
    }

    /// An individual context that stands at this level.
    fn individual(&mut self, members: &Entries<'_>, level: usize) -> Converted<Option<Value>> {
        let mut read = Vec::with_capacity(members.len().min(16));
        for (name, member) in members {
            let Some(name) = plain(name).filter(|name| self.spends(name.len())) else {
                return Ok(None);
            };
            match self.flags.attribute_name(name) {
                Some(name) => match self.walk.value(member, level + 1) {
                    Ok(value) => read.push((name, value)),
                    Err(failure) if self.walk.marks(&failure, level) => {
                        read.push((name, Value::NO_JSON_FORM));
                    }
                    // Whether it is too large is for the whole reading to say.
                    Err(failure) if !failure.is_interrupt() => return Ok(None),
                    Err(failure) => return Err(failure),
                },
                None if self.weighs(member, level + 1) => {}
                None => return Ok(None),
            }
        }
        Ok(Some(Value::Object(Object::from_members(read))))
    }

    /// Takes an object's size off the budget; false where that is not enough, or not known.
    fn weighs(&mut self, object: &Bound<'_, PyAny>, level: usize) -> bool {
        if object.is_instance_of::<PyString>() {
            // One that has no JSON form weighs nothing: its attribute is absent.
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
            // Nothing here runs Python code, which could change the dict meanwhile.
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
            // What has no JSON form is absent; a mapping of another class is read whole.
            is_mapping(object).is_ok_and(|mapping| !mapping)
        }
    }

    fn spends(&mut self, bytes: usize) -> bool {
        self.walk.spend(bytes).is_ok()
    }
}

/// The text of a name that stands for itself: of two instances of a subclass that are unequal the
/// texts may be equal.
fn plain<'a>(name: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    name.cast_exact::<PyString>().ok()?.to_str().ok()
}

/// The text of a str that has a JSON form.
fn text<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    object.cast::<PyString>().ok()?.to_str().ok()
}
