//! What a classifier answers for many texts.

use std::sync::atomic::{AtomicUsize, Ordering};

use pantau::model::{Flags, Predictions, TextNovelty};
use pyo3::{
    exceptions::PyIndexError,
    prelude::*,
    sync::PyOnceLock,
    types::{PyCapsule, PyDict, PyList, PySlice, PyString},
};

use crate::{
    array::shared_array,
    error::PyError,
    prediction::PyPrediction,
    table::{self, to_schema, to_stream},
};

/// What a classifier answers for many texts: a sequence of Predictions, and a table that pandas,
/// polars, pyarrow and all else that speaks Arrow reads.
///
/// As a table it has the columns ``label``, ``confidence``, ``all_labels``, one
/// ``probability_…`` for each label, the flags ``empty``, ``truncated``, ``replaced``, and, where
/// the model can tell, ``novelty`` and ``novelty_pvalue``.
///
/// >>> from pantau import Classifier
/// >>> predictions = Classifier.open("sentiment").predict(["Bagus sekali!", "Lemot", ""])
/// >>> len(predictions), predictions[-1].flags
/// (3, ['empty'])
/// >>> predictions.probabilities.shape == (3, len(predictions.labels))
/// True
/// >>> predictions.to_pandas()["label"].tolist() == predictions.label
/// True
#[pyclass(frozen, name = "Predictions", module = "pantau")]
pub(crate) struct PyPredictions {
    predictions: Predictions,
    /// The index of the pandas Series that the texts came in.
    index: Option<Py<PyAny>>,
    confidence: PyOnceLock<Py<PyAny>>,
    probabilities: PyOnceLock<Py<PyAny>>,
}

impl PyPredictions {
    pub(crate) fn new(predictions: Predictions, index: Option<Py<PyAny>>) -> Self {
        Self { predictions, index, confidence: PyOnceLock::new(), probabilities: PyOnceLock::new() }
    }

    pub(crate) fn predictions(&self) -> &Predictions {
        &self.predictions
    }

    fn get(&self, text: usize) -> Option<PyPrediction> {
        let prediction = self.predictions.get(text)?;
        Some(PyPrediction::new(prediction))
    }

    /// The columns of the table that need no pyarrow.
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let columns = PyDict::new(py);
        columns.set_item("label", self.label(py)?)?;
        columns.set_item("confidence", self.confidence(py)?)?;
        let all_labels: Vec<Vec<String>> =
            self.predictions.iter().map(|prediction| prediction.all_labels).collect();
        columns.set_item("all_labels", all_labels)?;
        if let Some(probabilities) = self.probabilities(py)? {
            let by_label = probabilities.getattr("T")?;
            for (place, label) in self.predictions.labels().iter().enumerate() {
                columns.set_item(format!("probability_{label}"), by_label.get_item(place)?)?;
            }
        }
        flag_columns(py, self.predictions.flags(), &columns)?;
        if let (Some(scores), Some(pvalues)) = (self.novelty(py)?, self.novelty_pvalue(py)?) {
            columns.set_item("novelty", scores)?;
            columns.set_item("novelty_pvalue", pvalues)?;
        }
        Ok(columns)
    }

    fn novelty_column<'py>(
        &self,
        py: Python<'py>,
        read: impl Fn(&TextNovelty) -> f64,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(novelty) = self.predictions.novelty() else { return Ok(None) };
        let numbers: Vec<f64> = novelty.iter().map(read).collect();
        shared_array(py, &numbers, &[numbers.len()]).map(Some)
    }
}

/// Adds a column for each flag.
pub(crate) fn flag_columns<'py>(
    py: Python<'py>,
    flags: &[Flags],
    columns: &Bound<'py, PyDict>,
) -> PyResult<()> {
    let column = |is_set: fn(&Flags) -> bool| {
        let truths: Vec<bool> = flags.iter().map(is_set).collect();
        shared_array(py, &truths, &[truths.len()])
    };
    columns.set_item("empty", column(|flags| flags.empty)?)?;
    columns.set_item("truncated", column(|flags| flags.truncated)?)?;
    columns.set_item("replaced", column(|flags| flags.replaced)?)
}

