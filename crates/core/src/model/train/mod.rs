//! From labelled texts to a bundle.

mod card;
mod embeddings;
mod parallel;
mod recipe;
mod search;
mod write;

use std::{
    num::NonZero,
    path::{Path, PathBuf},
};

use parallel::Watch;
use recipe::{Corpus, Learner, Prepared, Recipe};
use rustc_hash::FxHashSet;
pub use search::Trial;
use search::{Candidate, Known, search};
use serde::Deserialize;
pub(super) use write::linear_answers;

use super::{Bundle, LabelledTexts, LearnedKind, manifest::text_problem};
use crate::{
    Error, Result,
    learn::{
        LinearModel, NaiveBayesKind, Split, SplitOptions, TfidfOptions,
        calibration::{Calibration, LARGEST_TEMPERATURE, SMALLEST_TEMPERATURE},
        evaluation::{Evaluation, EvaluationOptions},
        folded, softmax_into, split,
    },
    onnx::processors,
};

/// How a classifier is learnt. The default is what most callers want.
///
/// As JSON, it has the names of its fields; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainOptions {
    /// What is learnt.
    pub kind: LearnedKind,
    /// The name of the model; by default that of the bundle's folder.
    pub name: Option<String>,
    /// Whether a bundle that is there already is replaced.
    pub overwrite: bool,
    /// Which share of the rows checks the choice of settings and calibrates confidence.
    pub validation_share: f64,
    /// Which share of the rows is only used to say how good the model is. With test data of its
    /// own, none.
    pub test_share: f64,
    /// In how many parts the rows to learn from are cut for trying settings.
    pub folds: usize,
    /// What decides all that chance decides.
    pub seed: u64,
    /// How many threads are used; by default as many as this process may really use. The result
    /// does not depend on it.
    pub threads: Option<NonZero<usize>>,
    /// How words are counted, the parts side by side; by default two ways are tried.
    pub features: Vec<TfidfOptions>,
    /// The strengths that are tried: `C` of logistic regression, `alpha` of naive Bayes; by
    /// default some that are usual.
    pub strengths: Vec<f64>,
    /// For a head: the bundle of its encoder.
    pub encoder: Option<PathBuf>,
    /// For a head: whether it looks at words as well as at vectors.
    pub words: bool,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self::new(LearnedKind::TfidfLogistic)
    }
}

impl TrainOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field, or a value of the wrong kind.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::learn::settings::from_json("options", json)
    }

    /// The default options for a kind.
    pub fn new(kind: LearnedKind) -> Self {
        Self {
            kind,
            name: None,
            overwrite: false,
            validation_share: 0.1,
            test_share: 0.1,
            folds: 3,
            seed: 0,
            threads: None,
            features: Vec::new(),
            strengths: Vec::new(),
            encoder: None,
            words: false,
        }
    }

    fn check(&self) -> Result<()> {
        if !(2..=20).contains(&self.folds) {
            return Err(Error::invalid("folds", format!("{} is not 2 to 20", self.folds)));
        }
        if let Some(strength) =
            self.strengths.iter().find(|strength| !(1e-10..=1e10).contains(*strength))
        {
            return Err(Error::invalid("strengths", format!("{strength} is not 1e-10 to 1e10")));
        }
        let is_head = self.kind == LearnedKind::EncoderHead;
        let kind = self.kind.name();
        if is_head != self.encoder.is_some() {
            let problem =
                if is_head { "an encoder-head needs one" } else { "only an encoder-head has one" };
            return Err(Error::invalid("encoder", format!("{problem}; the kind is {kind}")));
        }
        if self.words && !is_head {
            let problem = format!("an encoder-head may look at them; {kind} looks at nothing else");
            return Err(Error::invalid("words", problem));
        }
        if let Some(problem) = self.name.as_deref().and_then(|name| text_problem("name", name)) {
            return Err(Error::invalid("options", problem));
        }
        if is_head && !self.words && !self.features.is_empty() {
            return Err(Error::invalid("features", "an encoder-head without words counts none"));
        }
        Ok(())
    }

    /// Everything that is tried.
    fn candidates(&self, rows: usize) -> Vec<Candidate> {
        let given =
            Recipe { name: "given".to_owned(), words: self.features.clone(), vectors: false };
        let recipes = match self.kind {
            LearnedKind::EncoderHead => {
                let words = match (self.words, self.features.is_empty()) {
                    (false, _) => Vec::new(),
                    (true, true) => Recipe::usual(rows).swap_remove(0).words,
                    (true, false) => self.features.clone(),
                };
                let name = if self.words { "vectors and words" } else { "vectors" };
                vec![Recipe { name: name.to_owned(), words, vectors: true }]
            }
            _ if self.features.is_empty() => Recipe::usual(rows),
            _ => vec![given],
        };
        let usual: &[f64] = match self.kind {
            LearnedKind::TfidfNb => &[1.0, 0.3, 0.1, 0.03, 0.01],
            LearnedKind::TfidfLogistic => &[1.0, 3.0, 10.0, 30.0],
            LearnedKind::EncoderHead if self.words => &[0.3, 1.0, 3.0, 10.0],
            LearnedKind::EncoderHead => &[0.001, 0.01, 0.1, 1.0],
        };
        let mut strengths =
            if self.strengths.is_empty() { usual } else { &self.strengths }.to_vec();
        if self.kind != LearnedKind::TfidfNb {
            strengths.sort_by(f64::total_cmp);
        }
        let learners: Vec<Learner> = match self.kind {
            LearnedKind::TfidfNb => {
                let kinds = [NaiveBayesKind::Multinomial, NaiveBayesKind::Complement];
                kinds
                    .into_iter()
                    .flat_map(|kind| {
                        strengths.iter().map(move |&alpha| Learner::NaiveBayes { kind, alpha })
                    })
                    .collect()
            }
            _ => strengths.iter().map(|&c| Learner::Logistic { c }).collect(),
        };
        recipes.into_iter().map(|recipe| Candidate { recipe, learners: learners.clone() }).collect()
    }
}

