//! Watching: rows, profiles of them, and what monitors say.

pub(crate) mod audit;
pub(crate) mod classic;
pub(crate) mod drift_report;
pub(crate) mod monitor;
pub(crate) mod performance;
pub(crate) mod profile;
pub(crate) mod reference;
pub(crate) mod report;
pub(crate) mod rows;
pub(crate) mod tables;

use pyo3::prelude::*;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<audit::PyAudit>()?;
    module.add_class::<classic::PyDataDriftDetector>()?;
    module.add_class::<classic::PyWindowDriftDetector>()?;
    module.add_class::<drift_report::PyDriftReport>()?;
    module.add_class::<monitor::PyMonitor>()?;
    module.add_class::<performance::PyAccuracyEstimator>()?;
    module.add_class::<performance::PyPerformanceDriftDetector>()?;
    module.add_class::<profile::PyProfile>()?;
    module.add_class::<report::PyReport>()?;
    module.add_class::<tables::PyTableDrift>()?;
    module.add_function(wrap_pyfunction!(tables::py_compare_tables, module)?)?;
    module.add_function(wrap_pyfunction!(performance::feedback_rate, module)?)?;
    module.add_class::<reference::PyReference>()
}
