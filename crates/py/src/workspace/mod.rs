//! A folder with everything a deployed model needs, and the loop over it.

mod answer;
mod check;
mod operations;
mod rollout;
mod training;

use std::{path::PathBuf, time::Duration};

use answer::PyAnswer;
use check::PyCheck;
use pantau::{
    store::Feedback,
    workspace::{Ask, RetrainOptions, Workspace, WorkspaceOptions, WorkspaceTrain},
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList},
};
use training::PyTraining;

use crate::{
    arguments::{Deadline, MaxTokens, Threads, VersionNumber, count},
    consent::read_consent,
    error::{PyError, invalid},
    json::{given, record, records, to_json},
    labelled,
    moment::{Moment, timestamp},
    registry::{PyRegistry, read_act},
    runtime::tell_package_folders,
    store::{PyStore, read_location},
    texts::{Texts, decodable},
    transforms::from_json,
    watch::Steps,
    watching::report::PyReport,
};

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyWorkspace>()?;
    module.add_class::<PyAnswer>()?;
    module.add_class::<PyCheck>()?;
    module.add_class::<PyTraining>()?;
    module.add_function(wrap_pyfunction!(open_workspace, module)?)?;
    module.add_function(wrap_pyfunction!(operations::dashboard, module)?)?;
    module.add_function(wrap_pyfunction!(operations::alert_rules, module)?)
}

/// Opens a workspace: a folder, made if there is none, with a store and a registry inside, or with
/// those named by ``store`` (the URL of a PostgreSQL server) and ``registry`` (of a bucket or an
/// MLflow server), or by the variables PANTAU_STORE and PANTAU_REGISTRY. Any number of threads and
/// processes may have it open. ``webhook`` is a URL that is told what happens, as ``notify`` tells it;
/// by default that of the variable PANTAU_WEBHOOK or SLACK_WEBHOOK. ``device``, ``threads`` and
/// ``max_tokens`` say how its models run, as for ``Classifier.open``.
///
/// >>> import pantau
/// >>> data = {"text": [f"{word} sekali, {row}" for row in range(60) for word in ("bagus", "lemot")],
/// ...     "label": ["positive", "negative"] * 60}
/// >>> with pantau.open("workspace") as ws:
/// ...     training = ws.train("sentiment", data)
/// ...     answer = ws.predict("sentiment", "bagus sekali, aplikasi ini mudah dan cepat")
/// ...     ws.feedback(answer.id, correct=False, label="negative")
/// ...     answer.label, answer.version, ws.evaluate_triggers("sentiment")["should_retrain"]
/// True
/// ('positive', '1', False)
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
#[pyo3(name = "open", signature = (
    folder, *, store=None, registry=None, webhook=None, device="cpu", threads=None, max_tokens=None
))]
fn open_workspace<'py>(
    py: Python<'py>,
    folder: &Bound<'py, PyAny>,
    store: Option<Bound<'py, PyAny>>,
    registry: Option<Bound<'py, PyAny>>,
    webhook: Option<String>,
    device: &str,
    threads: Option<Threads>,
    max_tokens: Option<MaxTokens>,
) -> PyResult<PyWorkspace> {
    let folder = read_location(folder)?;
    let place = |place: Option<Bound<'py, PyAny>>| place.as_ref().map(read_location).transpose();
    let mut options = WorkspaceOptions::default();
    options.store = place(store)?;
    options.registry = place(registry)?;
    options.webhook = webhook;
    options.device = device.parse().map_err(PyError)?;
    options.threads = Threads::limit(threads);
    options.max_tokens = max_tokens.map(|MaxTokens(tokens)| count(tokens));
    tell_package_folders(py)?;
    Ok(PyWorkspace(py.detach(|| Workspace::open(&folder, &options)).map_err(PyError)?))
}

/// A folder with everything a deployed model needs, and the loop over it: ``pantau.open`` opens one.
#[pyclass(frozen, weakref, name = "Workspace", module = "pantau")]
pub(crate) struct PyWorkspace(Workspace);

#[pymethods]
impl PyWorkspace {
    /// The folder.
    #[getter]
    fn folder(&self) -> PathBuf {
        self.0.folder().to_owned()
    }

    /// What it remembers.
    #[getter]
    fn store(&self) -> PyStore {
        PyStore(self.0.store().clone())
    }

    /// Its models.
    #[getter]
    fn registry(&self) -> PyRegistry {
        PyRegistry(self.0.registry().clone())
    }

