//! The log of what models answered.

use std::time::Duration;

use pantau::{
    Error,
    store::{Consent, Feedback, PredictionLog, PredictionRecord},
};
use pyo3::{
    exceptions::PyBaseException,
    prelude::*,
    types::{PyDict, PyList, PyString, PyTuple},
};

use crate::{
    arguments::{pairs_of_numbers, words, wrong},
    consent::{PyConsent, read_anonymizer, read_consent, share},
    error::{PyError, invalid},
    moment::Moment,
    prediction::PyPrediction,
    predictions::PyPredictions,
    store::deleted,
    transforms::{PyAnonymizer, from_json},
};

/// The log of one version of a model: ``Store.log`` opens it. Writing happens on a thread of its
/// own.
///
/// A log belongs to the process that opened it: after a fork the child opens store and log anew.
/// As a context manager it writes what waits and closes at the end.
///
/// >>> import pantau
/// >>> store = pantau.Store.open("memory:")
/// >>> with store.log("sentiment", "3") as log:
/// ...     id = log.record(label="positive", confidence=0.93)
/// ...     _ = log.feedback(id, correct=False, label="negative")
/// >>> store.prediction(id)["actual_label"]
/// 'negative'
#[pyclass(frozen, name = "PredictionLog", module = "pantau")]
pub(crate) struct PyPredictionLog {
    pub(crate) log: PredictionLog,
    pub(crate) model: String,
    pub(crate) version: String,
}

impl Drop for PyPredictionLog {
    /// Ending waits for the writer, and nobody else must wait with it.
    fn drop(&mut self) {
        // At the interpreter's end there is nobody to attach to; then the log ends by itself.
        Python::try_attach(|py| py.detach(|| self.log.close()));
    }
}

#[pymethods]
impl PyPredictionLog {
    /// The name of the model.
    #[getter]
    fn model(&self) -> &str {
        &self.model
    }

    /// Its version.
    #[getter]
    fn version(&self) -> &str {
        &self.version
    }

