//! Whole tables: out of a store, into files and from them.

use std::{path::PathBuf, sync::Arc};

use pantau::store::{Batches, ExportOptions, ImportOptions, Select, Store};
use pyo3::{
    prelude::*,
    types::{PyCapsule, PyDict, PyList},
};

use crate::{
    arguments::path,
    arrow::{export_reader, export_schema},
    consent::{PyConsent, read_anonymizer},
    error::PyError,
    json::given,
    keywords::select,
    moment::{Moment, timestamp},
    store::PyStore,
    table,
    transforms::{PyAnonymizer, from_json},
    watch::Steps,
};

/// Rows of a table of a store. They are read when they are asked for, batch by batch: whoever
/// speaks Arrow (DuckDB, polars, pyarrow) needs little memory for many rows.
///
/// >>> import pantau
/// >>> store = pantau.Store.open("memory:")
/// >>> with store.log("sentiment", "3") as log:
/// ...     _ = log.record(label="positive", confidence=0.75)
/// >>> table = store.table("predictions", hours=24)
/// >>> table.to_pandas()["predicted_label"].tolist()
/// ['positive']
#[pyclass(frozen, name = "StoreTable", module = "pantau")]
pub(crate) struct PyStoreTable {
    store: Arc<dyn Store>,
    select: Select,
}

#[pymethods]
impl PyStoreTable {
    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<&str> {
        self.select.table.columns().iter().map(|column| column.name).collect()
    }

    /// The rows as a pandas DataFrame.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        table::to_pandas(slf.as_any(), None, || {
            let columns = PyDict::new(py);
            let rows = slf.get().to_dicts(py)?;
            for name in slf.get().columns() {
                let column = PyList::empty(py);
                for row in &rows {
                    column.append(row.get_item(name)?)?;
                }
                columns.set_item(name, column)?;
            }
            Ok(columns)
        })
    }

    /// The rows as a polars DataFrame.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_polars(slf.as_any())
    }

    /// The rows as a pyarrow Table.
    fn to_arrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        table::to_arrow(slf.as_any())
    }

    /// The rows as dicts.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let json = py.detach(|| self.store.rows_json(&self.select)).map_err(PyError)?;
        Ok(from_json(py, &json)?.cast_into()?)
    }

    /// The rows as an Arrow C stream capsule.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // Another schema is a request that a producer may leave unanswered.
        drop(requested_schema);
        let batches = Batches::new(self.store.clone(), self.select.clone()).map_err(PyError)?;
        export_reader(py, batches.into_reader())
    }

    /// The schema as an Arrow C schema capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        export_schema(py, &self.select.table.schema())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let (table, conditions) = (self.select.table, &self.select.conditions);
        let count = py.detach(|| self.store.count(table, conditions)).map_err(PyError)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Ok(self.select.limit.map_or(count, |limit| limit.min(count)))
    }

    fn __repr__(&self) -> String {
        format!("StoreTable({:?})", self.select.table.name())
    }
}

