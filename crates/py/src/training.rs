//! Learning classifiers from labelled texts, and choosing what to label.

use pantau::{
    learn::{SelectOptions, select_watched},
    model::{Classifier, ModelOptions, TrainOptions, train},
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyString},
};

use crate::{
    arguments::{self, Chosen, Folds, Seed, Threads, path},
    array::read_matrix,
    bundle::BundleArgument,
    classifier::PyClassifier,
    error::{PyError, invalid},
    labelled,
    matrix::Rows,
    predictions::PyPredictions,
    run::PyRun,
    runtime::tell_package_folders,
    tfidf_options::read_parts,
    watch::{Signals, Steps},
};

const FOLDS: Folds = Folds(3);
pub(crate) const SEED: Seed = Seed(0);

/// Learns a classifier from labelled texts, writes it into the bundle ``output`` and opens it.
///
/// ``data`` is the path of a CSV, TSV, JSON or JSON Lines file, a DataFrame, a dict of columns,
/// dicts, or pairs of text and label; ``text`` and ``label`` name its columns. ``kind`` is
/// "tfidf-logistic" (words, the default), "tfidf-nb" (words, sooner) or "encoder-head" (meaning:
/// on the vectors of ``encoder``, the bundle of an encoder; with ``words=True`` on words as well).
///
/// Settings are chosen by cross-validation, best by macro-F1, and confidence is calibrated on the
/// validation rows. ``test`` is data to say how good it is; without it, ``test_share`` of the
/// rows are kept aside for that. ``features`` and ``strengths`` name what is tried instead of what
/// is usual: dicts with the settings of TfidfVectorizer, side by side, and values of ``C`` or
/// ``alpha``; ``trials`` says how many settings are tried. The same data and ``seed`` give the same
/// bytes on any number of ``threads``.
///
/// From 280 test rows on the bundle keeps what later texts are compared with, as
/// ``reference.profile``; ``reference=False`` leaves it out.
///
/// With ``run`` the training is logged: settings and data as parameters, what it came to as metrics,
/// each setting that was tried as a run that is part of it, and the reports as files.
///
/// The bundle holds all settings that were tried (``trials.json``), the evaluation, a picture of
/// the calibration, and a page for people (``README.md``).
///
/// >>> import pantau
/// >>> data = {"text": ["bagus sekali", "bagus", "cepat dan bagus", "puas, bagus"] * 5
/// ...     + ["lemot", "sangat lemot", "rusak dan lemot", "lemot terus"] * 5,
/// ...     "label": ["good"] * 20 + ["bad"] * 20}
/// >>> classifier = pantau.train(data, "reviews", kind="tfidf-nb")
/// >>> classifier.predict("Bagus!").label
/// 'good'
/// >>> classifier.explain("bagus tapi lemot", label="good").words
/// ... # doctest: +ELLIPSIS
/// [('bagus', ...), ('tapi', 0.0), ('lemot', ...)]
#[pyfunction]
#[pyo3(
    name = "train",
    signature = (
        data, output, *, text="text", label="label", kind="tfidf-logistic", test=None,
        encoder=None, words=false, features=None, strengths=None, trials=None,
        validation_share=0.1, test_share=0.1, folds=FOLDS, seed=SEED, threads=None, name=None, overwrite=false,
        progress=false, reference=true, run=None
    ),
    text_signature = "(data, output, *, text='text', label='label', kind='tfidf-logistic', \
        test=None, encoder=None, words=False, features=None, strengths=None, trials=None, \
        validation_share=0.1, test_share=0.1, folds=3, seed=0, threads=None, name=None, \
        overwrite=False, progress=False, reference=True, run=None)"
)]
#[expect(
    clippy::too_many_arguments,
    clippy::fn_params_excessive_bools,
    reason = "they are keywords in Python"
)]
#[expect(clippy::similar_names, reason = "text and test are words of the interface")]
pub(crate) fn train_classifier(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    output: &Bound<'_, PyAny>,
    text: &str,
    label: &str,
    kind: &str,
    test: Option<&Bound<'_, PyAny>>,
    encoder: Option<&Bound<'_, PyAny>>,
    words: bool,
    features: Option<&Bound<'_, PyAny>>,
    strengths: Option<Vec<f64>>,
    trials: Option<usize>,
    validation_share: f64,
    test_share: f64,
    folds: Folds,
    seed: Seed,
    threads: Option<Threads>,
    name: Option<String>,
    overwrite: bool,
    progress: bool,
    reference: bool,
    run: Option<&Bound<'_, PyRun>>,
) -> PyResult<PyClassifier> {
    let output = path(output.as_borrowed(), "output", "the path of a new bundle")?;
    let output = std::path::absolute(&output).unwrap_or(output);
    let options = TrainOptions {
        name,
        overwrite,
        validation_share,
        test_share,
        folds: arguments::count(folds.0),
        seed: seed.0,
        threads: Threads::limit(threads),
        features: features
            .map(|parts| read_parts("features", parts))
            .transpose()?
            .unwrap_or_default(),
        strengths: strengths.unwrap_or_default(),
        trials,
        encoder: encoder.map(read_encoder).transpose()?,
        words,
        reference,
        ..TrainOptions::new(kind.parse().map_err(PyError)?)
    };
    let data = labelled::read(data, text, label)?;
    let test = test.map(|test| labelled::read(test, text, label)).transpose()?;
    tell_package_folders(py)?;
    let mut steps = Steps::new(progress);
    let trained = py.detach(|| {
        let watch = &mut |done, all| steps.look(done, all);
        train(&data, test.as_ref(), &output, &options, watch)
    });
    let trained = steps.conclude(py, trained)?;
    if let Some(run) = run.map(|run| &run.get().0) {
        py.detach(|| run.log_training(&trained, &options)).map_err(PyError)?;
    }
    let bundle = trained.bundle.path().to_owned();
    let opened = py.detach(|| Classifier::open(&bundle, &ModelOptions::default()));
    Ok(PyClassifier::new(opened.map_err(PyError)?, bundle))
}

