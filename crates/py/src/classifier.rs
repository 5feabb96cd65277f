//! Labels for texts.

use std::sync::Arc;

use pantau::{
    Timestamp,
    model::{Classifier, ExplainOptions, PredictOptions, Predictions},
    profile::ReferenceOptions,
};
use pyo3::{
    prelude::*,
    types::{PyString, PyTuple},
};

use crate::{
    arguments::{
        Budget, Deadline, MaxTokens, MaxWait, MaxWindows, Overlap, Queue, Threads, count, expect,
        wrong,
    },
    ask::{Asked, ask, ask_async},
    bundle::BundleArgument,
    error::PyError,
    explanation::PyExplanation,
    later::{Pending, take},
    model_options::{Keywords, MAX_WINDOWS, NO_WAIT, OVERLAP, Opened, QUEUE},
    moment::Moment,
    prediction::PyPrediction,
    predictions::PyPredictions,
    runtime::tell_package_folders,
    texts::{Texts, decodable},
    transforms::from_json,
    watching::{monitor::PyMonitor, reference::PyReference},
};

/// What an explanation may ask for unless told otherwise: a letter of 250 words.
const BUDGET: Budget = Budget(256);

/// Gives texts a label. Any number of threads, tasks and calls may use it at once; their texts
/// run together.
///
/// >>> from pantau import Classifier
/// >>> with Classifier.open("sentiment") as classifier:
/// ...     prediction = classifier.predict("Aplikasi ini sangat bagus!")
/// ...     prediction.label in classifier.labels
/// True
/// >>> 0 < prediction.confidence <= 1
/// True
#[pyclass(frozen, name = "Classifier", module = "pantau")]
pub(crate) struct PyClassifier {
    classifier: Classifier,
    opened: Opened,
}

