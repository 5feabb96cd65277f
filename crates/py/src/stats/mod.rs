//! Statistics: what `pantau.stats` makes its results of.

pub(crate) mod counts;
pub(crate) mod detector;
pub(crate) mod intervals;
pub(crate) mod samples;
pub(crate) mod sorted_sample;
pub(crate) mod vectors;

use pyo3::prelude::*;

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<detector::PyDetector>()?;
    module.add_class::<sorted_sample::PySortedSample>()?;
    module.add_function(wrap_pyfunction!(counts::chi2_contingency, module)?)?;
    module.add_function(wrap_pyfunction!(counts::chisquare, module)?)?;
    module.add_function(wrap_pyfunction!(counts::divergence, module)?)?;
    module.add_function(wrap_pyfunction!(counts::fisher_exact, module)?)?;
    module.add_function(wrap_pyfunction!(counts::mcnemar, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::adjust, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::bootstrap, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::interval, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::label_mix, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::paired_difference, module)?)?;
    module.add_function(wrap_pyfunction!(intervals::trend, module)?)?;
    module.add_function(wrap_pyfunction!(samples::anderson_ksamp, module)?)?;
    module.add_function(wrap_pyfunction!(samples::cramervonmises_2samp, module)?)?;
    module.add_function(wrap_pyfunction!(samples::distance, module)?)?;
    module.add_function(wrap_pyfunction!(samples::ks_2samp, module)?)?;
    module.add_function(wrap_pyfunction!(samples::mannwhitneyu, module)?)?;
    module.add_function(wrap_pyfunction!(vectors::mahalanobis_of_means, module)?)?;
    module.add_function(wrap_pyfunction!(vectors::mmd, module)?)
}
