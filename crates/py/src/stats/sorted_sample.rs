use pantau::stats::SortedSample;
use pyo3::prelude::*;

use super::samples::{alternative, four, method};
use crate::{array::array, error::PyError, numbers::Numbers};

/// A sample that was sorted once, to be compared with others again and again.
///
/// >>> from pantau.stats import SortedSample
/// >>> reference = SortedSample([3.0, 1.0, 2.0])
/// >>> len(reference), reference.numbers.tolist()
/// (3, [1.0, 2.0, 3.0])
#[pyclass(frozen, module = "pantau.stats", name = "SortedSample")]
pub(crate) struct PySortedSample(SortedSample);

#[pymethods]
impl PySortedSample {
    #[new]
    fn new(py: Python<'_>, sample: &Bound<'_, PyAny>) -> PyResult<Self> {
        let sample = Numbers::read("sample", sample)?;
        let sample = sample.as_slice();
        Ok(Self(py.detach(|| SortedSample::new(sample)).map_err(PyError)?))
    }

    /// The numbers in ascending order, as an array of their own.
    #[getter]
    fn numbers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        array(py, self.0.numbers(), &[self.0.numbers().len()])
    }

    fn __len__(&self) -> usize {
        self.0.numbers().len()
    }

    fn __repr__(&self) -> String {
        format!("SortedSample({} numbers)", self.0.numbers().len())
    }

    /// Whether this sample and another one come from the same distribution: ``stats.ks_2samp``
    /// with this as the first one, and its arguments and result.
    ///
    /// >>> from pantau.stats import SortedSample
    /// >>> SortedSample([1.0, 2.0, 3.0]).ks_2samp([4.0, 5.0]).statistic
    /// 1.0
    #[pyo3(signature = (data2, alternative=None, method=None), text_signature = "($self, data2, alternative='two-sided', method='auto')")]
    fn ks_2samp<'py>(
        &self,
        py: Python<'py>,
        data2: &Bound<'py, PyAny>,
        alternative: Option<&Bound<'py, PyAny>>,
        method: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let side = alternative.map(self::alternative).transpose()?.unwrap_or_default();
        let how = method.map(self::method).transpose()?.unwrap_or_default();
        let second = Numbers::read("data2", data2)?;
        let second = second.as_slice();
        let test = py.detach(|| self.0.ks_2samp(second, side, how)).map_err(PyError)?;
        py.import("pantau.stats")?.getattr("KsResult")?.call1(four(test))
    }
}
