//! What a classifier answers.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::{Error, Result, onnx::Activation};

/// What is odd about a text. The prediction is given all the same; whether it is
/// used is for the caller to decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags {
    /// The text has nothing but white space.
    pub empty: bool,
    /// The text was longer than the model reads, and something was cut off.
    pub truncated: bool,
    /// The text holds U+FFFD: somebody before us could not decode it.
    pub replaced: bool,
}

impl Flags {
    /// The names of the flags that are set, in a fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [(self.empty, "empty"), (self.truncated, "truncated"), (self.replaced, "replaced")]
            .into_iter()
            .filter_map(|(is_set, name)| is_set.then_some(name))
    }

    /// What is odd by one of the two.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            empty: self.empty || other.empty,
            truncated: self.truncated || other.truncated,
            replaced: self.replaced || other.replaced,
        }
    }

    /// What can be seen of a text without a model.
    pub(super) fn of(text: &str) -> Self {
        Self {
            empty: text.chars().all(char::is_whitespace),
            truncated: false,
            replaced: text.contains(char::REPLACEMENT_CHARACTER),
        }
    }
}

/// What a classifier answers for one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The most probable label.
    pub label: String,
    /// Its probability.
    pub confidence: f64,
    /// The probability of every label, in the order of the model's labels; none if they were
    /// not asked for.
    pub probabilities: Option<Vec<f64>>,
    /// All labels that hold: of a multi-label model those with a probability of at least 0.5,
    /// of others the one above.
    pub all_labels: Vec<String>,
    /// The labels of the model, in the order of the probabilities.
    pub labels: Arc<[String]>,
    /// What is odd about the text.
    pub flags: Flags,
    /// How unlike the text is to those the model has learnt from; none if it cannot tell.
    pub novelty: Option<TextNovelty>,
}

/// How unlike a text is to those a model has learnt from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextNovelty {
    /// Of a model that reads words: the share of what stands in the text that the model has never
    /// seen. Of one that reads vectors: how far the text is from the nearest label's middle.
    pub score: f64,
    /// Which share of texts like those it has learnt from score at least as much: the smaller,
    /// the less the text is one of them.
    pub pvalue: f64,
}

impl Prediction {
    /// Whether something of the text was cut off.
    pub fn is_truncated(&self) -> bool {
        self.flags.truncated
    }
}

/// What a classifier answers for many texts, column by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    labels: Arc<[String]>,
    activation: Activation,
    best: Vec<u32>,
    confidence: Vec<f64>,
    probabilities: Option<Vec<f64>>,
    /// Of a multi-label model: for each text and label, whether it holds.
    holds: Option<Vec<bool>>,
    flags: Vec<Flags>,
    /// For each text, if the model can tell.
    novelty: Option<Vec<TextNovelty>>,
}

/// A probability from which a label of a multi-label model holds.
const HOLDS: f64 = 0.5;

impl Predictions {
    pub(super) fn new(
        labels: Arc<[String]>,
        activation: Activation,
        texts: usize,
        all: bool,
    ) -> Self {
        let width = labels.len();
        Self {
            labels,
            activation,
            best: Vec::with_capacity(texts),
            confidence: Vec::with_capacity(texts),
            probabilities: all.then(|| Vec::with_capacity(texts * width)),
            holds: (activation == Activation::Sigmoid).then(|| Vec::with_capacity(texts * width)),
            flags: Vec::with_capacity(texts),
            novelty: None,
        }
    }

    /// What follows from probabilities that another model gave: those of all `labels`, text after
    /// text. Nothing is known to be odd about the texts.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are no labels, one is there twice, the probabilities do not
    /// fit them, one is not 0 to 1, or those of a text do not sum to 1.
    pub fn from_probabilities(labels: Vec<String>, probabilities: &[f64]) -> Result<Self> {
        const TOLERANCE: f64 = 1e-6;

        let wrong = |problem: String| Error::invalid("probabilities", problem);
        let width = labels.len();
        if width == 0 {
            return Err(Error::invalid("labels", "the model has none"));
        }
        let mut seen = FxHashSet::default();
        if let Some(label) = labels.iter().find(|label| !seen.insert(*label)) {
            return Err(Error::invalid("labels", format!("{label:?} is there twice")));
        }
        if !probabilities.len().is_multiple_of(width) {
            let found = probabilities.len();
            return Err(wrong(format!("{found} are no rows of one for each of {width} labels")));
        }
        let texts = probabilities.len() / width;
        let mut found = Self::new(labels.into(), Activation::Softmax, texts, true);
        for (row, own) in probabilities.chunks_exact(width).enumerate() {
            let is_one = |number: &f64| (0.0..=1.0 + TOLERANCE).contains(number);
            if let Some(class) = own.iter().position(|number| !is_one(number)) {
                let number = own[class];
                return Err(wrong(format!(
                    "row {row} gives class {class} the probability {number}"
                )));
            }
            let sum: f64 = own.iter().sum();
            if (sum - 1.0).abs() > TOLERANCE {
                let problem = format!(
                    "those of row {row} sum to {sum} and not to 1; models that give several labels \
                     are not judged like this"
                );
                return Err(wrong(problem));
            }
            found.push_probabilities(own, Flags::default(), None);
        }
        Ok(found)
    }

