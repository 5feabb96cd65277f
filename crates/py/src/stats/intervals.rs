//! Where numbers may lie, many tests at once, lines.

use std::num::NonZero;

use pantau::stats::{
    self, Interval, benjamini_hochberg, clopper_pearson, confidence_sequence, holm, linregress,
    robust_trend, wilson,
};
use pyo3::prelude::*;

use crate::{
    arguments::{Resamples, Seed, count, natural},
    array::array,
    error::{PyError, invalid},
    numbers::Numbers,
};

type Ends = (f64, f64, f64);

fn ends(interval: Interval) -> Ends {
    (interval.low, interval.high, interval.level)
}

#[pyfunction(name = "_interval")]
pub(crate) fn interval(
    name: &str,
    successes: &Bound<'_, PyAny>,
    trials: &Bound<'_, PyAny>,
    level: f64,
) -> PyResult<Ends> {
    let (successes, trials) = (natural("successes", successes)?, natural("trials", trials)?);
    let found = match name {
        "wilson" => wilson(successes, trials, level),
        "clopper_pearson" => clopper_pearson(successes, trials, level),
        _ => confidence_sequence(successes, trials, level),
    };
    Ok(ends(found.map_err(PyError)?))
}

#[pyfunction(name = "_paired_difference")]
pub(crate) fn paired_difference(
    both: &Bound<'_, PyAny>,
    first_only: &Bound<'_, PyAny>,
    second_only: &Bound<'_, PyAny>,
    neither: &Bound<'_, PyAny>,
    level: f64,
) -> PyResult<Ends> {
    let (both, neither) = (natural("both", both)?, natural("neither", neither)?);
    let first_only = natural("first_only", first_only)?;
    let second_only = natural("second_only", second_only)?;
    let found = stats::paired_difference(both, first_only, second_only, neither, level);
    Ok(ends(found.map_err(PyError)?))
}

/// `statistic` is asked with each sample of `data`, which is drawn as the core draws.
#[pyfunction(name = "_bootstrap")]
pub(crate) fn bootstrap(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    statistic: &Bound<'_, PyAny>,
    resamples: Resamples,
    level: f64,
    seed: Seed,
) -> PyResult<Ends> {
    let data = py.import("numpy")?.call_method1("asarray", (data,))?.unbind();
    let rows = data.bind(py).len()?;
    let statistic = statistic.clone().unbind();
    let failure = std::sync::Mutex::new(None);
    let ask = |sample: &[usize]| {
        Python::attach(|py| {
            let rows: Vec<i64> = sample.iter().map(|row| row.cast_signed() as i64).collect();
            let found = array(py, &rows, &[rows.len()])
                .and_then(|rows| data.bind(py).call_method1("take", (rows, 0)))
                .and_then(|sample| statistic.bind(py).call1((sample,)))
                .and_then(|found| found.extract::<f64>());
            found.unwrap_or_else(|error| {
                failure.lock().map(|mut failure| failure.get_or_insert(error).clone_ref(py)).ok();
                f64::NAN
            })
        })
    };
    let found = py
        .detach(|| stats::bootstrap(rows, count(resamples.0), level, seed.0, ask, NonZero::new(1)));
    match failure.into_inner() {
        Ok(Some(error)) => Err(error),
        _ => Ok(ends(found.map_err(PyError)?)),
    }
}

#[pyfunction(name = "_adjust")]
pub(crate) fn adjust(name: &str, pvalues: &Bound<'_, PyAny>) -> PyResult<Vec<f64>> {
    let pvalues = Numbers::read("pvalues", pvalues)?;
    let adjust = if name == "holm" { holm } else { benjamini_hochberg };
    Ok(adjust(pvalues.as_slice()).map_err(PyError)?)
}

type Mix = (Vec<f64>, Vec<Ends>);

#[pyfunction(name = "_label_mix")]
pub(crate) fn label_mix(
    py: Python<'_>,
    probabilities: &Bound<'_, PyAny>,
    usual: &Bound<'_, PyAny>,
    level: f64,
) -> PyResult<Mix> {
    let (probabilities, columns) = Numbers::read_rows("probabilities", probabilities)?;
    let usual = Numbers::read("usual", usual)?;
    let (rows, usual) = (probabilities.as_slice(), usual.as_slice());
    if columns != usual.len() {
        let problem = format!("{} shares, the probabilities have {columns} labels", usual.len());
        return Err(invalid("usual", problem));
    }
    let found = py.detach(|| stats::label_mix(rows, usual, level)).map_err(PyError)?;
    Ok((found.shares, found.intervals.into_iter().map(ends).collect()))
}

type Line = (f64, f64, f64, f64, f64, Ends, usize);

#[pyfunction(name = "_trend")]
pub(crate) fn trend(
    is_robust: bool,
    x: &Bound<'_, PyAny>,
    y: &Bound<'_, PyAny>,
    level: f64,
) -> PyResult<Line> {
    let (x, y) = (Numbers::read("x", x)?, Numbers::read("y", y)?);
    let fit = if is_robust { robust_trend } else { linregress };
    let line = fit(x.as_slice(), y.as_slice(), level).map_err(PyError)?;
    Ok((
        line.slope,
        line.intercept,
        line.rvalue,
        line.pvalue,
        line.stderr,
        ends(line.interval),
        line.dof,
    ))
}
