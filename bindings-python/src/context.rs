//! Contexts: their conversion, big segments and the secure-mode hash.

use std::hash::{DefaultHasher, Hash, Hasher};

use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag::{BigSegments, Marks, Value};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

use crate::detached::detached;
use crate::document::Document;
use crate::from_python::Lenient;
use crate::warnings::{self, Warnings};
use crate::{errors, from_python, text, to_python};

/// An evaluation context, parsed once, so that evaluations need no conversion.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Context {
    inner: isoflag::Context,
}

/// Returns the context of an evaluation, or None if the object is not a valid one. With a document
/// it may contain only what its results depend on.
pub(crate) fn evaluation_context(
    object: &Bound<'_, PyAny>,
    document: Option<&Document>,
) -> PyResult<Option<isoflag::Context>> {
    if let Ok(context) = object.cast::<Context>() {
        return Ok(Some(context.get().inner.clone()));
    }
    let warnings = document.map_or(&warnings::WITHOUT_DOCUMENT, Document::warnings);
    match from_host(object, document.map(Document::flags), warnings)? {
        Ok(context) => Ok(Some(context)),
        Err(reason) => warnings.context(object.py(), &reason).map(|()| None),
    }
}

/// Converts a context leniently, and reports what is ignored; returns the reason if it is invalid.
fn from_host(
    object: &Bound<'_, PyAny>,
    flags: Option<&isoflag::Flags>,
    warnings: &Warnings,
) -> PyResult<Result<isoflag::Context, String>> {
    let py = object.py();
    let Lenient { value, marks, is_whole, skipped } = match from_python::lenient(object, flags)? {
        Ok(converted) => converted,
        Err(failure) => return Ok(Err(failure.message())),
    };
    let context = read(py, &value, || isoflag::Context::from_host_value(&value, marks));
    match context {
        Ok(context) => {
            if let Some(failure) = skipped {
                warnings.attribute(py, &failure)?;
            }
            if is_whole {
                warnings.ignored_members(py, &value)?;
            }
            Ok(Ok(context))
        }
        Err(error) => Ok(Err(match skipped {
            Some(failure) if failure.path() == error.path() => failure.message(),
            _ => error.text(),
        })),
    }
}

/// Returns a note on the members of a context that an evaluation ignores, if any.
pub(crate) fn ignored_members(object: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if object.is_instance_of::<Context>() {
        return Ok(None);
    }
    let converted = from_python::lenient(object, None)?;
    Ok(converted
        .ok()
        .and_then(|converted| isoflag::Context::note_on_ignored_members(&converted.value)))
}

/// Converts a context that must be valid.
fn required(object: &Bound<'_, PyAny>) -> PyResult<isoflag::Context> {
    if let Ok(context) = object.cast::<Context>() {
        return Ok(context.get().inner.clone());
    }
    let py = object.py();
    let value = from_python::strict(object, Budget::of_context())
        .map_err(|failure| errors::no_context(py, failure))?;
    let context = read(py, &value, || isoflag::Context::from_host_value(&value, Marks::Absent));
    made(py, context).map(|context| context.inner)
}

/// Parses a context; releases the GIL if it is large.
fn read<T: Send>(py: Python<'_>, value: &Value, read: impl FnOnce() -> T + Send) -> T {
    const MANY: usize = 64;
    let members = value.as_object().map_or(0, isoflag::Object::len);
    if members < MANY { read() } else { detached(py, read) }
}

fn made(
    py: Python<'_>,
    context: Result<isoflag::Context, isoflag::ContextError>,
) -> PyResult<Context> {
    match context {
        Ok(inner) => Ok(Context { inner }),
        Err(error) => Err(errors::context(py, &error)),
    }
}