    /// Appends the prediction that follows from the logits of a text. Of all texts the novelty is
    /// known, or of none.
    pub(super) fn push(
        &mut self,
        logits: &[f64],
        temperature: f64,
        flags: Flags,
        novelty: Option<TextNovelty>,
    ) {
        let best = best(logits);
        let scaled = |logit: f64| logit / temperature;
        let most = scaled(logits[best]);
        self.best.push(best as u32);
        self.flags.push(flags);
        if let Some(novelty) = novelty {
            self.novelty.get_or_insert_default().push(novelty);
        }
        match self.activation {
            Activation::Softmax => {
                // The largest exponent is 0, so nothing overflows and the sum is at least 1.
                let sum: f64 = logits.iter().map(|logit| (scaled(*logit) - most).exp()).sum();
                self.confidence.push(sum.recip());
                if let Some(all) = &mut self.probabilities {
                    all.extend(logits.iter().map(|logit| (scaled(*logit) - most).exp() / sum));
                }
            }
            Activation::Sigmoid => {
                self.confidence.push(sigmoid(most));
                let each = logits.iter().map(|logit| sigmoid(scaled(*logit)));
                if let Some(holds) = &mut self.holds {
                    holds.extend(each.clone().map(|probability| probability >= HOLDS));
                }
                if let Some(all) = &mut self.probabilities {
                    all.extend(each);
                }
            }
        }
    }

    /// Appends the prediction that follows from probabilities which sum to 1.
    pub(super) fn push_probabilities(
        &mut self,
        probabilities: &[f64],
        flags: Flags,
        novelty: Option<TextNovelty>,
    ) {
        let best = best(probabilities);
        self.best.push(best as u32);
        self.flags.push(flags);
        self.confidence.push(probabilities[best]);
        if let Some(all) = &mut self.probabilities {
            all.extend_from_slice(probabilities);
        }
        if let Some(novelty) = novelty {
            self.novelty.get_or_insert_default().push(novelty);
        }
    }

    /// Whether any number of labels can hold for a text.
    pub fn is_multi_label(&self) -> bool {
        self.activation == Activation::Sigmoid
    }

    /// How many texts were predicted.
    pub fn len(&self) -> usize {
        self.best.len()
    }

    /// Whether there were no texts.
    pub fn is_empty(&self) -> bool {
        self.best.is_empty()
    }

    /// The labels of the model, in the order of the columns of [`probabilities`](Self::probabilities).
    pub fn labels(&self) -> &Arc<[String]> {
        &self.labels
    }

    /// For each text, the place of its label in [`labels`](Self::labels).
    pub fn best(&self) -> &[u32] {
        &self.best
    }

    /// For each text, the label.
    pub fn label(&self, text: usize) -> Option<&str> {
        self.best.get(text).map(|best| self.labels[*best as usize].as_str())
    }

    /// For each text, the probability of its label.
    pub fn confidence(&self) -> &[f64] {
        &self.confidence
    }

    /// For each text the probabilities of all labels, text after text; none if they were not
    /// asked for.
    pub fn probabilities(&self) -> Option<&[f64]> {
        self.probabilities.as_deref()
    }

    /// For each text, what is odd about it.
    pub fn flags(&self) -> &[Flags] {
        &self.flags
    }

    /// For each text, how unlike it is to those the model has learnt from; none if the model
    /// cannot tell.
    pub fn novelty(&self) -> Option<&[TextNovelty]> {
        self.novelty.as_deref()
    }

    /// The prediction for one text.
    pub fn get(&self, text: usize) -> Option<Prediction> {
        let label = self.label(text)?.to_owned();
        let width = self.labels.len();
        let own = text * width..(text + 1) * width;
        let all_labels = match &self.holds {
            None => vec![label.clone()],
            Some(holds) => self
                .labels
                .iter()
                .zip(&holds[own.clone()])
                .filter(|(_, holds)| **holds)
                .map(|(label, _)| label.clone())
                .collect(),
        };
        Some(Prediction {
            label,
            confidence: self.confidence[text],
            probabilities: self.probabilities.as_ref().map(|all| all[own].to_vec()),
            all_labels,
            labels: self.labels.clone(),
            flags: self.flags[text],
            novelty: self.novelty.as_ref().map(|novelty| novelty[text]),
        })
    }

