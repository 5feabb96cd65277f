//! The features of many texts.

use std::{num::NonZero, sync::Mutex};

use arrow_array::{
    Array, ArrayRef, RecordBatch,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use arrow_schema::{DataType, SchemaRef};
use pantau::text::{FEATURE_NAMES, FeatureExtractor, FeatureTable, ROWS_PER_BATCH};
use pyo3::{
    exceptions::PyKeyError,
    prelude::*,
    types::{PyCapsule, PyDict, PyIterator, PyList},
};

use crate::{
    arrow::{ArrayStream, export_batches, import_array, push_texts},
    home::Home,
    table,
    texts::{Column, in_steps, iterate},
};

/// How many rows are worked on between two looks at the progress bar: enough
/// batches for many threads.
const ROWS_PER_STEP: usize = 16 * ROWS_PER_BATCH;

/// The features of many texts: a table that pandas, polars, pyarrow, DuckDB and
/// all else that speaks Arrow reads without copying.
///
/// >>> from pantau.text import FeatureExtractor
/// >>> table = FeatureExtractor().extract(["Bagus!", "Lemot :("])
/// >>> len(table), table["sentiment_words_negative"]
/// (2, [0, 1])
/// >>> table.to_pandas()["word_count"].tolist()
/// [1, 1]
#[pyclass(frozen, name = "FeatureTable", module = "pantau.text")]
pub(crate) struct PyFeatureTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The index of the pandas Series that the texts came in.
    index: Option<Py<PyAny>>,
}

impl PyFeatureTable {
    pub(crate) fn extract(
        py: Python<'_>,
        extractor: &FeatureExtractor,
        texts: &[Option<&str>],
        threads: Option<NonZero<usize>>,
        progress: bool,
        index: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let mut batches = Vec::new();
        in_steps(py, texts, ROWS_PER_STEP, progress, |step| {
            batches.extend_from_slice(extractor.extract_table(step, threads).batches());
        })?;
        Ok(Self { schema: extractor.schema(), batches, index })
    }

    fn new(table: &FeatureTable) -> Self {
        Self { schema: table.schema().clone(), batches: table.batches().to_vec(), index: None }
    }

    fn column_of(name: &str) -> PyResult<usize> {
        let position = FEATURE_NAMES.iter().position(|known| *known == name);
        position.ok_or_else(|| PyKeyError::new_err(format!("no feature is named {name:?}")))
    }
}

#[pymethods]
impl PyFeatureTable {
    /// The names of the features.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// The table as a pandas DataFrame, with the index of the Series that the
    /// texts came in, if they did.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        table::to_pandas(slf.as_any(), slf.get().index.as_ref(), || {
            let columns = PyDict::new(py);
            for name in FEATURE_NAMES {
                columns.set_item(name, slf.get().__getitem__(py, name)?)?;
            }
            Ok(columns)
        })
    }

    /// The table as a polars DataFrame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_polars(slf.as_any())
    }

    /// The table as a pyarrow Table.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_arrow(slf.as_any())
    }

    /// The table as an Arrow C stream capsule.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Another schema is a request that a producer may leave unanswered.
        drop(requested_schema);
        export_batches(py, self.schema.clone(), self.batches.clone())
    }

    /// One feature as a list, None where the text is missing.
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let column = Self::column_of(name)?;
        let values = PyList::empty(py);
        for batch in &self.batches {
            let array = batch.column(column);
            for row in 0..array.len() {
                if array.is_null(row) {
                    values.append(py.None())?;
                    continue;
                }
                match array.data_type() {
                    DataType::LargeUtf8 => values.append(array.as_string::<i64>().value(row))?,
                    DataType::Int64 => {
                        values.append(array.as_primitive::<Int64Type>().value(row))?;
                    }
                    DataType::Boolean => values.append(array.as_boolean().value(row))?,
                    _ => values.append(array.as_primitive::<Float64Type>().value(row))?,
                }
            }
        }
        Ok(values)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        format!("FeatureTable({} rows, {} features)", self.__len__(), FEATURE_NAMES.len())
    }
}

/// An iterator of FeatureTables over a stream of texts.
#[pyclass(frozen, name = "FeatureStream", module = "pantau.text")]
pub(crate) struct PyFeatureStream {
    extractor: FeatureExtractor,
    rows: usize,
    threads: Option<NonZero<usize>>,
    source: Mutex<Source>,
}

/// Where the texts come from, piece by piece.
enum Source {
    Arrow { stream: Option<ArrayStream>, array: Option<ArrayRef>, done: usize },
    Items { items: Py<PyIterator>, done: usize },
    Ended,
}

impl PyFeatureStream {
    pub(crate) fn new(
        extractor: FeatureExtractor,
        texts: &Bound<'_, PyAny>,
        rows: usize,
        threads: Option<NonZero<usize>>,
    ) -> PyResult<Self> {
        if texts.is_instance_of::<pyo3::types::PyString>() {
            return Err(crate::error::invalid("texts", "one text was passed; pass many"));
        }
        let home = Home::of(texts)?;
        let source = if let Home::Table = home {
            return Err(crate::arguments::table_passed());
        } else if home.reads_as_list() {
            Source::Items { items: texts.try_iter()?.unbind(), done: 0 }
        } else if let Some(stream) = ArrayStream::open(texts)? {
            Source::Arrow { stream: Some(stream), array: None, done: 0 }
        } else if let Some(array) = import_array(texts)? {
            Source::Arrow { stream: None, array: Some(array), done: 0 }
        } else {
            Source::Items { items: iterate(texts)?.unbind(), done: 0 }
        };
        Ok(Self { extractor, rows, threads, source: Mutex::new(source) })
    }
}

#[pymethods]
impl PyFeatureStream {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<PyFeatureTable>> {
        // The lock is only ever held by a thread that also holds the GIL or
        // waits for it inside; a second reader is a mistake worth telling.
        let Ok(mut source) = self.source.try_lock() else {
            let problem = "another thread is reading it";
            return Err(crate::error::invalid("feature stream", problem));
        };
        let next = self.next_part(py, &mut source);
        // What was read before an error is gone, so nothing may follow it.
        if next.is_err() {
            *source = Source::Ended;
        }
        next
    }
}

impl PyFeatureStream {
    fn next_part(&self, py: Python<'_>, source: &mut Source) -> PyResult<Option<PyFeatureTable>> {
        match source {
            Source::Ended => Ok(None),
            Source::Items { items, done } => {
                let items = items.bind(py).clone();
                let part = PyList::empty(py);
                for item in items.take(self.rows) {
                    part.append(item?)?;
                }
                if part.is_empty() {
                    return Ok(None);
                }
                let before = *done;
                *done += part.len();
                Column::read_part(part.as_any(), before)?.with_slices(|texts| {
                    let table = py.detach(|| self.extractor.extract_table(texts, self.threads));
                    Ok(Some(PyFeatureTable::new(&table)))
                })
            }
            Source::Arrow { stream, array, done } => loop {
                let Some(current) = array.clone().filter(|array| *done < array.len()) else {
                    let next = stream.as_mut().map(ArrayStream::next).transpose()?;
                    (*array, *done) = (next.flatten(), 0);
                    if array.is_none() {
                        return Ok(None);
                    }
                    continue;
                };
                let part = current.slice(*done, self.rows.min(current.len() - *done));
                *done += part.len();
                let mut texts = Vec::with_capacity(part.len());
                push_texts(&part, &mut texts)?;
                let table = py.detach(|| self.extractor.extract_table(&texts, self.threads));
                return Ok(Some(PyFeatureTable::new(&table)));
            },
        }
    }
}
