//! Several classifiers that answer as one.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Classifier, Flags, LabelledTexts, PredictOptions, Prediction, Predictions, loaded::Loaded,
};
use crate::{
    Error, Result,
    learn::{self, CascadeChoice, average, choose_threshold},
    onnx::{Activation, Task},
};

/// What gives texts one label of several: a [`Classifier`], an [`Ensemble`], a [`Cascade`].
pub trait TextClassifier: fmt::Debug + Send + Sync {
    /// The labels it chooses from, in the order of the probabilities.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is closed.
    fn labels(&self) -> Result<Vec<String>>;

    /// The labels of texts, in their order; `progress` hears how many more are done, of how many,
    /// and may end the call by an error.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`].
    fn answer(
        &self,
        texts: &[&str],
        options: PredictOptions,
        progress: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions>;

    /// Its accuracy on the texts it has learnt from, where that is known.
    fn train_accuracy(&self) -> Option<f64> {
        None
    }
}

impl TextClassifier for Classifier {
    fn labels(&self) -> Result<Vec<String>> {
        Self::labels(self)
    }

    fn answer(
        &self,
        texts: &[&str],
        options: PredictOptions,
        progress: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        self.current()?.ask(texts, options, progress)
    }

    fn train_accuracy(&self) -> Option<f64> {
        let current = self.current().ok()?;
        let learned = current.model.bundle.manifest().learned.as_ref()?;
        learned.metrics.get("train_accuracy").copied()
    }
}

/// The mean of what several classifiers say. Calibrate them first: one that is too sure of itself
/// outvotes the others.
///
/// They must have the same labels, in any order; one that was swapped for a model with others is
/// an error at the next call. A flag of a text is set if one of them sets it; they do not tell
/// novelty, since each measures it differently. A deadline counts for all of them together.
#[derive(Debug, Clone)]
pub struct Ensemble {
    members: Vec<Member>,
    labels: Arc<[String]>,
}

#[derive(Debug, Clone)]
struct Member {
    classifier: Classifier,
    weight: f64,
}

impl Ensemble {
    /// The mean of `classifiers`, each as important as its weight; equally, if there are none.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are none, their labels differ, one gives texts several
    /// labels, or the weights are not above 0 and as many as there are classifiers.
    pub fn new(classifiers: Vec<Classifier>, weights: Option<&[f64]>) -> Result<Self> {
        let Some(first) = classifiers.first() else {
            return Err(Error::invalid("classifiers", "there are none"));
        };
        let labels: Arc<[String]> = first.labels()?.into();
        let weights = match weights {
            None => vec![1.0; classifiers.len()],
            Some(weights) if weights.len() == classifiers.len() => weights.to_vec(),
            Some(weights) => {
                let problem = format!("{} for {} classifiers", weights.len(), classifiers.len());
                return Err(Error::invalid("weights", problem));
            }
        };
        if let Some(weight) = weights.iter().find(|weight| !(weight.is_finite() && **weight > 0.0))
        {
            return Err(Error::invalid("weights", format!("{weight} is not above 0")));
        }
        let members = classifiers.into_iter().zip(weights).map(|(classifier, weight)| {
            places(&labels, &classifier.current()?.model)?;
            Ok(Member { classifier, weight })
        });
        Ok(Self { members: members.collect::<Result<_>>()?, labels })
    }

    /// The label of one text.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`].
    pub fn predict(&self, text: &str) -> Result<Prediction> {
        one(self, text)
    }

    /// The labels of many texts, in their order.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`].
    pub fn predict_batch<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: PredictOptions,
    ) -> Result<Predictions> {
        many(self, texts, options)
    }
}

impl TextClassifier for Ensemble {
    fn labels(&self) -> Result<Vec<String>> {
        Ok(self.labels.to_vec())
    }

