//! Rows of numbers, in whatever form Python has them.

use pantau::learn::{DenseMatrix, Examples, SparseMatrix};
use pyo3::{
    prelude::*,
    types::{PyBytes, PyDict, PyTuple},
};

use crate::{
    array::{Number, array, read_columns, read_matrix, read_numbers, read_whole},
    error::{PyError, invalid},
    pickle,
};

/// Rows of numbers of which most are zero, as a TfidfVectorizer makes them where SciPy is not
/// installed. The three arrays are those of SciPy's ``csr_matrix``.
///
/// >>> import numpy as np
/// >>> from pantau import SparseMatrix
/// >>> rows = SparseMatrix((2, 3), data=[0.5, 1.0], indices=[2, 0], indptr=[0, 1, 2])
/// >>> rows.shape, rows.nnz
/// ((2, 3), 2)
/// >>> rows.to_numpy().tolist()
/// [[0.0, 0.0, 0.5], [1.0, 0.0, 0.0]]
#[pyclass(frozen, eq, name = "SparseMatrix", module = "pantau")]
#[derive(PartialEq)]
pub(crate) struct PySparseMatrix(pub(crate) SparseMatrix);

#[pymethods]
impl PySparseMatrix {
    #[new]
    #[pyo3(signature = (shape, *, data, indices, indptr))]
    fn new(
        shape: (usize, usize),
        data: &Bound<'_, PyAny>,
        indices: &Bound<'_, PyAny>,
        indptr: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        read_parts(shape, data, indices, indptr).map(Self)
    }

    /// How many rows and columns there are.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.0.rows(), self.0.columns())
    }

    /// How many numbers are not zero.
    #[getter]
    fn nnz(&self) -> usize {
        self.0.values().len()
    }

    /// The numbers that are not zero, row after row: a NumPy array.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        array(py, self.0.values(), &[self.nnz()])
    }

    /// The column of each number: a NumPy array.
    #[getter]
    fn indices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let places = self.0.places();
        if self.is_small() {
            let places: Vec<i32> = places.iter().map(|place| place.cast_signed()).collect();
            return array(py, &places, &[places.len()]);
        }
        let places: Vec<i64> = places.iter().map(|place| i64::from(*place)).collect();
        array(py, &places, &[places.len()])
    }

    /// Where each row begins in ``data`` and ``indices``, and where the last one ends.
    #[getter]
    fn indptr<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let starts = self.0.starts();
        if self.is_small() {
            let starts: Vec<i32> = starts.iter().map(|start| start.cast_signed() as i32).collect();
            return array(py, &starts, &[starts.len()]);
        }
        let starts: Vec<i64> = starts.iter().map(|start| start.cast_signed() as i64).collect();
        array(py, &starts, &[starts.len()])
    }

    /// The same as SciPy's ``csr_matrix``.
    fn to_scipy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let parts = (self.data(py)?, self.indices(py)?, self.indptr(py)?);
        let keywords = PyDict::new(py);
        keywords.set_item("shape", self.shape())?;
        py.import("scipy.sparse")?.call_method("csr_matrix", (parts,), Some(&keywords))
    }

    /// The same with all zeros: a NumPy array of two dimensions.
    fn to_numpy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (rows, columns) = self.shape();
        let shape = PyTuple::new(py, [rows, columns])?;
        let full = py.import("numpy")?.call_method1("zeros", (shape,))?;
        for row in 0..rows {
            let (places, values) = self.0.row(row);
            for (place, value) in places.iter().zip(values) {
                full.set_item((row, *place), value)?;
            }
        }
        Ok(full)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let places: Vec<u8> =
            self.0.places().iter().flat_map(|place| place.to_le_bytes()).collect();
        let starts: Vec<u8> =
            self.0.starts().iter().flat_map(|start| (*start as u64).to_le_bytes()).collect();
        let payload = (
            self.shape(),
            PyBytes::new(py, &to_bytes(self.0.values())),
            PyBytes::new(py, &places),
            PyBytes::new(py, &starts),
        );
        pickle::reduce(py, "SparseMatrix", payload)
    }

    fn __repr__(&self) -> String {
        let (rows, columns) = self.shape();
        format!("SparseMatrix({rows} rows, {columns} columns, {} numbers)", self.nnz())
    }
}

impl PySparseMatrix {
    /// Whether 32 bits are enough to count its columns and numbers, as SciPy prefers it.
    fn is_small(&self) -> bool {
        i32::try_from(self.0.columns()).is_ok() && i32::try_from(self.nnz()).is_ok()
    }
}