    /// Logs a prediction and returns its id.
    ///
    /// ``prediction`` is a Prediction; of another model pass ``label`` and ``confidence``, and
    /// perhaps ``probabilities``, a dict. Where the model failed, pass ``error``: the exception,
    /// of which only the kind is kept, or a word.
    ///
    /// ``text`` and ``embedding`` are only kept with a Consent; without one they are left out, and
    /// you need not look whether there is one. The text is kept as ``anonymizer`` leaves it.
    ///
    /// A record whose ``id`` is there already changes nothing; by default it gets one.
    #[pyo3(
        signature = (
            prediction=None, *, label=None, confidence=None, probabilities=None, error=None,
            text=None, consent=None, anonymizer=None, embedding=None, review_id=None,
            processing_time_ms=None, id=None, timestamp=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn record(
        &self,
        py: Python<'_>,
        prediction: Option<&Bound<'_, PyAny>>,
        label: Option<&str>,
        confidence: Option<f64>,
        probabilities: Option<&Bound<'_, PyDict>>,
        error: Option<&Bound<'_, PyAny>>,
        text: Option<&Bound<'_, PyString>>,
        consent: Option<&Bound<'_, PyAny>>,
        anonymizer: Option<&Bound<'_, PyAnonymizer>>,
        embedding: Option<&Bound<'_, PyAny>>,
        review_id: Option<String>,
        processing_time_ms: Option<f64>,
        id: Option<String>,
        timestamp: Option<Moment>,
    ) -> PyResult<String> {
        let answers = usize::from(prediction.is_some())
            + usize::from(label.is_some())
            + usize::from(error.is_some());
        if answers != 1 {
            return Err(invalid("prediction", "pass a Prediction, or label=, or error="));
        }
        let mut record = if let Some(prediction) = prediction {
            if confidence.is_some() || probabilities.is_some() {
                let problem = "is told by the prediction already; leave it out";
                return Err(invalid("confidence", problem));
            }
            let Ok(prediction) = prediction.cast::<PyPrediction>() else {
                return Err(wrong("prediction", prediction, "a Prediction"));
            };
            PredictionRecord::of(&self.model, &self.version, prediction.get().prediction())
        } else if let Some(error) = error {
            self.failed(error)?
        } else {
            let label = label.unwrap_or_default();
            let blank = PredictionRecord::new(&self.model, &self.version, label, 0.0);
            let mut record = blank;
            record.confidence = confidence;
            record
        };
        if let Some(probabilities) = probabilities {
            record.probabilities = Some(pairs_of_numbers("probabilities", probabilities)?);
        }
        let consent = consent.map_or(Ok(None), read_consent)?;
        record.shared = share(consent.as_ref(), read_anonymizer(anonymizer), text, embedding)?;
        record.review_id = review_id;
        record.processing_time_ms = processing_time_ms;
        if let Some(id) = id {
            record.id = id;
        }
        if let Some(Moment(timestamp)) = timestamp {
            record.timestamp = timestamp;
        }
        Ok(py.detach(|| self.log.log(record)).map_err(PyError)?)
    }

    /// Logs what a classifier answered for many texts, and returns the ids.
    ///
    /// ``predictions`` are Predictions, or a list of Prediction. ``consent`` is one Consent for all
    /// of ``texts``, or a list with a Consent or None for each. ``processing_time_ms`` is how long
    /// each took.
    ///
    /// >>> import pantau
    /// >>> store = pantau.Store.open("memory:")
    /// >>> texts = ["Bagus sekali!", "Lemot"]
    /// >>> predictions = pantau.Classifier.open("sentiment").predict(texts)
    /// >>> with store.log("sentiment", "1") as log:
    /// ...     ids = log.record_many(predictions, texts=texts, consent=[pantau.Consent(), None])
    /// >>> [store.prediction(id)["input_text"] for id in ids]
    /// ['Bagus sekali!', None]
    #[pyo3(
        signature = (
            predictions, *, texts=None, consent=None, anonymizer=None, embeddings=None,
            review_ids=None, processing_time_ms=None, ids=None, timestamp=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn record_many(
        &self,
        py: Python<'_>,
        predictions: &Bound<'_, PyAny>,
        texts: Option<&Bound<'_, PyAny>>,
        consent: Option<&Bound<'_, PyAny>>,
        anonymizer: Option<&Bound<'_, PyAnonymizer>>,
        embeddings: Option<&Bound<'_, PyAny>>,
        review_ids: Option<&Bound<'_, PyAny>>,
        processing_time_ms: Option<f64>,
        ids: Option<&Bound<'_, PyAny>>,
        timestamp: Option<Moment>,
    ) -> PyResult<Vec<String>> {
        let mut records = self.answers(predictions)?;
        let rows = records.len();
        let texts = texts.map(|texts| listed(texts, "texts", rows)).transpose()?;
        let embeddings = embeddings.map(|rows_| listed(rows_, "embeddings", rows)).transpose()?;
        let review_ids = named(review_ids, "review_ids", rows)?;
        let ids = named(ids, "ids", rows)?;
        let consents = Consents::read(consent, rows)?;
        let anonymizer = read_anonymizer(anonymizer);
        for (row, record) in records.iter_mut().enumerate() {
            let text = texts.as_ref().map(|texts| texts.get_item(row)).transpose()?;
            let text = match &text {
                Some(text) if !text.is_none() => Some(
                    text.cast::<PyString>()
                        .map_err(|_| wrong(&format!("text {row}"), text, "a text"))?,
                ),
                _ => None,
            };
            let embedding = embeddings.as_ref().map(|rows| rows.get_item(row)).transpose()?;
            record.shared = share(consents.of(row), anonymizer, text, embedding.as_ref())?;
            record.processing_time_ms = processing_time_ms;
            if let Some(Moment(timestamp)) = timestamp {
                record.timestamp = timestamp;
            }
        }
        for (record, id) in records.iter_mut().zip(review_ids) {
            record.review_id = Some(id);
        }
        for (record, id) in records.iter_mut().zip(ids) {
            record.id = id;
        }
        Ok(py.detach(|| self.log.log_batch(records)).map_err(PyError)?)
    }

    /// Logs what somebody says of a prediction and returns the feedback's id: whether it was
    /// ``correct``, the right ``label``, or both.
    ///
    /// The prediction gets its right label by it; of several the latest counts. ``subject`` is the
    /// person who says so, if records of this person are to be found again.
    #[pyo3(
        signature = (
            prediction_id, correct=None, label=None, *, source="user", subject=None, id=None,
            timestamp=None
        )
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn feedback(
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
        Ok(py.detach(|| self.log.feedback(told.feedback()))?)
    }

    /// Waits until all that was logged so far is in the store or in the outbox; at most
    /// ``timeout`` seconds, after which a DeadlineError is raised.
    #[pyo3(signature = (timeout=None))]
    fn flush(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<()> {
        let limit = timeout.map(Duration::try_from_secs_f64).transpose().map_err(|_| {
            let timeout = timeout.unwrap_or_default();
            invalid("timeout", format!("{timeout} is not seconds, 0 or more"))
        })?;
        Ok(py.detach(|| self.log.flush(limit)).map_err(PyError)?)
    }

    /// What the log has done so far: queued, waiting (in the outbox), written, repeated, dropped,
    /// spilled, failed and more.
    fn counters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        from_json(py, &self.log.counters().to_json())
    }

    /// Deletes all that is stored of a subject, and what of it is still on the way; returns how
    /// many rows of which table.
    #[pyo3(signature = (subject, *, actor))]
    fn forget<'py>(
        &self,
        py: Python<'py>,
        subject: &str,
        actor: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let gone = py.detach(|| self.log.forget(subject, actor)).map_err(PyError)?;
        deleted(py, &gone)
    }

    /// Ends the log once all is in the store or in the outbox.
    fn close(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.log.close())?)
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, PyTuple>) -> Result<(), PyError> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        let store = self.log.store().location();
        format!("PredictionLog({:?}, {:?}, store={store:?})", self.model, self.version)
    }
}

