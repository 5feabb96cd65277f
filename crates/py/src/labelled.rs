//! Labelled texts, from whatever holds them in Python.

use std::path::PathBuf;

use pantau::model::{LabelledTexts, column, number_label, truth_label};
use pyo3::{
    prelude::*,
    types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple},
};

use crate::{
    error::{PyError, invalid},
    texts::{Column, decodable, is_missing, iterate},
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
    let (texts, labels) = match column_keys(data)? {
        Some(keys) => {
            let column = |role: &str, wanted: &str| get(data, find(role, wanted, &keys)?);
            (column("text", text)?, column("label", label)?)
        }
        None => rows(data, text, label)?,
    };
    let texts = Column::read(&texts)?.with_all(|texts| {
        Ok(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<String>>())
    })?;
    Ok(LabelledTexts::new(texts, read_labels("labels", &labels)?).map_err(PyError)?)
}

/// Data to look through: columns by their names, as texts, None where nothing is.
#[derive(Default)]
pub(crate) struct Cells {
    pub(crate) columns: Vec<(String, Vec<Option<String>>)>,
    /// The names of columns that nobody asked for.
    pub(crate) others: Vec<String>,
    pub(crate) rows: usize,
}

/// Reads the columns of these names; those that are not there are left out. Of pairs the first
/// column is the text, the second the label.
pub(crate) fn cells(data: &Bound<'_, PyAny>, names: &[&str]) -> PyResult<Cells> {
    let mut read = Cells::default();
    if let Some(keys) = column_keys(data)? {
        for key in &keys {
            let name = key.str()?.extract::<String>()?;
            if names.contains(&name.as_str()) {
                let cells = texts(&get(data, key)?)?;
                read.rows = cells.len();
                read.columns.push((name, cells));
            } else {
                read.others.push(name);
            }
        }
        if read.columns.is_empty()
            && let Some(key) = keys.first()
        {
            read.rows = get(data, key)?.len()?;
        }
        return Ok(read);
    }
    let rows = iterate(data)?.collect::<PyResult<Vec<_>>>()?;
    read.rows = rows.len();
    for (place, name) in names.iter().enumerate() {
        let mut cells = Vec::with_capacity(rows.len());
        let mut is_there = rows.is_empty();
        for row in &rows {
            let cell = if let Ok(row) = row.cast::<PyDict>() {
                row.get_item(name)?
            } else if let Ok(pair) = row.cast::<PyTuple>()
                && pair.len() == 2
                && place < 2
            {
                Some(pair.get_item(place)?)
            } else {
                let problem = format!(
                    "expected a path, a table, a dict of columns, dicts or pairs of text and \
                     label, got a {}",
                    row.get_type().name()?
                );
                return Err(invalid("data", problem));
            };
            is_there |= cell.is_some();
            cells.push(cell.map(|cell| text(&cell)).transpose()?.flatten());
        }
        if is_there {
            read.columns.push(((*name).to_owned(), cells));
        }
    }
    Ok(read)
}

/// A column of a table or a dict.
pub(crate) fn get<'py>(
    data: &Bound<'py, PyAny>,
    key: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    // A pyarrow table is asked for its columns by a method.
    if data.hasattr("column_names")? {
        data.call_method1("column", (key,))
    } else {
        data.get_item(key)
    }
}

fn texts(column: &Bound<'_, PyAny>) -> PyResult<Vec<Option<String>>> {
    iterate(&own_values(column)?)?.map(|cell| text(&cell?)).collect()
}

/// A column with values of Python's own: those of NumPy, pandas and pyarrow become such.
fn own_values<'py>(column: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    for method in ["tolist", "to_pylist"] {
        if column.hasattr(method)? {
            return column.call_method0(method);
        }
    }
    Ok(column.clone())
}

/// A cell as text; none of what is missing.
fn text(cell: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if is_missing(cell)? {
        return Ok(None);
    }
    if let Ok(text) = cell.cast::<PyString>() {
        return Ok(Some(decodable(text)?.into_owned()));
    }
    Ok(Some(read_label(cell)?.unwrap_or(cell.str()?.to_string())))
}

/// What the columns of a table or a dict are asked for by; none of what has none.
pub(crate) fn column_keys<'py>(
    data: &Bound<'py, PyAny>,
) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let keys = if data.is_instance_of::<PyDict>() {
        data.call_method0("keys")?
    } else if data.hasattr("column_names")? {
        data.getattr("column_names")?
    } else if data.hasattr("columns")? {
        data.getattr("columns")?
    } else {
        return Ok(None);
    };
    keys.try_iter()?.collect::<PyResult<_>>().map(Some)
}

/// Of several keys the one that is written as `wanted`: columns may be numbers.
fn find<'a, 'py>(
    role: &str,
    wanted: &str,
    keys: &'a [Bound<'py, PyAny>],
) -> PyResult<&'a Bound<'py, PyAny>> {
    let names = keys.iter().map(|key| Ok(key.str()?.to_string())).collect::<PyResult<Vec<_>>>()?;
    Ok(&keys[column(role, wanted, &names).map_err(PyError)?])
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
            let keys: Vec<Bound<'_, PyAny>> = row.keys().iter().collect();
            for (role, wanted, cells) in [("text", text, &texts), ("label", label, &labels)] {
                // Looked for only where it is not simply there: rows are many.
                let cell = match row.get_item(wanted)? {
                    Some(cell) => cell,
                    None => row.as_any().get_item(find(
                        &format!("{role} of row {at}"),
                        wanted,
                        &keys,
                    )?)?,
                };
                cells.append(cell)?;
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

/// Labels as text; a missing one is an error. `what` is what they are for.
pub(crate) fn read_labels(what: &str, labels: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let labels = iterate(&own_values(labels)?)?.enumerate();
    labels
        .map(|(row, label)| {
            let problem = match read_label(&label?)? {
                Ok(label) => return Ok(label),
                Err(problem) => problem,
            };
            Err(invalid(what, format!("the label of row {row} {problem}")))
        })
        .collect()
}

/// A label as text, or what is wrong with it.
fn read_label(label: &Bound<'_, PyAny>) -> PyResult<Result<String, String>> {
    if let Ok(text) = label.cast::<PyString>() {
        // Two labels could become one if what cannot be written were replaced.
        return Ok(text
            .to_str()
            .map(str::to_owned)
            .map_err(|error| format!("is not valid Unicode ({error})")));
    }
    if let Ok(truth) = label.cast::<PyBool>() {
        return Ok(Ok(truth_label(truth.is_true()).to_owned()));
    }
    if label.is_instance_of::<PyInt>() {
        return Ok(Ok(match label.extract::<i64>() {
            Ok(number) => number.to_string(),
            Err(_) => label.str()?.to_string(),
        }));
    }
    if let Ok(number) = label.cast::<PyFloat>()
        && !number.value().is_nan()
    {
        return Ok(number_label(number.value()).ok_or_else(|| format!("is {}", number.value())));
    }
    let kind = label.get_type();
    if label.hasattr("dtype")? && label.hasattr("item")? {
        // A number of NumPy's that came in a list.
        let own = label.call_method0("item")?;
        if !own.get_type().is(&kind) {
            return read_label(&own);
        }
    }
    let kind = kind.name()?;
    let is_missing = label.is_none()
        || label.is_instance_of::<PyFloat>()
        || kind == "NAType"
        || kind == "NaTType";
    Ok(Err(if is_missing {
        "is missing".to_owned()
    } else {
        format!("is a {kind}, expected text or a number")
    }))
}
