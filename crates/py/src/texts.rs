//! Texts from whatever holds them in Python, and results in the same form.

use std::{borrow::Cow, sync::Arc};

use arrow_array::{
    ArrayRef,
    builder::{LargeStringBuilder, StringBuilder},
};
use arrow_schema::DataType;
use pantau::text::{Transform, map_in_order};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyFloat, PyIterator, PyList, PyString, PyType},
};

use crate::{
    arguments::{Threads, table_passed},
    arrow::{import_arrays, push_texts},
    error::invalid,
    home::{Home, root_package},
};

/// How many texts are worked on between two looks at the progress bar and at
/// whether the user has pressed Ctrl-C.
const TEXTS_PER_STEP: usize = 16_384;

/// What was passed as `texts`.
pub(crate) enum Texts<'py> {
    One(Bound<'py, PyString>),
    /// None, NaN, NA: one missing text.
    Missing,
    Many(Column<'py>),
}

/// Many texts, borrowed from where Python keeps them.
pub(crate) struct Column<'py> {
    values: Values<'py>,
    home: Home<'py>,
    before: usize,
}

enum Values<'py> {
    Strings(Vec<Option<Bound<'py, PyString>>>),
    Arrow(Vec<ArrayRef>),
}

impl<'py> Texts<'py> {
    pub(crate) fn read(texts: &Bound<'py, PyAny>) -> PyResult<Self> {
        match Self::read_one(texts)? {
            Some(one) => Ok(one),
            None => Column::read(texts).map(Self::Many),
        }
    }

    /// One text or a missing one; `None` for what may hold many.
    pub(crate) fn read_one(texts: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        if let Ok(text) = texts.cast::<PyString>() {
            return Ok(Some(Self::One(text.clone())));
        }
        Ok(is_missing(texts)?.then_some(Self::Missing))
    }
}

impl<'py> Column<'py> {
    pub(crate) fn read(texts: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::read_part(texts, 0)
    }

    /// Reads texts that follow `before` others, for messages that say which is wrong.
    pub(crate) fn read_part(texts: &Bound<'py, PyAny>, before: usize) -> PyResult<Self> {
        let home = Home::of(texts)?;
        let values = if let Home::Table = home {
            return Err(table_passed());
        } else if let Ok(list) = texts.cast::<PyList>() {
            read_strings(list.iter().map(Ok), before)?
        } else if let Home::PandasSeries(series) = &home
            && is_kept_by_arrow(series)?
            && let Some(arrays) = import_arrays(texts)?
        {
            Values::Arrow(arrays)
        } else if home.reads_as_list() {
            read_strings(to_list(texts)?.iter().map(Ok), before)?
        } else if let Some(arrays) = import_arrays(texts)? {
            Values::Arrow(arrays)
        } else {
            let values = read_strings(iterate(texts)?, before)?;
            let home = if let Home::Tuple = home { home } else { Home::List };
            return Ok(Self { values, home, before });
        };
        Ok(Self { values, home, before })
    }

    /// The index of the pandas Series that the texts came in.
    pub(crate) fn index(&self) -> PyResult<Option<Py<PyAny>>> {
        match &self.home {
            Home::PandasSeries(series) => Ok(Some(series.getattr("index")?.unbind())),
            _ => Ok(None),
        }
    }

    /// The texts, None where one is missing.
    pub(crate) fn slices(&self) -> PyResult<Vec<Option<&str>>> {
        let mut texts = Vec::new();
        match &self.values {
            Values::Strings(strings) => {
                texts.reserve_exact(strings.len());
                for (row, string) in strings.iter().enumerate() {
                    let text = string
                        .as_ref()
                        .map(|string| as_str(string, Some(self.before + row)))
                        .transpose()?;
                    texts.push(text);
                }
            }
            Values::Arrow(arrays) => {
                for array in arrays {
                    push_texts(array, &mut texts)?;
                }
            }
        }
        Ok(texts)
    }

