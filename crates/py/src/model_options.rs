//! How a model is opened.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pantau::{
    model::ModelOptions,
    onnx::{Device, LongText},
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyTuple},
};

use crate::{
    arguments::{MaxTokens, MaxWait, MaxWindows, Overlap, Queue, Threads, count},
    error::PyError,
    pickle,
};

/// What two windows of a long text share, and how many it has at most, unless told otherwise:
/// some sentences, and a long chapter.
pub(crate) const OVERLAP: Overlap = Overlap(32);
pub(crate) const MAX_WINDOWS: MaxWindows = MaxWindows(64);
pub(crate) const NO_WAIT: MaxWait = MaxWait(std::time::Duration::ZERO);
pub(crate) const QUEUE: Queue = Queue(1024);

/// The keywords of `open`, as the core takes them.
pub(crate) struct Keywords<'a> {
    pub(crate) device: &'a str,
    pub(crate) threads: Option<Threads>,
    pub(crate) max_tokens: Option<MaxTokens>,
    pub(crate) long_text: &'a str,
    pub(crate) overlap: Overlap,
    pub(crate) max_windows: MaxWindows,
    pub(crate) max_wait: MaxWait,
    pub(crate) queue: Queue,
}

impl Keywords<'_> {
    pub(crate) fn options(&self) -> PyResult<ModelOptions> {
        let (overlap, max_windows) = (count(self.overlap.0), count(self.max_windows.0));
        let long_text = LongText::named(self.long_text, overlap, max_windows).map_err(PyError)?;
        Ok(ModelOptions {
            device: self.device.parse::<Device>().map_err(PyError)?,
            threads: Threads::limit(self.threads),
            max_tokens: self.max_tokens.map(|MaxTokens(tokens)| count(tokens)),
            long_text,
            max_wait: self.max_wait.0,
            queue: count(self.queue.0),
        })
    }
}

/// Where a model was opened from and how, to open it again in another process.
pub(crate) struct Opened {
    bundle: Mutex<PathBuf>,
    options: ModelOptions,
}

impl Opened {
    pub(crate) fn new(bundle: PathBuf, options: ModelOptions) -> Self {
        Self { bundle: Mutex::new(bundle), options }
    }

    /// Another bundle took the place of the one before.
    pub(crate) fn swapped(&self, bundle: PathBuf) {
        *self.bundle() = bundle;
    }

    /// Where it was opened from.
    pub(crate) fn path(&self) -> PathBuf {
        self.bundle().clone()
    }

    // Only held for an instant by a thread that is attached, so no fork finds it locked.
    fn bundle(&self) -> MutexGuard<'_, PathBuf> {
        self.bundle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keywords of `open` that differ from their defaults.
    fn keywords<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (options, usual) = (&self.options, ModelOptions::default());
        let keywords = PyDict::new(py);
        if options.device != usual.device {
            keywords.set_item("device", options.device.name())?;
        }
        if let Some(threads) = options.threads {
            keywords.set_item("threads", threads.get())?;
        }
        if let Some(max_tokens) = options.max_tokens {
            keywords.set_item("max_tokens", max_tokens)?;
        }
        match options.long_text {
            LongText::Truncate => {}
            LongText::TruncateStart => keywords.set_item("long_text", "truncate_start")?,
            LongText::Windows { overlap, max_windows } => {
                keywords.set_item("long_text", "windows")?;
                keywords.set_item("overlap", overlap)?;
                keywords.set_item("max_windows", max_windows)?;
            }
        }
        if options.max_wait != usual.max_wait {
            keywords.set_item("max_wait", options.max_wait.as_secs_f64())?;
        }
        if options.queue != usual.queue {
            keywords.set_item("queue", options.queue)?;
        }
        Ok(keywords)
    }

    pub(crate) fn reduce<'py>(&self, py: Python<'py>, kind: &str) -> PyResult<Bound<'py, PyTuple>> {
        let bundle = self.bundle().clone();
        pickle::reduce(py, kind, (bundle, self.keywords(py)?))
    }

    /// `Classifier("models/sentiment", threads=2)`
    pub(crate) fn describe(&self, py: Python<'_>, kind: &str) -> PyResult<String> {
        let bundle = format!("{:?}", self.bundle().display().to_string());
        let mut parts = vec![bundle];
        for (name, value) in self.keywords(py)? {
            parts.push(format!("{name}={}", value.repr()?));
        }
        Ok(format!("{kind}({})", parts.join(", ")))
    }
}
