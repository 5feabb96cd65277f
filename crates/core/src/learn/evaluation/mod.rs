//! How good a classifier is on labelled rows, how sure that is, and where it goes wrong.

mod answers;
mod compare;
mod csv;
mod measure;
mod plot;
mod report;
mod table;
mod width;

use std::{collections::BTreeMap, fmt, num::NonZero};

use serde::{Deserialize, Serialize};

use super::metrics::{Averages, Confusion};
use crate::{Error, Result, stats::Interval};

pub use compare::{Comparison, compare};

/// How to evaluate.
///
/// As JSON, it has the names of its fields; what is left out has its default.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluationOptions {
    /// How sure the intervals are: 0.95 for 95 %.
    pub level: f64,
    /// How many samples are drawn for the intervals of F1: 1 to 1,000,000.
    pub resamples: usize,
    /// Where the samples begin: the same seed gives the same intervals.
    pub seed: u64,
    /// How many of the worst mistakes to keep, with their texts.
    pub worst: usize,
    /// What each row belongs to (a source, a language, a month), to evaluate it by.
    pub slices: Option<Vec<String>>,
    /// The labels that the means of F1 of a comparison are over, as far as they occur: those of
    /// either model, if the two do not know the same. All that occur if `None`. Their order does
    /// not matter. An [`Evaluation`] is told them elsewhere.
    pub labels: Option<Vec<String>>,
    /// The most threads to use; as many as this process may use if `None`.
    pub threads: Option<NonZero<usize>>,
}

impl Default for EvaluationOptions {
    fn default() -> Self {
        Self {
            level: 0.95,
            resamples: 1_000,
            seed: 0,
            worst: 20,
            slices: None,
            labels: None,
            threads: None,
        }
    }
}

impl EvaluationOptions {
    /// Reads options from JSON.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is an unknown field, or a value of the wrong kind.
    pub fn from_json(json: &str) -> Result<Self> {
        crate::settings::from_json("options", json)
    }
}

/// What a classifier's probabilities are worth on labelled rows.
///
/// A row counts as right if the label with the highest probability is its own. A label that the
/// model does not know is a class that got no probability: its rows count as wrong everywhere, and
/// [`Evaluation::unknown_labels`] names it. So every number is what scikit-learn gives with a
/// column of zeros for each unknown label; means of precision, recall and F1 are over the labels
/// that the model knows and that occur, as with scikit-learn's `labels`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// How many rows were evaluated.
    pub rows: usize,
    /// The labels the model knows.
    pub labels: Vec<String>,
    /// The share of rows that are right, with its Wilson interval.
    pub accuracy: Estimate,
    /// The mean F1 of the labels that occur, with its bootstrap interval.
    pub macro_f1: Estimate,
    /// The mean probability of the answers; as high as the accuracy if they mean what they say.
    pub mean_confidence: f64,
    /// Each class: first those the model knows, then the unknown ones.
    pub classes: Vec<ClassReport>,
    /// Precision, recall and F1, each label that occurs as important as any other.
    pub macro_average: Averages,
    /// Precision, recall and F1, each label as important as it has rows.
    pub weighted_average: Averages,
    /// Precision, recall and F1 of all decisions together: each of them is the accuracy.
    pub micro_average: Averages,
    /// [`Confusion::mcc`].
    pub mcc: f64,
    /// [`Confusion::cohen_kappa`].
    pub cohen_kappa: Option<f64>,
    /// The area under the ROC curve, each class against all others.
    pub roc_auc: Option<Means>,
    /// The area under the precision-recall curve, each class against all others.
    pub pr_auc: Option<Means>,
    /// The mean of −ln of the probability of the right label.
    pub log_loss: f64,
    /// The Brier score, 0 to 2.
    pub brier: f64,
    /// The expected calibration error.
    pub ece: f64,
    /// How often rows of each class were taken for each class, in the order of `classes`.
    pub confusion: Confusion,
    /// The labels the model does not know, and how many rows have them.
    pub unknown_labels: BTreeMap<String, u64>,
    /// The mistakes it was surest of, the surest first.
    pub mistakes: Vec<Mistake>,
    /// Which labels were taken for which, the most frequent mix-up first.
    pub by_pair: Vec<PairReport>,
    /// The accuracy by the length of the text, if there were texts.
    pub by_length: Vec<LengthReport>,
    /// The accuracy of each slice, the worst first, if there were slices.
    pub by_slice: Vec<SliceReport>,
}

/// A number that was measured on a sample, and where it may really lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// What was measured.
    pub value: f64,
    /// Where the number for all texts of this kind may lie.
    pub interval: Interval,
}

/// The means of a score over the classes for which it is defined.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Means {
    /// Each class as important as any other.
    pub macro_mean: f64,
    /// Each class as important as it has rows.
    pub weighted_mean: f64,
}

/// How well one class is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassReport {
    /// Its name.
    pub label: String,
    /// The share of the rows taken for it that are of it; 0 if none was taken for it.
    pub precision: f64,
    /// The share of its rows that were taken for it; 0 if it has none.
    pub recall: f64,
    /// The harmonic mean of both; 0 if it does not occur.
    pub f1: f64,
    /// How many rows are of it.
    pub support: u64,
    /// How many rows were taken for it.
    pub predicted: u64,
    /// The area under its ROC curve; `None` if no row, or every row, is of it.
    pub roc_auc: Option<f64>,
    /// The area under its precision-recall curve; `None` if no row, or every row, is of it.
    pub pr_auc: Option<f64>,
}