    /// Lends the texts to `work`.
    pub(crate) fn with_slices<R>(
        &self,
        work: impl FnOnce(&[Option<&str>]) -> PyResult<R>,
    ) -> PyResult<R> {
        work(&self.slices()?)
    }

    /// Lends the texts to `work`, which needs all of them: a missing one is an error. What
    /// cannot be decoded is replaced, as a model reads and flags it.
    pub(crate) fn with_all<R>(&self, work: impl FnOnce(&[&str]) -> PyResult<R>) -> PyResult<R> {
        let is_missing = |row: usize| {
            invalid("texts", format!("the text at position {} is missing", self.before + row))
        };
        match &self.values {
            Values::Strings(strings) => {
                let mut texts = Vec::with_capacity(strings.len());
                for (row, string) in strings.iter().enumerate() {
                    texts.push(decodable(string.as_ref().ok_or_else(|| is_missing(row))?)?);
                }
                work(&texts.iter().map(AsRef::as_ref).collect::<Vec<&str>>())
            }
            Values::Arrow(arrays) => {
                let mut texts = Vec::new();
                for array in arrays {
                    push_texts(array, &mut texts)?;
                }
                let texts = texts.into_iter().enumerate();
                let texts = texts.map(|(row, text)| text.ok_or_else(|| is_missing(row)));
                work(&texts.collect::<PyResult<Vec<&str>>>()?)
            }
        }
    }

    /// Puts `results`, one per text, into the form the texts came in.
    fn wrap(&self, py: Python<'py>, results: Vec<Option<String>>) -> PyResult<Bound<'py, PyAny>> {
        self.home.wrap(py, results, |results| self.to_arrow(results))
    }

    /// An Arrow array of the type the texts had, unless that is too small.
    fn to_arrow(&self, results: &[Option<String>]) -> ArrayRef {
        let size: usize = results.iter().flatten().map(String::len).sum();
        let was_large = match &self.values {
            Values::Arrow(arrays) => arrays
                .iter()
                .any(|array| matches!(array.data_type(), DataType::LargeUtf8 | DataType::Utf8View)),
            Values::Strings(_) => true,
        };
        if was_large || i32::try_from(size).is_err() {
            let mut builder = LargeStringBuilder::with_capacity(results.len(), size);
            builder.extend(results.iter().map(Option::as_deref));
            Arc::new(builder.finish())
        } else {
            let mut builder = StringBuilder::with_capacity(results.len(), size);
            builder.extend(results.iter().map(Option::as_deref));
            Arc::new(builder.finish())
        }
    }
}

/// Applies `transform` to `texts` and returns the results in the same form.
pub(crate) fn transform_texts<'py>(
    py: Python<'py>,
    transform: &dyn Transform,
    texts: &Bound<'py, PyAny>,
    threads: Option<Threads>,
    progress: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let threads = Threads::limit(threads);
    match Texts::read(texts)? {
        Texts::One(text) => {
            let text = as_str(&text, None)?;
            Ok(PyString::new(py, &py.detach(|| transform.transform(text))).into_any())
        }
        Texts::Missing => Ok(py.None().into_bound(py)),
        Texts::Many(column) => {
            let mut results = Vec::new();
            column.with_slices(|texts| {
                results.reserve_exact(texts.len());
                in_steps(py, texts, TEXTS_PER_STEP, progress, |step| {
                    results.extend(map_in_order(step, threads, |text| {
                        text.map(|text| transform.transform(text))
                    }));
                })
            })?;
            column.wrap(py, results)
        }
    }
}

