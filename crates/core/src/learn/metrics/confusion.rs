use serde::{Deserialize, Serialize};

use super::check_labels;
use crate::{Error, Result};

/// How often rows of each class were taken for each class.
///
/// Averages and scores are over the classes that occur, as the actual or the predicted one; a
/// class of which there is neither has nothing to be measured by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<u64>>", into = "Vec<Vec<u64>>")]
pub struct Confusion {
    classes: usize,
    counts: Vec<u64>,
}

/// The scores of one class, as scikit-learn defines them: where a score divides by zero, it is 0
/// and said to be undefined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScores {
    /// The share of the rows taken for this class that are of it.
    pub precision: f64,
    /// The share of the rows of this class that were taken for it.
    pub recall: f64,
    /// The harmonic mean of both.
    pub f1: f64,
    /// How many rows are of this class.
    pub support: u64,
    /// How many rows were taken for this class.
    pub predicted: u64,
}

impl ClassScores {
    /// Whether no row was taken for this class, so that there is no precision.
    pub fn is_precision_undefined(&self) -> bool {
        self.predicted == 0
    }

    /// Whether no row is of this class, so that there is no recall.
    pub fn is_recall_undefined(&self) -> bool {
        self.support == 0
    }

    /// Whether the class does not occur at all, so that there is no F1.
    pub fn is_f1_undefined(&self) -> bool {
        self.support == 0 && self.predicted == 0
    }

    fn new(right: u64, support: u64, predicted: u64) -> Self {
        let share = |part: u64, whole: u64| {
            if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
        };
        let f1 = share(2 * right, support + predicted);
        Self {
            precision: share(right, predicted),
            recall: share(right, support),
            f1,
            support,
            predicted,
        }
    }
}

/// Precision, recall and F1 of several classes together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Averages {
    /// The mean of the precisions.
    pub precision: f64,
    /// The mean of the recalls.
    pub recall: f64,
    /// The mean of the F1s.
    pub f1: f64,
}

impl Confusion {
    /// [`MOST_CLASSES`](super::MOST_CLASSES).
    pub const MOST_CLASSES: usize = super::MOST_CLASSES;

