//! Edits the text of a document, and converts the flags of other tools.

use isoflag::DocumentError;
use isoflag::limits::{Budget, DOCUMENT_BYTES};
use isoflag_tools::{ConversionSource, moment_of_seconds};
use pyo3::prelude::*;

use crate::check::Diagnostic;
use crate::flags::Flags;
use crate::state::host_clock;
use crate::{errors, from_python, text};

/// Returns the text of a document after edits: no other byte changes.
#[pyfunction]
#[pyo3(
    signature = (text, edits, *, now = None),
    text_signature = "(text, edits, *, now=None)"
)]
pub(crate) fn edit(
    py: Python<'_>,
    text: &Bound<'_, PyAny>,
    edits: &Bound<'_, PyAny>,
    now: Option<f64>,
) -> PyResult<String> {
    let bytes = text::required_bytes(text, "json.dumps first")?;
    let edits = from_python::strict(edits, Budget::new(DOCUMENT_BYTES))
        .map_err(|failure| errors::no_document(py, failure))?;
    let now = now.map_or_else(|| host_clock(py).map(|milliseconds| milliseconds / 1000.0), Ok)?;
    let now = moment_of_seconds(now)
        .map_err(|error| errors::invalid_argument(format_args!("`now`: {error}")))?;
    let document = utf8(py, &bytes)?;
    text::reading(py, bytes.len(), || isoflag_tools::edit(document, &edits, now))
        .map_err(|error| errors::edit(py, &error))
}

fn utf8<'b>(py: Python<'_>, bytes: &'b [u8]) -> PyResult<&'b str> {
    std::str::from_utf8(bytes).or_else(|_| match isoflag::Flags::from_json(bytes) {
        Err(error) => Err(errors::document(py, &error)),
        Ok(_) => Ok(""),
    })
}

/// A converted document, and notes on what was not converted.
#[pyclass(module = "isoflag", frozen)]
pub(crate) struct Conversion {
    /// The document, as new Flags.
    #[pyo3(get)]
    flags: Py<Flags>,
    inner: isoflag_tools::Conversion,
}

#[pymethods]
impl Conversion {
    /// Notes on parts that were not converted, or that need something from the caller.
    #[getter]
    fn notes(&self) -> Vec<Diagnostic> {
        let note = |note: &isoflag_tools::Note| Diagnostic::from(note);
        self.inner.notes.iter().map(note).collect()
    }

    /// The document as indented text.
    fn __str__(&self) -> String {
        self.inner.to_text()
    }

    fn __repr__(&self) -> String {
        let (flags, notes) = (self.inner.flags.len(), self.inner.notes.len());
        format!("<Conversion flags={flags} notes={notes}>")
    }
}

/// Converts the flags of another tool to a document.
#[pyfunction]
#[pyo3(signature = (text, source = "powertools"))]
pub(crate) fn convert(
    py: Python<'_>,
    text: &Bound<'_, PyAny>,
    source: &str,
) -> PyResult<Conversion> {
    let bytes = text::required_bytes(text, "json.dumps first")?;
    let Some(source) = ConversionSource::named(source) else {
        let message = format!("unknown source `{source}`: expected `powertools` or `appconfig`");
        return Err(errors::invalid_argument(message));
    };
    let document = utf8(py, &bytes)?;
    let convert = || isoflag_tools::convert(document, source);
    let converted: Result<_, DocumentError> = text::reading(py, bytes.len(), convert);
    let inner = converted.map_err(|error| errors::document(py, &error))?;
    Ok(Conversion { flags: Py::new(py, Flags::from(inner.flags.clone()))?, inner })
}