/// Works on `texts` step by step without the GIL, and in between moves the
/// progress bar and lets Ctrl-C through.
pub(crate) fn in_steps(
    py: Python<'_>,
    texts: &[Option<&str>],
    texts_per_step: usize,
    progress: bool,
    mut work: impl FnMut(&[Option<&str>]) + Send,
) -> PyResult<()> {
    let bar = if progress {
        Some(py.import("pantau._progress")?.call_method1("Progress", (texts.len(),))?)
    } else {
        None
    };
    for step in texts.chunks(texts_per_step) {
        py.detach(|| work(step));
        py.check_signals()?;
        if let Some(bar) = &bar {
            bar.call_method1("advance", (step.len(),))?;
        }
    }
    bar.map_or(Ok(()), |bar| bar.call_method0("close").map(drop))
}

/// Borrows a string's UTF-8, which a lone surrogate has none of.
pub(crate) fn as_str<'a>(text: &'a Bound<'_, PyString>, row: Option<usize>) -> PyResult<&'a str> {
    text.to_str().map_err(|error| {
        let what = row.map_or("text".to_owned(), |row| format!("text {row}"));
        invalid(what, format!("is not valid Unicode ({error})"))
    })
}

/// The text with U+FFFD in the place of each lone surrogate, which UTF-8 has no bytes for.
pub(crate) fn decodable<'a>(text: &'a Bound<'_, PyString>) -> PyResult<Cow<'a, str>> {
    if let Ok(text) = text.to_str() {
        return Ok(Cow::Borrowed(text));
    }
    let bytes = text.call_method1("encode", ("utf-16-le", "surrogatepass"))?;
    let bytes = bytes.cast_into::<PyBytes>()?;
    let (units, _) = bytes.as_bytes().as_chunks();
    let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
    let letters = char::decode_utf16(units);
    Ok(letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// The items of any iterable but those whose items are no texts.
pub(crate) fn iterate<'py>(texts: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyIterator>> {
    let class = texts.get_type();
    if texts.hasattr("keys")? || class.name()? == "bytes" {
        return Err(not_texts(&class, ""));
    }
    texts.try_iter().map_err(|_| not_texts(&class, ""))
}

/// The items of a NumPy array or a pandas column.
fn to_list<'py>(texts: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    if let Ok(dimensions) = texts.getattr("ndim")?.extract::<usize>()
        && dimensions != 1
    {
        let problem = format!("the array has {dimensions} dimensions instead of 1");
        return Err(invalid("texts", problem));
    }
    Ok(texts.call_method0("tolist")?.cast_into()?)
}

/// Whether pandas keeps a column as Arrow does, so that nothing need be copied.
fn is_kept_by_arrow(series: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(storage) = series.getattr("dtype")?.getattr("storage") else { return Ok(false) };
    Ok(storage.eq("pyarrow")? && series.hasattr("__arrow_c_stream__")?)
}

fn read_strings<'py>(
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    before: usize,
) -> PyResult<Values<'py>> {
    let mut strings = Vec::with_capacity(items.size_hint().0);
    for (row, item) in items.enumerate() {
        let item = item?;
        strings.push(match item.cast_into::<PyString>() {
            Ok(text) => Some(text),
            Err(error) => {
                let item = error.into_inner();
                if !is_missing(&item)? {
                    return Err(not_texts(
                        &item.get_type(),
                        &format!(" at position {}", before + row),
                    ));
                }
                None
            }
        });
    }
    Ok(Values::Strings(strings))
}

/// None, NaN, pandas' NA and `NaT`.
pub(crate) fn is_missing(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_none() {
        return Ok(true);
    }
    if let Ok(number) = item.cast::<PyFloat>() {
        return Ok(number.value().is_nan());
    }
    let class = item.get_type();
    Ok(match (root_package(&class)?.as_str(), class.name()?.to_string().as_str()) {
        ("pandas", "NAType" | "NaTType") => true,
        ("numpy", "float16" | "float32" | "longdouble") => item.extract::<f64>()?.is_nan(),
        _ => false,
    })
}

fn not_texts(class: &Bound<'_, PyType>, place: &str) -> PyErr {
    let name = class.name().map_or("?".to_owned(), |name| name.to_string());
    invalid("texts", format!("expected text{place}, got {name}"))
}