    /// Counts the pairs of actual and predicted classes.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the lists are of different lengths, a class is not below
    /// `classes`, or there are more than [`Confusion::MOST_CLASSES`].
    pub fn new(classes: usize, actual: &[u32], predicted: &[u32]) -> Result<Self> {
        if classes == 0 || classes > Self::MOST_CLASSES {
            let most = Self::MOST_CLASSES;
            return Err(Error::invalid("classes", format!("{classes}, allowed are 1 to {most}")));
        }
        if actual.len() != predicted.len() {
            let (rows, answers) = (actual.len(), predicted.len());
            return Err(Error::invalid("predicted", format!("{answers} answers for {rows} rows")));
        }
        check_labels("actual", actual, classes)?;
        check_labels("predicted", predicted, classes)?;
        let mut counts = vec![0; classes * classes];
        for (actual, predicted) in actual.iter().zip(predicted) {
            counts[*actual as usize * classes + *predicted as usize] += 1;
        }
        Ok(Self { classes, counts })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How often rows of one class were taken for another, or the same.
    pub fn count(&self, actual: usize, predicted: usize) -> u64 {
        self.counts[actual * self.classes + predicted]
    }

    /// The counts, row after row: a row for each actual class, a column for each predicted one.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many rows were counted.
    pub fn rows(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many of them are right.
    pub fn right(&self) -> u64 {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    /// The share of rows that are right; 0 without rows.
    pub fn accuracy(&self) -> f64 {
        ratio(self.right() as f64, self.rows() as f64).unwrap_or(0.0)
    }

    /// The scores of each class.
    pub fn class_scores(&self) -> Vec<ClassScores> {
        let (support, predicted) = self.totals();
        (0..self.classes)
            .map(|class| {
                ClassScores::new(self.count(class, class), support[class], predicted[class])
            })
            .collect()
    }

    /// The mean over the classes that occur, each as important as any other.
    pub fn macro_average(&self) -> Averages {
        self.macro_average_of(self.classes)
    }

    /// The mean over the classes, each as important as it has rows.
    pub fn weighted_average(&self) -> Averages {
        self.weighted_average_of(self.classes)
    }

    /// [`Confusion::macro_average`] over the first classes only.
    pub(in crate::learn) fn macro_average_of(&self, classes: usize) -> Averages {
        self.average(classes, |scores| u64::from(!scores.is_f1_undefined()) as f64)
    }

    /// [`Confusion::weighted_average`] over the first classes only.
    pub(in crate::learn) fn weighted_average_of(&self, classes: usize) -> Averages {
        self.average(classes, |scores| scores.support as f64)
    }

    /// The scores of all decisions together; for one class a row, each of them is the accuracy.
    pub fn micro_average(&self) -> Averages {
        let accuracy = self.accuracy();
        Averages { precision: accuracy, recall: accuracy, f1: accuracy }
    }

    /// Matthews' correlation between the actual and the predicted classes, −1 to 1, for any number
    /// of classes (Gorodkin 2004).
    ///
    /// It is undefined, and 0 as in scikit-learn, if all rows are of one class or were taken for
    /// one.
    pub fn mcc(&self) -> f64 {
        let (support, predicted) = self.totals();
        let square =
            |totals: &[u64]| totals.iter().map(|count| wide(*count) * wide(*count)).sum::<u128>();
        let rows = wide(self.rows());
        let spread_actual = (rows * rows - square(&support)) as f64;
        let spread_predicted = (rows * rows - square(&predicted)) as f64;
        let product = wide(self.right()) * rows;
        let chance = self.chance();
        let agreement = if product >= chance {
            (product - chance) as f64
        } else {
            -((chance - product) as f64)
        };
        ratio(agreement, spread_actual.sqrt() * spread_predicted.sqrt()).unwrap_or(0.0)
    }

    /// Cohen's kappa: how much more often the classes agree than by chance, −1 to 1 (Cohen 1960).
    ///
    /// `None` if chance alone would always agree, as it does with only one class.
    pub fn cohen_kappa(&self) -> Option<f64> {
        let rows = wide(self.rows());
        let wrong = (rows - wide(self.right())) * rows;
        ratio(wrong as f64, (rows * rows - self.chance()) as f64).map(|share| 1.0 - share)
    }

    /// The rows times those that would be right by chance.
    fn chance(&self) -> u128 {
        let (support, predicted) = self.totals();
        support.iter().zip(&predicted).map(|(one, other)| wide(*one) * wide(*other)).sum()
    }

    /// How many rows are of each class, and how many were taken for each.
    fn totals(&self) -> (Vec<u64>, Vec<u64>) {
        let mut predicted = vec![0; self.classes];
        let mut support = Vec::with_capacity(self.classes);
        for row in self.counts.chunks_exact(self.classes) {
            support.push(row.iter().sum());
            for (total, count) in predicted.iter_mut().zip(row) {
                *total += count;
            }
        }
        (support, predicted)
    }

    fn average(&self, classes: usize, weight: impl Fn(&ClassScores) -> f64) -> Averages {
        let mut sums = Averages { precision: 0.0, recall: 0.0, f1: 0.0 };
        let mut total = 0.0;
        for scores in self.class_scores().iter().take(classes) {
            let weight = weight(scores);
            sums.precision += weight * scores.precision;
            sums.recall += weight * scores.recall;
            sums.f1 += weight * scores.f1;
            total += weight;
        }
        let mean = |sum: f64| ratio(sum, total).unwrap_or(0.0);
        Averages { precision: mean(sums.precision), recall: mean(sums.recall), f1: mean(sums.f1) }
    }
}

/// The macro F1 of counts of (actual, predicted) pairs, over those of the first classes that occur.
pub(in crate::learn) fn macro_f1_of(pairs: &[(u32, u32)], counts: &[u32], classes: usize) -> f64 {
    // Of each class twice the rows that are right, and those of it with those taken for it.
    let mut totals = vec![[0_u64; 2]; classes];
    for ((actual, predicted), count) in pairs.iter().zip(counts) {
        let count = u64::from(*count);
        for class in [*actual, *predicted] {
            if let Some(total) = totals.get_mut(class as usize) {
                total[0] += u64::from(actual == predicted) * count;
                total[1] += count;
            }
        }
    }
    let (mut sum, mut occurring) = (0.0, 0);
    for [doubled, both] in totals.iter().filter(|[_, both]| *both > 0) {
        sum += *doubled as f64 / *both as f64;
        occurring += 1;
    }
    if occurring == 0 { 0.0 } else { sum / f64::from(occurring) }
}

fn wide(count: u64) -> u128 {
    u128::from(count)
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl From<Confusion> for Vec<Vec<u64>> {
    fn from(confusion: Confusion) -> Self {
        confusion.counts.chunks_exact(confusion.classes).map(<[u64]>::to_vec).collect()
    }
}

impl TryFrom<Vec<Vec<u64>>> for Confusion {
    type Error = String;

    fn try_from(rows: Vec<Vec<u64>>) -> Result<Self, String> {
        let classes = rows.len();
        if classes == 0 || classes > Self::MOST_CLASSES {
            return Err(format!("a confusion of {classes} classes"));
        }
        if let Some(row) = rows.iter().position(|row| row.len() != classes) {
            let length = rows[row].len();
            return Err(format!("row {row} of the confusion has {length} counts of {classes}"));
        }
        let counts: Vec<u64> = rows.into_iter().flatten().collect();
        // Sums of sums must not overflow later.
        let total = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        if total.is_none_or(|total| total > 1 << 53) {
            return Err("the confusion counts more rows than there can be".to_owned());
        }
        Ok(Self { classes, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_be_counted() {
        let empty = Confusion::new(3, &[], &[]).unwrap();
        assert_eq!(empty.rows(), 0);
        assert!(empty.accuracy().abs() < 1e-300 && empty.mcc().abs() < 1e-300);
        assert_eq!(empty.cohen_kappa(), None);
        assert!(empty.macro_average().f1.abs() < 1e-300);
        assert!(empty.class_scores().iter().all(ClassScores::is_f1_undefined));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Confusion::new(0, &[], &[]).is_err());
        assert!(Confusion::new(Confusion::MOST_CLASSES + 1, &[], &[]).is_err());
        assert!(Confusion::new(2, &[0], &[]).is_err());
        let error = Confusion::new(2, &[0, 2], &[0, 0]).unwrap_err();
        assert_eq!(error.to_string(), "actual: row 1 is of class 2, there are 2");
        for json in ["[]", "[[1,2]]", "[[1],[2]]", "[[18446744073709551615]]", "[[-1]]", "3"] {
            assert!(serde_json::from_str::<Confusion>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn undefined_scores_are_said_to_be() {
        let scores = Confusion::new(3, &[0, 0, 1], &[0, 0, 0]).unwrap().class_scores();
        assert!(!scores[0].is_precision_undefined());
        assert!(scores[1].is_precision_undefined() && !scores[1].is_recall_undefined());
        assert!(scores[2].is_f1_undefined());
    }

    #[test]
    fn json_is_read_back() {
        let confusion = Confusion::new(2, &[0, 1, 1], &[0, 0, 1]).unwrap();
        let json = serde_json::to_string(&confusion).unwrap();
        assert_eq!(json, "[[1,0],[1,1]]");
        assert_eq!(serde_json::from_str::<Confusion>(&json).unwrap(), confusion);
    }

    #[test]
    fn the_fast_macro_f1_is_the_slow_one() {
        let (actual, predicted) = ([0, 0, 1, 2, 2, 2, 4], [0, 1, 1, 2, 0, 2, 1]);
        let pairs: Vec<(u32, u32)> = actual.into_iter().zip(predicted).collect();
        let fast = macro_f1_of(&pairs, &[1; 7], 5);
        let slow = Confusion::new(5, &actual, &predicted).unwrap().macro_average().f1;
        assert!((fast - slow).abs() < 1e-15);
    }
}
