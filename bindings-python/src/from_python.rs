//! Converts Python objects to JSON values.
//!
//! Convertible are None, bool, int, float, str, list, tuple, dict and their subclasses, by their
//! contents regardless of overridden methods, any other `collections.abc.Mapping`, and the values of
//! [`HostType`].

mod failure;
mod host_type;
mod partial_context;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use isoflag::limits::Budget;
use isoflag::{Flags, Marks, Object, Value};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDict, PyDictMethods, PyFloat, PyInt, PyList, PyString, PyTuple, PyType,
};

pub(crate) use failure::Failure;
use failure::{Cause, Step};
use host_type::{HostType, HostValue};

/// Converts an object of which every part must have a JSON form.
pub(crate) fn strict(object: &Bound<'_, PyAny>, budget: Budget) -> Converted<Value> {
    Walk::new(budget, Measure::Exact, false).value(object, 1)
}

/// Returns the failure of a str in the member with this name.
pub(crate) fn lone_surrogate(path: &str) -> Box<Failure> {
    Box::<Failure>::from(Cause::LoneSurrogate).within(Step::Member(Arc::from(path)))
}

/// The converted context of an evaluation.
pub(crate) struct Lenient {
    pub(crate) value: Value,
    pub(crate) marks: Marks,
    /// Whether it has all members, rather than only those that flags depend on.
    pub(crate) is_whole: bool,
    /// The first part that JSON cannot represent, if any.
    pub(crate) skipped: Option<Box<Failure>>,
}

/// Converts the context of an evaluation: of an ordinary one only what the results of these flags
/// may depend on. [`Value::NO_JSON_FORM`] marks values that JSON cannot represent, for the
/// core to decide. Returns the failure of a context that is too large or not an object at all, and raises only an interrupt
/// of the interpreter.
pub(crate) fn lenient(
    object: &Bound<'_, PyAny>,
    flags: Option<&Flags>,
) -> PyResult<Converted<Lenient>> {
    let mut skipped = Skipped::default();
    let part = match flags {
        Some(flags) => partial_context::part(object, flags, &mut skipped),
        None => Ok(None),
    };
    let mut is_whole = false;
    let converted = match part {
        Ok(Some(value)) => Ok(value),
        Ok(None) => {
            is_whole = true;
            let mut walk = Walk::new(Budget::of_context(), Measure::Exact, true);
            let value = walk.value(object, 1);
            skipped = walk.skipped;
            value
        }
        Err(failure) => Err(failure),
    };
    match converted {
        Ok(value) => {
            let marks = if skipped.is_marked { Marks::Possible } else { Marks::Absent };
            Ok(Ok(Lenient { value, marks, is_whole, skipped: skipped.first }))
        }
        Err(failure) => failure.into_interrupt().map_or_else(|failure| Ok(Err(failure)), Err),
    }
}

/// The parts of an object that JSON cannot represent.
#[derive(Default)]
struct Skipped {
    /// Whether a member was marked.
    is_marked: bool,
    /// The failure of the first member that was marked or left out.
    first: Option<Box<Failure>>,
}

/// Down to this level a member that JSON cannot represent is marked and its neighbours are kept: an
/// attribute may be there, or a member of `_meta` that nothing reads. Further down the whole
/// attribute is lost, so that the walk ends early.
const ATTRIBUTES: usize = 3;

/// An object that took more of the budget than this may contain a part many times, and part within
/// part exponentially often: from here on each container is converted once.
const LARGE: usize = 1 << 20;

pub(crate) type Converted<T> = Result<T, Box<Failure>>;

struct Walk {
    budget: Budget,
    measure: Measure,
    lenient: bool,
    skipped: Skipped,
    /// The part of the budget used so far.
    spent: usize,
    /// The deepest level of a container since this was last set.
    deepest: usize,
    /// The addresses of the open containers, the outermost first.
    open: Vec<usize>,
    /// The elements of all open arrays, so that each closed one is allocated once.
    elements: Vec<Value>,
    shared: Shared,
}

/// The length of the text of [`Value::NO_JSON_FORM`].
const MARK: usize = 2;

/// The size of a value in the budget.
#[derive(Clone, Copy, PartialEq)]
enum Measure {
    /// The length of its canonical text.
    Exact,
    /// Less, without looking at the digits of numbers and the escapes of strings.
    Quick,
}

