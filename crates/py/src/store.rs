//! Where records live.

use std::{sync::Arc, time::Duration};

use pantau::{
    Timestamp,
    store::{
        Deleted, Dialect, Existing, LogOptions, MetricsRecord, PredictionLog, RetrainingRecord,
        ReviewRecord, Store, TriggerRecord, open, open_later, schema_sql,
    },
    text::{Cleaner, Language},
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyString},
};

use crate::{
    arguments::{choose, wrong},
    consent::{PyConsent, read_anonymizer, share},
    error::{PyError, invalid},
    json::{self, given, to_value},
    keywords,
    moment::{Moment, timestamp},
    prediction_log::{PyPredictionLog, Told},
    transforms::{PyAnonymizer, from_json},
};

/// What a deployed model remembers: its predictions and what became of them, features, metrics,
/// runs, and who did what.
///
/// Times are datetimes, of which one without a time zone is UTC, or texts such as
/// "2026-11-25T10:53:43Z"; dicts tell them as such texts, tables as timestamps. ``hours`` are
/// the last hours, instead of ``since`` and ``until``.
///
/// >>> import pantau
/// >>> store = pantau.Store.open("shop")
/// >>> with store.log("sentiment", "3") as log:
/// ...     id = log.record(label="positive", confidence=0.93)
/// >>> store.prediction(id)["predicted_label"]
/// 'positive'
#[pyclass(frozen, name = "Store", module = "pantau")]
pub(crate) struct PyStore(pub(crate) Arc<dyn Store>);

#[pymethods]
impl PyStore {
    /// Opens a store: "memory:" (of this process), a folder or a file that ends in .sqlite or .db
    /// (SQLite, made on first use), or "postgresql://user:password@host/database".
    #[staticmethod]
    fn open(py: Python<'_>, location: &Bound<'_, PyAny>) -> PyResult<Self> {
        let location = read_location(location)?;
        Ok(Self(py.detach(|| open(&location)).map_err(PyError)?))
    }

    /// The same, but a server is connected to when it is first asked for something: a service can
    /// start while its database is away, and its log keeps predictions in the outbox until it is
    /// back.
    #[staticmethod]
    fn open_later(py: Python<'_>, location: &Bound<'_, PyAny>) -> PyResult<Self> {
        let location = read_location(location)?;
        Ok(Self(py.detach(|| open_later(&location)).map_err(PyError)?))
    }

    /// Where it is: a path or a URL, without a password.
    #[getter]
    fn location(&self) -> &str {
        self.0.location()
    }

