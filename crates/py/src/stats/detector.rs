use std::sync::{Mutex, PoisonError};

use pantau::stats::Detector;
use pyo3::{prelude::*, types::PyDict};

use crate::{error::PyError, json::to_json, numbers::Numbers};

/// Looks for changes, one number after the other.
///
/// ``name`` is ``"adwin"``, ``"page_hinkley"``, ``"ddm"``, ``"eddm"``, ``"kswin"``, ``"cusum"``,
/// ``"ewma"``, ``"sprt"`` or ``"shiryaev_roberts"``; its settings are keywords. The first four say
/// what river's say, and ``"kswin"`` decides as river's does on draws of its own. ``"ddm"``, ``"eddm"`` and ``"sprt"`` take 1 for a wrong answer and 0 for a
/// right one, ``"shiryaev_roberts"`` takes p-values.
///
/// >>> from pantau.stats import Detector
/// >>> detector = Detector("page_hinkley", threshold=5.0)
/// >>> signals = [detector.update(0.0 if day < 100 else 1.0) for day in range(200)]
/// >>> signals.index("drift")
/// 105
#[pyclass(frozen, module = "pantau.stats", name = "Detector")]
pub(crate) struct PyDetector(Mutex<Detector>);

impl PyDetector {
    fn with<R>(&self, work: impl FnOnce(&mut Detector) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[pymethods]
impl PyDetector {
    #[new]
    #[pyo3(signature = (name, /, **settings))]
    fn new(py: Python<'_>, name: &str, settings: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let settings = settings.cloned().unwrap_or_else(|| PyDict::new(py));
        let settings = to_json("settings", settings.as_any())?;
        Ok(Self(Mutex::new(Detector::from_json(name, &settings).map_err(PyError)?)))
    }

    /// The name of this detector.
    #[getter]
    fn name(&self) -> &'static str {
        self.with(|detector| detector.name())
    }

    /// Takes the next number and says ``"quiet"``, ``"warning"`` or ``"drift"``; ``"sprt"`` also
    /// says ``"clear"``. After a drift it begins anew.
    fn update(&self, value: f64) -> PyResult<&'static str> {
        Ok(self.with(|detector| detector.update(value)).map_err(PyError)?.name())
    }

    /// Takes many numbers, and says for each what ``update`` says.
    fn update_many(
        &self,
        py: Python<'_>,
        values: &Bound<'_, PyAny>,
    ) -> PyResult<Vec<&'static str>> {
        let values = Numbers::read("values", values)?;
        let values = values.as_slice();
        let signals: pantau::Result<Vec<_>> = py.detach(|| {
            self.with(|detector| {
                values.iter().map(|value| Ok(detector.update(*value)?.name())).collect()
            })
        });
        Ok(signals.map_err(PyError)?)
    }

    /// Settings and all that was seen, as JSON: what ``resume`` goes on from.
    #[getter]
    fn state(&self) -> String {
        self.with(|detector| detector.state())
    }

    /// The detector whose ``state`` this is.
    ///
    /// >>> from pantau.stats import Detector
    /// >>> detector = Detector("cusum", target=0.0, sd=1.0)
    /// >>> detector.update(4.0)
    /// 'quiet'
    /// >>> Detector.resume(detector.state).update(4.0)
    /// 'drift'
    #[staticmethod]
    fn resume(state: &str) -> PyResult<Self> {
        Ok(Self(Mutex::new(Detector::resume(state).map_err(PyError)?)))
    }

    fn __repr__(&self) -> String {
        format!("Detector({:?})", self.name())
    }
}
