//! Tables of answers, in the form of the library that the caller works with.

use arrow_array::RecordBatch;
use pyo3::{
    prelude::*,
    types::{PyCapsule, PyDict},
};

use crate::arrow::{export_batches, export_schema};

/// A table as the capsule that `__arrow_c_stream__` returns.
pub(crate) fn to_stream(py: Python<'_>, table: RecordBatch) -> PyResult<Bound<'_, PyCapsule>> {
    export_batches(py, table.schema(), vec![table])
}

/// A pandas DataFrame of what exports Arrow, with the index of the Series that the texts came in.
/// Without pyarrow, `columns` are put together by pandas itself.
pub(crate) fn to_pandas<'py>(
    table: &Bound<'py, PyAny>,
    index: Option<&Py<PyAny>>,
    columns: impl FnOnce() -> PyResult<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = table.py();
    let frame = if let Ok(pyarrow) = py.import("pyarrow") {
        pyarrow.call_method1("table", (table,))?.call_method0("to_pandas")?
    } else {
        py.import("pandas")?.call_method1("DataFrame", (columns()?,))?
    };
    match index {
        Some(index) => frame.call_method1("set_axis", (index,)),
        None => Ok(frame),
    }
}

/// A polars DataFrame of what exports Arrow.
pub(crate) fn to_polars<'py>(table: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    table.py().import("polars")?.call_method1("DataFrame", (table,))
}

/// A pyarrow Table of what exports Arrow.
pub(crate) fn to_arrow<'py>(table: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    table.py().import("pyarrow")?.call_method1("table", (table,))
}

/// The schema of a table as the capsule that `__arrow_c_schema__` returns.
pub(crate) fn to_schema<'py>(
    py: Python<'py>,
    table: &RecordBatch,
) -> PyResult<Bound<'py, PyCapsule>> {
    export_schema(py, &table.schema())
}
