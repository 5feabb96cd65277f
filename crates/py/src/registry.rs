//! Which models there are, and which of them is in use.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use pantau::registry::{Act, NewVersion, Registry, Stage, VersionComparison, open};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList},
};

use crate::{
    arguments::{VersionNumber, expect},
    bundle::BundleArgument,
    classifier::PyClassifier,
    error::PyError,
    json::{given, to_value},
    moment::Moment,
    store::read_location,
    transforms::from_json,
};

/// Which models there are, in which versions, and which of them is in use: since when, by whom,
/// and why.
///
/// Versions count up from 1. What names them are aliases: "champion" (in use), "challenger",
/// "previous" and free ones; stages are a view on these. Whatever changes is written into the
/// model's journal, which is chained: ``actor`` says who did it, ``reason`` why, ``evidence``
/// what speaks for it, such as a GateReport or a dict.
///
/// >>> import pantau
/// >>> registry = pantau.Registry.open("models")
/// >>> version = registry.register("sentiment", "sentiment", description="the first")
/// >>> registry.promote("sentiment", version, actor="sari", reason="better on the test rows")
/// >>> registry.resolve("models:/sentiment@champion")
/// ('sentiment', 1)
/// >>> registry.load("models:/sentiment@champion").predict("Bagus!").label in ["negative",
/// ...     "positive"]
/// True
#[pyclass(frozen, name = "Registry", module = "pantau")]
pub(crate) struct PyRegistry(pub(crate) Arc<dyn Registry>);

#[pymethods]
impl PyRegistry {
    /// Opens a registry: "memory:" (of this process), a folder of plain files,
    /// "s3://bucket/prefix", or the URL of an MLflow server.
    #[staticmethod]
    fn open(py: Python<'_>, location: &Bound<'_, PyAny>) -> PyResult<Self> {
        let location = read_location(location)?;
        Ok(Self(py.detach(|| open(&location)).map_err(PyError)?))
    }

    /// Where it is: a path or a URL, without a password.
    #[getter]
    fn location(&self) -> &str {
        self.0.location()
    }

