//! What many predictions come to.

use std::time::Duration;

use pantau::{
    Timestamp,
    store::{Store, Window},
};
use pyo3::{
    prelude::*,
    types::{PyDelta, PyDeltaAccess, PyDict, PyList},
};
use serde::Serialize;

use crate::{
    arguments::wrong,
    error::{PyError, invalid},
    json,
    keywords::window,
    moment::{Moment, timestamp},
    store::PyStore,
    transforms::from_json,
};

#[pymethods]
impl PyStore {
    /// What the predictions of the last hours come to: how many, how sure, which labels.
    ///
    /// >>> import pantau
    /// >>> store = pantau.Store.open("memory:")
    /// >>> with store.log("sentiment", "3") as log:
    /// ...     _ = log.record(label="positive", confidence=0.75)
    /// >>> recent = store.recent(hours=1)
    /// >>> recent["count"], recent["mean_confidence"], recent["labels"][0]["label"]
    /// (1, 0.75, 'positive')
    #[pyo3(signature = (hours=24.0))]
    fn recent<'py>(&self, py: Python<'py>, hours: f64) -> PyResult<Bound<'py, PyAny>> {
        dict(py, &py.detach(|| self.0.recent(hours)).map_err(PyError)?)
    }

    /// The same for a window.
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn summary<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.summary(window))
    }

    /// How often each version of each model was used in a window and how often it was right, as
    /// dicts ordered by model and version. ``accuracy_interval`` is where the accuracy may well lie
    /// (Wilson, 95 %), if the predictions with a known label are like the others.
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn usage<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.usage(window))
    }

    /// What the predictions of a window come to, interval by interval, as dicts. ``every`` is a
    /// timedelta or a number of seconds; hours are those of the clock.
    #[pyo3(
        signature = (every, **window),
        text_signature = "($self, every, *, hours=None, since=None, until=None, model=None, \
            version=None)"
    )]
    fn over_time<'py>(
        &self,
        py: Python<'py>,
        every: &Bound<'py, PyAny>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let every = length("every", every)?;
        self.of_window(py, window, |store, window| store.over_time(window, every))
    }

    /// How long the predictions of a window took, in milliseconds: mean, p50, p95, p99 and bins. A
    /// quantile tells the bin it lies in, from ``low`` to ``high``.
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn latency<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.latency(window))
    }

    /// How sure the predictions of a window were, in bins of 0.05.
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn confidence_histogram<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.confidence_histogram(window))
    }

    /// The trend of each metric that was written of a model over the last days up to ``until``, by
    /// default now, of all its versions or one; a dict with ``overall_trend`` and ``trends``.
    #[pyo3(signature = (model, days=30.0, *, version=None, until=None))]
    fn analyze_trend<'py>(
        &self,
        py: Python<'py>,
        model: &str,
        days: f64,
        version: Option<&str>,
        until: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let until = timestamp(until).unwrap_or_else(Timestamp::now);
        let found = py.detach(|| self.0.analyze_trend(model, days, version, until));
        dict(py, &found.map_err(PyError)?)
    }

    /// How often predictions of a window were said to be wrong, of all that were made, as a dict; a
    /// rate of clicks, no accuracy. None without predictions.
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn feedback_rate<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.feedback_rate(window))
    }

    /// How often the predictions of a window turned out right, of those of which it is known.
    ///
    /// >>> import pantau
    /// >>> store = pantau.Store.open("memory:")
    /// >>> with store.log("sentiment", "3") as log:
    /// ...     id = log.record(label="positive", confidence=0.75)
    /// >>> _ = store.write_feedback(id, correct=False)
    /// >>> store.feedback_summary()["wrong_ratio"]
    /// 1.0
    #[pyo3(
        signature = (**window),
        text_signature = "($self, *, hours=None, since=None, until=None, model=None, version=None)"
    )]
    fn feedback_summary<'py>(
        &self,
        py: Python<'py>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.of_window(py, window, |store, window| store.feedback_summary(window))
    }

    /// How many labels became known since a time: what a new training would learn from that the
    /// last one could not.
    #[pyo3(signature = (since=None))]
    fn new_labelled<'py>(
        &self,
        py: Python<'py>,
        since: Option<Moment>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let since = timestamp(since);
        dict(py, &py.detach(|| self.0.new_labelled(since)).map_err(PyError)?)
    }

    /// The predictions of a window whose right label became known, however long after, as dicts,
    /// the latest first.
    #[pyo3(
        signature = (limit=100, **window),
        text_signature = "($self, limit=100, *, hours=None, since=None, until=None, model=None, \
            version=None)"
    )]
    fn labelled_predictions<'py>(
        &self,
        py: Python<'py>,
        limit: Option<usize>,
        window: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyList>> {
        let window = self::window(py, window)?;
        let found = py.detach(|| self.0.labelled_predictions(&window, limit)).map_err(PyError)?;
        json::records(py, &found)
    }
}

impl PyStore {
    fn of_window<'py, T: Serialize + Send>(
        &self,
        py: Python<'py>,
        keywords: Option<&Bound<'py, PyDict>>,
        ask: impl FnOnce(&dyn Store, &Window) -> pantau::Result<T> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let window = window(py, keywords)?;
        dict(py, &py.detach(|| ask(&*self.0, &window)).map_err(PyError)?)
    }
}

/// An answer as a dict or a list.
fn dict<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let json = serde_json::to_string(answer);
    from_json(py, &json.expect("texts and finite numbers are always JSON"))
}

/// A length of time: a timedelta, or a number of seconds.
fn length(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let seconds = match value.cast::<PyDelta>() {
        Ok(delta) => {
            f64::from(delta.get_days()) * 86_400.0
                + f64::from(delta.get_seconds())
                + f64::from(delta.get_microseconds()) / 1e6
        }
        Err(_) => {
            value.extract().map_err(|_| wrong(name, value, "a timedelta or a number of seconds"))?
        }
    };
    let problem = |_| invalid(name, format!("{seconds} s is no length of time"));
    Duration::try_from_secs_f64(seconds).map_err(problem)
}