    /// Opens the log of one version of a model. ``durability`` says when a record counts as
    /// written: "each" (recording returns when it would survive a power cut), "group" (at once;
    /// records are written together every ``group_ms`` milliseconds) or "none" (when it suits the
    /// system). ``when_full`` says what happens when ``capacity`` records wait: "block" (the caller
    /// waits), "drop" (the record is dropped and counted) or "spill" (it goes to the file
    /// ``outbox``). Records wait in the outbox, too, while the store cannot be reached;
    /// ``outbox_limit`` is its largest size in bytes. ``journal`` is a file in which records stand
    /// until the store has them, so that they survive the end of the process; open what a killed
    /// one left behind as ``outbox``.
    #[pyo3(
        signature = (
            model, version, *, durability=None, group_ms=None, when_full=None, capacity=None,
            outbox=None, outbox_limit=None, journal=None
        ),
        text_signature = "($self, model, version, *, durability='group', group_ms=100, \
            when_full='block', capacity=65536, outbox=None, outbox_limit=1073741824, journal=None)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn log<'py>(
        &self,
        py: Python<'py>,
        model: String,
        version: &Bound<'py, PyAny>,
        durability: Option<Bound<'py, PyAny>>,
        group_ms: Option<Bound<'py, PyAny>>,
        when_full: Option<Bound<'py, PyAny>>,
        capacity: Option<Bound<'py, PyAny>>,
        outbox: Option<Bound<'py, PyAny>>,
        outbox_limit: Option<Bound<'py, PyAny>>,
        journal: Option<Bound<'py, PyAny>>,
    ) -> PyResult<PyPredictionLog> {
        let version = read_version(version)?;
        let decoded = |path: Option<Bound<'py, PyAny>>| {
            path.map(|path| py.import("os")?.call_method1("fsdecode", (path,))).transpose()
        };
        let (outbox, journal) = (decoded(outbox)?, decoded(journal)?);
        let options = given(
            py,
            "log options",
            [
                ("durability", durability),
                ("group_ms", group_ms),
                ("when_full", when_full),
                ("capacity", capacity),
                ("outbox", outbox),
                ("outbox_limit", outbox_limit),
                ("journal", journal),
            ],
        )?;
        let options = LogOptions::from_json(&options).map_err(PyError)?;
        let log = py.detach(|| PredictionLog::open(self.0.clone(), options)).map_err(PyError)?;
        Ok(PyPredictionLog { log, model, version })
    }

    /// Writes what somebody says of a prediction, and returns the feedback's id: whether it was
    /// ``correct``, the right ``label``, or both. Feedback that comes before its prediction waits
    /// for it.
    #[pyo3(
        signature = (
            prediction_id, correct=None, label=None, *, source="user", subject=None, id=None,
            timestamp=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn write_feedback(
        &self,
        py: Python<'_>,
        prediction_id: &str,
        correct: Option<bool>,
        label: Option<String>,
        source: &str,
        subject: Option<String>,
        id: Option<String>,
        timestamp: Option<Moment>,
    ) -> Result<String, PyError> {
        let told = Told { prediction_id, correct, label, source, subject, id, timestamp };
        let feedback = told.feedback();
        py.detach(|| self.0.write_feedback(std::slice::from_ref(&feedback)))?;
        Ok(feedback.id)
    }

    /// A prediction by its id, as a dict; None if it is not there.
    fn prediction<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = py.detach(|| self.0.prediction(id)).map_err(PyError)?;
        found.map(|record| json::record(py, &record)).transpose()
    }

    /// Predictions as dicts, the latest first.
    #[pyo3(
        signature = (limit=100, **window),
        text_signature = "($self, limit=100, *, hours=None, since=None, until=None, model=None, \
            version=None)"
    )]
    fn history<'py>(
        &self,
        py: Python<'py>,
        limit: usize,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let window = keywords::window(py, window)?;
        let found = py.detach(|| self.0.history(&window, limit)).map_err(PyError)?;
        json::records(py, &found)
    }

    /// Writes a text with its label, and returns its id. It needs a Consent, and is kept as
    /// ``anonymizer`` leaves it. A review whose id is there already changes nothing.
    #[pyo3(
        signature = (
            text, label=None, *, consent, anonymizer=None, id=None, rating=None, date=None,
            app_name=None, country_code=None, source=None, language=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn write_review(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        label: Option<&str>,
        consent: &Bound<'_, PyConsent>,
        anonymizer: Option<&Bound<'_, PyAnonymizer>>,
        id: Option<String>,
        rating: Option<u8>,
        date: Option<Moment>,
        app_name: Option<String>,
        country_code: Option<String>,
        source: Option<String>,
        language: Option<&str>,
    ) -> PyResult<String> {
        let consent = consent.get().consent();
        let shared = share(Some(&consent), read_anonymizer(anonymizer), Some(text), None)?
            .unwrap_or_else(|| consent.share());
        let mut record = ReviewRecord::new(shared, label);
        if let Some(id) = id {
            record.id = id;
        }
        record.rating = rating;
        record.date = timestamp(date);
        record.app_name = app_name;
        record.country_code = country_code;
        record.source = source;
        if let Some(language) = language {
            let language: Language = language.parse().map_err(PyError)?;
            record = record.with_cleaned(&Cleaner::new(language));
        }
        py.detach(|| self.0.write_reviews(std::slice::from_ref(&record), Existing::Keep))
            .map_err(PyError)?;
        Ok(record.id)
    }

    /// A review by its id, as a dict; None if it is not there.
    fn review<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = py.detach(|| self.0.review(id)).map_err(PyError)?;
        found.map(|record| json::record(py, &record)).transpose()
    }

    /// Writes how good a version of a model was at one time, by default now.
    ///
    /// >>> import pantau
    /// >>> store = pantau.Store.open("memory:")
    /// >>> store.write_metrics("sentiment", "3", accuracy=0.84, f1_score=0.81)
    /// >>> [metrics["accuracy"] for metrics in store.metrics("sentiment")]
    /// [0.84]
    #[pyo3(
        signature = (
            model, version, *, accuracy=None, precision=None, recall=None, f1_score=None,
            loss=None, epoch=None, dataset_size=None, timestamp=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn write_metrics<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        version: &Bound<'py, PyAny>,
        accuracy: Option<Bound<'py, PyAny>>,
        precision: Option<Bound<'py, PyAny>>,
        recall: Option<Bound<'py, PyAny>>,
        f1_score: Option<Bound<'py, PyAny>>,
        loss: Option<Bound<'py, PyAny>>,
        epoch: Option<Bound<'py, PyAny>>,
        dataset_size: Option<Bound<'py, PyAny>>,
        timestamp: Option<Moment>,
    ) -> PyResult<()> {
        let numbers = given(
            py,
            "metrics",
            [
                ("accuracy", accuracy),
                ("precision", precision),
                ("recall", recall),
                ("f1_score", f1_score),
                ("loss", loss),
                ("epoch", epoch),
                ("dataset_size", dataset_size),
            ],
        )?;
        let version = read_version(version)?;
        let mut record = MetricsRecord::from_json(model, &version, &numbers).map_err(PyError)?;
        if let Some(Moment(timestamp)) = timestamp {
            record.timestamp = timestamp;
        }
        Ok(py.detach(|| self.0.write_metrics(&record)).map_err(PyError)?)
    }

    /// How good a model was, as dicts, the earliest first.
    #[pyo3(signature = (model, since=None))]
    fn metrics<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyList>> {
        let found = py.detach(|| self.0.metrics(model, timestamp(since))).map_err(PyError)?;
        json::records(py, &found)
    }

    /// Writes a reason to train a model again, and returns its id. ``kind`` is "new_data", "drift"
    /// and the like, ``priority`` "low", "medium" or "high", ``detail`` the numbers behind it.
    #[pyo3(signature = (model, kind, reason, *, priority="medium", detail=None))]
    fn write_trigger(
        &self,
        py: Python<'_>,
        model: &str,
        kind: &str,
        reason: &str,
        priority: &str,
        detail: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let mut record = TriggerRecord::new(model, kind, reason, priority);
        record.detail = detail.map(|detail| to_value("detail", detail)).transpose()?;
        py.detach(|| self.0.write_trigger(&record)).map_err(PyError)?;
        Ok(record.id)
    }

    /// The reasons to train a model again, as dicts, the earliest first.
    #[pyo3(signature = (model, since=None))]
    fn triggers<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyList>> {
        let found = py.detach(|| self.0.triggers(model, timestamp(since))).map_err(PyError)?;
        json::records(py, &found)
    }

    /// Writes where a retraining stands, and returns its id; with the same ``id`` again, it takes
    /// the place of what was written before.
    #[pyo3(
        signature = (
            model, *, status="running", id=None, reason=None, started_at=None, completed_at=None,
            trigger_evaluation=None, training_result=None, validation_result=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn write_retraining(
        &self,
        py: Python<'_>,
        model: &str,
        status: &str,
        id: Option<String>,
        reason: Option<String>,
        started_at: Option<Moment>,
        completed_at: Option<Moment>,
        trigger_evaluation: Option<&Bound<'_, PyAny>>,
        training_result: Option<&Bound<'_, PyAny>>,
        validation_result: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let value = |what: &str, value: Option<&Bound<'_, PyAny>>| {
            value.map(|value| to_value(what, value)).transpose()
        };
        let mut record = RetrainingRecord::new(model);
        status.clone_into(&mut record.status);
        if let Some(id) = id {
            record.id = id;
        }
        if let Some(Moment(started_at)) = started_at {
            record.started_at = started_at;
        }
        record.reason = reason;
        record.completed_at = timestamp(completed_at);
        record.trigger_evaluation = value("trigger_evaluation", trigger_evaluation)?;
        record.training_result = value("training_result", training_result)?;
        record.validation_result = value("validation_result", validation_result)?;
        py.detach(|| self.0.write_retraining(&record)).map_err(PyError)?;
        Ok(record.id)
    }

    /// The retrainings of a model, as dicts, the earliest first.
    #[pyo3(signature = (model, since=None))]
    fn retrainings<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyList>> {
        let found = py.detach(|| self.0.retrainings(model, timestamp(since))).map_err(PyError)?;
        json::records(py, &found)
    }

    /// Deletes all that is stored of a subject, in all tables, and returns how many rows of which
    /// table. The audit log keeps that it was done, by whom, and how many rows it were.
    ///
    /// >>> import pantau
    /// >>> store = pantau.Store.open("memory:")
    /// >>> consent = pantau.Consent(subject="user-17")
    /// >>> with store.log("sentiment", "3") as log:
    /// ...     _ = log.record(label="positive", text="Bagus!", consent=consent)
    /// >>> store.forget("user-17", actor="privacy@shop.example")
    /// {'predictions': 1}
    #[pyo3(signature = (subject, *, actor))]
    fn forget<'py>(
        &self,
        py: Python<'py>,
        subject: &str,
        actor: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let gone = py.detach(|| self.0.forget(subject, actor)).map_err(PyError)?;
        deleted(py, &gone)
    }

    /// Deletes what is older than so many ``days``, or than ``since``, in all tables whose rows
    /// grow old, and returns how many rows of which table. The audit log keeps that it was done.
    #[pyo3(signature = (days=None, *, since=None, actor))]
    fn retain<'py>(
        &self,
        py: Python<'py>,
        days: Option<f64>,
        since: Option<Moment>,
        actor: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let since = match (days, since) {
            (None, Some(Moment(since))) => since,
            (Some(days), None) => {
                let span = Duration::try_from_secs_f64(days * 86_400.0);
                let problem = |_| invalid("days", format!("{days} is not 0 or more"));
                Timestamp::now().before(span.map_err(problem)?)
            }
            _ => return Err(invalid("days", "say how many days, or since when; one of both")),
        };
        let gone = py.detach(|| self.0.retain_since(since, actor)).map_err(PyError)?;
        deleted(py, &gone)
    }

    /// Notes who did what in the audit log, and returns the record as a dict. ``detail`` are facts,
    /// without what somebody wrote.
    #[pyo3(signature = (actor, action, detail=None))]
    fn audit<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        action: &str,
        detail: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let detail = match detail {
            Some(detail) => to_value("detail", detail)?,
            None => serde_json::Value::Object(serde_json::Map::new()),
        };
        let noted = py.detach(|| self.0.audit(actor, action, &detail)).map_err(PyError)?;
        json::record(py, &noted)
    }

    /// The records of the audit log as dicts, the earliest first.
    #[pyo3(signature = (since=None, limit=None))]
    fn audit_trail<'py>(
        &self,
        py: Python<'py>,
        since: Option<Moment>,
        limit: Option<usize>,
    ) -> PyResult<Bound<'py, PyList>> {
        let since = timestamp(since);
        let found = py.detach(|| self.0.audit_trail(since, limit)).map_err(PyError)?;
        json::records(py, &found)
    }

    /// Walks the audit log and checks that no record was changed, removed or put in between; raises
    /// an IncompatibleError that names the first one. Returns the number of records and the hash
    /// of the last one, ``head``: keep it elsewhere to notice a log that was made anew from its
    /// beginning.
    fn verify_audit<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let check = py.detach(|| self.0.verify_audit()).map_err(PyError)?;
        from_json(py, &check.to_json())
    }

    fn __repr__(&self) -> String {
        format!("Store({:?})", self.0.location())
    }
}