/// What came out of learning.
#[derive(Debug)]
pub struct Trained {
    /// The model.
    pub bundle: Bundle,
    /// All settings that were tried, with the chosen one.
    pub trials: Vec<Trial>,
    /// Confidence before and after it was calibrated, on the validation rows.
    pub calibration: Option<Calibration>,
    /// How good the model is on rows it has not seen, if there were any.
    pub test: Option<Evaluation>,
    /// Its accuracy on the rows it has learnt from.
    pub train_accuracy: f64,
    /// How many rows were learnt from, chose and calibrated, and tested.
    pub rows: RowCounts,
}

/// What the rows were used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct RowCounts {
    /// Learnt from, while settings were chosen.
    pub train: usize,
    /// Kept aside for calibration; the final model has learnt from them as well.
    pub validation: usize,
    /// Never learnt from.
    pub test: usize,
    /// Left out, because the test data holds the same texts.
    pub left_out: usize,
}

/// Rows that look like those the model will see, and what it said of them before it had learnt from
/// them: the validation rows.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceRows<'a> {
    /// The texts.
    pub texts: Vec<&'a str>,
    /// For each text, its label.
    pub labels: Vec<&'a str>,
    /// For each text the probabilities of all labels, calibrated.
    pub probabilities: Vec<f64>,
    /// The labels of the model, in the order of the probabilities.
    pub model_labels: &'a [String],
}

