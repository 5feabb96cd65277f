//! Asking a model: one text or many, now or later.

use std::sync::{Arc, atomic::AtomicBool};

use pyo3::prelude::*;

use crate::{
    error::{PyError, invalid},
    later::{Pending, Question, Questions},
    texts::{Column, Texts, decodable},
    watch::Watch,
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
        let mut watch = Watch::new(py, texts.len(), progress, taken_back)?;
        let answers = py.detach(|| asked.ask(texts, |more, all| watch.look(more, all)));
        watch.conclude(py, answers)
    })
}