/// The bundle of an encoder: its path, a Bundle, or an open Encoder.
fn read_encoder(encoder: &Bound<'_, PyAny>) -> PyResult<std::path::PathBuf> {
    if let Ok(encoder) = encoder.cast::<crate::encoder::PyEncoder>() {
        return Ok(encoder.get().bundle());
    }
    encoder.extract::<BundleArgument>().map(|BundleArgument(bundle)| bundle)
}

/// Which texts of a pool to label next.
///
/// ``predictions`` is what a classifier said of the pool, or an array of probabilities. A share of
/// ``count``, ``random_share``, is drawn at random first: what is measured on those is true of the
/// whole pool. The rest is chosen by ``strategy``: "margin" (the two best labels are close),
/// "entropy", "least_confident", "diversity" (unsure, and unlike each other; needs ``features``, a
/// row of numbers for each text, such as embeddings or the rows of a TfidfVectorizer) or "random".
///
/// Returns dicts: row, reason, score, and, of those drawn at random, the probability with which
/// each was drawn.
///
/// >>> import pantau
/// >>> pool = pantau.Classifier.open("sentiment").predict(["Bagus", "Lemot", "Biasa", "Rusak"])
/// >>> chosen = pantau.select(pool, 2, random_share=0.5)
/// >>> [row["reason"] for row in chosen]
/// ['random', 'margin']
#[pyfunction]
#[pyo3(
    name = "select",
    signature = (
        predictions, count, *, strategy="margin", features=None, random_share=0.1, seed=SEED
    ),
    text_signature = "(predictions, count, *, strategy='margin', features=None, \
        random_share=0.1, seed=0)"
)]
pub(crate) fn select_texts<'py>(
    py: Python<'py>,
    predictions: &Bound<'py, PyAny>,
    count: Chosen,
    strategy: &str,
    features: Option<&Bound<'py, PyAny>>,
    random_share: f64,
    seed: Seed,
) -> PyResult<Bound<'py, PyList>> {
    let (classes, probabilities) = if let Ok(own) = predictions.cast::<PyPredictions>() {
        let own = own.get().predictions();
        let numbers = own
            .probabilities()
            .ok_or_else(|| invalid("predictions", "they have no probabilities; ask for them"))?;
        (own.labels().len(), numbers.to_vec())
    } else {
        let matrix = read_matrix("predictions", predictions)?;
        (matrix.columns(), matrix.values().to_vec())
    };
    let strategy = strategy.parse().map_err(PyError)?;
    let count = arguments::count(count.0);
    let options = SelectOptions { count, strategy, random_share, seed: seed.0 };
    let features = features.map(|features| Rows::read("features", features)).transpose()?;
    let examples = features.as_ref().map(Rows::examples);
    let signals = Signals::default();
    let chosen = py.detach(|| {
        select_watched(&probabilities, classes, examples, &options, &mut || signals.look())
    });
    let rows = PyList::empty(py);
    for chosen in signals.conclude(chosen)? {
        let row = PyDict::new(py);
        row.set_item("row", chosen.row)?;
        row.set_item("reason", PyString::new(py, chosen.reason))?;
        row.set_item("score", chosen.score)?;
        row.set_item("probability", chosen.probability)?;
        rows.append(row)?;
    }
    Ok(rows)
}