/// Makes the profile of a reference, which the bundle keeps as `reference.profile`.
pub type MakeReference<'a> = &'a mut dyn FnMut(&ReferenceRows<'_>) -> Result<Vec<u8>>;

/// Learns a classifier from labelled texts, and makes a bundle of it.
///
/// The rows are split by label, equal texts staying together. Settings are chosen by
/// cross-validation on the training rows, best by macro-F1. The confidence is calibrated, and what
/// is unusual is learnt, on the validation rows; then the model learns once more from both. The
/// test rows say how good it is. The same data and seed give the same bytes, on any number of
/// threads.
///
/// `test` is data of its own to test with; rows with the same texts are not learnt from. `watch` hears how many steps are done, of how many; an
/// error it returns ends the work, and nothing is left behind.
///
/// # Errors
/// [`Error::InvalidInput`] if there is one label only or an option cannot be;
/// [`Error::NotFound`] if the encoder is missing; [`Error::Storage`] if the bundle cannot be
/// written.
pub fn train(
    data: &LabelledTexts,
    test: Option<&LabelledTexts>,
    bundle: impl AsRef<Path>,
    options: &TrainOptions,
    watch: &mut dyn FnMut(usize, usize) -> Result<()>,
) -> Result<Trained> {
    train_with_reference(data, test, bundle, options, watch, None)
}

/// [`train`], and what `reference` makes of the validation rows is part of the bundle, for whoever
/// compares later texts with them.
///
/// # Errors
/// As for [`train`], and what `reference` returns.
pub fn train_with_reference(
    data: &LabelledTexts,
    test: Option<&LabelledTexts>,
    bundle: impl AsRef<Path>,
    options: &TrainOptions,
    watch: &mut dyn FnMut(usize, usize) -> Result<()>,
    reference: Option<MakeReference<'_>>,
) -> Result<Trained> {
    options.check()?;
    let target = bundle.as_ref();
    // Before an hour is spent: whether the bundle can be written at all.
    let writer = super::bundle::BundleWriter::new(target, options.overwrite)?;
    let labels = data.label_set();
    let classes = labels.len();
    if classes < 2 {
        let problem =
            format!("all {} rows have {:?}; there must be two at least", data.len(), labels[0]);
        return Err(Error::invalid("labels", problem));
    }
    let place = |label: &String| labels.binary_search(label).map_or(u32::MAX, |at| at as u32);
    let numbers: Vec<u32> = data.labels().iter().map(place).collect();
    let shares = SplitOptions {
        validation: options.validation_share,
        test: if test.is_some() { 0.0 } else { options.test_share },
        seed: options.seed,
    };
    if reference.is_some() && options.validation_share <= 0.0 {
        let problem = "it is made of validation rows, of which validation_share 0 leaves none";
        return Err(Error::invalid("reference", problem));
    }
    let usable = usable_rows(data, test);
    let left_out = data.len() - usable.len();
    let parts = divide(data, &numbers, classes, &usable, &shares)?;

    let encoder = options.encoder.as_ref().map(Bundle::open).transpose()?;
    let mut corpus =
        Corpus { texts: data.texts().iter().map(String::as_str).collect(), vectors: None };
    let own = corpus.texts.len();
    if let Some(test) = test {
        corpus.texts.extend(test.texts().iter().map(String::as_str));
    }
    if let Some(encoder) = &encoder {
        corpus.vectors = Some(embeddings::embed(encoder, &corpus.texts, options.threads, watch)?);
    }
    let test_rows: Vec<usize> =
        if test.is_some() { (own..corpus.texts.len()).collect() } else { parts.test.clone() };

    let threads = options.threads.unwrap_or_else(processors).get();
    let candidates = options.candidates(own);
    let to_learn = Known { rows: &parts.train, labels: &numbers, classes };
    let (recipe, learner, trials) =
        search(&corpus, &to_learn, &candidates, options.folds, options.seed, threads, watch)?;

    let learn = |rows: &[usize], watch: Watch<'_>| {
        learn(&corpus, &numbers, classes, &recipe, learner, rows, watch)
    };
    let mut profile = None;
    let checked = if parts.validation.is_empty() {
        None
    } else {
        let first = learn(&parts.train, watch)?;
        let found = check(&first, &corpus, &numbers, classes, &parts.train, &parts.validation)?;
        if let Some(make) = reference {
            let (rows, temperature) = (&parts.validation, found.calibration.temperature);
            profile = Some(make(&ReferenceRows {
                texts: rows.iter().map(|row| corpus.texts[*row]).collect(),
                labels: rows.iter().map(|row| data.labels()[*row].as_str()).collect(),
                probabilities: first.probabilities(&corpus, rows, temperature)?,
                model_labels: &labels,
            })?);
        }
        Some(found)
    };
    let mut all: Vec<usize> = parts.train.iter().chain(&parts.validation).copied().collect();
    all.sort_unstable();
    let last = learn(&all, watch)?;
    let temperature = checked.as_ref().map_or(1.0, |checked| checked.calibration.temperature);
    let train_accuracy = last.accuracy(&corpus, &numbers, &all)?;
    let actual = |row: &usize| match test {
        Some(test) => test.labels()[row - own].as_str(),
        None => data.labels()[*row].as_str(),
    };
    let tested = if test_rows.is_empty() {
        None
    } else {
        let texts: Vec<&str> = test_rows.iter().map(|row| corpus.texts[*row]).collect();
        let actual: Vec<&str> = test_rows.iter().map(actual).collect();
        let probabilities = last.probabilities(&corpus, &test_rows, temperature)?;
        let how = EvaluationOptions { seed: options.seed, ..EvaluationOptions::default() };
        Some(Evaluation::new(&labels, &actual, &probabilities, Some(&texts), &how)?)
    };
    let rows = RowCounts {
        train: parts.train.len(),
        validation: parts.validation.len(),
        test: test_rows.len(),
        left_out,
    };
    write::write(
        writer,
        write::Outcome {
            data,
            labels,
            options,
            encoder: encoder.as_ref(),
            recipe: &recipe,
            learner,
            model: last,
            checked,
            trials,
            tested,
            train_accuracy,
            rows,
            profile,
        },
    )
}

