//! Vectors for texts.

use std::time::Duration;

use pantau::model::{Embeddings, Encoder};
use pyo3::{prelude::*, types::PyTuple};

use crate::{
    arguments::{Deadline, MaxTokens, MaxWait, MaxWindows, Overlap, Queue, Threads},
    array::array,
    ask::{Asked, ask, ask_async, ask_many},
    bundle::BundleArgument,
    embeddings::PyEmbeddings,
    error::PyError,
    later::{Pending, take},
    model_options::{Keywords, MAX_WINDOWS, NO_WAIT, OVERLAP, Opened, QUEUE},
    runtime::tell_package_folders,
    transforms::from_json,
};

/// Gives texts a vector: near ones for texts that mean the same. Any number of threads, tasks and
/// calls may use it at once; their texts run together.
///
/// >>> from pantau import Encoder
/// >>> with Encoder.open("encoder") as encoder:
/// ...     vectors = encoder.embed(["Bagus sekali!", "Lemot"])
/// >>> vectors.shape, vectors.dtype
/// ((2, 16), dtype('float32'))
#[pyclass(frozen, name = "Encoder", module = "pantau")]
pub(crate) struct PyEncoder {
    encoder: Encoder,
    opened: Opened,
}

#[pymethods]
impl PyEncoder {
    /// Opens the bundle of an encoder: a Bundle or its path.
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
        let encoder = py.detach(|| Encoder::open(&bundle.0, &options)).map_err(PyError)?;
        Ok(Self { encoder, opened: Opened::new(bundle.0, options) })
    }

    /// The vector of one text, or of many: a NumPy array with a row for each.
    ///
    /// ``deadline`` is a number of seconds, after which a DeadlineError is raised.
    /// ``embed_table`` also tells which texts were cut off.
    ///
    /// >>> from pantau import Encoder
    /// >>> encoder = Encoder.open("encoder")
    /// >>> encoder.embed(["Bagus sekali!", "Lemot", ""]).shape == (3, encoder.dimensions)
    /// True
    #[pyo3(signature = (texts, *, deadline=None, progress=false))]
    fn embed<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask(&self.asked(deadline), texts, progress)
    }

    /// ``embed`` for ``async`` programs: a coroutine. Cancelling it takes its texts back.
    ///
    /// >>> import asyncio
    /// >>> from pantau import Encoder
    /// >>> encoder = Encoder.open("encoder")
    /// >>> vector = asyncio.run(encoder.embed_async("Bagus sekali!"))
    /// >>> vector.tolist() == encoder.embed("Bagus sekali!").tolist()
    /// True
    #[pyo3(signature = (texts, *, deadline=None, progress=false))]
    fn embed_async<'py>(
        &self,
        texts: &Bound<'py, PyAny>,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        ask_async(self.asked(deadline), texts, progress)
    }

    /// The vectors of many texts as a table, with what is odd about the texts (Embeddings).
    ///
    /// >>> from pantau import Encoder
    /// >>> Encoder.open("encoder").embed_table(["Bagus sekali! " * 1000, "Lemot"]).truncated
    /// array([ True, False])
    #[pyo3(signature = (texts, *, deadline=None, progress=false))]
    fn embed_table(
        &self,
        texts: &Bound<'_, PyAny>,
        deadline: Option<Deadline>,
        progress: bool,
    ) -> PyResult<PyEmbeddings> {
        let (embeddings, index) = ask_many(&self.asked(deadline), texts, progress)?;
        Ok(PyEmbeddings::new(embeddings, index))
    }

    /// How many numbers a vector has.
    #[getter]
    fn dimensions(&self, py: Python<'_>) -> Result<usize, PyError> {
        Ok(py.detach(|| self.encoder.dimensions())?)
    }

    /// Measures how many tokens run together best on this machine. Large calls do it by
    /// themselves; the result is kept in the user's cache folder.
    fn warm_up(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.encoder.warm_up())?)
    }

    /// Puts another bundle in the place of this one while it is used: it is loaded, tested and
    /// warmed up first, and calls that run are answered by the old one.
    fn swap(&self, py: Python<'_>, bundle: BundleArgument) -> Result<(), PyError> {
        py.detach(|| self.encoder.swap(&bundle.0))?;
        self.opened.swapped(bundle.0);
        Ok(())
    }

    /// What the model is, where it really runs, and what it did so far.
    ///
    /// >>> from pantau import Encoder
    /// >>> info = Encoder.open("encoder").info()
    /// >>> info["manifest"]["task"]["pooling"]
    /// 'mean'
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let info = py.detach(|| self.encoder.info()).map_err(PyError)?;
        from_json(py, &info.to_json())
    }

    /// Frees the model. Whoever uses it later is told so.
    fn close(&self, py: Python<'_>) -> Result<(), PyError> {
        Ok(py.detach(|| self.encoder.close())?)
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
        self.dimensions(py)?;
        self.opened.reduce(py, "Encoder")
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        self.opened.describe(py, "Encoder")
    }
}

impl PyEncoder {
    pub(crate) fn bundle(&self) -> std::path::PathBuf {
        self.opened.path()
    }

    fn asked(&self, deadline: Option<Deadline>) -> AskedEncoder {
        let deadline = deadline.map(|Deadline(limit)| limit);
        AskedEncoder { encoder: self.encoder.clone(), deadline }
    }
}

struct AskedEncoder {
    encoder: Encoder,
    deadline: Option<Duration>,
}

impl Asked for AskedEncoder {
    type Answers = Embeddings;

    fn ask(
        &self,
        texts: &[&str],
        progress: impl FnMut(usize, usize) -> pantau::Result<()>,
    ) -> pantau::Result<Embeddings> {
        self.encoder.embed_watched(texts, self.deadline, progress)
    }

    fn ask_later(&self, text: &str, on_done: Box<dyn FnOnce() + Send>) -> pantau::Result<Pending> {
        let later = self.encoder.embed_then(text, self.deadline, on_done)?;
        Ok(Box::new(move |py| {
            let numbers = py.detach(|| take(later)).map_err(PyError)?;
            Ok(array(py, &numbers, &[numbers.len()])?.unbind())
        }))
    }

    fn first<'py>(&self, py: Python<'py>, answers: &Embeddings) -> PyResult<Bound<'py, PyAny>> {
        array(py, answers.numbers(), &[answers.dimensions()])
    }

    fn all<'py>(
        &self,
        py: Python<'py>,
        answers: Embeddings,
        _index: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        array(py, answers.numbers(), &[answers.len(), answers.dimensions()])
    }
}