#[pymethods]
impl PyClassifier {
    /// Opens the bundle of a classifier: a Bundle or its path.
    ///
    /// ``device`` is "cpu", "prefer_cuda" (where there is no CUDA, ``info()`` says why) or
    /// "require_cuda". ``threads`` are as many as this process may really use. Texts of more than
    /// ``max_tokens`` are read from their beginning ("truncate"), their end ("truncate_start"), or
    /// whole in "windows" that share ``overlap`` tokens, ``max_windows`` at most. While the model
    /// is busy a text may wait ``max_wait`` seconds for company, and ``queue`` calls may wait at
    /// all; more get a BusyError.
    ///
    /// A bundle that is open already in the same way is shared, not loaded again.
    #[staticmethod]
    #[pyo3(
        signature = (
            bundle, *, device="cpu", threads=None, max_tokens=None, long_text="truncate",
            overlap=OVERLAP, max_windows=MAX_WINDOWS, max_wait=NO_WAIT, queue=QUEUE
        ),
        text_signature = "(bundle, *, device='cpu', threads=None, max_tokens=None, \
            long_text='truncate', overlap=32, max_windows=64, max_wait=0.0, queue=1024)"
    )]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn open(
        py: Python<'_>,
        bundle: BundleArgument,
        device: &str,
        threads: Option<Threads>,
        max_tokens: Option<MaxTokens>,
        long_text: &str,
        overlap: Overlap,
        max_windows: MaxWindows,
        max_wait: MaxWait,
        queue: Queue,
    ) -> PyResult<Self> {
        let keywords = Keywords {
            device,
            threads,
            max_tokens,
            long_text,
            overlap,
            max_windows,
            max_wait,
            queue,
        };
        let options = keywords.options()?;
        tell_package_folders(py)?;
        let classifier = py.detach(|| Classifier::open(&bundle.0, &options)).map_err(PyError)?;
        Ok(Self { classifier, opened: Opened::new(bundle.0, options) })
    }

    /// The label of one text (Prediction), or of many (Predictions).
    ///
    /// Without ``return_probabilities`` answers are cheaper. ``deadline`` is a number of seconds,
    /// after which a DeadlineError is raised.
    ///
    /// >>> from pantau import Classifier
    /// >>> classifier = Classifier.open("sentiment")
    /// >>> one = classifier.predict("Bagus sekali!")
    /// >>> many = classifier.predict(["Bagus sekali!", "Lemot"], return_probabilities=False)
    /// >>> many[0].label == one.label, many.probabilities
    /// (True, None)
    #[pyo3(signature = (texts, *, return_probabilities=true, deadline=None, progress=false))]
    fn predict<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        return_probabilities: bool,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask(&self.asked(return_probabilities, deadline), texts, progress)
    }

    /// ``predict`` for ``async`` programs: a coroutine. Cancelling it takes its texts back.
    ///
    /// >>> import asyncio
    /// >>> from pantau import Classifier
    /// >>> classifier = Classifier.open("sentiment")
    /// >>> prediction = asyncio.run(classifier.predict_async("Bagus sekali!"))
    /// >>> prediction == classifier.predict("Bagus sekali!")
    /// True
    #[pyo3(signature = (texts, *, return_probabilities=true, deadline=None, progress=false))]
    fn predict_async<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        return_probabilities: bool,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask_async(self.asked(return_probabilities, deadline), texts, progress)
    }

    /// Why a text gets its label: what each word adds to the label's score.
    ///
    /// Of linear models the contributions are exact. Others are asked again for the text without
    /// each word, at most ``budget`` texts in all. ``label`` is by default the most probable one.
    ///
    /// >>> from pantau import Classifier
    /// >>> explanation = Classifier.open("sentiment").explain("Bagus sekali!")
    /// >>> [word for word, _ in explanation.words]
    /// ['Bagus', 'sekali!']
    #[pyo3(
        signature = (text, *, label=None, budget=BUDGET),
        text_signature = "($self, text, *, label=None, budget=256)"
    )]
    fn explain(
        &self,
        py: Python<'_>,
        text: &Bound<'_, PyString>,
        label: Option<String>,
        budget: Budget,
    ) -> PyResult<PyExplanation> {
        let text = decodable(text)?;
        let options = ExplainOptions { label, budget: count(budget.0) };
        let explanation = py.detach(|| self.classifier.explain(&text, &options));
        Ok(PyExplanation(explanation.map_err(PyError)?))
    }

    /// The labels it chooses from, in the order of the probabilities.
    #[getter]
    fn labels(&self, py: Python<'_>) -> Result<Vec<String>, PyError> {
        Ok(py.detach(|| self.classifier.labels())?)
    }

    /// Measures how many tokens run together best on this machine. Large calls do it by
    /// themselves; the result is kept in the user's cache folder.
    fn warm_up(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.classifier.warm_up())?)
    }

    /// Puts another bundle in the place of this one while it is used: it is loaded, tested and
    /// warmed up first, and calls that run are answered by the old one.
    fn swap(&self, py: Python<'_>, bundle: BundleArgument) -> Result<(), PyError> {
        py.detach(|| self.classifier.swap(&bundle.0))?;
        self.opened.swapped(bundle.0);
        Ok(())
    }

    /// Lets a monitor count all that is answered from now on, or with None nobody: the columns
    /// ``text``, ``label``, ``confidence``, ``novelty``, ``latency_ms`` and ``embedding``, as far as its
    /// reference knows them. What goes wrong while counting does not touch the answers; ``info()``
    /// tells it under ``watched``. What an evaluation or an ensemble asks is not counted.
    ///
    /// >>> from pantau import Bundle, Classifier, Monitor
    /// >>> classifier = Classifier.open("sentiment")
    /// >>> monitor = Monitor(classifier.reference(["Bagus", "Lemot sekali"] * 140))
    /// >>> classifier.watch(monitor)
    /// >>> _ = classifier.predict(["Bagus sekali"] * 50)
    /// >>> monitor.close_window().rows
    /// 50
    fn watch(&self, py: Python<'_>, monitor: Option<&PyMonitor>) -> PyResult<()> {
        let monitor = monitor.map(|monitor| monitor.0.clone());
        Ok(py.detach(|| self.classifier.watch(monitor)).map_err(PyError)?)
    }

    /// Answers texts, and builds the reference that later ones are compared with, as
    /// ``Reference.build`` does of other rows.
    ///
    /// The texts are in the order of time, or ``times`` tells when each came, for windows such as
    /// ``"1d"``. Where the ``actual`` labels are known (None where not), the accuracy of later rows can be
    /// estimated; the model must not have learnt from those.
    #[pyo3(signature = (texts, actual=None, *, times=None, window=None, shuffled=false))]
    fn reference(
        &self,
        texts: &Bound<'_, PyAny>,
        actual: Option<&Bound<'_, PyAny>>,
        times: Option<Vec<Moment>>,
        window: Option<&str>,
        shuffled: bool,
    ) -> PyResult<PyReference> {
        let py = texts.py();
        let mut options = ReferenceOptions::default();
        if let Some(window) = window {
            options.window = window.parse().map_err(PyError)?;
        }
        options.is_shuffled = shuffled;
        let times: Option<Vec<Timestamp>> =
            times.map(|times| times.into_iter().map(|Moment(time)| time).collect());
        let actual: Option<Vec<Option<String>>> =
            actual.map(|actual| expect("actual", actual, "a list of str or None")).transpose()?;
        let Texts::Many(column) = Texts::read(texts)? else {
            return Err(wrong("texts", texts, "many texts"));
        };
        let built = column.with_all(|texts| {
            let actual: Option<Vec<Option<&str>>> =
                actual.as_ref().map(|actual| actual.iter().map(Option::as_deref).collect());
            Ok(py.detach(|| {
                self.classifier.reference(texts, actual.as_deref(), times.as_deref(), &options)
            }))
        })?;
        Ok(PyReference(Arc::new(built.map_err(PyError)?)))
    }

    /// What the model is, where it really runs, and what it did so far.
    ///
    /// >>> from pantau import Classifier
    /// >>> info = Classifier.open("sentiment").info()
    /// >>> info["provider"], info["manifest"]["weights"]
    /// ('cpu', 'fp32')
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let info = py.detach(|| self.classifier.info()).map_err(PyError)?;
        from_json(py, &info.to_json())
    }

    /// Frees the model. Whoever uses it later is told so.
    fn close(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.classifier.close())?)
    }

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_error))]
    fn __exit__(&self, py: Python<'_>, _error: &Bound<'_, PyTuple>) -> Result<(), PyError> {
        self.close(py)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        // A closed one says so here, not where it would be opened again.
        self.labels(py)?;
        self.opened.reduce(py, "Classifier")
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        self.opened.describe(py, "Classifier")
    }
}

