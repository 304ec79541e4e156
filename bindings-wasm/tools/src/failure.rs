//! Reports errors to JavaScript: as the error of a failed call, or thrown.

use isoflag::{Object, Value, printable};
use isoflag_tools::{LifecycleError, StrategyError};
use isoflag_wasm::failure::{Failed, failure, note, noted};
use wasm_bindgen::{JsError, JsValue};

/// An error that a function throws.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl From<Failed> for Thrown {
    fn from(_: Failed) -> Thrown {
        Thrown(JsValue::from_str(&failure()))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> JsValue {
        thrown.0
    }
}

/// An ordinary `Error` with this message.
pub(crate) fn refused(message: impl ToString) -> Thrown {
    Thrown(JsError::new(&printable(&message.to_string()).to_string()).into())
}

pub(crate) fn strategy(error: &StrategyError) -> Failed {
    noted(error.code(), error.path(), error.to_string(), None)
}

/// With `legal`, the statuses that may follow.
pub(crate) fn lifecycle(error: &LifecycleError) -> Failed {
    let legal = error.legal().iter().map(|status| Value::from(status.as_str()));
    note(Object::from_iter([
        ("code", Value::from(error.code())),
        ("path", Value::from("")),
        ("message", Value::from(error.to_string())),
        ("legal", legal.collect()),
    ]))
}
