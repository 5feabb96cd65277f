//! Long calls: a progress bar, Ctrl-C, and callers that lose interest.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use pantau::Error;
use pyo3::prelude::*;

use crate::error::PyError;

/// How long a call goes on between two looks at Ctrl-C and at the progress bar.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Looks after a long call while it runs.
pub(crate) struct Watch {
    bar: Option<Py<PyAny>>,
    texts: usize,
    /// How many texts the bar shows.
    shown: usize,
    /// How many sequences of tokens are done.
    done: usize,
    last_look: Instant,
    /// Set when nobody waits for the answers any more.
    taken_back: Option<Arc<AtomicBool>>,
    /// What Python raised, such as KeyboardInterrupt.
    raised: Option<PyErr>,
}

impl Watch {
    /// Watches a call about `texts` texts; with `progress` it shows a bar.
    pub(crate) fn new(
        py: Python<'_>,
        texts: usize,
        progress: bool,
        taken_back: Option<&Arc<AtomicBool>>,
    ) -> PyResult<Self> {
        Ok(Self {
            bar: progress.then(|| bar(py, texts, "texts")).transpose()?,
            texts,
            shown: 0,
            done: 0,
            last_look: Instant::now(),
            taken_back: taken_back.cloned(),
            raised: None,
        })
    }

    /// Hears that so many steps more are done, of all.
    pub(crate) fn look(&mut self, more: usize, all: usize) -> pantau::Result<()> {
        self.done += more;
        if self.taken_back.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(ended());
        }
        // Getting the GIL takes time when others are at work.
        if self.last_look.elapsed() < BETWEEN_LOOKS {
            return Ok(());
        }
        self.last_look = Instant::now();
        // Equal texts are one sequence and long ones several; people think in texts.
        let texts = (self.texts as u128 * self.done as u128 / all.max(1) as u128) as usize;
        let looked = Python::attach(|py| {
            py.check_signals()?;
            self.show(py, texts)
        });
        looked.map_err(|error| {
            self.raised = Some(error);
            ended()
        })
    }

    fn show(&mut self, py: Python<'_>, texts: usize) -> PyResult<()> {
        if let Some(bar) = &self.bar {
            bar.call_method1(py, "advance", (texts.saturating_sub(self.shown),))?;
            self.shown = texts.max(self.shown);
        }
        Ok(())
    }

    /// What the call answered, unless Python raised something meanwhile.
    pub(crate) fn conclude<T>(mut self, py: Python<'_>, answers: pantau::Result<T>) -> PyResult<T> {
        if let Some(raised) = self.raised.take() {
            return Err(raised);
        }
        let answers = answers.map_err(PyError)?;
        self.show(py, self.texts)?;
        if let Some(bar) = &self.bar {
            bar.call_method0(py, "close")?;
        }
        Ok(answers)
    }
}

/// Looks after learning while it goes on: a bar for each part of it.
pub(crate) struct Steps {
    progress: bool,
    bar: Option<Py<PyAny>>,
    total: usize,
    shown: usize,
    raised: Option<PyErr>,
}

impl Steps {
    pub(crate) fn new(progress: bool) -> Self {
        Self { progress, bar: None, total: 0, shown: 0, raised: None }
    }

    /// Hears how many steps are done, of how many; a new part of the work has its own number.
    pub(crate) fn look(&mut self, done: usize, total: usize) -> pantau::Result<()> {
        let looked = Python::attach(|py| {
            py.check_signals()?;
            self.show(py, done, total)
        });
        looked.map_err(|error| {
            self.raised = Some(error);
            ended()
        })
    }

    fn show(&mut self, py: Python<'_>, done: usize, total: usize) -> PyResult<()> {
        // A part of one step is over before a bar could be read.
        if !self.progress || total < 2 {
            return Ok(());
        }
        if total != self.total || done < self.shown {
            self.close(py)?;
            self.bar = Some(bar(py, total, "steps")?);
            (self.total, self.shown) = (total, 0);
        }
        if let Some(bar) = &self.bar {
            bar.call_method1(py, "advance", (done.saturating_sub(self.shown),))?;
            self.shown = done.max(self.shown);
        }
        Ok(())
    }

    fn close(&mut self, py: Python<'_>) -> PyResult<()> {
        self.bar.take().map_or(Ok(()), |bar| bar.call_method0(py, "close").map(drop))
    }

    /// What the work came to, unless Python raised something meanwhile.
    pub(crate) fn conclude<T>(mut self, py: Python<'_>, outcome: pantau::Result<T>) -> PyResult<T> {
        if let Some(raised) = self.raised.take() {
            return Err(raised);
        }
        self.close(py)?;
        Ok(outcome.map_err(PyError)?)
    }
}

fn bar(py: Python<'_>, total: usize, unit: &str) -> PyResult<Py<PyAny>> {
    let class = py.import("pantau._progress")?.getattr("Progress")?;
    Ok(class.call1((total, unit))?.unbind())
}

/// Ends a call whose answers nobody will see.
fn ended() -> Error {
    Error::InvalidInput { what: "call".to_owned(), problem: "was ended by its caller".to_owned() }
}

/// Lets Ctrl-C through a call that is asked now and then, from whichever thread.
#[derive(Default)]
pub(crate) struct Signals {
    raised: Mutex<Option<PyErr>>,
}

impl Signals {
    /// An error once Python has raised something. Only its main thread hears of Ctrl-C.
    pub(crate) fn look(&self) -> pantau::Result<()> {
        let looked = Python::attach(|py| {
            py.check_signals()?;
            Ok(())
        });
        looked.map_err(|error: PyErr| {
            *self.raised() = Some(error);
            ended()
        })
    }

    /// What the call came to, unless Python raised something meanwhile.
    pub(crate) fn conclude<T>(self, outcome: pantau::Result<T>) -> PyResult<T> {
        match self.raised().take() {
            Some(raised) => Err(raised),
            None => Ok(outcome.map_err(PyError)?),
        }
    }

    // Held for an instant only, by a thread that is attached.
    fn raised(&self) -> MutexGuard<'_, Option<PyErr>> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