#[pymethods]
impl PyStore {
    /// Rows of a table, such as "predictions", "feedback", "reviews" or "model_metrics". They come
    /// in the order of their times, with a ``limit`` the latest first.
    #[pyo3(
        signature = (name, **rows),
        text_signature = "($self, name, *, hours=None, since=None, until=None, model=None, \
            version=None, subject=None, limit=None)"
    )]
    fn table<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        rows: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<PyStoreTable> {
        Ok(PyStoreTable { store: self.0.clone(), select: select(py, name, rows)? })
    }

    /// Writes rows of a table into a file, whole or not at all, and returns how many rows and
    /// bytes. Its name ends in .csv, .jsonl or .parquet. ``for_spreadsheets`` puts an apostrophe in
    /// front of texts that a spreadsheet would take for a formula and run.
    #[pyo3(
        signature = (table, path, *, format=None, for_spreadsheets=false, progress=false, **rows),
        text_signature = "($self, table, path, *, format=None, for_spreadsheets=False, \
            progress=False, hours=None, since=None, until=None, model=None, version=None, \
            subject=None, limit=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn export<'py>(
        &self,
        py: Python<'py>,
        table: &str,
        path: &Bound<'py, PyAny>,
        format: Option<Bound<'py, PyAny>>,
        for_spreadsheets: bool,
        progress: bool,
        rows: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let path = file(path)?;
        let select = select(py, table, rows)?;
        let options = given(py, "export options", [("format", format)])?;
        let options = ExportOptions::from_json(&options).map_err(PyError)?;
        let options = ExportOptions { for_spreadsheets, ..options };
        let mut steps = Steps::new(progress);
        let done = py.detach(|| {
            self.0.export(&select, &path, &options, &mut |done, all| look(&mut steps, done, all))
        });
        let done = steps.conclude(py, done)?;
        let told = PyDict::new(py);
        told.set_item("rows", done.rows)?;
        told.set_item("bytes", done.bytes)?;
        Ok(told.into_any())
    }

    /// Imports the reviews of a file (CSV, JSON, Parquet) whose writers agreed to have their texts
    /// kept, and returns a report: how many rows there were, were written, were there already,
    /// could not be imported, and why the first of these. All of these are kept aside in the file
    /// ``rejected``, by default beside the file, as they were.
    ///
    /// ``columns`` names the columns whose names are not the usual ones, by what they hold: text,
    /// label, id, rating, date, app_name, country_code, source, subject, labelled_at, created_at.
    /// ``clean`` is the language whose cleaner also stores the texts clean. ``existing`` says what
    /// becomes of rows whose id is there: "keep", "replace" or "refuse".
    #[pyo3(
        signature = (
            path, *, consent, anonymizer=None, columns=None, clean=None, labels=None,
            allow_unlabelled=false, source=None, format=None, existing=None, rejected=None,
            first=None, progress=false
        ),
        text_signature = "($self, path, *, consent, anonymizer=None, columns=None, clean=None, \
            labels=None, allow_unlabelled=False, source='import', format=None, existing='keep', \
            rejected=None, first=10, progress=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn import_reviews<'py>(
        &self,
        py: Python<'py>,
        path: &Bound<'py, PyAny>,
        consent: &Bound<'py, PyConsent>,
        anonymizer: Option<&Bound<'py, PyAnonymizer>>,
        columns: Option<Bound<'py, PyAny>>,
        clean: Option<Bound<'py, PyAny>>,
        labels: Option<Bound<'py, PyAny>>,
        allow_unlabelled: bool,
        source: Option<Bound<'py, PyAny>>,
        format: Option<Bound<'py, PyAny>>,
        existing: Option<Bound<'py, PyAny>>,
        rejected: Option<Bound<'py, PyAny>>,
        first: Option<Bound<'py, PyAny>>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let path = file(path)?;
        let rejected =
            rejected.map(|path| py.import("os")?.call_method1("fsdecode", (path,))).transpose()?;
        let options = given(
            py,
            "import options",
            [
                ("columns", columns),
                ("clean", clean),
                ("labels", labels),
                ("source", source),
                ("format", format),
                ("existing", existing),
                ("rejected", rejected),
                ("first", first),
            ],
        )?;
        let consent = consent.get().consent();
        let anonymizer = read_anonymizer(anonymizer).clone();
        let options = ImportOptions::from_json(&options, consent, anonymizer).map_err(PyError)?;
        let options = ImportOptions { allow_unlabelled, ..options };
        let mut steps = Steps::new(progress);
        let report = py.detach(|| {
            let watch = &mut |done, all| look(&mut steps, done, all);
            self.0.import_reviews(&path, &options, watch)
        });
        from_json(py, &steps.conclude(py, report)?.to_json())
    }

    /// All there is to learn from, as a dict of ``text`` and ``label`` that ``pantau.train`` reads:
    /// labelled reviews, and predictions whose text may be kept and whose right label became known.
    /// Equal texts are one, with the label that became known last. Both are empty where there is
    /// nothing yet.
    #[pyo3(signature = (since=None))]
    fn labelled_texts<'py>(
        &self,
        py: Python<'py>,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let since = timestamp(since);
        let found = py.detach(|| self.0.labelled_texts(since));
        let columns = PyDict::new(py);
        match &found {
            Ok(found) => {
                columns.set_item("text", found.texts())?;
                columns.set_item("label", found.labels())?;
            }
            // Nothing to learn from is nothing wrong for those who ask how much there is.
            Err(pantau::Error::InvalidInput { .. }) => {
                columns.set_item("text", PyList::empty(py))?;
                columns.set_item("label", PyList::empty(py))?;
            }
            Err(_) => drop(found.map_err(PyError)?),
        }
        Ok(columns)
    }
}

/// The path of a file.
pub(crate) fn file(value: &Bound<'_, PyAny>) -> PyResult<PathBuf> {
    path(value.as_borrowed(), "path", "the path of a file")
}

/// Tells a bar how far a file is.
pub(crate) fn look(steps: &mut Steps, done: u64, all: u64) -> pantau::Result<()> {
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    steps.look(size(done), size(all))
}
