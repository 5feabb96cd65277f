//! What linear classifiers answer.

use pantau::learn::{LinearModel, log_softmax_into, softmax_into};
use pyo3::prelude::*;

use crate::{
    arguments::Threads,
    array::array,
    error::PyError,
    matrix::{Rows, table},
};

/// What is wanted of a row's scores.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// Themselves.
    Scores,
    /// The probabilities of the classes.
    Probabilities,
    /// Their logarithms.
    LogProbabilities,
}

/// Numbers for each row and class.
pub(crate) fn answer<'py>(
    py: Python<'py>,
    model: &LinearModel,
    rows: &Bound<'py, PyAny>,
    threads: Option<Threads>,
    wanted: Answer,
) -> PyResult<Bound<'py, PyAny>> {
    let (rows, threads) = (Rows::read("examples", rows)?, Threads::limit(threads));
    let examples = rows.examples();
    let numbers = py.detach(|| {
        let scores = model.scores(examples, threads)?;
        let turn = match wanted {
            Answer::Scores => return Ok(scores),
            Answer::Probabilities => softmax_into,
            Answer::LogProbabilities => log_softmax_into,
        };
        let mut numbers = vec![0.0; scores.len()];
        let classes = model.classes();
        for (own, out) in scores.chunks_exact(classes).zip(numbers.chunks_exact_mut(classes)) {
            turn(own, out);
        }
        Ok(numbers)
    });
    table(py, &numbers.map_err(PyError)?, model.classes())
}

/// For each row the class with the highest score, the first of several.
pub(crate) fn best<'py>(
    py: Python<'py>,
    model: &LinearModel,
    rows: &Bound<'py, PyAny>,
    threads: Option<Threads>,
) -> PyResult<Bound<'py, PyAny>> {
    let (rows, threads) = (Rows::read("examples", rows)?, Threads::limit(threads));
    let examples = rows.examples();
    let best = py.detach(|| {
        let scores = model.scores(examples, threads)?;
        let first = |row: &[f64]| {
            let best =
                (1..row.len()).fold(0, |best, at| if row[at] > row[best] { at } else { best });
            best.cast_signed() as i64
        };
        Ok(scores.chunks_exact(model.classes()).map(first).collect::<Vec<i64>>())
    });
    let best = best.map_err(PyError)?;
    array(py, &best, &[best.len()])
}

/// Numbers that are kept by column, as rows of one class each: what scikit-learn shows.
pub(crate) fn by_class<'py>(
    py: Python<'py>,
    numbers: &[f64],
    classes: usize,
) -> PyResult<Bound<'py, PyAny>> {
    table(py, numbers, classes)?.getattr("T")
}