impl PyClassifier {
    pub(crate) fn new(classifier: Classifier, bundle: std::path::PathBuf) -> Self {
        Self { classifier, opened: Opened::new(bundle, pantau::model::ModelOptions::default()) }
    }

    pub(crate) fn classifier(&self) -> Classifier {
        self.classifier.clone()
    }

    fn asked(&self, return_probabilities: bool, deadline: Option<Deadline>) -> AskedClassifier {
        let deadline = deadline.map(|Deadline(limit)| limit);
        AskedClassifier {
            classifier: self.classifier.clone(),
            options: PredictOptions { return_probabilities, deadline },
        }
    }
}

struct AskedClassifier {
    classifier: Classifier,
    options: PredictOptions,
}

impl Asked for AskedClassifier {
    type Answers = Predictions;

    fn ask(
        &self,
        texts: &[&str],
        progress: impl FnMut(usize, usize) -> pantau::Result<()>,
    ) -> pantau::Result<Predictions> {
        self.classifier.predict_watched(texts, self.options, progress)
    }

    fn ask_later(&self, text: &str, on_done: Box<dyn FnOnce() + Send>) -> pantau::Result<Pending> {
        let later = self.classifier.predict_then(text, self.options, on_done)?;
        Ok(Box::new(move |py| {
            let prediction = py.detach(|| take(later)).map_err(PyError)?;
            let prediction = PyPrediction::new(prediction);
            Ok(Bound::new(py, prediction)?.into_any().unbind())
        }))
    }

    fn first<'py>(&self, py: Python<'py>, answers: &Predictions) -> PyResult<Bound<'py, PyAny>> {
        let prediction = answers
            .get(0)
            .ok_or_else(|| crate::error::invalid("texts", "the model answered none"))?;
        let prediction = PyPrediction::new(prediction);
        Ok(Bound::new(py, prediction)?.into_any())
    }

    fn all<'py>(
        &self,
        py: Python<'py>,
        answers: Predictions,
        index: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(py, PyPredictions::new(answers, index))?.into_any())
    }
}
