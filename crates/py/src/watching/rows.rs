//! Rows, from whatever holds columns in Python.

use std::cell::RefCell;

use pantau::{
    Timestamp,
    profile::{Batch, Layout},
};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyList, PyString},
};

use crate::{
    array::as_floats,
    error::{PyError, invalid},
    home::Home,
    labelled::{column_keys, get},
    moment::Moment,
    numbers::Numbers,
    texts::{Column, is_missing, iterate},
};

/// Columns with their names, each as the core counts it.
pub(crate) struct Rows<'py> {
    columns: Vec<(String, Values<'py>)>,
    rows: usize,
}

enum Values<'py> {
    Numbers(Numbers<'py>),
    Strings(Column<'py>),
    Vectors(Vec<f32>, usize),
}

/// Which columns hold what, where their looks do not tell; and which is the time.
#[derive(Default)]
pub(crate) struct Roles {
    pub(crate) texts: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) time: Option<String>,
}

impl<'py> Rows<'py> {
    /// Reads a table or a dict of columns, those that are wanted.
    pub(crate) fn read(
        data: &Bound<'py, PyAny>,
        is_wanted: impl Fn(&str) -> bool,
    ) -> PyResult<Self> {
        Self::read_by(data, is_wanted, |name, column| Values::read(name, column).map(Some))
    }

    fn read_by(
        data: &Bound<'py, PyAny>,
        is_wanted: impl Fn(&str) -> bool,
        read_column: impl Fn(&str, &Bound<'py, PyAny>) -> PyResult<Option<Values<'py>>>,
    ) -> PyResult<Self> {
        let Some(keys) = column_keys(data)? else {
            let problem =
                format!("expected a table or a dict of columns, got a {}", data.get_type().name()?);
            return Err(invalid("data", problem));
        };
        let mut read = Self { columns: Vec::new(), rows: 0 };
        // How many rows have none of the columns, too.
        if let Some(first) = keys.first() {
            read.rows = get(data, first)?.len()?;
        }
        for key in keys {
            let name = key.str()?.extract::<String>()?;
            if !is_wanted(&name) {
                continue;
            }
            let column = get(data, &key)?;
            if read.columns.is_empty() {
                read.rows = column.len()?;
            }
            if let Some(values) = read_column(&name, &column)? {
                read.columns.push((name, values));
            }
        }
        Ok(read)
    }

    /// As [`read`](Self::read), of whatever a table holds; for columns that are neither numbers nor texts, nor
    /// can be written as texts, why not. Columns that have a role are texts.
    pub(crate) fn read_table(
        data: &Bound<'py, PyAny>,
        roles: &Roles,
        is_wanted: impl Fn(&str) -> bool,
    ) -> PyResult<(Self, Vec<(String, String)>)> {
        let left_out = RefCell::new(Vec::new());
        let read = |name: &str, column: &Bound<'py, PyAny>| {
            let has_role = roles.texts.iter().chain(&roles.categories).any(|own| own == name);
            let found = Values::of_table(name, column, has_role)?;
            if let Err(reason) = &found {
                left_out.borrow_mut().push((name.to_owned(), reason.clone()));
            }
            Ok(found.ok())
        };
        let rows = Self::read_by(data, is_wanted, read)?;
        Ok((rows, left_out.into_inner()))
    }

    /// Those that a layout counts.
    pub(crate) fn known(data: &Bound<'py, PyAny>, layout: &Layout) -> PyResult<Self> {
        Self::read(data, |name| layout.reads(name))
    }

