use rustc_hash::FxHashMap;

use super::{
    ClassReport, Estimate, Evaluation, EvaluationOptions, Means, PairReport, answers::Answers,
};
use crate::{
    Result,
    learn::{
        calibration::Reliability,
        metrics::{Confusion, OneVsRest, Rankings, macro_f1_of, rankings, row_brier, row_log_loss},
    },
    stats::{bootstrap_counts, wilson},
};

impl Evaluation {
    /// Evaluates the probabilities that a model gives for rows whose labels are known.
    ///
    /// `labels` are those of the model, `probabilities` holds one for each of them, row after row.
    /// A model that may give a row several labels, or none, cannot be evaluated like this.
    ///
    /// # Errors
    /// [`crate::Error::InvalidInput`] without rows, if lists do not fit each other, if a label of the
    /// model is there twice, if a number is no probability, or those of a row do not sum to 1.
    pub fn new<S: AsRef<str>>(
        labels: &[String],
        actual: &[S],
        probabilities: &[f64],
        texts: Option<&[&str]>,
        options: &EvaluationOptions,
    ) -> Result<Self> {
        let answers = Answers::new(labels, actual, probabilities, texts, options)?;
        let rows = actual.len();
        let classes = answers.names.len();
        let confusion = Confusion::new(classes, &answers.actual, &answers.predicted)?;
        let level = options.level;

        let (kinds, pairs) = numbered(answers.pairs());
        let statistic = |counts: &[u32]| macro_f1_of(&pairs, counts, answers.known);
        let &EvaluationOptions { resamples, seed, threads, .. } = options;
        let spread =
            bootstrap_counts(&kinds, pairs.len(), resamples, level, seed, statistic, threads)?;

        let Rankings { roc_auc, pr_auc } =
            rankings(probabilities, labels.len(), &answers.actual, threads);
        let reliability = Reliability::equal_width(
            &answers.confidence,
            &answers.right(),
            Reliability::usual_bins(rows),
        )?;
        let mean = |sum: f64| sum / rows as f64;
        let macro_average = confusion.macro_average_of(answers.known);
        Ok(Self {
            rows,
            labels: labels.to_vec(),
            accuracy: Estimate::share(confusion.right(), confusion.rows(), level)?,
            macro_f1: Estimate { value: macro_average.f1, interval: spread },
            mean_confidence: mean(answers.confidence.iter().sum()),
            classes: class_reports(&answers.names, &confusion, roc_auc.as_ref(), pr_auc.as_ref()),
            macro_average,
            weighted_average: confusion.weighted_average_of(answers.known),
            micro_average: confusion.micro_average(),
            mcc: confusion.mcc(),
            cohen_kappa: confusion.cohen_kappa(),
            roc_auc: roc_auc.as_ref().map(Means::of),
            pr_auc: pr_auc.as_ref().map(Means::of),
            log_loss: mean(
                answers.costs(|row, class| row_log_loss(class.map_or(0.0, |class| row[class]))),
            ),
            brier: mean(answers.costs(row_brier)),
            ece: reliability.ece,
            unknown_labels: answers.unknown_labels(),
            mistakes: answers.worst_mistakes(texts, options.worst),
            by_pair: pair_reports(&answers.names, &confusion),
            by_length: texts.map_or(Ok(Vec::new()), |texts| answers.by_length(texts, level))?,
            by_slice: match &options.slices {
                Some(slices) => answers.by_slice(slices, level)?,
                None => Vec::new(),
            },
            confusion,
        })
    }
}

impl Estimate {
    pub(super) fn share(part: u64, whole: u64, level: f64) -> Result<Self> {
        Ok(Self { value: part as f64 / whole as f64, interval: wilson(part, whole, level)? })
    }
}

impl Means {
    fn of(scores: &OneVsRest) -> Self {
        Self { macro_mean: scores.macro_mean, weighted_mean: scores.weighted_mean }
    }
}

