//! What passes between Python and the core as JSON.

use pantau::store::Record;
use pyo3::{
    prelude::*,
    types::{PyDict, PyList},
};

use crate::{
    error::{PyError, invalid},
    transforms::from_json,
};

/// A dict, a list or the like as JSON. `what` is what it is for.
pub(crate) fn to_json(what: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = value.py();
    let options = PyDict::new(py);
    // JSON knows no NaN.
    options.set_item("allow_nan", false)?;
    let written = py.import("json")?.call_method("dumps", (value,), Some(&options));
    let written = written.map_err(|error| {
        invalid(what, format!("cannot be written as JSON ({})", error.value(py)))
    })?;
    written.extract()
}

/// The same as a value of the core's.
pub(crate) fn to_value(what: &str, value: &Bound<'_, PyAny>) -> PyResult<serde_json::Value> {
    let json = to_json(what, value)?;
    serde_json::from_str(&json)
        .map_err(|error| invalid(what, format!("is no JSON that can be kept ({error})")))
}

/// What of the keywords was given, as a JSON object.
pub(crate) fn given<'py, const N: usize>(
    py: Python<'py>,
    what: &str,
    keywords: [(&str, Option<Bound<'py, PyAny>>); N],
) -> PyResult<String> {
    let dict = PyDict::new(py);
    for (name, value) in keywords {
        if let Some(value) = value {
            dict.set_item(name, value)?;
        }
    }
    to_json(what, dict.as_any())
}

/// A record as a dict.
pub(crate) fn record<'py>(py: Python<'py>, record: &impl Record) -> PyResult<Bound<'py, PyAny>> {
    from_json(py, &record.to_json().map_err(PyError)?)
}

/// Records as dicts.
pub(crate) fn records<'py, R: Record>(
    py: Python<'py>,
    records: &[R],
) -> PyResult<Bound<'py, PyList>> {
    let list = PyList::empty(py);
    for one in records {
        list.append(record(py, one)?)?;
    }
    Ok(list)
}
