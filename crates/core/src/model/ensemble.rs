//! Several classifiers that answer as one.

use std::{fmt, sync::Arc};

use super::{Classifier, LabelledTexts, PredictOptions, Prediction, Predictions};
use crate::{
    Error, Result,
    learn::{CascadeChoice, choose_threshold},
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
        self.predict_watched(texts, options, progress)
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
/// They must have the same labels, in any order.
#[derive(Debug, Clone)]
pub struct Ensemble {
    members: Vec<Member>,
    labels: Arc<[String]>,
}

#[derive(Debug, Clone)]
struct Member {
    classifier: Classifier,
    weight: f64,
    /// For each label of the whole, its place among the member's.
    places: Vec<usize>,
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
        let sum: f64 = weights.iter().sum();
        let members = classifiers.into_iter().zip(weights).map(|(classifier, weight)| {
            let places = places(&labels, &classifier)?;
            Ok(Member { classifier, weight: weight / sum, places })
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
        let width = self.labels.len();
        let mut mean = vec![0.0; texts.len() * width];
        let mut last = None;
        let with_all = PredictOptions { return_probabilities: true, ..options };
        for member in &self.members {
            let found = member.classifier.predict_watched(texts, with_all, |done, all| {
                progress(done, all * self.members.len())
            })?;
            let own = found.probabilities().unwrap_or_default();
            for (row, own) in mean.chunks_exact_mut(width).zip(own.chunks_exact(width)) {
                for (mean, place) in row.iter_mut().zip(&member.places) {
                    *mean += member.weight * own[*place];
                }
            }
            last = Some(found);
        }
        let all = options.return_probabilities;
        let mut predictions =
            Predictions::new(self.labels.clone(), Activation::Softmax, texts.len(), all);
        if let Some(last) = last {
            for (row, flags) in mean.chunks_exact(width).zip(last.flags()) {
                predictions.push_probabilities(row, *flags, None);
            }
        }
        Ok(predictions)
    }
}

/// A cheap classifier that answers when it is sure, in front of a strong one that answers the
/// rest.
#[derive(Debug, Clone)]
pub struct Cascade {
    cheap: Classifier,
    strong: Classifier,
    threshold: f64,
    labels: Arc<[String]>,
    places: Vec<usize>,
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
        places(&labels, &cheap)?;
        let places = places(&labels, &strong)?;
        Ok(Self { cheap, strong, threshold, labels, places })
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
                classifier.predict_watched(&texts, options, |done, all| progress(done, all * 2))?;
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
        let with_all = PredictOptions { return_probabilities: true, ..options };
        let cheap = self.cheap.predict_watched(texts, with_all, |_, _| progress(0, texts.len()))?;
        let is_unsure = |row: &usize| cheap.confidence()[*row] < self.threshold;
        let unsure: Vec<usize> = (0..texts.len()).filter(is_unsure).collect();
        progress(texts.len() - unsure.len(), texts.len())?;
        let hard: Vec<&str> = unsure.iter().map(|row| texts[*row]).collect();
        let strong = self.strong.predict_watched(&hard, with_all, |done, all| {
            // Its sequences are not texts; what counts is the share that is done.
            progress(done * hard.len() / all.max(1), texts.len())
        })?;
        let width = self.labels.len();
        let all = options.return_probabilities;
        let mut predictions =
            Predictions::new(self.labels.clone(), Activation::Softmax, texts.len(), all);
        let (own, better) =
            (cheap.probabilities().unwrap_or_default(), strong.probabilities().unwrap_or_default());
        let mut asked = 0;
        let mut ordered = vec![0.0; width];
        for row in 0..texts.len() {
            let flags;
            if unsure.get(asked) == Some(&row) {
                for (number, place) in ordered.iter_mut().zip(&self.places) {
                    *number = better[asked * width + place];
                }
                flags = strong.flags()[asked];
                asked += 1;
            } else {
                ordered.copy_from_slice(&own[row * width..(row + 1) * width]);
                flags = cheap.flags()[row];
            }
            predictions.push_probabilities(
                &ordered,
                flags,
                cheap.novelty().map(|novelty| novelty[row]),
            );
        }
        Ok(predictions)
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

/// For each label, its place among those of a classifier that has the same ones.
fn places(labels: &[String], classifier: &Classifier) -> Result<Vec<usize>> {
    let current = classifier.current()?;
    let manifest = current.model.bundle.manifest();
    if !matches!(manifest.task, Task::Classifier { activation: Activation::Softmax, .. }) {
        let problem = format!("{} gives a text any number of labels", manifest.name);
        return Err(Error::invalid("classifiers", problem));
    }
    let own = &current.model.labels;
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
