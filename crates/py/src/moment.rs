//! Points in time, as Python has them.

use pantau::Timestamp;
use pyo3::{prelude::*, types::PyString};

use crate::{arguments::wrong, error::PyError};

/// A point in time: a datetime, of which one without a time zone is UTC, a date, or a text such
/// as "2026-11-25T10:53:43Z".
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub(crate) Timestamp);

impl<'py> FromPyObject<'_, 'py> for Moment {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.is_instance_of::<PyString>() {
            return Ok(Self(value.extract::<String>()?.parse().map_err(PyError)?));
        }
        let wrong = || wrong("time", &value, "a datetime or a text such as '2026-11-25T10:53:43Z'");
        // NumPy's datetime64 is a datetime inside.
        let value = match value.call_method0("item") {
            Ok(inside) => inside,
            Err(_) => value.to_owned(),
        };
        let Ok(written) = value.call_method0("isoformat") else { return Err(wrong()) };
        let written = written.extract::<String>()?;
        written.parse().map(Self).map_err(|_| wrong())
    }
}

/// A moment, or none.
pub(crate) fn timestamp(moment: Option<Moment>) -> Option<Timestamp> {
    moment.map(|Moment(time)| time)
}