impl Measure {
    /// Maximum number of text bytes for one byte that is counted quickly: a number's digits and its comma.
    const MOST_TEXT: usize = 32;

    fn text(self, text: &str) -> usize {
        match self {
            Measure::Exact => Value::canonical_length_of(text),
            Measure::Quick => text.len().saturating_add(2),
        }
    }

    fn scalar(self, value: &Value) -> usize {
        match self {
            Measure::Exact => value.canonical_length(),
            Measure::Quick => 1,
        }
    }
}

impl Walk {
    fn new(budget: Budget, measure: Measure, lenient: bool) -> Walk {
        let shared = Shared::default();
        Walk {
            budget,
            measure,
            lenient,
            skipped: Skipped::default(),
            spent: 0,
            deepest: 0,
            open: Vec::new(),
            elements: Vec::new(),
            shared,
        }
    }

    /// Converts an object that, if it is a container, stands at this level.
    fn value(&mut self, object: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        // Values parsed from JSON text have exactly these classes.
        if let Ok(text) = object.cast_exact::<PyString>() {
            return Ok(Value::String(self.text(text)?));
        }
        if object.is_exact_instance_of::<PyList>() || object.is_exact_instance_of::<PyDict>() {
            return self.container(object, level);
        }
        self.value_of_any_class(object, level)
    }

    fn value_of_any_class(&mut self, object: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        if let Ok(text) = object.cast::<PyString>() {
            return Ok(Value::String(self.text(text)?));
        }
        let scalar = if let Ok(flag) = object.cast::<PyBool>() {
            Some(Value::Bool(flag.is_true()))
        } else if let Ok(integer) = object.cast::<PyInt>() {
            let number = nearest_double(integer).and_then(Value::number);
            Some(number.ok_or(Cause::NumberRange)?)
        } else if let Ok(number) = object.cast::<PyFloat>() {
            Some(Value::number(number.value()).ok_or(Cause::NotFinite(number.value()))?)
        } else {
            object.is_none().then_some(Value::Null)
        };
        match scalar {
            Some(scalar) => {
                self.spend(self.measure.scalar(&scalar))?;
                Ok(scalar)
            }
            None if is_container(object)? => self.container(object, level),
            None => self.host_value(object, level),
        }
    }

    /// Converts a value of [`HostType`], which counts like the number, text or other value that it stands for.
    fn host_value(&mut self, object: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        let Some(host_type) = HostType::of(object) else {
            return Err(Cause::Type(object.get_type().unbind()).into());
        };
        match host_type.value(object)? {
            HostValue::Number(number) => {
                let number = Value::from(number);
                self.spend(self.measure.scalar(&number))?;
                Ok(number)
            }
            HostValue::Text(text) => {
                self.spend(self.measure.text(&text))?;
                Ok(Value::from(text))
            }
            HostValue::Inner(inner) => self.value(&inner, level),
        }
    }

    fn container(&mut self, object: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        self.reach(level)?;
        if !self.budget.spend_container() {
            return Err(Cause::TooMany.into());
        }
        if let Some(known) = self.shared.get(object) {
            self.reach(level.saturating_add(known.height))?;
            self.spend(known.spent)?;
            return Ok(known.value);
        }
        // A container within itself has a reference besides that of its parent and this one.
        let address = object.as_ptr() as usize;
        #[allow(deprecated, reason = "its replacement is unsafe")]
        let references = object.get_refcnt();
        if references > 2 && self.open.contains(&address) {
            return Err(Cause::Nesting.into());
        }
        let (spent, deepest) = (self.spent, mem::replace(&mut self.deepest, level));
        self.open.push(address);
        let value = self.contents(object, level);
        self.open.pop();
        let height = self.deepest.saturating_sub(level);
        self.deepest = self.deepest.max(deepest);
        let value = value?;
        if self.spent > LARGE {
            let spent = self.spent.saturating_sub(spent);
            self.shared.keep(object, Known { value: value.clone(), spent, height });
        }
        Ok(value)
    }