    /// Lends the rows to `work`.
    pub(crate) fn with_batch<R>(
        &self,
        roles: &Roles,
        work: impl FnOnce(&Batch<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        for name in roles.texts.iter().chain(&roles.categories) {
            if !self.columns.iter().any(|(own, _)| own == name) {
                return Err(invalid("data", format!("there is no column {name:?}")));
            }
        }
        let mut batch = Batch::new(self.rows);
        for (name, values) in &self.columns {
            let added = match values {
                Values::Numbers(numbers) => {
                    if roles.texts.contains(name) || roles.categories.contains(name) {
                        return Err(invalid(
                            name,
                            "it holds numbers; make texts of them to count them as such",
                        ));
                    }
                    batch.numbers(name, numbers.as_slice())
                }
                Values::Vectors(numbers, dimensions) => batch.vectors(name, numbers, *dimensions),
                Values::Strings(column) => {
                    let strings = column.slices()?;
                    if roles.texts.contains(name) {
                        batch.texts(name, strings)
                    } else if roles.categories.contains(name) {
                        batch.categories(name, strings)
                    } else {
                        batch.strings(name, strings)
                    }
                }
            };
            added.map_err(PyError)?;
        }
        work(&batch)
    }
}

impl<'py> Values<'py> {
    fn read(name: &str, column: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = column.py();
        if is_strings(column)? {
            return Ok(Self::Strings(Column::read(column)?));
        }
        let array = py.import("numpy")?.call_method1("asarray", (column,))?;
        let kind: String = array.getattr("dtype")?.getattr("kind")?.extract()?;
        let first = array.call_method0("ravel")?.try_iter()?.next().transpose()?;
        let is_nested = kind == "O"
            && first.as_ref().is_some_and(|one| one.hasattr("__len__").unwrap_or_default());
        if is_nested {
            // A column of a table whose cells are vectors.
            let stacked =
                py.import("numpy")?.call_method1("stack", (array.call_method0("tolist")?,));
            let stacked = stacked.map_err(|error| {
                invalid(
                    name,
                    format!("its cells are no vectors of equal length ({})", error.value(py)),
                )
            })?;
            return Self::vectors(name, &stacked);
        }
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        match shape[..] {
            [_, _] => Self::vectors(name, &array),
            _ => Ok(Self::Numbers(Numbers::read(name, &array)?)),
        }
    }

    /// A column as it is, or as the texts that are written in its cells; or why it is neither.
    fn of_table(
        name: &str,
        column: &Bound<'py, PyAny>,
        is_text: bool,
    ) -> PyResult<Result<Self, String>> {
        let numpy = column.py().import("numpy")?;
        if is_strings(column)?
            && let Ok(texts) = Column::read(column)
        {
            return Ok(Ok(Self::Strings(texts)));
        }
        // Lists of unequal length are no array.
        let array = numpy.call_method1("asarray", (column,)).ok();
        let kind = match &array {
            Some(array) => array.getattr("dtype")?.getattr("kind")?.extract::<String>()?,
            None => "O".to_owned(),
        };
        match (&array, kind.as_str()) {
            (Some(array), "i" | "u" | "f") if !is_text => {
                return Values::read(name, array).map(Ok);
            }
            (Some(array), "m") => {
                // Lengths of time as seconds; NaT is NaN.
                let second = numpy.call_method1("timedelta64", (1, "s"))?;
                return Ok(Ok(Self::Numbers(Numbers::read(name, &array.div(second)?)?)));
            }
            (Some(array), "M") => {
                let texts = numpy.call_method1("datetime_as_string", (array,))?;
                let written = iterate(&texts.call_method0("tolist")?)?
                    .map(|time| Ok(Some(time?.extract::<String>()?).filter(|time| time != "NaT")))
                    .collect::<PyResult<Vec<_>>>()?;
                return Ok(Ok(Self::Strings(Column::read(
                    &PyList::new(column.py(), written)?.into_any(),
                )?)));
            }
            _ => {}
        }
        let cells =
            match column.call_method0("tolist").or_else(|_| column.call_method0("to_pylist")) {
                Ok(cells) => cells,
                Err(_) => column.clone(),
            };
        let mut written: Vec<Option<String>> = Vec::new();
        for cell in iterate(&cells)? {
            let cell = cell?;
            if cell.hasattr("__len__")? && !cell.is_instance_of::<PyString>() {
                // Vectors of equal length are numbers still.
                let read = Values::read(name, column);
                return Ok(read.map_err(|_| "its cells are lists or objects".to_owned()));
            }
            written.push(if is_missing(&cell)? {
                None
            } else if cell.hasattr("isoformat")? {
                Some(cell.call_method0("isoformat")?.extract()?)
            } else {
                Some(cell.str()?.extract()?)
            });
        }
        let written = PyList::new(column.py(), written)?.into_any();
        Ok(Ok(Self::Strings(Column::read(&written)?)))
    }

