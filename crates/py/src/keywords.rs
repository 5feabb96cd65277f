//! Keywords that many calls share: which rows are asked for.

use pantau::store::{Select, Table, Window};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyDict, PyString},
};

use crate::{error::PyError, json::to_json, moment::Moment, store::read_version};

/// Which predictions are looked at, as the keywords `hours`, `since`, `until`, `model` and
/// `version` say it.
pub(crate) fn window(py: Python<'_>, keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Window> {
    let json = read(py, keywords, &["hours", "since", "until", "model", "version"])?;
    Ok(Window::from_json(&json).map_err(PyError)?)
}

/// Which rows of a table are asked for: as for a window, by `subject`, and how many.
pub(crate) fn select(
    py: Python<'_>,
    table: &str,
    keywords: Option<&Bound<'_, PyDict>>,
) -> PyResult<Select> {
    let known = ["hours", "since", "until", "model", "version", "subject", "limit"];
    let json = read(py, keywords, &known)?;
    Ok(Select::from_json(table.parse::<Table>().map_err(PyError)?, &json).map_err(PyError)?)
}

/// Keywords as JSON: times and versions in the form the core reads, None left out.
fn read(py: Python<'_>, keywords: Option<&Bound<'_, PyDict>>, known: &[&str]) -> PyResult<String> {
    let stated = PyDict::new(py);
    for (name, value) in keywords.into_iter().flatten() {
        let name: String = name.extract()?;
        if !known.contains(&name.as_str()) {
            let message = format!("got an unexpected keyword argument '{name}'");
            return Err(PyTypeError::new_err(message));
        }
        if value.is_none() {
            continue;
        }
        match name.as_str() {
            "since" | "until" => {
                let Moment(time) = value.extract()?;
                stated.set_item(name, PyString::new(py, &time.to_string()))?;
            }
            "version" => stated.set_item(name, read_version(&value)?)?,
            _ => stated.set_item(name, value)?,
        }
    }
    to_json("window", stated.as_any())
}
