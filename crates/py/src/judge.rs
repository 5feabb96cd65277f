//! Judging classifiers: evaluation, comparison, gates.

use pantau::{
    learn::{evaluation::EvaluationOptions, gates::Gates},
    model::{assess, compare_classifiers, evaluate},
};
use pyo3::prelude::*;

use crate::{
    arguments::{Resamples, Seed, Worst, count},
    evaluation::{PyComparison, PyEvaluation},
    gate_report::PyGateReport,
    judged::Judged,
    labelled,
    training::SEED,
    watch::Watch,
};

const RESAMPLES: Resamples = Resamples(1000);
const WORST: Worst = Worst(20);

/// How good a classifier is on labelled texts.
///
/// ``model`` is a Classifier, an Ensemble, a Cascade, the path of a bundle, or any object with
/// scikit-learn's ``predict_proba`` and ``classes_``. ``data`` is the path of a CSV, TSV, JSON or
/// JSON Lines file, a DataFrame, a dict of columns, or pairs of text and label; ``text`` and
/// ``label`` name its columns. Intervals hold with the probability ``level``; ``worst`` is how many mistakes
/// are kept. ``slices``, one name for each row, tells apart what is also judged by itself.
///
/// >>> import pantau
/// >>> evaluation = pantau.evaluate("sentiment", [("Bagus", "positive"), ("Lemot", "negative")])
/// >>> evaluation.rows, evaluation.labels
/// (2, ['negative', 'neutral', 'positive'])
#[pyfunction]
#[pyo3(
    name = "evaluate",
    signature = (
        model, data, *, text="text", label="label", slices=None, level=0.95, resamples=RESAMPLES,
        seed=SEED, worst=WORST, progress=false
    ),
    text_signature = "(model, data, *, text='text', label='label', slices=None, level=0.95, \
        resamples=1000, seed=0, worst=20, progress=False)"
)]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn evaluate_model(
    py: Python<'_>,
    model: &Bound<'_, PyAny>,
    data: &Bound<'_, PyAny>,
    text: &str,
    label: &str,
    slices: Option<&Bound<'_, PyAny>>,
    level: f64,
    resamples: Resamples,
    seed: Seed,
    worst: Worst,
    progress: bool,
) -> PyResult<PyEvaluation> {
    let data = labelled::read(data, text, label)?;
    let slices = slices.map(|slices| labelled::read_labels("slices", slices)).transpose()?;
    let options = EvaluationOptions {
        level,
        resamples: count(resamples.0),
        seed: seed.0,
        worst: count(worst.0),
        slices,
        ..EvaluationOptions::default()
    };
    let judged = Judged::read(model)?;
    let mut watch = Watch::new(py, data.len(), progress, None)?;
    let found = py.detach(|| {
        evaluate(judged.classifier(), &data, &options, &mut |more, all| watch.look(more, all))
    });
    judged.check()?;
    Ok(PyEvaluation(watch.conclude(py, found)?))
}

/// Compares two classifiers on the same labelled texts; the arguments are as for ``evaluate``.
///
/// >>> import pantau
/// >>> data = [("Bagus", "positive"), ("Lemot", "negative")]
/// >>> pantau.compare("sentiment", "sentiment", data).rows
/// 2
#[pyfunction]
#[pyo3(
    name = "compare",
    signature = (
        first, second, data, *, text="text", label="label", level=0.95, resamples=RESAMPLES,
        seed=SEED, progress=false
    ),
    text_signature = "(first, second, data, *, text='text', label='label', level=0.95, \
        resamples=1000, seed=0, progress=False)"
)]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn compare_models(
    py: Python<'_>,
    first: &Bound<'_, PyAny>,
    second: &Bound<'_, PyAny>,
    data: &Bound<'_, PyAny>,
    text: &str,
    label: &str,
    level: f64,
    resamples: Resamples,
    seed: Seed,
    progress: bool,
) -> PyResult<PyComparison> {
    let data = labelled::read(data, text, label)?;
    let options = EvaluationOptions {
        level,
        resamples: count(resamples.0),
        seed: seed.0,
        ..EvaluationOptions::default()
    };
    let (first, second) = (Judged::read(first)?, Judged::read(second)?);
    let mut watch = Watch::new(py, 2 * data.len(), progress, None)?;
    let found = py.detach(|| {
        let looks = &mut |more, all| watch.look(more, all);
        compare_classifiers(first.classifier(), second.classifier(), &data, &options, looks)
    });
    first.check()?;
    second.check()?;
    Ok(PyComparison(watch.conclude(py, found)?))
}

/// Whether a classifier may be used: accuracy at least ``floor`` and, to be promoted, at least
/// ``promote``, both with confidence; not much better on what it has learnt from; the right
/// labels; an answer to odd texts; no worse than ``champion`` on the same rows.
///
/// ``train_accuracy`` is by default what its bundle says. The other arguments are as for
/// ``evaluate``.
///
/// >>> import pantau
/// >>> report = pantau.assess("sentiment", [("Bagus", "positive"), ("Lemot", "negative")])
/// >>> report.passed, report.outcomes[0]["gate"]
/// (False, 'floor')
#[pyfunction]
#[pyo3(
    name = "assess",
    signature = (
        model, data, *, text="text", label="label", champion=None, train_accuracy=None, floor=0.70,
        promote=0.75, gap=0.15, champion_margin=0.05, level=0.95, progress=false
    )
)]
#[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
pub(crate) fn assess_model(
    py: Python<'_>,
    model: &Bound<'_, PyAny>,
    data: &Bound<'_, PyAny>,
    text: &str,
    label: &str,
    champion: Option<&Bound<'_, PyAny>>,
    train_accuracy: Option<f64>,
    floor: f64,
    promote: f64,
    gap: f64,
    champion_margin: f64,
    level: f64,
    progress: bool,
) -> PyResult<PyGateReport> {
    let data = labelled::read(data, text, label)?;
    let classifier = Judged::read(model)?.own("model")?;
    let champion = champion.map(|champion| Judged::read(champion)?.own("champion")).transpose()?;
    let gates = Gates { floor, promote, gap, level, champion_margin };
    let rows = data.len() * if champion.is_some() { 2 } else { 1 };
    let mut watch = Watch::new(py, rows, progress, None)?;
    let report = py.detach(|| {
        let train_accuracy = train_accuracy.or_else(|| classifier.train_accuracy());
        let looks = &mut |more, all| watch.look(more, all);
        assess(&*classifier, &data, &gates, train_accuracy, champion.as_deref(), looks)
    });
    Ok(PyGateReport(watch.conclude(py, report)?))
}
