use std::{path::PathBuf, sync::Arc};

use pantau::profile::{LayoutOptions, Reference, ReferenceOptions, WindowLength};
use pyo3::{prelude::*, types::PyBytes};

use super::{
    profile::PyProfile,
    rows::{Roles, Rows, names, times},
};
use crate::{arguments::expect, error::PyError, json::given};

/// What rows are compared with: the profiles of at least 28 windows, kept apart.
///
/// How much those differ from each other is the yardstick for what comes later, so they should be
/// real days, weeks or runs of rows in the order they came.
///
/// >>> from pantau import Reference
/// >>> stars = [row % 5 + 1 for row in range(2800)]
/// >>> reference = Reference.build({"stars": stars})
/// >>> reference.windows, reference.features
/// (28, ['stars'])
#[pyclass(frozen, module = "pantau", name = "Reference")]
pub(crate) struct PyReference(pub(crate) Arc<Reference>);

#[pymethods]
impl PyReference {
    /// Builds a reference from a table or a dict of columns, in the order of time.
    ///
    /// Columns of numbers are counted in bins, strings of up to three words as categories, longer
    /// ones as texts; a matrix, or cells that are vectors, as embeddings. ``texts`` and
    /// ``categories`` name columns whose looks do not tell. ``window`` is a time such as ``"1d"``, for
    /// which ``time`` names the column of times, or a number of rows such as ``"500 rows"``; by
    /// default there are 28 windows of equal size. ``shuffled`` tells that the rows are in no order,
    /// so that windows cannot say how much days differ. ``predictions`` names the columns of what a
    /// classifier said, ``{"label": ..., "confidence": ..., "actual": ...}``, so that the accuracy of
    /// rows without labels can be estimated; the column of actual labels need not be there.
    #[staticmethod]
    #[pyo3(signature = (data, *, window=None, time=None, texts=None, categories=None, shuffled=false, predictions=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn build(
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        window: Option<&str>,
        time: Option<String>,
        texts: Option<&Bound<'_, PyAny>>,
        categories: Option<&Bound<'_, PyAny>>,
        shuffled: bool,
        predictions: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut options = ReferenceOptions::default();
        let layout = given(py, "predictions", [("predictions", predictions)])?;
        options.layout = LayoutOptions::from_json(&layout).map_err(PyError)?;
        if let Some(window) = window {
            options.window = window.parse::<WindowLength>().map_err(PyError)?;
        }
        options.is_shuffled = shuffled;
        let roles = Roles {
            texts: names("texts", texts)?,
            categories: names("categories", categories)?,
            time,
        };
        let times = roles.time.as_deref().map(|name| times(data, name)).transpose()?;
        let rows = Rows::read(data, |name| Some(name) != roles.time.as_deref())?;
        let built = rows.with_batch(&roles, |batch| {
            Ok(py.detach(|| match &times {
                Some(times) => Reference::build_by_time(batch, times, &options),
                None => Reference::build(batch, &options),
            }))
        })?;
        Ok(Self(Arc::new(built.map_err(PyError)?)))
    }

    /// The reference of windows that were profiled elsewhere.
    #[staticmethod]
    fn from_windows(windows: &Bound<'_, PyAny>) -> PyResult<Self> {
        let profile = |window: PyResult<Bound<'_, PyAny>>| {
            Ok(expect::<PyRef<'_, PyProfile>>("windows", &window?, "profiles")?.get())
        };
        let windows = windows.try_iter()?.map(profile).collect::<PyResult<_>>()?;
        Ok(Self(Arc::new(Reference::from_windows(windows).map_err(PyError)?)))
    }

    /// Reads the reference in a file.
    #[staticmethod]
    fn load(path: PathBuf) -> PyResult<Self> {
        Ok(Self(Arc::new(Reference::load(path).map_err(PyError)?)))
    }

    /// Writes this reference into a file.
    fn save(&self, path: PathBuf) -> PyResult<()> {
        Ok(self.0.save(path).map_err(PyError)?)
    }

    /// The reference of these bytes.
    #[staticmethod]
    fn from_bytes(data: &[u8]) -> PyResult<Self> {
        Ok(Self(Arc::new(Reference::from_bytes(data).map_err(PyError)?)))
    }

    /// The bytes of this reference.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_bytes())
    }

    /// How many windows there are.
    #[getter]
    fn windows(&self) -> usize {
        self.0.windows().len()
    }

    /// The names of the features.
    #[getter]
    fn features(&self) -> Vec<String> {
        self.0.layout().features().iter().map(|feature| feature.name.clone()).collect()
    }

    /// A profile of no rows, which counts as this reference does.
    fn profile(&self) -> PyProfile {
        PyProfile::new(self.0.layout())
    }

    /// All windows together.
    fn pooled(&self) -> PyProfile {
        self.0.pooled().into()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        let hash = self.0.layout().hash();
        let (first, _) = hash.as_chunks::<8>();
        u64::from_ne_bytes(first[0])
    }

    fn __repr__(&self) -> String {
        format!(
            "Reference({} windows, {} features)",
            self.windows(),
            self.0.layout().features().len()
        )
    }
}