/// The SQL that makes a new database: for "sqlite" or "postgres". Stores make their tables by
/// themselves; this is for those who want to read it, or to make them as somebody else.
///
/// >>> import pantau
/// >>> "CREATE TABLE" in pantau.schema("postgres")
/// True
#[pyfunction]
pub(crate) fn schema(dialect: &Bound<'_, PyAny>) -> PyResult<String> {
    let dialects = [("postgres", Dialect::Postgres), ("sqlite", Dialect::Sqlite)];
    Ok(schema_sql(choose("dialect", dialect, &dialects)?))
}

/// How many rows of which table, as a dict.
pub(crate) fn deleted<'py>(py: Python<'py>, deleted: &Deleted) -> PyResult<Bound<'py, PyAny>> {
    from_json(py, &deleted.to_json().to_string())
}

/// A version as text: registries count with numbers.
pub(crate) fn read_version(version: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(number) = version.extract::<u64>() {
        return Ok(number.to_string());
    }
    version.extract().map_err(|_| wrong("version", version, "a text or a number"))
}

/// A location: a text, or a path.
pub(crate) fn read_location(location: &Bound<'_, PyAny>) -> PyResult<String> {
    let path = location.py().import("os")?.call_method1("fspath", (location,));
    let text = path.and_then(|path| path.extract::<String>());
    text.map_err(|_| wrong("location", location, "a path or a URL"))
}
