use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{Estimate, EvaluationOptions, LengthReport, Mistake, SliceReport};
use crate::{
    Error, Result,
    learn::{
        calibration::best_class,
        metrics::{Confusion, check_probabilities, macro_f1_of},
    },
    text::words::words,
};

/// How far the probabilities of a row may be from 1 together.
const TOLERANCE: f64 = 1e-6;

/// The most words of each group of lengths; longer texts are one more group.
const LENGTHS: [usize; 5] = [5, 10, 20, 50, 100];

/// What is the case and what the model says, with the names as numbers.
pub(super) struct Answers<'a> {
    /// The labels of the model, then those it does not know.
    pub(super) names: Vec<&'a str>,
    /// How many of the names the model knows.
    pub(super) known: usize,
    probabilities: &'a [f64],
    pub(super) actual: Vec<u32>,
    pub(super) predicted: Vec<u32>,
    pub(super) confidence: Vec<f64>,
}

impl<'a> Answers<'a> {
    pub(super) fn new<S: AsRef<str>>(
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

    pub(super) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        self.actual.iter().copied().zip(self.predicted.iter().copied())
    }

    pub(super) fn right(&self) -> Vec<bool> {
        self.pairs().map(|(actual, predicted)| actual == predicted).collect()
    }

    /// The sum of what each row costs by its probabilities and class.
    pub(super) fn costs(&self, cost: impl Fn(&[f64], Option<usize>) -> f64) -> f64 {
        let rows = self.probabilities.chunks_exact(self.known);
        rows.zip(&self.actual)
            .map(|(row, class)| {
                cost(row, Some(*class as usize).filter(|class| *class < self.known))
            })
            .sum()
    }

    pub(super) fn unknown_labels(&self) -> BTreeMap<String, u64> {
        let mut counts = vec![0; self.names.len()];
        self.actual.iter().for_each(|class| counts[*class as usize] += 1);
        let named = self.names.iter().zip(counts).skip(self.known);
        named.map(|(name, count)| ((*name).to_owned(), count)).collect()
    }

    pub(super) fn worst_mistakes(&self, texts: Option<&[&str]>, worst: usize) -> Vec<Mistake> {
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

    pub(super) fn by_length(&self, texts: &[&str], level: f64) -> Result<Vec<LengthReport>> {
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

    pub(super) fn by_slice(&self, slices: &[String], level: f64) -> Result<Vec<SliceReport>> {
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