    /// Converts a container. Its first bracket counts here, its last one with its first comma, since a comma follows each
    /// item but the last.
    fn contents(&mut self, object: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        self.spend(1)?;
        let value = if let Ok(list) = object.cast::<PyList>() {
            self.elements(list.iter(), level)
        } else if let Ok(dict) = object.cast::<PyDict>() {
            self.dict(dict, level)
        } else if let Ok(tuple) = object.cast::<PyTuple>() {
            self.elements(tuple.iter(), level)
        } else {
            self.mapping(object, level)
        }?;
        let is_empty = match &value {
            Value::Array(elements) => elements.is_empty(),
            Value::Object(object) => object.is_empty(),
            _ => false,
        };
        if is_empty {
            self.spend(1)?;
        }
        Ok(value)
    }

    fn dict(&mut self, dict: &Bound<'_, PyDict>, level: usize) -> Converted<Value> {
        let mut members = Members::new(level, dict.len());
        for (name, member) in entries(dict)? {
            self.member(&name, &mut members, |_| Ok(member))?;
        }
        Ok(members.into_value())
    }

    fn mapping(&mut self, mapping: &Bound<'_, PyAny>, level: usize) -> Converted<Value> {
        let names = mapping.try_iter().map_err(|error| raised(mapping.py(), error))?;
        let mut members = Members::new(level, 0);
        for name in names {
            let name = name.map_err(|error| raised(mapping.py(), error))?;
            self.member(&name, &mut members, |name| mapping.get_item(name))?;
        }
        Ok(members.into_value())
    }

    fn member<'py>(
        &mut self,
        name: &Bound<'py, PyAny>,
        members: &mut Members,
        get: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
    ) -> Converted<()> {
        let Ok(text) = name.cast::<PyString>() else {
            // Counted too, since a mapping may have infinitely many names.
            self.spend(1)?;
            let failure = || Cause::Name(name.get_type().unbind()).into();
            if !self.lenient {
                return Err(failure());
            }
            self.skipped.first.get_or_insert_with(failure);
            return Ok(());
        };
        // The colon and the comma.
        self.spend(2)?;
        let text = match self.text(text) {
            Ok(text) => text,
            Err(failure) if self.may_mark(&failure, members.level) => {
                self.mark(failure);
                members.nameless = true;
                return Ok(());
            }
            Err(failure) => return Err(failure),
        };
        let had_skipped = self.skipped.first.is_some();
        let member = get(name)
            .map_err(|error| raised(name.py(), error))
            .and_then(|member| self.value(&member, members.level.saturating_add(1)));
        match member {
            Ok(value) => {
                self.skipped_within(&text, had_skipped);
                members.list.push((text, value));
            }
            Err(failure) if self.may_mark(&failure, members.level) => {
                self.spend(MARK)?;
                self.mark(failure.within(Step::Member(Arc::clone(&text))));
                members.list.push((text, Value::NO_JSON_FORM));
            }
            Err(failure) => return Err(failure.within(Step::Member(text))),
        }
        Ok(())
    }

    fn elements<'py>(
        &mut self,
        elements: impl Iterator<Item = Bound<'py, PyAny>>,
        level: usize,
    ) -> Converted<Value> {
        let start = self.elements.len();
        for (index, element) in elements.enumerate() {
            let value = self.spend(1).and_then(|()| self.value(&element, level.saturating_add(1)));
            match value {
                Ok(value) => self.elements.push(value),
                Err(failure) => {
                    self.elements.truncate(start);
                    return Err(failure.within(Step::Element(index)));
                }
            }
        }
        Ok(Value::take_array(&mut self.elements, start))
    }

    fn text(&mut self, string: &Bound<'_, PyString>) -> Converted<Arc<str>> {
        let Ok(text) = string.to_str() else {
            // Counted nevertheless: the names of a mapping need not end.
            self.spend(string.len().unwrap_or(0).saturating_add(2))?;
            return Err(Cause::LoneSurrogate.into());
        };
        self.spend(self.measure.text(text))?;
        Ok(Arc::from(text))
    }

    fn reach(&mut self, level: usize) -> Converted<()> {
        self.deepest = self.deepest.max(level);
        if self.budget.enter(level) { Ok(()) } else { Err(Cause::Nesting.into()) }
    }

    fn spend(&mut self, bytes: usize) -> Converted<()> {
        self.spent = self.spent.saturating_add(bytes);
        if self.budget.spend(bytes) { Ok(()) } else { Err(Cause::TooLarge.into()) }
    }

    /// Returns whether a failure in a container at this level is marked, and the walk continues.
    fn may_mark(&self, failure: &Failure, level: usize) -> bool {
        self.lenient && level <= ATTRIBUTES && failure.is_of_one_member()
    }

    /// Adds a member's name to the path of a failure within it.
    fn skipped_within(&mut self, name: &Arc<str>, had_skipped: bool) {
        if !had_skipped && let Some(failure) = self.skipped.first.take() {
            self.skipped.first = Some(failure.within(Step::Member(Arc::clone(name))));
        }
    }

    fn mark(&mut self, failure: Box<Failure>) {
        self.skipped.is_marked = true;
        self.skipped.first.get_or_insert(failure);
    }
}

