use std::sync::{Arc, Mutex, PoisonError};

use pantau::profile::{Layout, Profile};
use pyo3::{prelude::*, types::PyBytes};

use super::{
    reference::PyReference,
    rows::{Roles, Rows},
};
use crate::{error::PyError, transforms::from_json};

/// What was counted of some rows: small, exact, and the same bytes however the rows were split.
///
/// >>> from pantau import Reference
/// >>> reference = Reference.build({"stars": [row % 5 + 1 for row in range(2800)]})
/// >>> one, other = reference.profile(), reference.profile()
/// >>> one.update({"stars": [1, 2, 5]})
/// >>> other.update({"stars": [4]})
/// >>> one.merge(other)
/// >>> one.rows, one.summary()["features"][0]["bins"]
/// (4, [0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0])
#[pyclass(frozen, module = "pantau", name = "Profile")]
pub(crate) struct PyProfile(Mutex<Profile>);

impl From<Profile> for PyProfile {
    fn from(profile: Profile) -> Self {
        Self(Mutex::new(profile))
    }
}

impl PyProfile {
    pub(super) fn new(layout: &Arc<Layout>) -> Self {
        Profile::new(layout).into()
    }

    fn with<R>(&self, work: impl FnOnce(&mut Profile) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn get(&self) -> Profile {
        self.with(|profile| profile.clone())
    }
}

#[pymethods]
impl PyProfile {
    /// Counts the rows of a table or a dict of columns.
    fn update(&self, py: Python<'_>, data: &Bound<'_, PyAny>) -> PyResult<()> {
        let layout = self.with(|profile| profile.layout().clone());
        let rows = Rows::known(data, &layout)?;
        rows.with_batch(&Roles::default(), |batch| {
            let done = py.detach(|| self.with(|profile| profile.update(batch)));
            Ok(done.map_err(PyError)?)
        })
    }

    /// Adds what was counted of other rows by the same reference.
    fn merge(&self, other: &Self) -> PyResult<()> {
        let other = other.get();
        Ok(self.with(|profile| profile.merge(&other)).map_err(PyError)?)
    }

    /// How many rows were counted.
    #[getter]
    fn rows(&self) -> u64 {
        self.with(|profile| profile.rows())
    }

    /// What was counted, as a dict.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.with(|profile| profile.to_json()))
    }

    /// The different values of a category, or words of a text, as the bytes of a compact theta sketch of
    /// Apache DataSketches, which other engines read and merge; ``summary`` tells how many they are.
    fn distinct_sketch<'py>(
        &self,
        py: Python<'py>,
        feature: &str,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let sketch = self.with(|profile| profile.distinct_sketch(feature)).map_err(PyError)?;
        Ok(PyBytes::new(py, &sketch))
    }

    /// The bytes of this profile.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.with(|profile| profile.to_bytes()))
    }

    /// The profile of these bytes, which was counted by this reference.
    #[staticmethod]
    fn from_bytes(reference: &PyReference, data: &[u8]) -> PyResult<Self> {
        Ok(Profile::from_bytes(reference.0.layout(), data).map_err(PyError)?.into())
    }

    fn __repr__(&self) -> String {
        format!("Profile({} rows)", self.rows())
    }
}