    /// Trains a model on labelled texts and registers it. The first version of a model is in use from
    /// then on; a later one only if it passes the gates.
    ///
    /// ``data``, ``text`` and ``label`` are as for ``pantau.train``, and so are further keywords such
    /// as ``kind`` and ``seed``. A fifth of the texts tests: no version ever learns from those. By
    /// training you say that the writers agreed to have their texts kept; they are, anonymised, for
    /// ``retrain``, unless ``keep`` is false. With ``replace`` they take the place of all that the
    /// model was trained with before, which are removed: how wrong ones are got rid of.
    #[pyo3(signature = (
        model, data, *, text="text", label="label", keep=true, replace=false, actor=None, at=None,
        progress=false, **training
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn train(
        &self,
        py: Python<'_>,
        model: &str,
        data: &Bound<'_, PyAny>,
        text: &str,
        label: &str,
        keep: bool,
        replace: bool,
        actor: Option<String>,
        at: Option<Moment>,
        progress: bool,
        training: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<PyTraining> {
        let data = labelled::read(data, text, label)?;
        let training = training.map(|named| to_json("training", named.as_any())).transpose()?;
        let at = timestamp(at);
        let options = WorkspaceTrain { training, without_keeping: !keep, replace, actor, at };
        let mut steps = Steps::new(progress);
        let trained = py.detach(|| {
            self.0.train(model, &data, &options, &mut |done, all| steps.look(done, all))
        });
        Ok(PyTraining(steps.conclude(py, trained)?))
    }

    /// The answer to one text (Answer), or to many (a list of them), which is logged and counted.
    ///
    /// Of the text itself nothing is kept without ``consent``, a pantau.Consent. ``subject`` is who
    /// wrote it, only to be answered by the same version again where several answer. ``review_id`` is
    /// the text's own id elsewhere, of many a list; ``at`` when it came, if not now.
    #[pyo3(signature = (
        model, texts, *, consent=None, subject=None, review_id=None, at=None, return_probabilities=true,
        deadline=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn predict<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        texts: &Bound<'py, PyAny>,
        consent: Option<&Bound<'py, PyAny>>,
        subject: Option<String>,
        review_id: Option<&Bound<'py, PyAny>>,
        at: Option<Moment>,
        return_probabilities: bool,
        deadline: Option<Deadline>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut ask = Ask {
            consent: consent.map(read_consent).transpose()?.flatten(),
            subject,
            review_ids: Vec::new(),
            at: timestamp(at),
            without_probabilities: !return_probabilities,
            deadline: deadline.map(|Deadline(limit)| limit),
        };
        match Texts::read(texts)? {
            Texts::One(text) => {
                ask.review_ids =
                    review_id.map(PyAnyMethods::extract).transpose()?.into_iter().collect();
                let text = decodable(&text)?;
                let answer = py.detach(|| self.0.predict(model, &text, &ask)).map_err(PyError)?;
                Ok(Bound::new(py, PyAnswer(answer))?.into_any())
            }
            Texts::Missing => Err(invalid("texts", "the text is missing")),
            Texts::Many(column) => {
                ask.review_ids =
                    review_id.map(PyAnyMethods::extract).transpose()?.unwrap_or_default();
                let answers = column.with_all(|texts| {
                    let answers = py.detach(|| self.0.predict_batch(model, texts, &ask));
                    Ok(answers.map_err(PyError)?)
                })?;
                let answers = answers.into_iter().map(|answer| Bound::new(py, PyAnswer(answer)));
                let answers = answers.collect::<PyResult<Vec<_>>>()?;
                Ok(PyList::new(py, answers)?.into_any())
            }
        }
    }

    /// What somebody says of an answer: whether it was right, the right label, or both. ``source`` is
    /// who says so: "user", "audit" for the labels of what ``to_label`` lists, or a name of your own.
    /// False if the answer is not in the store yet; both come together later.
    #[pyo3(signature = (id, correct=None, label=None, *, source="user", at=None))]
    fn feedback(
        &self,
        py: Python<'_>,
        id: &str,
        correct: Option<bool>,
        label: Option<&str>,
        source: &str,
        at: Option<Moment>,
    ) -> PyResult<bool> {
        let mut feedback = Feedback::new(id, correct, label.map(str::to_owned));
        source.clone_into(&mut feedback.source);
        if let Some(at) = timestamp(at) {
            feedback.timestamp = at;
        }
        Ok(py.detach(|| self.0.feedback(feedback)).map_err(PyError)?)
    }

    /// How a model stands: drift, accuracy, what people said, and whether it should be trained anew.
    /// Readable as it prints.
    #[pyo3(signature = (model, now=None))]
    fn check(&self, py: Python<'_>, model: &str, now: Option<Moment>) -> PyResult<PyCheck> {
        let now = timestamp(now);
        Ok(PyCheck(py.detach(|| self.0.check(model, now)).map_err(PyError)?))
    }