    fn vectors(name: &str, array: &Bound<'py, PyAny>) -> PyResult<Self> {
        let shape: Vec<usize> = array.getattr("shape")?.extract()?;
        let [_, dimensions] = shape[..] else {
            return Err(invalid(name, "expected vectors of equal length"));
        };
        // Numbers of other kinds are told from texts as for all columns.
        let is_single = array.getattr("dtype")?.eq("float32")?;
        let array = if is_single {
            array.clone()
        } else {
            as_floats(name, array)?.call_method1("astype", ("float32",))?
        };
        let bytes = array.call_method0("tobytes")?;
        let (numbers, _) = bytes.cast::<PyBytes>()?.as_bytes().as_chunks::<4>();
        Ok(Self::Vectors(numbers.iter().map(|one| f32::from_ne_bytes(*one)).collect(), dimensions))
    }
}

/// Whether the first value of a column that is not missing is a text.
fn is_strings(column: &Bound<'_, PyAny>) -> PyResult<bool> {
    if let Ok(data_type) = column.getattr("dtype") {
        let kind = data_type.getattr("kind").and_then(|kind| kind.extract::<String>());
        if kind.is_ok_and(|kind| matches!(kind.as_str(), "b" | "i" | "u" | "f")) {
            return Ok(false);
        }
    }
    if let Home::PyArrow { .. } = Home::of(column)? {
        // Its values need not become objects to be known.
        let kind = column.getattr("type")?.str()?.to_string();
        let kind = kind.strip_prefix("dictionary<values=").unwrap_or(&kind);
        return Ok(["string", "large_string"].into_iter().any(|own| kind.starts_with(own)));
    }
    for value in column.try_iter()? {
        let value = value?;
        if value.is_instance_of::<PyString>() {
            return Ok(true);
        }
        // What has a length is no text, and may not say whether it is missing.
        if value.hasattr("__len__")? || !is_missing(&value)? {
            return Ok(false);
        }
    }
    Ok(false)
}

/// The times of a column.
pub(crate) fn times(data: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<Timestamp>> {
    let keys = column_keys(data)?.unwrap_or_default();
    let key = keys.into_iter().find(|key| key.str().is_ok_and(|own| own == name));
    let Some(key) = key else {
        return Err(invalid("time", format!("there is no column {name:?}")));
    };
    let column = get(data, &key)?;
    let values = match column.call_method0("tolist").or_else(|_| column.call_method0("to_pylist")) {
        Ok(values) => values,
        Err(_) => column,
    };
    let place = |(row, value): (usize, PyResult<Bound<'_, PyAny>>)| {
        let value = value?;
        let moment = value.extract::<Moment>();
        Ok(moment
            .map_err(|error| invalid("time", format!("row {row}: {}", error.value(value.py()))))?
            .0)
    };
    iterate(&values)?.enumerate().map(place).collect()
}

/// Names of columns: one, several or none.
pub(crate) fn names(what: &str, value: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
    let Some(value) = value else { return Ok(Vec::new()) };
    if let Ok(name) = value.extract::<String>() {
        return Ok(vec![name]);
    }
    // A tuple is a sequence as a list is.
    crate::arguments::expect(what, value, "the name of a column, or several")
}
