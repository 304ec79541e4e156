//! Documents of `isoflag.Flags`, compiled again in this extension, once for each digest.

use std::sync::{Mutex, PoisonError};

use isoflag::Flags;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// The number of documents that are kept.
const DOCUMENTS: usize = 4;

/// The documents used last, the latest first.
static LOADED: Mutex<Vec<Flags>> = Mutex::new(Vec::new());

/// Returns this extension's copy of `isoflag.Flags`, which crosses as canonical text.
pub(crate) fn load(flags: &Bound<'_, PyAny>) -> PyResult<Flags> {
    let digest: String = flags.getattr("digest")?.extract()?;
    let found = {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let index = loaded.iter().position(|flags| flags.digest() == digest);
        index.map(|index| {
            let flags = loaded.remove(index);
            loaded.insert(0, flags.clone());
            flags
        })
    };
    if let Some(flags) = found {
        return Ok(flags);
    }
    // `Flags` pickles as its canonical text.
    let (_, (text,)): (Bound<'_, PyAny>, (String,)) =
        flags.call_method0("__reduce__")?.extract()?;
    let read = flags.py().detach(|| {
        let flags = Flags::from_json(text.as_bytes()).ok();
        // Computed here, so that the look-up above only compares.
        flags.filter(|flags| flags.digest() == digest)
    });
    let flags = read.ok_or_else(|| {
        PyValueError::new_err("isoflag and isoflag-arrow read the document differently: install the same version of both")
    })?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    loaded.insert(0, flags.clone());
    loaded.truncate(DOCUMENTS);
    Ok(flags)
}