    /// Whether a model should be trained anew, as a dict: should_retrain, triggers (type, reason,
    /// priority), not_fired (type, reason), held_back (type, reason), summary, evaluated_at.
    /// Evaluating never acts.
    #[pyo3(signature = (model, now=None))]
    fn evaluate_triggers<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = timestamp(now);
        let report = py.detach(|| self.0.evaluate_triggers(model, now)).map_err(PyError)?;
        from_json(py, &report.to_json())
    }

    /// The page of how a model stands; with ``path`` it is written there, too.
    #[pyo3(signature = (model, path=None, *, now=None))]
    fn report(
        &self,
        py: Python<'_>,
        model: &str,
        path: Option<PathBuf>,
        now: Option<Moment>,
    ) -> PyResult<PyReport> {
        let report = self.check(py, model, now)?.report()?;
        if let Some(path) = path {
            report.save(path)?;
        }
        Ok(report)
    }

    /// Trains a model anew if there are reasons, or if ``force`` says so: on what it was trained with
    /// and what people said since. It is in use from then on if it passes the gates.
    ///
    /// Returns the record as a dict: id, started_at, trigger_evaluation, training_result,
    /// validation_result, status ("completed", "rejected", "failed" or "skipped"), reason,
    /// completed_at.
    #[pyo3(signature = (model, *, force=false, actor=None, at=None, progress=false))]
    fn retrain<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        force: bool,
        actor: Option<String>,
        at: Option<Moment>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = RetrainOptions { force, actor, at: timestamp(at) };
        let mut steps = Steps::new(progress);
        let trained =
            py.detach(|| self.0.retrain(model, &options, &mut |done, all| steps.look(done, all)));
        record(py, &steps.conclude(py, trained)?)
    }

    /// Makes a version the one in use, in all processes within a second.
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

    /// Brings back the version that was in use before, and returns its number.
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

    /// Which version was in use when, by whom and why, as dicts: the moves of the model's aliases.
    fn history<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let history = py.detach(|| self.0.history(model)).map_err(PyError)?;
        from_json(py, &serde_json::to_string(&history).expect("texts and numbers are JSON"))
    }

    /// How a model is served, watched and trained anew, as a dict.
    fn settings<'py>(&self, py: Python<'py>, model: &str) -> PyResult<Bound<'py, PyAny>> {
        let settings = py.detach(|| self.0.settings(model)).map_err(PyError)?;
        from_json(py, &settings.to_json())
    }

    /// Changes settings: keywords take the place of those that are there, dicts within are merged,
    /// and None brings a default back. All processes follow within a second.
    #[pyo3(signature = (model, *, actor=None, **changes))]
    fn configure<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        actor: Option<Bound<'py, PyAny>>,
        changes: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let act = read_act(py, actor, None, None)?;
        let changes = match changes {
            Some(changes) => to_json("settings", changes.as_any())?,
            None => given::<0>(py, "settings", [])?,
        };
        let settings = py.detach(|| self.0.configure(model, &changes, &act.actor));
        from_json(py, &settings.map_err(PyError)?.to_json())
    }

    /// Notes that somebody has seen what changed: it is no reason to train any more, until something
    /// else changes, too.
    fn acknowledge(&self, py: Python<'_>, model: &str, by: &str, reason: &str) -> PyResult<()> {
        Ok(py.detach(|| self.0.acknowledge(model, by, reason)).map_err(PyError)?)
    }

    /// Takes the last windows as the new normal: 28 at least, and after a change only those since it
    /// began.
    fn rebaseline(&self, py: Python<'_>, model: &str, by: &str, reason: &str) -> PyResult<()> {
        Ok(py.detach(|| self.0.rebaseline(model, by, reason)).map_err(PyError)?)
    }

    /// Predictions that were picked by chance for somebody to label, as dicts, the oldest first. Tell
    /// their labels by ``feedback(..., source="audit")``: the accuracy is told from these alone.
    #[pyo3(signature = (model, limit=100, *, now=None))]
    fn to_label<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        limit: usize,
        now: Option<Moment>,
    ) -> PyResult<Bound<'py, PyList>> {
        let now = timestamp(now);
        records(py, &py.detach(|| self.0.to_label(model, limit, now)).map_err(PyError)?)
    }

    /// Waits until all predictions so far are in the store; at most ``timeout`` seconds.
    #[pyo3(signature = (timeout=None))]
    fn flush(&self, py: Python<'_>, timeout: Option<Deadline>) -> PyResult<()> {
        let limit: Option<Duration> = timeout.map(|Deadline(limit)| limit);
        Ok(py.detach(|| self.0.flush(limit)).map_err(PyError)?)
    }

    /// What the log of predictions has done so far, as a dict.
    fn log_counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.0.log_counters().to_json())
    }

    /// Serves its models over HTTP until it is told to stop: needs ``pantau[serve]``. Keywords are
    /// those of ``pantau.serve.Settings``.
    #[pyo3(signature = (**settings))]
    fn serve<'py>(
        slf: &Bound<'py, Self>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pantau.serve")?.call_method("serve", (slf,), settings)
    }

    /// Ends it: what was logged and counted is in the store when this returns.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.0.close()).map_err(PyError)?)
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, PyAny>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        format!("Workspace({:?})", self.0.folder().display().to_string())
    }
}

impl Drop for PyWorkspace {
    fn drop(&mut self) {
        // Functions that are told of what happens need Python, which whoever drops this may hold.
        let _ = Python::try_attach(|py| py.detach(|| self.0.close()));
    }
}