fn class_reports(
    names: &[&str],
    confusion: &Confusion,
    roc_auc: Option<&OneVsRest>,
    pr_auc: Option<&OneVsRest>,
) -> Vec<ClassReport> {
    let own = |scores: Option<&OneVsRest>, class: usize| {
        scores.and_then(|scores| scores.classes.get(class).copied().flatten())
    };
    let scores = confusion.class_scores();
    names
        .iter()
        .zip(scores)
        .enumerate()
        .map(|(class, (name, scores))| ClassReport {
            label: (*name).to_owned(),
            precision: scores.precision,
            recall: scores.recall,
            f1: scores.f1,
            support: scores.support,
            predicted: scores.predicted,
            roc_auc: own(roc_auc, class),
            pr_auc: own(pr_auc, class),
        })
        .collect()
}

fn pair_reports(names: &[&str], confusion: &Confusion) -> Vec<PairReport> {
    let classes = confusion.classes();
    let mut pairs: Vec<PairReport> = (0..classes * classes)
        .map(|at| (at / classes, at % classes))
        .filter(|(actual, predicted)| actual != predicted)
        .map(|(actual, predicted)| (actual, predicted, confusion.count(actual, predicted)))
        .filter(|(_, _, count)| *count > 0)
        .map(|(actual, predicted, count)| PairReport {
            actual: names[actual].to_owned(),
            predicted: names[predicted].to_owned(),
            count,
        })
        .collect();
    // The sort is stable, so that pairs as frequent as each other stay in the order of the labels.
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.count));
    pairs
}

