//! Pickling, so that objects reach the workers of a process pool or of Spark.
//!
//! What is pickled is settings and words as text; restoring runs no code but
//! the constructors. An Anonymizer is not pickled: its key must not be stored.

use pyo3::{prelude::*, types::PyTuple};

/// What `__reduce__` answers: how to restore `kind` from `payload`.
pub(crate) fn reduce<'py>(
    py: Python<'py>,
    kind: &str,
    payload: impl IntoPyObject<'py>,
) -> PyResult<Bound<'py, PyTuple>> {
    let restore = py.import("pantau._core")?.getattr("_restore")?;
    (restore, (kind, payload)).into_pyobject(py)
}
