//! What texts come in, so that results can go back in the same form.

use arrow_array::ArrayRef;
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyTuple, PyType},
};

use crate::arrow::export_array;

/// The kinds of columns that Pantau knows.
pub(crate) enum Home<'py> {
    List,
    Tuple,
    NumPy,
    PandasIndex,
    PandasSeries(Bound<'py, PyAny>),
    PolarsSeries(Bound<'py, PyAny>),
    PyArrow {
        chunked: bool,
    },
    /// A table, which is no column.
    Table,
    /// Something else: an exporter of Arrow, or an iterable.
    Other,
}

impl<'py> Home<'py> {
    /// Looks through the classes that `texts` is an instance of; none of their
    /// packages is imported for it.
    pub(crate) fn of(texts: &Bound<'py, PyAny>) -> PyResult<Self> {
        if texts.is_instance_of::<PyList>() {
            return Ok(Self::List);
        }
        if texts.is_instance_of::<PyTuple>() {
            return Ok(Self::Tuple);
        }
        for class in texts.get_type().mro() {
            let class = class.cast_into::<PyType>()?;
            let (package, name) = (root_package(&class)?, class.name()?.to_string());
            return Ok(match (package.as_str(), name.as_str()) {
                ("numpy", "ndarray") => Self::NumPy,
                ("pandas", "Index") => Self::PandasIndex,
                ("pandas", "Series") => Self::PandasSeries(texts.clone()),
                ("polars", "Series") => Self::PolarsSeries(texts.clone()),
                ("pandas", "DataFrame")
                | ("polars", "DataFrame" | "LazyFrame")
                | ("pyarrow", "Table" | "RecordBatch") => Self::Table,
                ("pyarrow", "ChunkedArray") => Self::PyArrow { chunked: true },
                ("pyarrow", "Array") => Self::PyArrow { chunked: false },
                _ => continue,
            });
        }
        Ok(Self::Other)
    }

    /// Whether the column can be read as a list only. Through Arrow, pandas
    /// would need pyarrow, and fail on mixed columns; NumPy has no Arrow.
    pub(crate) fn reads_as_list(&self) -> bool {
        matches!(self, Self::NumPy | Self::PandasIndex | Self::PandasSeries(_))
    }

    /// Results in the form that the texts came in; `to_arrow` makes the array
    /// that libraries built on Arrow take.
    pub(crate) fn wrap(
        &self,
        py: Python<'py>,
        results: Vec<Option<String>>,
        to_arrow: impl FnOnce(&[Option<String>]) -> ArrayRef,
    ) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Self::List | Self::PandasIndex => Ok(PyList::new(py, results)?.into_any()),
            Self::Tuple => Ok(PyTuple::new(py, results)?.into_any()),
            Self::NumPy => {
                let keywords = PyDict::new(py);
                keywords.set_item("dtype", "object")?;
                let list = PyList::new(py, results)?;
                py.import("numpy")?.call_method("array", (list,), Some(&keywords))
            }
            Self::PandasSeries(series) => {
                let keywords = PyDict::new(py);
                keywords.set_item("index", series.getattr("index")?)?;
                keywords.set_item("name", series.getattr("name")?)?;
                let data_type = series.getattr("dtype")?;
                // A category of the old texts cannot hold the new ones.
                if data_type.get_type().name()? != "CategoricalDtype" {
                    keywords.set_item("dtype", data_type)?;
                }
                let list = PyList::new(py, results)?;
                py.import("pandas")?.call_method("Series", (list,), Some(&keywords))
            }
            Self::PolarsSeries(series) => {
                let array = TextArray(to_arrow(&results));
                let column = py.import("polars")?.call_method1("Series", (array,))?;
                column.call_method1("alias", (series.getattr("name")?,))
            }
            Self::PyArrow { chunked } => {
                let pyarrow = py.import("pyarrow")?;
                let array = pyarrow.call_method1("array", (TextArray(to_arrow(&results)),))?;
                if *chunked { pyarrow.call_method1("chunked_array", ([array],)) } else { Ok(array) }
            }
            Self::Table | Self::Other => {
                Ok(Bound::new(py, TextArray(to_arrow(&results)))?.into_any())
            }
        }
    }
}

/// A column of texts that any library that speaks Arrow can read.
///
/// It is returned for Arrow columns of libraries that Pantau does not know.
#[pyclass(frozen, module = "pantau.text")]
pub(crate) struct TextArray(ArrayRef);

#[pymethods]
impl TextArray {
    fn __len__(&self) -> usize {
        arrow_array::Array::len(&self.0)
    }

    /// The column as Arrow's C data capsules.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        // Another schema is a request that a producer may leave unanswered.
        drop(requested_schema);
        let (schema, array) = export_array(py, &self.0)?;
        PyTuple::new(py, [schema, array])
    }
}

/// `pandas` for `pandas.core.series.Series`.
pub(crate) fn root_package(class: &Bound<'_, PyType>) -> PyResult<String> {
    let module = class.module()?.to_string();
    Ok(module.split('.').next().unwrap_or_default().to_owned())
}