#[pymethods]
impl Context {
    #[new]
    #[pyo3(
        signature = (key, kind = None, name = None, anonymous = false, attributes = None, private = None),
        text_signature = "(key, kind='user', name=None, anonymous=False, attributes=None, private=())"
    )]
    fn new<'py>(
        key: &Bound<'py, PyString>,
        kind: Option<&Bound<'py, PyString>>,
        name: Option<&Bound<'py, PyString>>,
        anonymous: bool,
        attributes: Option<&Bound<'py, PyAny>>,
        private: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Context> {
        let py = key.py();
        let key = well_formed(key, "key")?;
        let mut builder = isoflag::Context::builder(key);
        if let Some(attributes) = attributes {
            let value = from_python::strict(attributes, Budget::of_context())
                .map_err(|failure| errors::no_context(py, failure))?;
            let Some(members) = value.as_object() else {
                return Err(PyTypeError::new_err("`attributes` must be a mapping"));
            };
            for (name, member) in members.iter() {
                builder = builder.attribute(name, member.clone());
            }
        }
        // After the attributes: the last value wins, and parameters take precedence.
        builder = builder.attribute("key", Value::from(key));
        builder = builder.kind(kind.map_or(Ok("user"), |kind| well_formed(kind, "kind"))?);
        if let Some(name) = name {
            builder = builder.name(well_formed(name, "name")?);
        }
        if anonymous {
            builder = builder.anonymous(true);
        }
        if let Some(private) = private {
            if private.is_instance_of::<PyString>() {
                return Err(PyTypeError::new_err("`private` must hold references, not be a str"));
            }
            for reference in private.try_iter()? {
                let reference = reference?;
                builder = builder.private(well_formed(reference.cast::<PyString>()?, "private")?);
            }
        }
        made(py, builder.build())
    }

    /// Returns a multi-kind context from contexts of different kinds.
    #[classmethod]
    #[pyo3(signature = (*contexts))]
    fn multi(class: &Bound<'_, PyType>, contexts: &Bound<'_, PyTuple>) -> PyResult<Context> {
        let parts: Vec<_> = contexts.iter().map(|part| required(&part)).collect::<PyResult<_>>()?;
        made(class.py(), isoflag::Context::multi(&parts))
    }

    /// Parses a context from JSON text; raises ContextError if it is invalid.
    #[classmethod]
    fn from_json(class: &Bound<'_, PyType>, text: &Bound<'_, PyAny>) -> PyResult<Context> {
        let bytes = text::required_bytes(text, "Context.from_dict")?;
        let py = class.py();
        made(py, text::reading(py, bytes.len(), || isoflag::Context::from_json(&bytes)))
    }

    /// Creates a context from a mapping; raises ContextError if it is invalid.
    #[classmethod]
    fn from_dict(_class: &Bound<'_, PyType>, mapping: &Bound<'_, PyAny>) -> PyResult<Context> {
        required(mapping).map(|inner| Context { inner })
    }

    /// Creates a context as an evaluation does: parts that JSON cannot represent are absent.
    #[classmethod]
    fn _from_host(_class: &Bound<'_, PyType>, object: &Bound<'_, PyAny>) -> PyResult<Context> {
        if let Ok(context) = object.cast::<Context>() {
            return Ok(Context { inner: context.get().inner.clone() });
        }
        let context = from_host(object, None, &warnings::WITHOUT_DOCUMENT)?;
        match context {
            Ok(inner) => Ok(Context { inner }),
            Err(reason) => Err(errors::invalid_context(object.py(), reason)),
        }
    }

    /// Returns the canonical context as a new dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(py, &self.inner.to_value())
    }

    /// The fully-qualified key, such as "org:acme:user:ada".
    #[getter]
    fn key(&self) -> &str {
        self.inner.key()
    }

    /// Returns the context with a kind "clock" added, so that rules can test the time.
    fn with_clock(&self, py: Python<'_>, now_ms: f64, offset_minutes: i32) -> PyResult<Context> {
        made(py, self.inner.with_clock(now_ms, offset_minutes))
    }

    fn __eq__(&self, other: &Context) -> bool {
        self.inner.to_value() == other.inner.to_value()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.inner.to_value().to_canonical_json().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<Context {}>", isoflag::printable(self.inner.key()))
    }

    /// Returns the same object, which is immutable.
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let text = slf.get().inner.to_value().to_canonical_json();
        Ok((slf.get_type().getattr("from_json")?, (text,)))
    }
}

/// Returns the text of a str in a context.
fn well_formed<'a>(text: &'a Bound<'_, PyString>, path: &str) -> PyResult<&'a str> {
    text.to_str().map_err(|_| errors::lone_surrogate(text.py(), path))
}

/// Returns the hash that proves that a server vouches for a context; "" for an invalid one.
///
/// Raises ValueError if the SDK key is empty or contains a lone surrogate.
#[pyfunction]
pub(crate) fn secure_mode_hash(
    sdk_key: &Bound<'_, PyString>,
    context: &Bound<'_, PyAny>,
) -> PyResult<String> {
    let Ok(sdk_key) = sdk_key.to_str() else {
        return Err(PyValueError::new_err(
            "the SDK key has a lone surrogate; pass it as it was issued",
        ));
    };
    if sdk_key.is_empty() {
        return Err(PyValueError::new_err("the SDK key is empty; anybody could compute the hash"));
    }
    let context = evaluation_context(context, None)?;
    Ok(context.map_or_else(String::new, |context| isoflag::secure_mode_hash(sdk_key, &context)))
}

/// Converts a big-segment store's answer: `{"status": ..., "memberships": {...}}`.
pub(crate) fn big_segments(object: Option<&Bound<'_, PyAny>>) -> PyResult<Option<BigSegments>> {
    let Some(object) = object else {
        return Ok(None);
    };
    let value = from_python::strict(object, Budget::new(DOCUMENT_BYTES)).map_err(|failure| {
        failure.into_interrupt().unwrap_or_else(|failure| rejected(&failure.message()))
    })?;
    BigSegments::from_value(&value).map(Some).map_err(|error| rejected(&error.to_string()))
}

fn rejected(message: &str) -> PyErr {
    errors::invalid_argument(format_args!("big_segments: {message}"))
}
