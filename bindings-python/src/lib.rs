//! The Python binding of isoflag. It converts values and nothing else: Python objects into the
//! core's [`Value`](isoflag::Value), and the core's results into Python objects. Every rule of
//! evaluation is in the core.
//!
//! In reading order: [`from_python`] and [`to_python`] convert values; [`context`] has the
//! inputs of an evaluation; [`flags`] is a document, which [`evaluation`]
//! and [`bound_flags`] evaluate; [`served`] converts a result to a value or [`evaluation_detail`],
//! [`state`] all results to a dict, and [`many`] evaluates many contexts on threads.
//! [`consistency`], [`history`], [`receipt`] and [`impact`] build on results; [`projection`] makes the
//! document of a client; [`lifecycle`] has the methods for authoring, deployment and retirement;
//! [`edit`] changes texts.
//! [`warnings`] logs what an evaluation ignores.

mod bound_flags;
mod check;
mod consistency;
mod context;
mod detached;
mod document;
mod edit;
mod errors;
mod evaluation;
mod evaluation_detail;
mod flags;
mod from_python;
mod history;
mod impact;
mod lifecycle;
mod many;
mod projection;
mod receipt;
mod served;
mod state;
mod system_flags;
mod text;
mod to_python;
mod warnings;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyModule;

/// The compiled extension module; import `isoflag` instead.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::bound_flags::BoundFlags;
    #[pymodule_export]
    use crate::check::Diagnostic;
    #[pymodule_export]
    use crate::check::Diff;
    #[pymodule_export]
    use crate::check::{from_appconfig_key, to_appconfig_key};
    #[pymodule_export]
    use crate::consistency::{Consistency, parse_ttl};
    #[pymodule_export]
    use crate::context::Context;
    #[pymodule_export]
    use crate::context::secure_mode_hash;
    #[pymodule_export]
    use crate::edit::{Conversion, convert, edit};
    #[pymodule_export]
    use crate::evaluation_detail::EvaluationDetail;
    #[pymodule_export]
    use crate::flags::Flags;
    #[pymodule_export]
    use crate::history::{DocumentHistory, Pinned};
    #[pymodule_export]
    use crate::impact::Impact;
    #[pymodule_export]
    use crate::lifecycle::check_environments;
    #[pymodule_export]
    use crate::many::EvaluationDetails;
    #[pymodule_export]
    use crate::receipt::Explanation;
    #[pymodule_export]
    use crate::receipt::{Receipt, replay};
    #[pymodule_export]
    use crate::text::printable;
    #[pymodule_export]
    const SPEC_VERSION: u32 = isoflag::SPEC_VERSION;
    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = isoflag::VERSION;

    #[pymodule_init]
    fn init(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        use pyo3::types::{IntoPyDict, PyModuleMethods};
        crate::require_first(module.py())?;
        let errors =
            isoflag::OPENFEATURE_ERRORS.map(|(kind, code, message)| (kind, (code, message)));
        module.add("OPENFEATURE_ERRORS", errors.into_py_dict(module.py())?)?;
        crate::detached::register(module)
    }
}

/// The module `sys` of the first interpreter; each has another one.
static FIRST: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Raises `ImportError` unless this interpreter is the first that imports the extension.
///
/// The extension keeps classes of the standard library and its own exceptions, which every interpreter has for itself: a
/// second one would get wrong answers.
fn require_first(py: Python<'_>) -> PyResult<()> {
    let own = py.import("sys")?;
    if FIRST.get_or_init(py, || own.clone().unbind()).is(&own) {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "isoflag is already imported by another interpreter of this process, and does not support several; import it in one only, \
         with mod_wsgi by `WSGIApplicationGroup %{GLOBAL}`",
    ))
}
