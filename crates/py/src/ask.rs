//! Asking a model: one text or many, now or later.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use pantau::Error;
use pyo3::prelude::*;

use crate::{
    error::{PyError, invalid},
    later::{Pending, Question, Questions},
    texts::{Column, Texts, decodable},
};

/// A model, and how it is asked.
pub(crate) trait Asked: Send + Sync + 'static {
    /// The answers to many texts.
    type Answers: Send;

    fn ask(
        &self,
        texts: &[&str],
        progress: impl FnMut(usize, usize) -> pantau::Result<()>,
    ) -> pantau::Result<Self::Answers>;

    /// Queues one text; `on_done` is called once the answer is there.
    fn ask_later(&self, text: &str, on_done: Box<dyn FnOnce() + Send>) -> pantau::Result<Pending>;

    /// The answer to the first text.
    fn first<'py>(&self, py: Python<'py>, answers: &Self::Answers) -> PyResult<Bound<'py, PyAny>>;

    /// All answers; `index` is that of the pandas Series the texts came in.
    fn all<'py>(
        &self,
        py: Python<'py>,
        answers: Self::Answers,
        index: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>>;
}

/// Asks one text or many, and waits for the answer.
pub(crate) fn ask<'py>(
    asked: &impl Asked,
    texts: &Bound<'py, PyAny>,
    progress: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = texts.py();
    match Texts::read(texts)? {
        Texts::One(text) => {
            let text = decodable(&text)?;
            let answers = py.detach(|| asked.ask(&[&text], |_, _| Ok(()))).map_err(PyError)?;
            asked.first(py, &answers)
        }
        Texts::Missing => Err(missing()),
        Texts::Many(column) => {
            let answers = ask_column(asked, &column, py, progress, None)?;
            asked.all(py, answers, column.index()?)
        }
    }
}

/// Asks many texts, also if there is one only, and waits for the answers.
pub(crate) fn ask_many<A: Asked>(
    asked: &A,
    texts: &Bound<'_, PyAny>,
    progress: bool,
) -> PyResult<(A::Answers, Option<Py<PyAny>>)> {
    let py = texts.py();
    match Texts::read(texts)? {
        Texts::One(_) => Err(invalid("texts", "one text was passed; pass many")),
        Texts::Missing => Err(missing()),
        Texts::Many(column) => {
            let answers = ask_column(asked, &column, py, progress, None)?;
            Ok((answers, column.index()?))
        }
    }
}

/// A coroutine that asks one text or many. One waits in the engine's queue beside those of other
/// callers; for many, a thread does.
pub(crate) fn ask_async<'py>(
    asked: impl Asked,
    texts: &Bound<'py, PyAny>,
    progress: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = texts.py();
    let coroutines = py.import("pantau._later")?;
    match Texts::read_one(texts)? {
        Some(Texts::One(text)) => {
            let text = decodable(&text)?.into_owned();
            let question = Question::new(move |on_done| asked.ask_later(&text, on_done));
            coroutines.call_method1("one", (question,))
        }
        Some(_) => Err(missing()),
        None => {
            let texts = texts.clone().unbind();
            let questions = Questions::new(move |py, taken_back| {
                // Read in the thread as well: a large column would hold the event loop up.
                let column = Column::read(texts.bind(py))?;
                let answers = ask_column(&asked, &column, py, progress, Some(taken_back))?;
                asked.all(py, answers, column.index()?).map(Bound::unbind)
            });
            coroutines.call_method1("many", (questions,))
        }
    }
}

fn missing() -> PyErr {
    invalid("texts", "expected text, got a missing one")
}

fn ask_column<A: Asked>(
    asked: &A,
    column: &Column<'_>,
    py: Python<'_>,
    progress: bool,
    taken_back: Option<&Arc<AtomicBool>>,
) -> PyResult<A::Answers> {
    column.with_all(|texts| {
        let bar = if progress {
            let class = py.import("pantau._progress")?.getattr("Progress")?;
            Some(class.call1((texts.len(),))?.unbind())
        } else {
            None
        };
        let mut watch = Watch {
            bar,
            texts: texts.len(),
            shown: 0,
            done: 0,
            last_look: Instant::now(),
            taken_back: taken_back.cloned(),
            raised: None,
        };
        let answers = py.detach(|| asked.ask(texts, |more, all| watch.look(more, all)));
        match (watch.raised.take(), answers) {
            (Some(raised), _) => Err(raised),
            (None, Err(error)) => Err(PyError(error).into()),
            (None, Ok(answers)) => {
                watch.finish(py)?;
                Ok(answers)
            }
        }
    })
}

/// How long a call goes on between two looks at Ctrl-C and at the progress bar.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Looks after a long call while it runs.
struct Watch {
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
    fn look(&mut self, more: usize, all: usize) -> pantau::Result<()> {
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

    fn finish(&mut self, py: Python<'_>) -> PyResult<()> {
        self.show(py, self.texts)?;
        self.bar.as_ref().map_or(Ok(()), |bar| bar.call_method0(py, "close").map(drop))
    }
}

/// Ends a call whose answers nobody will see.
fn ended() -> Error {
    Error::InvalidInput { what: "call".to_owned(), problem: "was ended by its caller".to_owned() }
}