    /// Registers a bundle as the next version of a model, and returns its number. ``alias`` is one
    /// that it gets at once; ``run_id`` the run that made it.
    #[pyo3(
        signature = (
            model, bundle, *, description=None, tags=None, metrics=None, params=None, run_id=None,
            alias=None, actor=None, reason=None, evidence=None
        ),
        text_signature = "($self, model, bundle, *, description='', tags=None, metrics=None, \
            params=None, run_id=None, alias=None, actor=None, reason=None, evidence=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn register<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        bundle: BundleArgument,
        description: Option<Bound<'py, PyAny>>,
        tags: Option<&Bound<'py, PyDict>>,
        metrics: Option<&Bound<'py, PyDict>>,
        params: Option<&Bound<'py, PyDict>>,
        run_id: Option<Bound<'py, PyAny>>,
        alias: Option<Bound<'py, PyAny>>,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<u32> {
        let told = [("description", description), ("run_id", run_id), ("alias", alias)];
        let mut told = NewVersion::from_json(&given(py, "version", told)?).map_err(PyError)?;
        told.tags = tags.map_or(Ok(BTreeMap::new()), texts)?;
        told.params = params.map_or(Ok(BTreeMap::new()), texts)?;
        told.metrics = metrics.map_or(Ok(BTreeMap::new()), numbers)?;
        let act = read_act(py, actor, reason, evidence)?;
        let BundleArgument(bundle) = bundle;
        let version = py.detach(|| self.0.register(model, &bundle, &told, &act));
        Ok(version.map_err(PyError)?)
    }

    /// Makes a version the champion. The champion before becomes "previous" and is archived, all
    /// in one step.
    #[pyo3(signature = (model, version, *, actor=None, reason=None, evidence=None))]
    fn promote<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.promote(model, version.0, &act)).map_err(PyError)?)
    }

    /// Makes the champion before the champion again, and returns its version. A second rollback
    /// takes the first one back.
    #[pyo3(signature = (model, *, actor=None, reason=None, evidence=None))]
    fn rollback<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<u32> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.rollback(model, &act)).map_err(PyError)?)
    }

    /// Brings a version into a stage: "None", "Staging", "Production" or "Archived".
    /// ``archive_existing`` archives those that were in it; without it, they merely leave it.
    #[pyo3(
        signature = (
            model, version, stage, *, archive_existing=true, actor=None, reason=None, evidence=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn transition<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        stage: &str,
        archive_existing: bool,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let stage: Stage = stage.parse().map_err(PyError)?;
        let act = read_act(py, actor, reason, evidence)?;
        let moved =
            py.detach(|| self.0.transition(model, version.0, stage, archive_existing, &act));
        Ok(moved.map_err(PyError)?)
    }

    /// Gives a version an alias, which another may have had.
    #[pyo3(signature = (model, alias, version, *, actor=None, reason=None, evidence=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn set_alias<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        alias: &str,
        version: VersionNumber,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.set_alias(model, alias, version.0, &act)).map_err(PyError)?)
    }

    /// Takes an alias away.
    #[pyo3(signature = (model, alias, *, actor=None, reason=None, evidence=None))]
    fn remove_alias<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        alias: &str,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.remove_alias(model, alias, &act)).map_err(PyError)?)
    }

    /// Sets a tag of a version.
    #[pyo3(signature = (model, version, name, value, *, actor=None, reason=None, evidence=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn set_tag<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        name: &str,
        value: &str,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.set_tag(model, version.0, name, value, &act)).map_err(PyError)?)
    }

    /// Takes a tag of a version away.
    #[pyo3(signature = (model, version, name, *, actor=None, reason=None, evidence=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn remove_tag<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        name: &str,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.remove_tag(model, version.0, name, &act)).map_err(PyError)?)
    }

    /// Describes a version for people.
    #[pyo3(signature = (model, version, description, *, actor=None, reason=None, evidence=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn describe<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        description: &str,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.describe(model, version.0, description, &act)).map_err(PyError)?)
    }

    /// Notes what a version scored: a dict of names and numbers.
    #[pyo3(signature = (model, version, metrics, *, actor=None, reason=None, evidence=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn log_metrics<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
        metrics: &Bound<'py, PyDict>,
        actor: Option<Bound<'py, PyAny>>,
        reason: Option<Bound<'py, PyAny>>,
        evidence: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let metrics = numbers(metrics)?;
        let act = read_act(py, actor, reason, evidence)?;
        Ok(py.detach(|| self.0.log_metrics(model, version.0, &metrics, &act)).map_err(PyError)?)
    }

    fn __repr__(&self) -> String {
        format!("Registry({:?})", self.0.location())
    }
}

/// What is asked of it.
#[pymethods]
impl PyRegistry {
    /// The names of the models.
    fn models(&self, py: Python<'_>) -> Result<Vec<String>, PyError> {
        Ok(py.detach(|| self.0.models())?)
    }

