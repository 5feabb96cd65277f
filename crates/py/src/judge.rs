//! Judging classifiers: evaluation, comparison, gates.

use std::sync::Arc;

use pantau::{
    learn::{
        evaluation::{Evaluation, EvaluationOptions, compare},
        gates::Gates,
    },
    model::{Classifier, LabelledTexts, ModelOptions, TextClassifier, assess, evaluate},
};
use pyo3::prelude::*;

use crate::{
    array::read_numbers,
    bundle::BundleArgument,
    classifier::PyClassifier,
    ensemble::{PyCascade, PyEnsemble},
    error::{PyError, invalid},
    evaluation::{PyComparison, PyEvaluation},
    gate_report::PyGateReport,
    labelled,
    runtime::tell_package_folders,
    watch::Watch,
};

/// A classifier to judge: one of Pantau's or the path of one's bundle, or any object with
/// scikit-learn's `predict_proba` and `classes_`.
enum Judged<'py> {
    Own(Arc<dyn TextClassifier>),
    Foreign(Bound<'py, PyAny>),
}

impl<'py> Judged<'py> {
    fn read(model: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = model.py();
        if let Ok(classifier) = model.cast::<PyClassifier>() {
            return Ok(Self::Own(Arc::new(classifier.get().classifier())));
        }
        if let Ok(ensemble) = model.cast::<PyEnsemble>() {
            return Ok(Self::Own(Arc::new(ensemble.get().0.clone())));
        }
        if let Ok(cascade) = model.cast::<PyCascade>() {
            return Ok(Self::Own(Arc::new(cascade.get().cascade.clone())));
        }
        if model.hasattr("predict_proba")? && model.hasattr("classes_")? {
            return Ok(Self::Foreign(model.clone()));
        }
        let bundle = model.extract::<BundleArgument>().map_err(|_| {
            let kind = model.get_type().name().map_or("?".to_owned(), |name| name.to_string());
            let problem = format!(
                "expected a Classifier, an Ensemble, a Cascade, a bundle, or what has \
                 predict_proba and classes_, got {kind}"
            );
            invalid("model", problem)
        })?;
        tell_package_folders(py)?;
        let opened = py.detach(|| Classifier::open(&bundle.0, &ModelOptions::default()));
        Ok(Self::Own(Arc::new(opened.map_err(PyError)?)))
    }

    fn own(self, role: &str) -> PyResult<Arc<dyn TextClassifier>> {
        match self {
            Self::Own(classifier) => Ok(classifier),
            Self::Foreign(_) => Err(invalid(role, "expected one of Pantau's classifiers")),
        }
    }

    /// For each text the probabilities of all labels, with the labels.
    fn probabilities(
        &self,
        py: Python<'_>,
        data: &LabelledTexts,
        progress: bool,
    ) -> PyResult<(Vec<String>, Vec<f64>)> {
        match self {
            Self::Own(classifier) => {
                let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
                let mut watch = Watch::new(py, texts.len(), progress, None)?;
                let found = py.detach(|| {
                    let options = pantau::model::PredictOptions::default();
                    classifier.answer(&texts, options, &mut |more, all| watch.look(more, all))
                });
                let found = watch.conclude(py, found)?;
                let numbers = found.probabilities().unwrap_or_default().to_vec();
                Ok((found.labels().to_vec(), numbers))
            }
            Self::Foreign(model) => {
                let labels = labelled::read_labels(&model.getattr("classes_")?)?;
                let numbers = model.call_method1("predict_proba", (data.texts().to_vec(),))?;
                Ok((labels, read_numbers("predict_proba", &numbers)?))
            }
        }
    }

    /// For each text the label.
    fn labels(
        &self,
        py: Python<'_>,
        data: &LabelledTexts,
        progress: bool,
    ) -> PyResult<Vec<String>> {
        let (labels, numbers) = self.probabilities(py, data, progress)?;
        let best = |row: &[f64]| {
            (1..row.len()).fold(0, |best, at| if row[at] > row[best] { at } else { best })
        };
        let width = labels.len().max(1);
        Ok(numbers.chunks_exact(width).map(|row| labels[best(row)].clone()).collect())
    }
}

/// How good a classifier is on labelled texts.
///
/// ``model`` is a Classifier, an Ensemble, a Cascade, the path of a bundle, or any object with
/// scikit-learn's ``predict_proba`` and ``classes_``. ``data`` is the path of a CSV, TSV or JSON
/// Lines file, a DataFrame, a dict of columns, or pairs of text and label; ``text`` and ``label``
/// name its columns. Intervals hold with the probability ``level``; ``worst`` is how many mistakes
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
        model, data, *, text="text", label="label", slices=None, level=0.95, resamples=1000,
        seed=0, worst=20, progress=false
    )
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
    resamples: usize,
    seed: u64,
    worst: usize,
    progress: bool,
) -> PyResult<PyEvaluation> {
    let data = labelled::read(data, text, label)?;
    let slices = slices.map(labelled::read_labels).transpose()?;
    let options =
        EvaluationOptions { level, resamples, seed, worst, slices, ..EvaluationOptions::default() };
    let judged = Judged::read(model)?;
    if let Judged::Own(classifier) = &judged {
        let mut watch = Watch::new(py, data.len(), progress, None)?;
        let found = py.detach(|| {
            evaluate(&**classifier, &data, &options, &mut |more, all| watch.look(more, all))
        });
        return Ok(PyEvaluation(watch.conclude(py, found)?));
    }
    let (labels, numbers) = judged.probabilities(py, &data, progress)?;
    let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
    let found =
        py.detach(|| Evaluation::new(&labels, data.labels(), &numbers, Some(&texts), &options));
    Ok(PyEvaluation(found.map_err(PyError)?))
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
        first, second, data, *, text="text", label="label", level=0.95, resamples=1000, seed=0,
        progress=false
    )
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
    resamples: usize,
    seed: u64,
    progress: bool,
) -> PyResult<PyComparison> {
    let data = labelled::read(data, text, label)?;
    let options = EvaluationOptions { level, resamples, seed, ..EvaluationOptions::default() };
    let first = Judged::read(first)?.labels(py, &data, progress)?;
    let second = Judged::read(second)?.labels(py, &data, progress)?;
    let found = py.detach(|| compare(data.labels(), &first, &second, &options));
    Ok(PyComparison(found.map_err(PyError)?))
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