/// A row that was taken for something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Its place among the rows, from 0.
    pub row: usize,
    /// Its text, if there were texts.
    pub text: Option<String>,
    /// What it is.
    pub actual: String,
    /// What it was taken for.
    pub predicted: String,
    /// The probability of what it was taken for.
    pub confidence: f64,
    /// The probability of what it is.
    pub probability_of_actual: f64,
}

/// How often one label was taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairReport {
    /// What the rows are.
    pub actual: String,
    /// What they were taken for.
    pub predicted: String,
    /// How many there are.
    pub count: u64,
}

/// The accuracy for texts of about the same length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LengthReport {
    /// The fewest words of a text in this group.
    pub fewest_words: usize,
    /// The most words of a text in this group; `None` for the longest texts.
    pub most_words: Option<usize>,
    /// How many rows there are.
    pub rows: u64,
    /// The share of them that is right, with its Wilson interval.
    pub accuracy: Estimate,
}

/// The accuracy of one slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SliceReport {
    /// The name of the slice.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// The share of them that is right, with its Wilson interval.
    pub accuracy: Estimate,
    /// The mean F1 of the labels that occur in it.
    pub macro_f1: f64,
}

impl Evaluation {
    /// How many columns [`Evaluation`] and [`Comparison`] take when they are just printed.
    pub const WIDTH: usize = 80;

    /// The evaluation as JSON, which has `null` where something is undefined.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("every key is a string");
        json.push('\n');
        json
    }

    /// Reads what [`Evaluation::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is something else, has an unknown field, or its parts do not
    /// fit each other.
    pub fn from_json(json: &str) -> Result<Self> {
        let invalid = |problem: String| Error::invalid("evaluation", problem);
        let found: Self = serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        found.problem().map_or(Ok(()), |problem| Err(invalid(problem)))?;
        Ok(found)
    }

    /// Which parts do not fit each other.
    fn problem(&self) -> Option<String> {
        let (classes, counted) = (self.classes.len(), self.confusion.classes());
        let labels = self.labels.len();
        if classes != counted || labels > classes {
            let problem =
                format!("{labels} labels, {classes} classes and a confusion of {counted}");
            return Some(problem);
        }
        let (rows, counted) = (self.rows, self.confusion.rows());
        if rows as u64 != counted {
            return Some(format!("{rows} rows, but the confusion has {counted}"));
        }
        for (class, scores) in self.classes.iter().zip(self.confusion.class_scores()) {
            if (class.support, class.predicted) != (scores.support, scores.predicted) {
                return Some(format!("the confusion has other counts for {:?}", class.label));
            }
        }
        let names = self.classes.iter().map(|class| &class.label);
        if let Some((label, class)) = self.labels.iter().zip(names).find(|(one, two)| one != two) {
            return Some(format!("the label {label:?} and the class {class:?} differ"));
        }
        let unknown = self.classes[labels..].iter();
        let unknown = unknown.map(|class| (class.label.clone(), class.support)).collect();
        (self.unknown_labels != unknown)
            .then(|| "unknown_labels are not the classes beyond the labels".to_owned())
    }

    /// How many rows are wrong.
    pub fn wrong(&self) -> u64 {
        self.confusion.rows() - self.confusion.right()
    }
}

/// As [`Evaluation::to_text`] in [`Evaluation::WIDTH`] columns.
impl fmt::Display for Evaluation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text(Self::WIDTH))
    }
}

#[cfg(test)]
mod tests {
    use super::{measure::tests::small, *};

    #[test]
    fn options_are_read_from_json() {
        let read = EvaluationOptions::from_json(r#"{"level": 0.9, "slices": ["a", "b"]}"#).unwrap();
        let slices = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(read, EvaluationOptions { level: 0.9, slices, ..EvaluationOptions::default() });
        let error = EvaluationOptions::from_json(r#"{"levle": 0.9}"#).unwrap_err().to_string();
        assert!(error.starts_with("options: unknown field `levle`"), "{error}");
    }

    #[test]
    fn json_is_read_back_and_nothing_else_is() {
        let evaluation = small();
        let json = evaluation.to_json();
        assert_eq!(Evaluation::from_json(&json).unwrap(), evaluation);
        assert_eq!(Evaluation::from_json(&json).unwrap().to_json(), json);
        for wrong in ["", "{}", "[]", "null"] {
            assert!(Evaluation::from_json(wrong).is_err(), "{wrong}");
        }
        let error = Evaluation::from_json(&json.replacen("\"rows\": ", "\"rows\": 9", 1));
        assert!(error.unwrap_err().to_string().contains("but the confusion has"));
        let known = json.replacen("\"mixed\": 1", "\"mixed\": 2", 1);
        assert!(Evaluation::from_json(&known).unwrap_err().to_string().contains("unknown_labels"));
        let support = json.replacen("\"support\": ", "\"support\": 9", 1);
        assert!(Evaluation::from_json(&support).unwrap_err().to_string().contains("other counts"));
        let extra = json.replacen('{', "{\"extra\": 1,", 1);
        assert!(Evaluation::from_json(&extra).unwrap_err().to_string().contains("extra"));
    }
}