    /// A model as a dict: its versions, its aliases, the number of journal entries, and the hash of
    /// the last one.
    fn model<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let state = py.detach(|| self.0.existing(model)?.to_json()).map_err(PyError)?;
        from_json(py, &state.to_string())
    }

    /// The versions of a model as dicts, the first one first.
    fn versions<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        self.model(py, model)?.get_item("versions")
    }

    /// A version as a dict: description, stage, aliases, tags, metrics, params, files and more.
    fn version<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: VersionNumber,
    ) -> PyResult<Bound<'py, PyAny>> {
        let found = py.detach(|| self.0.existing(model)?.version_json(version.0));
        from_json(py, &found.map_err(PyError)?.to_string())
    }

    /// The version that was registered last, as a dict.
    fn latest<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let (model, version) = self.resolve(py, &format!("models:/{model}/latest"))?;
        self.version(py, &model, VersionNumber(version))
    }

    /// The model and the version that a reference names: "models:/sentiment@champion",
    /// "models:/sentiment/3", "models:/sentiment/latest" or "models:/sentiment/Production".
    fn resolve(&self, py: Python<'_>, reference: &str) -> Result<(String, u32), PyError> {
        Ok(py.detach(|| self.0.resolve(reference))?)
    }

    /// A folder of this machine with the bundle that a reference names. Each of its files is
    /// checked by its SHA-256.
    fn path(&self, py: Python<'_>, reference: &str) -> Result<PathBuf, PyError> {
        Ok(py.detach(|| self.0.path(reference))?)
    }

    /// Opens the classifier that a reference names, with the ``options`` of ``Classifier.open``.
    #[pyo3(signature = (reference, **options))]
    fn load<'py>(
        &self,
        py: Python<'py>,
        reference: &str,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let path = self.path(py, reference)?;
        py.get_type::<PyClassifier>().call_method("open", (path,), options)
    }

    /// Which version was the champion at a time; None if there was none yet.
    fn champion_at(
        &self,
        py: Python<'_>,
        model: &str,
        time: Moment,
    ) -> Result<Option<u32>, PyError> {
        Ok(py.detach(|| self.0.champion_at(model, time.0))?)
    }

    /// Every move of an alias as a dict, the first one first: time, actor, reason, evidence, what,
    /// alias, from and to.
    fn history<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let history = py.detach(|| self.0.history(model)).map_err(PyError)?;
        from_json(py, &serde_json::to_string(&history).expect("texts and numbers are JSON"))
    }

    /// The entries of a model's journal as dicts, the first one first.
    fn journal<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyList>> {
        let entries = py.detach(|| self.0.journal(model)).map_err(PyError)?;
        let list = PyList::empty(py);
        for entry in &entries {
            list.append(from_json(py, &entry.to_json().to_string())?)?;
        }
        Ok(list)
    }

    /// In what versions differ: params, metrics, tags, files.
    fn compare(
        &self,
        py: Python<'_>,
        model: &str,
        versions: Vec<VersionNumber>,
    ) -> Result<PyVersionComparison, PyError> {
        let versions: Vec<u32> = versions.into_iter().map(|own| own.0).collect();
        Ok(PyVersionComparison(py.detach(move || self.0.compare(model, &versions))?))
    }

    /// Checks a model's journal from its first entry, and every file of every version; raises an
    /// IncompatibleError that names what was altered. Returns a dict of entries, head (the hash of
    /// the last one), versions and files.
    fn verify<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let check = py.detach(|| self.0.verify(model)).map_err(PyError)?;
        from_json(py, &serde_json::to_string(&check).expect("texts and numbers are JSON"))
    }
}

/// In what versions of a model differ. Printed, it is a table.
///
/// >>> import pantau
/// >>> registry = pantau.Registry.open("memory:")
/// >>> for accuracy in [0.81, 0.84]:
/// ...     _ = registry.register("sentiment", "sentiment", metrics={"accuracy": accuracy})
/// >>> comparison = registry.compare("sentiment", [1, 2])
/// >>> comparison.to_dict()["metrics"]
/// [{'name': 'accuracy', 'values': ['0.81', '0.84']}]
#[pyclass(frozen, name = "VersionComparison", module = "pantau")]
pub(crate) struct PyVersionComparison(VersionComparison);

#[pymethods]
impl PyVersionComparison {
    /// All of it as a dict.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.to_json())
    }

    /// All of it as JSON.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("VersionComparison({:?}, versions={:?})", self.0.model, self.0.versions)
    }
}

/// Who does something, why, and what speaks for it: what can say itself as a dict does.
pub(crate) fn read_act<'py>(
    py: Python<'py>,
    actor: Option<Bound<'py, PyAny>>,
    reason: Option<Bound<'py, PyAny>>,
    evidence: Option<&Bound<'py, PyAny>>,
) -> PyResult<Act> {
    let act = given(py, "act", [("actor", actor), ("reason", reason)])?;
    let mut act = Act::from_json(&act).map_err(PyError)?;
    if let Some(evidence) = evidence {
        let told = if evidence.hasattr("to_json")? {
            from_json(py, &evidence.call_method0("to_json")?.extract::<String>()?)?
        } else {
            evidence.clone()
        };
        act = act.with_evidence(to_value("evidence", &told)?);
    }
    Ok(act)
}

/// Names and what they say; what is no text is written as Python writes it.
pub(crate) fn texts(table: &Bound<'_, PyDict>) -> PyResult<BTreeMap<String, String>> {
    let text = |value: Bound<'_, PyAny>| -> PyResult<String> { value.str()?.extract() };
    table.iter().map(|(name, value)| Ok((text(name)?, text(value)?))).collect()
}

/// Names and numbers.
pub(crate) fn numbers(table: &Bound<'_, PyDict>) -> PyResult<BTreeMap<String, f64>> {
    let number = |(name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
        let name: String = expect("metrics", &name, "texts as names")?;
        let what = format!("metric {name}");
        Ok((name, expect(&what, &value, "a number")?))
    };
    table.iter().map(number).collect()
}