/// The rows whose texts are not among those to test with.
fn usable_rows(data: &LabelledTexts, test: Option<&LabelledTexts>) -> Vec<usize> {
    let Some(test) = test else { return (0..data.len()).collect() };
    let tested: FxHashSet<String> = test.texts().iter().map(|text| folded(text)).collect();
    (0..data.len()).filter(|row| !tested.contains(&folded(&data.texts()[*row]))).collect()
}

/// Splits some of the rows.
fn divide(
    data: &LabelledTexts,
    numbers: &[u32],
    classes: usize,
    usable: &[usize],
    shares: &SplitOptions,
) -> Result<Split> {
    let left_out = data.len() - usable.len();
    let texts: Vec<&str> = usable.iter().map(|row| data.texts()[*row].as_str()).collect();
    let labels: Vec<u32> = usable.iter().map(|row| numbers[*row]).collect();
    if let Some(class) = (0..classes as u32).find(|class| left_out > 0 && !labels.contains(class)) {
        let label = numbers.iter().position(|number| *number == class);
        let label = label.map_or("", |row| data.labels()[row].as_str());
        let problem = format!(
            "it holds the same texts as {left_out} rows of the data, and without those no text \
             has the label {label:?}"
        );
        return Err(Error::invalid("test", problem));
    }
    let mut parts = split(&texts, &labels, classes, shares)?;
    for rows in [&mut parts.train, &mut parts.validation, &mut parts.test] {
        rows.iter_mut().for_each(|row| *row = usable[*row]);
    }
    Ok(parts)
}

/// A recipe and what was learnt with it.
struct Fitted {
    prepared: Prepared,
    /// For numbers that were scaled as for learning.
    model: LinearModel,
}

impl Fitted {
    fn scores(&self, corpus: &Corpus<'_>, rows: &[usize]) -> Result<Vec<f64>> {
        self.prepared.transform(corpus, rows)?.scores(&self.model)
    }

    fn probabilities(
        &self,
        corpus: &Corpus<'_>,
        rows: &[usize],
        temperature: f64,
    ) -> Result<Vec<f64>> {
        let mut scores = self.scores(corpus, rows)?;
        for row in scores.chunks_exact_mut(self.model.classes()) {
            let scaled: Vec<f64> = row.iter().map(|score| score / temperature).collect();
            softmax_into(&scaled, row);
        }
        Ok(scores)
    }

    fn accuracy(&self, corpus: &Corpus<'_>, labels: &[u32], rows: &[usize]) -> Result<f64> {
        let found = self.prepared.transform(corpus, rows)?.labels(&self.model)?;
        let right = rows.iter().zip(found).filter(|(row, found)| labels[**row] == *found).count();
        Ok(right as f64 / rows.len() as f64)
    }
}

fn learn(
    corpus: &Corpus<'_>,
    labels: &[u32],
    classes: usize,
    recipe: &Recipe,
    learner: Learner,
    rows: &[usize],
    watch: Watch<'_>,
) -> Result<Fitted> {
    let own: Vec<u32> = rows.iter().map(|row| labels[*row]).collect();
    let mut fitted = parallel::watched(vec![()], watch, 1, |(), progress| {
        let (prepared, matrix) = recipe.prepare(corpus, rows)?;
        let model = learner.fit(matrix.examples(), &own, classes, None, progress)?;
        progress.advance(1);
        Ok(Fitted { prepared, model })
    })?;
    Ok(fitted.swap_remove(0))
}

/// What was found out on the validation rows.
struct Checked {
    calibration: Calibration,
    novelty: write::Novelties,
}

fn check(
    model: &Fitted,
    corpus: &Corpus<'_>,
    labels: &[u32],
    classes: usize,
    train: &[usize],
    validation: &[usize],
) -> Result<Checked> {
    let scores = model.scores(corpus, validation)?;
    let own: Vec<u32> = validation.iter().map(|row| labels[*row]).collect();
    let mut calibration = Calibration::fit(&scores, &own, classes)?;
    let is_at_the_edge = |temperature: f64| {
        temperature <= SMALLEST_TEMPERATURE || temperature >= LARGEST_TEMPERATURE
    };
    if is_at_the_edge(calibration.temperature) {
        // Few rows that are all right, or all wrong, say nothing of how sure to be.
        calibration = Calibration::measure(&scores, &own, classes, 1.0)?;
    }
    let novelty = write::Novelties::fit(model, corpus, labels, classes, train, validation)?;
    Ok(Checked { calibration, novelty })
}