    /// The predictions one by one.
    pub fn iter(&self) -> impl Iterator<Item = Prediction> + '_ {
        (0..self.len()).filter_map(|text| self.get(text))
    }
}

/// The place of the largest number, the first of equal ones.
fn best(logits: &[f64]) -> usize {
    let mut best = 0;
    for (place, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = place;
        }
    }
    best
}

/// 1 / (1 + e⁻ˣ), without overflow on either side.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { (1.0 + (-x).exp()).recip() } else { x.exp() / (1.0 + x.exp()) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;

    fn predictions(activation: Activation, temperature: f64, rows: &[&[f64]]) -> Predictions {
        let labels: Arc<[String]> = ["a", "b", "c"].map(str::to_owned).into();
        let mut predictions = Predictions::new(labels, activation, rows.len(), true);
        for row in rows {
            predictions.push(row, temperature, Flags::default(), None);
        }
        predictions
    }

    /// Expected values from `scipy.special.softmax` 1.14.
    #[test]
    fn softmax_is_scipys() {
        let found = predictions(Activation::Softmax, 1.0, &[&[1.0, 2.0, 3.0], &[1e4, -1e4, 1e4]]);
        let first = found.get(0).unwrap();
        assert_eq!((first.label.as_str(), first.all_labels.len()), ("c", 1));
        let expected =
            [0.090_030_573_170_380_45, 0.244_728_471_054_797_64, 0.665_240_955_774_821_8];
        for (found, expected) in first.probabilities.unwrap().iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
        assert!((first.confidence - expected[2]).abs() < 1e-15);
        // Equal logits: the first label, and no overflow.
        let second = found.get(1).unwrap();
        assert_eq!((second.label.as_str(), second.confidence), ("a", 0.5));
    }

    #[test]
    fn temperature_changes_confidence_but_not_the_label() {
        let warm = predictions(Activation::Softmax, 4.0, &[&[1.0, 2.0, 3.0]]).get(0).unwrap();
        let cold = predictions(Activation::Softmax, 0.5, &[&[1.0, 2.0, 3.0]]).get(0).unwrap();
        assert_eq!(warm.label, cold.label);
        assert!(warm.confidence < 0.666 && cold.confidence > 0.666);
    }

    #[test]
    fn many_labels_can_hold_or_none() {
        let rows: [&[f64]; 2] = [&[0.0, -3.0, 800.0], &[-1.0, -2.0, -800.0]];
        let found = predictions(Activation::Sigmoid, 1.0, &rows);
        let first = found.get(0).unwrap();
        assert_eq!(first.all_labels, ["a", "c"]);
        assert_eq!(first.probabilities.unwrap()[0], 0.5);
        assert_eq!(first.confidence, 1.0);
        let second = found.get(1).unwrap();
        assert!(second.all_labels.is_empty());
        assert_eq!(second.label, "a");
        assert_eq!(found.iter().count(), 2);
    }

    #[test]
    fn probabilities_of_other_models_are_checked() {
        let labels = || ["a", "b"].map(str::to_owned).to_vec();
        let found = Predictions::from_probabilities(labels(), &[0.5, 0.5, 0.25, 0.75]).unwrap();
        assert_eq!((found.label(0), found.label(1)), (Some("a"), Some("b")));
        assert_eq!(found.confidence(), [0.5, 0.75]);
        assert!(Predictions::from_probabilities(labels(), &[]).unwrap().is_empty());
        for (probabilities, message) in [
            (&[f64::NAN, 1.0][..], "row 0 gives class 0 the probability NaN"),
            (&[0.5, 0.5, -0.5, 1.5], "row 1 gives class 0 the probability -0.5"),
            (&[0.9, 0.9], "those of row 0 sum to 1.8 and not to 1"),
            (&[1.0], "1 are no rows of one for each of 2 labels"),
        ] {
            let error = Predictions::from_probabilities(labels(), probabilities).unwrap_err();
            assert!(error.to_string().starts_with("probabilities: "), "{error}");
            assert!(error.to_string().contains(message), "{error}");
        }
        for labels in [Vec::new(), vec!["a".to_owned(); 2]] {
            assert!(Predictions::from_probabilities(labels, &[]).is_err());
        }
    }

    #[test]
    fn flags_tell_what_is_odd() {
        let names = |text: &str| Flags::of(text).names().collect::<Vec<_>>();
        assert_eq!(names(""), ["empty"]);
        assert_eq!(names(" \u{a0}\n"), ["empty"]);
        assert_eq!(names("rusak \u{fffd}"), ["replaced"]);
        assert!(names("bagus").is_empty());
    }
}