/// A number for each different item, in the order in which they come, and the items themselves.
pub(super) fn numbered<T: Copy + Eq + std::hash::Hash>(
    items: impl Iterator<Item = T>,
) -> (Vec<u32>, Vec<T>) {
    let mut numbers: FxHashMap<T, u32> = FxHashMap::default();
    let mut different = Vec::new();
    let of_each = items
        .map(|item| {
            *numbers.entry(item).or_insert_with(|| {
                different.push(item);
                different.len() as u32 - 1
            })
        })
        .collect();
    (of_each, different)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn labels() -> Vec<String> {
        ["negative", "neutral", "positive"].map(str::to_owned).to_vec()
    }

    /// Seven rows, of which one has a label that the model does not know.
    pub(in super::super) fn small() -> Evaluation {
        let actual =
            ["negative", "negative", "neutral", "positive", "positive", "mixed", "positive"];
        let probabilities = [
            0.8, 0.1, 0.1, //
            0.2, 0.2, 0.6, //
            0.1, 0.7, 0.2, //
            0.1, 0.0, 0.9, //
            0.95, 0.05, 0.0, //
            0.5, 0.3, 0.2, //
            0.3, 0.3, 0.4,
        ];
        let texts = [
            "buruk",
            "tidak buruk sama sekali, \"bagus\"",
            "biasa",
            "bagus",
            "=SUM(A1)\nlumayan <b>sih</b>",
            "bagus tapi mahal",
            "ok",
        ];
        let options = EvaluationOptions {
            slices: Some(["a", "a", "b", "b", "b", "b", "b"].map(str::to_owned).to_vec()),
            ..EvaluationOptions::default()
        };
        Evaluation::new(&labels(), &actual, &probabilities, Some(&texts), &options).unwrap()
    }

    #[test]
    fn rows_of_unknown_labels_are_wrong() {
        let found = small();
        assert_eq!(found.rows, 7);
        assert_eq!(found.unknown_labels, BTreeMap::from([("mixed".to_owned(), 1)]));
        assert!((found.accuracy.value - 4.0 / 7.0).abs() < 1e-15);
        assert_eq!(found.wrong(), 3);
        assert_eq!(found.classes[3].label, "mixed");
        assert_eq!(found.classes[3].roc_auc, None);
        assert!(found.log_loss > 36.0 / 7.0 && found.log_loss.is_finite());
    }

    #[test]
    fn the_surest_mistake_is_the_worst() {
        let found = small();
        let rows: Vec<usize> = found.mistakes.iter().map(|mistake| mistake.row).collect();
        assert_eq!(rows, [4, 1, 5]);
        assert!(found.mistakes[2].probability_of_actual.abs() < 1e-300);
        assert_eq!(found.by_pair.len(), 3);
        assert_eq!(found.by_length.len(), 1);
        assert_eq!((found.by_slice[0].name.as_str(), found.by_slice[0].rows), ("a", 2));
    }

    #[test]
    fn what_cannot_be_evaluated_is_refused() {
        let options = EvaluationOptions::default();
        let try_it = |actual: &[&str], probabilities: &[f64]| {
            Evaluation::new(&labels()[..2], actual, probabilities, None, &options)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(try_it(&[], &[]), "actual: there are no rows to evaluate");
        assert_eq!(try_it(&["a"], &[1.0]), "probabilities: 1 for 1 rows, expected are 2");
        assert_eq!(
            try_it(&["a", "b"], &[0.5, 0.5, f64::INFINITY, 0.0]),
            "probabilities: row 1 gives class 0 the probability inf"
        );
        assert!(try_it(&["a"], &[0.9, 0.9]).contains("row 0 sum to 1.8 and not to 1"));
        let many: Vec<String> = (0..5_000).map(|at| at.to_string()).collect();
        let even = vec![0.5; 10_000];
        let error = Evaluation::new(&labels()[..2], &many, &even, None, &options).unwrap_err();
        assert!(error.to_string().contains("5002 different labels"), "{error}");
        let twice = ["a", "a"].map(str::to_owned);
        assert!(Evaluation::new(&twice, &["a"], &[0.5, 0.5], None, &options).is_err());
        assert!(Evaluation::new(&[], &["a"], &[], None, &options).is_err());
        let level = EvaluationOptions { level: 95.0, ..options.clone() };
        assert!(Evaluation::new(&labels()[..1], &["a"], &[1.0], None, &level).is_err());
        let slices = EvaluationOptions { slices: Some(Vec::new()), ..options.clone() };
        assert!(Evaluation::new(&labels()[..1], &["a"], &[1.0], None, &slices).is_err());
        assert!(Evaluation::new(&labels()[..1], &["a"], &[1.0], Some(&[]), &options).is_err());
    }

    #[test]
    fn one_class_is_enough() {
        let actual = ["negative"; 3];
        let options = EvaluationOptions::default();
        let found = Evaluation::new(&labels()[..1], &actual, &[1.0; 3], None, &options).unwrap();
        assert_eq!((found.roc_auc, found.pr_auc, found.cohen_kappa), (None, None, None));
        assert!((found.macro_f1.interval.low - 1.0).abs() < 1e-15);
        assert!(!found.to_text(80).is_empty() && !found.to_html().is_empty());
        let all = [0.2, 0.8, 0.3, 0.7];
        let found = Evaluation::new(&labels()[..2], &actual[..2], &all, None, &options).unwrap();
        assert_eq!(found.roc_auc, None);
        assert!(found.accuracy.value.abs() < 1e-300 && found.mcc.abs() < 1e-300);
    }

    #[test]
    fn evaluations_are_the_same_on_any_number_of_threads() {
        use crate::random::Random;

        let mut random = Random::new(1);
        let labels = labels();
        let (mut actual, mut probabilities) = (Vec::new(), Vec::new());
        for _ in 0..2_000 {
            let numbers = [0; 3].map(|_: i32| random.unit() + 0.01);
            let sum: f64 = numbers.iter().sum();
            probabilities.extend(numbers.map(|number| number / sum));
            actual.push(labels[random.below(3)].clone());
        }
        let with = |threads: usize| {
            let threads = std::num::NonZero::new(threads);
            let options = EvaluationOptions { threads, ..EvaluationOptions::default() };
            Evaluation::new(&labels, &actual, &probabilities, None, &options).unwrap().to_json()
        };
        assert_eq!(with(1), with(3));
    }
}