    fn answer(
        &self,
        texts: &[&str],
        options: PredictOptions,
        progress: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        let until = Until::new(options.deadline);
        let mut found = Vec::with_capacity(self.members.len());
        let mut flags = vec![Flags::default(); texts.len()];
        for member in &self.members {
            let own = ask(&member.classifier, &self.labels, texts, &until, |done, all| {
                progress(done, all * self.members.len())
            })?;
            for (flags, own) in flags.iter_mut().zip(own.predictions.flags()) {
                *flags = flags.or(*own);
            }
            found.push(own.ordered());
        }
        let members: Vec<learn::Member<'_>> = found
            .iter()
            .zip(&self.members)
            .map(|(probabilities, member)| learn::Member {
                labels: &self.labels,
                probabilities,
                weight: member.weight,
            })
            .collect();
        let mean = average(&members)?;
        let all = options.return_probabilities;
        let mut predictions =
            Predictions::new(self.labels.clone(), Activation::Softmax, texts.len(), all);
        for (row, flags) in mean.chunks_exact(self.labels.len()).zip(flags) {
            predictions.push_probabilities(row, flags, None);
        }
        Ok(predictions)
    }
}

/// A cheap classifier that answers when it is sure, in front of a strong one that answers the
/// rest. Novelty is told by the cheap one; a deadline counts for both together.
#[derive(Debug, Clone)]
pub struct Cascade {
    cheap: Classifier,
    strong: Classifier,
    threshold: f64,
    labels: Arc<[String]>,
}

impl Cascade {
    /// The cheap one answers where its confidence is at least `threshold`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if their labels differ, one gives texts several labels, or the
    /// threshold is below 0. (One above 1 asks the strong one always.)
    pub fn new(cheap: Classifier, strong: Classifier, threshold: f64) -> Result<Self> {
        if !(0.0..=f64::MAX).contains(&threshold) {
            return Err(Error::invalid("threshold", format!("{threshold} is not 0 or more")));
        }
        let labels: Arc<[String]> = cheap.labels()?.into();
        for classifier in [&cheap, &strong] {
            places(&labels, &classifier.current()?.model)?;
        }
        Ok(Self { cheap, strong, threshold, labels })
    }

    /// Chooses the threshold on labelled texts that neither has learnt from: the cheap one
    /// answers as much as it may while both together are right as often as `accuracy` says.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and if the accuracy is not 0 to 1.
    pub fn fit(
        cheap: Classifier,
        strong: Classifier,
        data: &LabelledTexts,
        accuracy: f64,
        progress: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<(Self, CascadeChoice)> {
        let mut cascade = Self::new(cheap, strong, 0.0)?;
        let texts: Vec<&str> = data.texts().iter().map(String::as_str).collect();
        let options = PredictOptions { return_probabilities: false, deadline: None };
        let mut ask = |classifier: &Classifier| -> Result<(Vec<f64>, Vec<bool>)> {
            let found =
                classifier.current()?.ask(&texts, options, |done, all| progress(done, all * 2))?;
            let is_right = |row: usize| found.label(row) == Some(data.labels()[row].as_str());
            let right = (0..texts.len()).map(is_right).collect();
            Ok((found.confidence().to_vec(), right))
        };
        let (confidence, cheap_right) = ask(&cascade.cheap)?;
        let (_, strong_right) = ask(&cascade.strong)?;
        let choice = choose_threshold(&confidence, &cheap_right, &strong_right, accuracy)?;
        cascade.threshold = choice.threshold;
        Ok((cascade, choice))
    }

    /// How sure the cheap one must be.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// The label of one text.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`].
    pub fn predict(&self, text: &str) -> Result<Prediction> {
        one(self, text)
    }

    /// The labels of many texts, in their order.
    ///
    /// # Errors
    /// As for [`Classifier::predict_batch`].
    pub fn predict_batch<T: AsRef<str>>(
        &self,
        texts: &[T],
        options: PredictOptions,
    ) -> Result<Predictions> {
        many(self, texts, options)
    }
}

impl TextClassifier for Cascade {
    fn labels(&self) -> Result<Vec<String>> {
        Ok(self.labels.to_vec())
    }

