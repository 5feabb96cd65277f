//! Labelled texts, from whatever holds them in Python.

use std::path::PathBuf;

use pantau::model::{LabelledTexts, column};
use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple},
};

use crate::{
    error::{PyError, invalid},
    texts::{Column, iterate},
};

/// Reads labelled texts: a file, a table or a dict with columns, rows as dicts, or pairs of text
/// and label.
pub(crate) fn read(data: &Bound<'_, PyAny>, text: &str, label: &str) -> PyResult<LabelledTexts> {
    let py = data.py();
    if data.is_instance_of::<PyString>() || data.hasattr("__fspath__")? {
        let path = data.extract::<PathBuf>()?;
        let opened = py.detach(|| LabelledTexts::open(path, text, label));
        return Ok(opened.map_err(PyError)?);
    }
    let (texts, labels) = match column_names(data)? {
        Some(names) => {
            let get = |role: &str, wanted: &str| -> PyResult<Bound<'_, PyAny>> {
                column(role, wanted, &names).map_err(PyError)?;
                // A pyarrow table is asked for its columns by a method.
                if data.hasattr("column_names")? {
                    data.call_method1("column", (wanted,))
                } else {
                    data.get_item(wanted)
                }
            };
            (get("text", text)?, get("label", label)?)
        }
        None => rows(data, text, label)?,
    };
    let texts = Column::read(&texts)?.with_all(|texts| {
        Ok(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>())
    })?;
    Ok(LabelledTexts::new(texts, read_labels(&labels)?).map_err(PyError)?)
}

/// The names of the columns of a table or a dict; none of what has none.
fn column_names(data: &Bound<'_, PyAny>) -> PyResult<Option<Vec<String>>> {
    let names = if data.is_instance_of::<PyDict>() {
        data.call_method0("keys")?
    } else if data.hasattr("column_names")? {
        data.getattr("column_names")?
    } else if data.hasattr("columns")? {
        data.getattr("columns")?
    } else {
        return Ok(None);
    };
    names.try_iter()?.map(|name| Ok(name?.str()?.to_string())).collect::<PyResult<_>>().map(Some)
}

/// The texts and labels of rows that are dicts, or pairs.
fn rows<'py>(
    data: &Bound<'py, PyAny>,
    text: &str,
    label: &str,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let py = data.py();
    let (texts, labels) = (PyList::empty(py), PyList::empty(py));
    for (at, row) in iterate(data)?.enumerate() {
        let row = row?;
        if let Ok(row) = row.cast::<PyDict>() {
            let names: Vec<String> = row
                .keys()
                .iter()
                .map(|name| Ok(name.str()?.to_string()))
                .collect::<PyResult<_>>()?;
            for (role, wanted, cells) in [("text", text, &texts), ("label", label, &labels)] {
                column(&format!("{role} of row {at}"), wanted, &names).map_err(PyError)?;
                cells.append(row.as_any().get_item(wanted)?)?;
            }
        } else if let Ok(pair) = row.cast::<PyTuple>()
            && pair.len() == 2
        {
            texts.append(pair.get_item(0)?)?;
            labels.append(pair.get_item(1)?)?;
        } else {
            let problem = format!(
                "expected a path, a table, a dict of columns, dicts or pairs of text and label; \
                 row {at} is a {}",
                row.get_type().name()?
            );
            return Err(invalid("data", problem));
        }
    }
    Ok((texts.into_any(), labels.into_any()))
}

/// Labels as text; a missing one is an error.
pub(crate) fn read_labels(labels: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    // NumPy's and pandas' own numbers become Python's.
    let labels = if labels.hasattr("tolist")? {
        labels.call_method0("tolist")?
    } else if labels.hasattr("to_pylist")? {
        labels.call_method0("to_pylist")?
    } else {
        labels.clone()
    };
    let mut read = Vec::new();
    for (row, label) in iterate(&labels)?.enumerate() {
        let label = label?;
        let is_label = label.is_instance_of::<PyString>()
            || label.is_instance_of::<PyInt>()
            || label.is_instance_of::<PyBool>();
        let is_nan = label.cast::<PyFloat>().is_ok_and(|number| number.value().is_nan());
        if is_label || (label.is_instance_of::<PyFloat>() && !is_nan) {
            read.push(label.str()?.to_string());
            continue;
        }
        let kind = label.get_type().name()?;
        let is_missing = label.is_none() || is_nan || kind == "NAType" || kind == "NaTType";
        let problem = if is_missing {
            format!("the label of row {row} is missing")
        } else {
            format!("the label of row {row} is a {kind}, expected text or a number")
        };
        return Err(invalid("labels", problem));
    }
    Ok(read)
}
