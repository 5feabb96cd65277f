use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{
    ClassReport, Estimate, Evaluation, EvaluationOptions, LengthReport, Means, Mistake, PairReport,
    SliceReport,
};
use crate::{
    Error, Result,
    learn::{
        calibration::{Reliability, best_class},
        metrics::{
            Confusion, OneVsRest, Rankings, check_probabilities, macro_f1_of, rankings, row_brier,
            row_log_loss,
        },
    },
    stats::{bootstrap_counts, wilson},
    text::words::words,
};

/// How far the probabilities of a row may be from 1 together.
const TOLERANCE: f64 = 1e-6;

/// The most words of each group of lengths; longer texts are one more group.
const LENGTHS: [usize; 5] = [5, 10, 20, 50, 100];

impl Evaluation {
    /// Evaluates the probabilities that a model gives for rows whose labels are known.
    ///
    /// `labels` are those of the model, `probabilities` holds one for each of them, row after row.
    /// A model that may give a row several labels, or none, cannot be evaluated like this.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] without rows, if lists do not fit each other, if a label of the
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

/// What is the case and what the model says, with the names as numbers.
struct Answers<'a> {
    /// The labels of the model, then those it does not know.
    names: Vec<&'a str>,
    /// How many of the names the model knows.
    known: usize,
    probabilities: &'a [f64],
    actual: Vec<u32>,
    predicted: Vec<u32>,
    confidence: Vec<f64>,
}

impl<'a> Answers<'a> {
    fn new<S: AsRef<str>>(
        labels: &'a [String],
        actual: &'a [S],
        probabilities: &'a [f64],
        texts: Option<&[&str]>,
        options: &EvaluationOptions,
    ) -> Result<Self> {
        let (rows, known) = (actual.len(), labels.len());
        let fits = |what: &str, length: usize, wanted: usize| {
            let problem = || format!("{length} for {rows} rows, expected are {wanted}");
            if length == wanted { Ok(()) } else { Err(Error::invalid(what, problem())) }
        };
        if rows == 0 {
            return Err(Error::invalid("actual", "there are no rows to evaluate"));
        }
        if known == 0 {
            return Err(Error::invalid("labels", "the model has none"));
        }
        fits("probabilities", probabilities.len(), rows.saturating_mul(known))?;
        fits("texts", texts.map_or(rows, <[&str]>::len), rows)?;
        fits("slices", options.slices.as_ref().map_or(rows, Vec::len), rows)?;
        check_probabilities(probabilities, known)?;

        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        for (label, number) in labels.iter().zip(0..) {
            if numbers.insert(label, number).is_some() {
                return Err(Error::invalid("labels", format!("{label:?} is there twice")));
            }
        }
        let unknown: BTreeSet<&str> =
            actual.iter().map(AsRef::as_ref).filter(|label| !numbers.contains_key(label)).collect();
        let mut names: Vec<&str> = labels.iter().map(String::as_str).collect();
        for label in unknown {
            numbers.insert(label, names.len() as u32);
            names.push(label);
        }
        if names.len() > Confusion::MOST_CLASSES {
            let (found, most) = (names.len(), Confusion::MOST_CLASSES);
            let problem =
                format!("{found} different labels with those of the model, at most {most}");
            return Err(Error::invalid("actual", problem));
        }

        let (mut predicted, mut confidence) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        for (row, own) in probabilities.chunks_exact(known).enumerate() {
            let sum: f64 = own.iter().sum();
            if (sum - 1.0).abs() > TOLERANCE {
                let problem = format!(
                    "those of row {row} sum to {sum} and not to 1; models that give several labels \
                     are not evaluated like this"
                );
                return Err(Error::invalid("probabilities", problem));
            }
            let best = best_class(own);
            predicted.push(best as u32);
            confidence.push(own[best]);
        }
        let actual = actual.iter().map(|label| numbers[label.as_ref()]).collect();
        Ok(Self { names, known, probabilities, actual, predicted, confidence })
    }

    fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        self.actual.iter().copied().zip(self.predicted.iter().copied())
    }

    fn right(&self) -> Vec<bool> {
        self.pairs().map(|(actual, predicted)| actual == predicted).collect()
    }

    /// The sum of what each row costs by its probabilities and class.
    fn costs(&self, cost: impl Fn(&[f64], Option<usize>) -> f64) -> f64 {
        let rows = self.probabilities.chunks_exact(self.known);
        rows.zip(&self.actual)
            .map(|(row, class)| {
                cost(row, Some(*class as usize).filter(|class| *class < self.known))
            })
            .sum()
    }

    fn unknown_labels(&self) -> BTreeMap<String, u64> {
        let mut counts = vec![0; self.names.len()];
        self.actual.iter().for_each(|class| counts[*class as usize] += 1);
        let named = self.names.iter().zip(counts).skip(self.known);
        named.map(|(name, count)| ((*name).to_owned(), count)).collect()
    }

    fn worst_mistakes(&self, texts: Option<&[&str]>, worst: usize) -> Vec<Mistake> {
        let of_actual = |row: usize| {
            let class = self.actual[row] as usize;
            if class < self.known { self.probabilities[row * self.known + class] } else { 0.0 }
        };
        let mut rows: Vec<usize> = (0..self.actual.len())
            .filter(|row| self.actual[*row] != self.predicted[*row])
            .collect();
        rows.sort_by(|one, other| {
            let surest = self.confidence[*other].total_cmp(&self.confidence[*one]);
            surest.then_with(|| of_actual(*one).total_cmp(&of_actual(*other)))
        });
        rows.truncate(worst);
        let name = |class: u32| self.names[class as usize].to_owned();
        rows.into_iter()
            .map(|row| Mistake {
                row,
                text: texts.map(|texts| texts[row].to_owned()),
                actual: name(self.actual[row]),
                predicted: name(self.predicted[row]),
                confidence: self.confidence[row],
                probability_of_actual: of_actual(row),
            })
            .collect()
    }

    fn by_length(&self, texts: &[&str], level: f64) -> Result<Vec<LengthReport>> {
        let mut groups = [(0, 0); LENGTHS.len() + 1];
        for (text, right) in texts.iter().zip(self.right()) {
            let length = words(text).count();
            let group = &mut groups[LENGTHS.partition_point(|most| *most < length)];
            group.0 += u64::from(right);
            group.1 += 1;
        }
        (0..)
            .zip(groups)
            .filter(|(_, (_, rows))| *rows > 0)
            .map(|(at, (right, rows)): (usize, (u64, u64))| {
                Ok(LengthReport {
                    fewest_words: if at == 0 { 0 } else { LENGTHS[at - 1] + 1 },
                    most_words: LENGTHS.get(at).copied(),
                    rows,
                    accuracy: Estimate::share(right, rows, level)?,
                })
            })
            .collect()
    }

    fn by_slice(&self, slices: &[String], level: f64) -> Result<Vec<SliceReport>> {
        let mut groups: BTreeMap<&str, Vec<(u32, u32)>> = BTreeMap::new();
        for (slice, pair) in slices.iter().zip(self.pairs()) {
            groups.entry(slice).or_default().push(pair);
        }
        let mut reports = groups
            .into_iter()
            .map(|(name, pairs)| {
                let rows = pairs.len() as u64;
                let right = pairs.iter().filter(|(actual, predicted)| actual == predicted).count();
                let ones = vec![1; pairs.len()];
                Ok(SliceReport {
                    name: name.to_owned(),
                    rows,
                    accuracy: Estimate::share(right as u64, rows, level)?,
                    macro_f1: macro_f1_of(&pairs, &ones, self.known),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        reports.sort_by(|one, other| one.accuracy.value.total_cmp(&other.accuracy.value));
        Ok(reports)
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
