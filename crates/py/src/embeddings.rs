//! The vectors of many texts, with what is odd about them.

use pantau::model::Embeddings;
use pyo3::{
    prelude::*,
    sync::PyOnceLock,
    types::{PyCapsule, PyDict},
};

use crate::{
    array::shared_array,
    error::PyError,
    predictions::flag_columns,
    table::{self, to_schema, to_stream},
};

/// The vectors of many texts with the flags of the texts: a table that pandas, polars, pyarrow
/// and all else that speaks Arrow reads.
///
/// Its columns are ``embedding`` and the flags ``empty``, ``truncated``, ``replaced``.
///
/// >>> from pantau import Encoder
/// >>> embeddings = Encoder.open("encoder").embed_table(["Bagus sekali!", ""])
/// >>> embeddings.flags, embeddings.numbers.shape == (2, embeddings.dimensions)
/// ([[], ['empty']], True)
/// >>> embeddings.to_arrow().column_names
/// ['embedding', 'empty', 'truncated', 'replaced']
#[pyclass(frozen, name = "Embeddings", module = "pantau")]
pub(crate) struct PyEmbeddings {
    embeddings: Embeddings,
    /// The index of the pandas Series that the texts came in.
    index: Option<Py<PyAny>>,
    numbers: PyOnceLock<Py<PyAny>>,
}

impl PyEmbeddings {
    pub(crate) fn new(embeddings: Embeddings, index: Option<Py<PyAny>>) -> Self {
        Self { embeddings, index, numbers: PyOnceLock::new() }
    }

    /// The columns of the table that need no pyarrow.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        let rows = self.numbers(py)?.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        columns.set_item("embedding", rows)?;
        flag_columns(py, self.embeddings.flags(), &columns)?;
        Ok(columns)
    }
}

#[pymethods]
impl PyEmbeddings {
    /// A row for each text: a NumPy array that cannot be changed.
    #[getter]
    fn numbers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let array = self.numbers.get_or_try_init(py, || {
            let shape = [self.embeddings.len(), self.embeddings.dimensions()];
            shared_array(py, self.embeddings.numbers(), &shape).map(Bound::unbind)
        })?;
        Ok(array.bind(py).clone())
    }

    /// How many numbers a vector has.
    #[getter]
    fn dimensions(&self) -> usize {
        self.embeddings.dimensions()
    }

    /// For each text, what is odd about it.
    #[getter]
    fn flags(&self) -> Vec<Vec<&'static str>> {
        self.embeddings.flags().iter().map(|flags| flags.names().collect()).collect()
    }

    /// For each text, whether something of it was cut off: a NumPy array.
    #[getter]
    fn truncated<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let truths: Vec<bool> =
            self.embeddings.flags().iter().map(|flags| flags.truncated).collect();
        shared_array(py, &truths, &[truths.len()])
    }

    /// The table as a pandas DataFrame, with the index of the Series that the texts came in, if
    /// they did.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let own = slf.get();
        table::to_pandas(slf.as_any(), own.index.as_ref(), || own.columns(slf.py()))
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
        to_stream(py, py.detach(|| self.embeddings.to_arrow()).map_err(PyError)?)
    }

    /// The table's schema as an Arrow C capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        to_schema(py, &py.detach(|| self.embeddings.to_arrow()).map_err(PyError)?)
    }

    fn __len__(&self) -> usize {
        self.embeddings.len()
    }

    fn __repr__(&self) -> String {
        let (texts, dimensions) = (self.embeddings.len(), self.embeddings.dimensions());
        format!("Embeddings({texts} texts, {dimensions} dimensions)")
    }
}
