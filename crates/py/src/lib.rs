//! The Python face: converts, releases the GIL, maps errors. Decisions live in
//! the core.

#![allow(
    clippy::doc_link_with_quotes,
    clippy::doc_markdown,
    reason = "docstrings are Python, not rustdoc"
)]

mod arguments;
mod arrow;
mod dictionary;
mod error;
mod feature_config;
mod feature_table;
mod features;
mod home;
mod pickle;
mod restore;
mod texts;
mod transforms;

use pyo3::prelude::*;

/// The native part of Pantau; import `pantau` instead.
#[pymodule(gil_used = false)]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    error::Exceptions::register(module)?;
    module.add_class::<dictionary::PyDictionary>()?;
    module.add_class::<feature_config::PyFeatureConfig>()?;
    module.add_class::<feature_table::PyFeatureStream>()?;
    module.add_class::<feature_table::PyFeatureTable>()?;
    module.add_class::<features::PyFeatureExtractor>()?;
    module.add_class::<features::PyFeatures>()?;
    module.add_class::<home::TextArray>()?;
    module.add_class::<transforms::PyAnonymizer>()?;
    module.add_class::<transforms::PyCleaner>()?;
    module.add_class::<transforms::PyNormalizer>()?;
    module.add_class::<transforms::PyStemmer>()?;
    module.add_class::<transforms::PyStopWords>()?;
    module.add_function(wrap_pyfunction!(_provoke_panic, module)?)?;
    module.add_function(wrap_pyfunction!(restore::restore, module)?)?;
    Ok(())
}

/// Panics, as a bug would; the tests prove that it stays an exception.
#[pyfunction]
fn _provoke_panic(py: Python<'_>) {
    py.detach(|| panic!("provoked by a test"));
}