    fn answer(
        &self,
        texts: &[&str],
        options: PredictOptions,
        progress: &mut dyn FnMut(usize, usize) -> Result<()>,
    ) -> Result<Predictions> {
        let until = Until::new(options.deadline);
        let cheap = ask(&self.cheap, &self.labels, texts, &until, |_, _| progress(0, texts.len()))?;
        let confidence = cheap.predictions.confidence();
        let is_unsure = |row: &usize| confidence[*row] < self.threshold;
        let unsure: Vec<usize> = (0..texts.len()).filter(is_unsure).collect();
        progress(texts.len() - unsure.len(), texts.len())?;
        let hard: Vec<&str> = unsure.iter().map(|row| texts[*row]).collect();
        let strong = ask(&self.strong, &self.labels, &hard, &until, |done, all| {
            // Its sequences are not texts; what counts is the share that is done.
            progress(done * hard.len() / all.max(1), texts.len())
        })?;
        let width = self.labels.len();
        let all = options.return_probabilities;
        let mut predictions =
            Predictions::new(self.labels.clone(), Activation::Softmax, texts.len(), all);
        let (own, better) = (cheap.ordered(), strong.ordered());
        let novelty = cheap.predictions.novelty();
        let mut asked = 0;
        for row in 0..texts.len() {
            let (from, at) = if unsure.get(asked) == Some(&row) {
                asked += 1;
                ((&strong, &better), asked - 1)
            } else {
                ((&cheap, &own), row)
            };
            predictions.push_probabilities(
                &from.1[at * width..(at + 1) * width],
                from.0.predictions.flags()[at],
                novelty.map(|novelty| novelty[row]),
            );
        }
        Ok(predictions)
    }
}

/// What one of several said.
struct Said {
    predictions: Predictions,
    /// For each label of the whole, its place among its own.
    places: Vec<usize>,
}

impl Said {
    /// For each text the probabilities, in the order of the labels of the whole.
    fn ordered(&self) -> Vec<f64> {
        let own = self.predictions.probabilities().unwrap_or_default();
        own.chunks_exact(self.places.len().max(1))
            .flat_map(|row| self.places.iter().map(|place| row[*place]))
            .collect()
    }
}

/// Asks one of several. Its model is taken once, so that it cannot be swapped between the look at
/// its labels and the answer.
fn ask(
    classifier: &Classifier,
    labels: &[String],
    texts: &[&str],
    until: &Until,
    progress: impl FnMut(usize, usize) -> Result<()>,
) -> Result<Said> {
    let current = classifier.current()?;
    let places = places(labels, &current.model)?;
    let options = PredictOptions { return_probabilities: true, deadline: until.left()? };
    let predictions = current.ask(texts, options, progress)?;
    Ok(Said { predictions, places })
}

/// By when all of several must have answered.
struct Until {
    start: Instant,
    limit: Option<Duration>,
}

impl Until {
    fn new(limit: Option<Duration>) -> Self {
        Self { start: Instant::now(), limit }
    }

    /// How much time is left.
    fn left(&self) -> Result<Option<Duration>> {
        let Some(limit) = self.limit else { return Ok(None) };
        match limit.checked_sub(self.start.elapsed()) {
            Some(left) => Ok(Some(left)),
            None => Err(Error::Deadline { what: "several classifiers".to_owned(), limit }),
        }
    }
}

fn one(classifier: &dyn TextClassifier, text: &str) -> Result<Prediction> {
    let found = classifier.answer(&[text], PredictOptions::default(), &mut |_, _| Ok(()))?;
    found.get(0).ok_or_else(|| Error::inference("classifier", "it did not answer"))
}

fn many<T: AsRef<str>>(
    classifier: &dyn TextClassifier,
    texts: &[T],
    options: PredictOptions,
) -> Result<Predictions> {
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    classifier.answer(&texts, options, &mut |_, _| Ok(()))
}

/// For each label, its place among those of a model that has the same ones.
fn places(labels: &[String], model: &Loaded) -> Result<Vec<usize>> {
    let manifest = model.bundle.manifest();
    if !matches!(manifest.task, Task::Classifier { activation: Activation::Softmax, .. }) {
        let problem = format!("{} gives a text any number of labels", manifest.name);
        return Err(Error::invalid("classifiers", problem));
    }
    let own = &model.labels;
    let place = |label: &String| own.iter().position(|other| other == label);
    let places: Option<Vec<usize>> = labels.iter().map(place).collect();
    match places {
        Some(places) if own.len() == labels.len() => Ok(places),
        _ => {
            let (own, labels) = (own.join(", "), labels.join(", "));
            let problem = format!("{} has the labels {own}, another {labels}", manifest.name);
            Err(Error::invalid("classifiers", problem))
        }
    }
}
