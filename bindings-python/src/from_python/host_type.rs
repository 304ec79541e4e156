//! Values of Python's standard library that have a JSON form: numbers, times, identifiers and enums.

use isoflag::limits::NESTING;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyDictMethods, PyType};

use super::{Cause, Converted, raised};

/// A class whose instances JSON represents as a number or text, or as the value that they hold.
#[derive(Clone, Copy)]
pub(super) enum HostType {
    Decimal,
    DateTime,
    Date,
    Uuid,
    Enum,
}

/// The JSON form of a value.
pub(super) enum HostValue<'py> {
    Number(f64),
    Text(String),
    /// The value that an enum member holds, itself not an enum member, to be converted in its place.
    Inner(Bound<'py, PyAny>),
}

impl HostType {
    /// A `datetime` is a `date` too, so it comes first.
    const ALL: [HostType; 5] =
        [HostType::Decimal, HostType::DateTime, HostType::Date, HostType::Uuid, HostType::Enum];

    /// Returns the type of an object that is not a JSON value itself.
    pub(super) fn of(object: &Bound<'_, PyAny>) -> Option<HostType> {
        let class = object.get_type();
        HostType::ALL.into_iter().find(|each| {
            let known = each.class(object.py());
            known.is_some_and(|known| class.is_subclass(&known).unwrap_or(false))
        })
    }

    /// Returns the class, or `None` while its module is not imported: then it has no instances.
    fn class(self, py: Python<'_>) -> Option<Bound<'_, PyType>> {
        static CLASSES: [PyOnceLock<Py<PyType>>; 5] = [const { PyOnceLock::new() }; 5];
        let cell = CLASSES.get(self as usize)?;
        if let Some(class) = cell.get(py) {
            return Some(class.bind(py).clone());
        }
        let (module, name) = match self {
            HostType::Decimal => ("decimal", "Decimal"),
            HostType::DateTime => ("datetime", "datetime"),
            HostType::Date => ("datetime", "date"),
            HostType::Uuid => ("uuid", "UUID"),
            HostType::Enum => ("enum", "Enum"),
        };
        let modules = py.import("sys").and_then(|sys| sys.getattr("modules")).ok()?;
        let module = modules.cast_into::<PyDict>().ok()?.get_item(module).ok()??;
        let class = module.getattr(name).ok()?.cast_into::<PyType>().ok()?;
        Some(cell.get_or_init(py, || class.unbind()).bind(py).clone())
    }

    /// Converts an object of this type; methods that its class overrides are not called.
    pub(super) fn value<'py>(self, object: &Bound<'py, PyAny>) -> Converted<HostValue<'py>> {
        let py = object.py();
        let Some(class) = self.class(py) else {
            return Err(Cause::Type(object.get_type().unbind()).into());
        };
        let text = |method: &str| -> PyResult<String> {
            class.getattr(method)?.call1((object,))?.extract()
        };
        let value = match self {
            HostType::Decimal => {
                // A signaling NaN raises.
                let float = class.getattr("__float__").and_then(|float| float.call1((object,)));
                let number = float.and_then(|float| float.extract()).unwrap_or(f64::NAN);
                return if number.is_infinite() {
                    Err(Cause::NumberRange.into())
                } else if number.is_nan() {
                    Err(Cause::NotFinite(number).into())
                } else {
                    Ok(HostValue::Number(number))
                };
            }
            HostType::DateTime => match in_utc(object, &class) {
                Ok(Some(text)) => Ok(text),
                Ok(None) => return Err(Cause::NaiveDateTime.into()),
                Err(error) => Err(error),
            },
            HostType::Date => text("isoformat"),
            HostType::Uuid => text("__str__"),
            HostType::Enum => return inner(object).map(HostValue::Inner),
        };
        value.map(HostValue::Text).map_err(|error| raised(py, error))
    }

    /// Maximum length of the JSON text, unless it is an enum member's.
    pub(super) const MOST_TEXT: usize = 40;
}

/// Returns the value of an enum member, which may be another enum member's.
fn inner<'py>(object: &Bound<'py, PyAny>) -> Converted<Bound<'py, PyAny>> {
    let mut inner = object.clone();
    for _ in 0..NESTING {
        inner = inner.getattr("_value_").map_err(|error| raised(object.py(), error))?;
        if !matches!(HostType::of(&inner), Some(HostType::Enum)) {
            return Ok(inner);
        }
    }
    Err(Cause::Nesting.into())
}

/// Returns a time in UTC, such as `2026-01-31T12:00:00.000Z`, or `None` if it has no time zone.
fn in_utc(time: &Bound<'_, PyAny>, class: &Bound<'_, PyType>) -> PyResult<Option<String>> {
    if class.getattr("utcoffset")?.call1((time,))?.is_none() {
        return Ok(None);
    }
    let utc = time.py().import("datetime")?.getattr("timezone")?.getattr("utc")?;
    let time = class.getattr("astimezone")?.call1((time, utc))?;
    let text: String = class.getattr("isoformat")?.call1((time, "T", "milliseconds"))?.extract()?;
    Ok(Some(text.replace("+00:00", "Z")))
}