impl PyPredictionLog {
    /// That a model failed: of an exception only the kind, since messages can hold what somebody
    /// wrote.
    fn failed(&self, error: &Bound<'_, PyAny>) -> PyResult<PredictionRecord> {
        let problem = Error::Inference {
            model: self.model.clone(),
            problem: "it failed".to_owned(),
            source: None,
        };
        let mut record = PredictionRecord::failed(&self.model, &self.version, &problem);
        record.error = Some(if let Ok(word) = error.cast::<PyString>() {
            decode(word)?
        } else if error.is_instance_of::<PyBaseException>() {
            let name = error.get_type().name()?.to_string();
            name.strip_suffix("Error").filter(|kind| !kind.is_empty()).unwrap_or(&name).to_owned()
        } else {
            return Err(wrong("error", error, "an exception or a word"));
        });
        Ok(record)
    }

    /// A record for each of many predictions.
    fn answers(&self, predictions: &Bound<'_, PyAny>) -> PyResult<Vec<PredictionRecord>> {
        let of = |prediction: &_| PredictionRecord::of(&self.model, &self.version, prediction);
        if let Ok(own) = predictions.cast::<PyPredictions>() {
            return Ok(own.get().predictions().iter().map(|one| of(&one)).collect());
        }
        let expected = "Predictions, or a list of Prediction";
        let Ok(items) = predictions.try_iter() else {
            return Err(wrong("predictions", predictions, expected));
        };
        items
            .map(|item| {
                let item = item?;
                match item.cast::<PyPrediction>() {
                    Ok(prediction) => Ok(of(prediction.get().prediction())),
                    Err(_) => Err(wrong("predictions", &item, expected)),
                }
            })
            .collect()
    }
}

/// What was said of a prediction.
pub(crate) struct Told<'a> {
    pub(crate) prediction_id: &'a str,
    pub(crate) correct: Option<bool>,
    pub(crate) label: Option<String>,
    pub(crate) source: &'a str,
    pub(crate) subject: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) timestamp: Option<Moment>,
}

impl Told<'_> {
    pub(crate) fn feedback(self) -> Feedback {
        let mut feedback = Feedback::new(self.prediction_id, self.correct, self.label);
        self.source.clone_into(&mut feedback.source);
        feedback.subject = self.subject;
        if let Some(id) = self.id {
            feedback.id = id;
        }
        if let Some(Moment(timestamp)) = self.timestamp {
            feedback.timestamp = timestamp;
        }
        feedback
    }
}

/// One consent for all, or one for each.
enum Consents {
    All(Option<Consent>),
    Each(Vec<Option<Consent>>),
}

impl Consents {
    fn read(consent: Option<&Bound<'_, PyAny>>, rows: usize) -> PyResult<Self> {
        let Some(consent) = consent else { return Ok(Self::All(None)) };
        if consent.is_instance_of::<PyConsent>() || consent.try_iter().is_err() {
            return Ok(Self::All(read_consent(consent)?));
        }
        let each = listed(consent, "consent", rows)?;
        each.iter().map(|consent| read_consent(&consent)).collect::<PyResult<_>>().map(Self::Each)
    }

    fn of(&self, row: usize) -> Option<&Consent> {
        match self {
            Self::All(consent) => consent.as_ref(),
            Self::Each(each) => each[row].as_ref(),
        }
    }
}

/// As many items as there are predictions.
fn listed<'py>(items: &Bound<'py, PyAny>, what: &str, rows: usize) -> PyResult<Bound<'py, PyList>> {
    let is_one = items.is_instance_of::<PyString>();
    let list = PyList::empty(items.py());
    if let Ok(items) = items.try_iter()
        && !is_one
    {
        for item in items {
            list.append(item?)?;
        }
    } else {
        return Err(wrong(what, items, "a list with one for each prediction"));
    }
    if list.len() != rows {
        let problem = format!("there are {}, and {rows} predictions", list.len());
        return Err(invalid(what, problem));
    }
    Ok(list)
}

fn named(names: Option<&Bound<'_, PyAny>>, what: &str, rows: usize) -> PyResult<Vec<String>> {
    let Some(names) = names else { return Ok(Vec::new()) };
    words(what, listed(names, what, rows)?.as_any())
}

fn decode(word: &Bound<'_, PyString>) -> PyResult<String> {
    Ok(crate::texts::decodable(word)?.into_owned())
}