/// Restores a matrix that was pickled.
pub(crate) fn restore(payload: &Bound<'_, PyAny>) -> PyResult<PySparseMatrix> {
    let (shape, values, places, starts) =
        payload.extract::<((usize, usize), Vec<u8>, Vec<u8>, Vec<u8>)>()?;
    let (places, _) = places.as_chunks::<4>();
    let places = places.iter().map(|place| u32::from_le_bytes(*place)).collect();
    let (starts, _) = starts.as_chunks::<8>();
    let starts = starts.iter().map(|start| u64::from_le_bytes(*start) as usize).collect();
    from_parts(shape, starts, places, from_bytes(&values)).map(PySparseMatrix)
}

/// Numbers as they are pickled.
pub(crate) fn to_bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// What [`to_bytes`] wrote.
pub(crate) fn from_bytes(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers.iter().map(|number| f64::from_le_bytes(*number)).collect()
}

/// Rows to learn from or to answer.
pub(crate) enum Rows<'py> {
    Own(Bound<'py, PySparseMatrix>),
    Sparse(SparseMatrix),
    Dense(DenseMatrix),
}

impl<'py> Rows<'py> {
    /// Reads rows: a SparseMatrix, any sparse matrix of SciPy, or what NumPy makes an array of.
    pub(crate) fn read(rows: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Ok(own) = rows.cast::<PySparseMatrix>() {
            return Ok(Self::Own(own.clone()));
        }
        if rows.hasattr("tocsr")? {
            return read_scipy(rows).map(Self::Sparse);
        }
        read_matrix("examples", rows).map(Self::Dense)
    }

    /// [`read`](Self::read), to learn from: from no columns nothing is learnt.
    pub(crate) fn read_to_learn(rows: &Bound<'py, PyAny>) -> PyResult<Self> {
        let rows = Self::read(rows)?;
        if rows.examples().columns() == 0 {
            return Err(invalid("examples", "they have 0 columns, the fewest are 1"));
        }
        Ok(rows)
    }

    /// As the core takes them.
    pub(crate) fn examples(&self) -> Examples<'_> {
        match self {
            Self::Own(matrix) => Examples::Sparse(&matrix.get().0),
            Self::Sparse(matrix) => Examples::Sparse(matrix),
            Self::Dense(matrix) => Examples::Dense(matrix),
        }
    }
}

/// Numbers of several classes for each row or column: an array of two dimensions.
pub(crate) fn table<'py, N: Number>(
    py: Python<'py>,
    numbers: &[N],
    columns: usize,
) -> PyResult<Bound<'py, PyAny>> {
    array(py, numbers, &[numbers.len() / columns.max(1), columns])
}

fn read_scipy(matrix: &Bound<'_, PyAny>) -> PyResult<SparseMatrix> {
    let shape: Vec<usize> = matrix.getattr("shape")?.extract()?;
    let [rows, columns] = shape[..] else {
        let problem = format!("expected rows of numbers, got {} dimensions", shape.len());
        return Err(invalid("examples", problem));
    };
    let mut csr = matrix.call_method0("tocsr")?;
    if !csr.getattr("has_canonical_format")?.is_truthy()? {
        // What came from the caller stays as it is.
        csr = csr.call_method0("copy")?;
        csr.call_method0("sum_duplicates")?;
    }
    let part = |name: &str| csr.getattr(name);
    read_parts((rows, columns), &part("data")?, &part("indices")?, &part("indptr")?)
}

fn read_parts(
    shape: (usize, usize),
    data: &Bound<'_, PyAny>,
    indices: &Bound<'_, PyAny>,
    indptr: &Bound<'_, PyAny>,
) -> PyResult<SparseMatrix> {
    let values = read_numbers("examples", data)?;
    let places = read_columns("indices", indices)?;
    let starts = read_whole("indptr", indptr)?;
    let starts = starts.into_iter().map(|start| start as usize).collect();
    from_parts(shape, starts, places, values)
}

fn from_parts(
    (rows, columns): (usize, usize),
    starts: Vec<usize>,
    places: Vec<u32>,
    values: Vec<f64>,
) -> PyResult<SparseMatrix> {
    if starts.len() != rows + 1 {
        let problem = format!("{} starts of rows for {rows} rows", starts.len());
        return Err(invalid("examples", problem));
    }
    let matrix = SparseMatrix::from_parts(columns, starts, places, values);
    matrix.map_err(|error| match error {
        pantau::Error::InvalidInput { problem, .. } => invalid("examples", problem),
        other => PyError(other).into(),
    })
}