#[pymethods]
impl PyPredictions {
    /// For each text, the most probable label.
    #[getter]
    fn label<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let labels: Vec<Bound<'py, PyString>> =
            self.predictions.labels().iter().map(|label| PyString::new(py, label)).collect();
        PyList::new(py, self.predictions.best().iter().map(|best| &labels[*best as usize]))
    }

    /// For each text, the probability of its label: a NumPy array that cannot be changed.
    #[getter]
    fn confidence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let array = self.confidence.get_or_try_init(py, || {
            let numbers = self.predictions.confidence();
            shared_array(py, numbers, &[numbers.len()]).map(Bound::unbind)
        })?;
        Ok(array.bind(py).clone())
    }

    /// A row for each text and a column for each of ``labels``: a NumPy array that cannot be
    /// changed; None if probabilities were not asked for.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(numbers) = self.predictions.probabilities() else { return Ok(None) };
        let array = self.probabilities.get_or_try_init(py, || {
            let shape = [self.predictions.len(), self.predictions.labels().len()];
            shared_array(py, numbers, &shape).map(Bound::unbind)
        })?;
        Ok(Some(array.bind(py).clone()))
    }

    /// The labels of the model, in the order of the columns of ``probabilities``.
    #[getter]
    fn labels(&self) -> Vec<String> {
        self.predictions.labels().to_vec()
    }

    /// For each text, what is odd about it.
    #[getter]
    fn flags(&self) -> Vec<Vec<&'static str>> {
        self.predictions.flags().iter().map(|flags| flags.names().collect()).collect()
    }

    /// For each text, whether something of it was cut off: a NumPy array.
    #[getter]
    fn truncated<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let truths: Vec<bool> =
            self.predictions.flags().iter().map(|flags| flags.truncated).collect();
        shared_array(py, &truths, &[truths.len()])
    }

    /// For each text, how unlike it is to those the model has learnt from: a NumPy array; None if
    /// the model cannot tell.
    #[getter]
    fn novelty<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.novelty_column(py, |novelty| novelty.score)
    }

    /// For each text, which share of texts like those the model has learnt from are at least as
    /// unusual: a NumPy array; None if the model cannot tell.
    #[getter]
    fn novelty_pvalue<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.novelty_column(py, |novelty| novelty.pvalue)
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
        to_stream(py, py.detach(|| self.predictions.to_arrow()).map_err(PyError)?)
    }

    /// The table's schema as an Arrow C capsule.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        to_schema(py, &py.detach(|| self.predictions.to_arrow()).map_err(PyError)?)
    }

    /// One prediction, or a list of those that a slice picks.
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        place: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let length = self.predictions.len();
        if let Ok(slice) = place.cast::<PySlice>() {
            let places = slice.indices(length.cast_signed())?;
            let picked = (0..places.slicelength)
                .map(|step| places.start + step.cast_signed() * places.step)
                .filter_map(|place| self.get(usize::try_from(place).ok()?));
            let picked: Vec<PyPrediction> = picked.collect();
            return Ok(PyList::new(py, picked)?.into_any());
        }
        let place = place.extract::<isize>()?;
        let from_start = if place < 0 { place + length.cast_signed() } else { place };
        match usize::try_from(from_start).ok().and_then(|place| self.get(place)) {
            Some(prediction) => Ok(Bound::new(py, prediction)?.into_any()),
            None => Err(PyIndexError::new_err(format!(
                "there are {length} predictions, none at {place}"
            ))),
        }
    }

    fn __iter__(slf: Py<Self>) -> Iterator {
        Iterator { predictions: slf, next: AtomicUsize::new(0) }
    }

    fn __len__(&self) -> usize {
        self.predictions.len()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.predictions == other.predictions
    }

    fn __repr__(&self) -> String {
        format!(
            "Predictions({} texts, labels={:?})",
            self.predictions.len(),
            self.predictions.labels()
        )
    }
}

/// Goes through predictions one by one.
#[pyclass(frozen, module = "pantau._core")]
pub(crate) struct Iterator {
    predictions: Py<PyPredictions>,
    next: AtomicUsize,
}

#[pymethods]
impl Iterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self) -> Option<PyPrediction> {
        self.predictions.get().get(self.next.fetch_add(1, Ordering::Relaxed))
    }
}