type Entries<'py> = Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>;

/// Copies a dict's items, since converting a member may run Python code that changes it.
fn entries<'py>(dict: &Bound<'py, PyDict>) -> Converted<Entries<'py>> {
    let entries = RefCell::new(Vec::with_capacity(dict.len()));
    dict.locked_for_each(|name, member| {
        entries.borrow_mut().push((name, member));
        Ok(())
    })
    .map_err(|error| raised(dict.py(), error))?;
    Ok(entries.into_inner())
}

/// The members of one object during conversion.
struct Members {
    level: usize,
    list: Vec<(Arc<str>, Value)>,
    /// Whether a member has a name that JSON cannot represent.
    nameless: bool,
}

impl Members {
    fn new(level: usize, count: usize) -> Members {
        Members { level, list: Vec::with_capacity(count), nameless: false }
    }

    fn into_value(mut self) -> Value {
        if self.nameless {
            // Any unused name works: the core reads only the mark.
            let filler = char::REPLACEMENT_CHARACTER;
            let fillers =
                |name: &str| name.chars().all(|c| c == filler).then(|| name.chars().count());
            let taken: HashSet<usize> =
                self.list.iter().filter_map(|(name, _)| fillers(name)).collect();
            let unused = (0..).find(|count| !taken.contains(count)).unwrap_or_default();
            let name = filler.to_string().repeat(unused);
            self.list.push((Arc::from(name), Value::NO_JSON_FORM));
        }
        Value::Object(Object::from_members(self.list))
    }
}

/// Returns the double nearest to an integer, ties to even, or `None` if it is out of range.
fn nearest_double(integer: &Bound<'_, PyInt>) -> Option<f64> {
    match integer.extract::<i64>() {
        Ok(small) => Value::from(small).as_number(),
        // `int.__float__` itself: a subclass may override its own.
        Err(_) => {
            let convert = integer.py().get_type::<PyInt>().getattr("__float__").ok()?;
            convert.call1((integer,)).ok()?.extract().ok()
        }
    }
}

/// Whether an object becomes an array or an object; `isinstance` may raise.
fn is_container(object: &Bound<'_, PyAny>) -> Converted<bool> {
    Ok(object.is_instance_of::<PyList>()
        || object.is_instance_of::<PyDict>()
        || object.is_instance_of::<PyTuple>()
        || is_mapping(object)?)
}

/// Returns `isinstance(object, collections.abc.Mapping)`, which may raise.
fn is_mapping(object: &Bound<'_, PyAny>) -> Converted<bool> {
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = object.py();
    let class = MAPPING.import(py, "collections.abc", "Mapping");
    class.and_then(|class| object.is_instance(class)).map_err(|error| raised(py, error))
}

fn raised(py: Python<'_>, error: PyErr) -> Box<Failure> {
    Cause::of_exception(py, error).into()
}

/// The result of converting a container.
#[derive(Clone)]
struct Known {
    value: Value,
    /// The part of the budget that it used.
    spent: usize,
    /// Number of nested container levels.
    height: usize,
}

/// Containers by identity. Each is kept alive, so that its address is not reused.
#[derive(Default)]
struct Shared(HashMap<usize, (Py<PyAny>, Known)>);

impl Shared {
    fn get(&self, object: &Bound<'_, PyAny>) -> Option<Known> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&address(object)).map(|(_, known)| known.clone())
    }

    fn keep(&mut self, object: &Bound<'_, PyAny>, known: Known) {
        self.0.insert(address(object), (object.clone().unbind(), known));
    }
}

fn address(object: &Bound<'_, PyAny>) -> usize {
    object.as_ptr() as usize
}
