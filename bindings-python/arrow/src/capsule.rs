//! Streams in and out of Python by the Arrow PyCapsule interface: the only unsafe code.
#![allow(unsafe_code, reason = "the C stream interface passes pointers")]

use std::ffi::CStr;

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi},
};
use arrow_schema::{ArrowError, DataType};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

const STREAM: &CStr = c"arrow_array_stream";
const ARRAY: &CStr = c"arrow_array";
const SCHEMA: &CStr = c"arrow_schema";

/// A stream of batches from another library.
pub(crate) type Source = Box<dyn RecordBatchReader + Send>;

/// Imports a table, a batch or a stream.
pub(crate) fn import(data: &Bound<'_, PyAny>) -> PyResult<Source> {
    if data.hasattr("__arrow_c_stream__")? {
        let capsule = data.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
        let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
        // SAFETY: a capsule with this name holds a stream. A moved one is left behind as released.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
        return Ok(Box::new(RecordBatchStreamReader::try_new(stream).map_err(error)?));
    }
    if data.hasattr("__arrow_c_array__")? {
        let capsules = data.call_method0("__arrow_c_array__")?.cast_into::<PyTuple>()?;
        let schema = capsules.get_item(0)?.cast_into::<PyCapsule>()?;
        let array = capsules.get_item(1)?.cast_into::<PyCapsule>()?;
        let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
        let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
        // SAFETY: capsules with these names hold a schema and an array of it. A moved one is left
        // behind as released.
        let data = unsafe {
            let schema = FFI_ArrowSchema::from_raw(schema.as_ptr());
            from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), &schema).map_err(error)?
        };
        if !matches!(data.data_type(), DataType::Struct(_)) || data.null_count() != 0 {
            let message = format!("`data` is an array of {}; pass a table", data.data_type());
            return Err(PyTypeError::new_err(message));
        }
        let batch = RecordBatch::from(StructArray::from(data));
        let schema = batch.schema();
        return Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    }
    let class = data.get_type();
    let message = format!(
        "`data` is a {}: expected an Arrow table, batch or stream, for example of pyarrow, polars, \
         pandas or DuckDB",
        class.name()?
    );
    Err(PyTypeError::new_err(message))
}

fn error(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Exports a stream.
pub(crate) fn export(py: Python<'_>, stream: Source) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(stream), STREAM)
}
