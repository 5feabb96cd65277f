use std::{collections::BTreeSet, fmt};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use super::{
    Estimate, Evaluation, EvaluationOptions,
    measure::numbered,
    report::{grouped, percent, plain_percent, score},
    table::{Block, Cell, Column, Table, to_html, to_text},
};
use crate::{
    Error, Result,
    learn::metrics::macro_f1_of,
    stats::{McNemar, bootstrap_counts, mcnemar, paired_difference},
};

/// Two models, called A and B, on the same labelled rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// How many rows both answered.
    pub rows: usize,
    /// The share of rows that A got right, with its Wilson interval.
    pub accuracy_a: Estimate,
    /// The share of rows that B got right, with its Wilson interval.
    pub accuracy_b: Estimate,
    /// The accuracy of B less that of A, with Newcombe's paired interval.
    pub difference: Estimate,
    /// How many rows only A got right.
    pub b: u64,
    /// How many rows only B got right.
    pub c: u64,
    /// How likely counts at least as different are if neither is better (McNemar's test).
    pub pvalue: f64,
    /// Whether the test was exact.
    pub exact: bool,
    /// The macro F1 of A, over those of [`EvaluationOptions::labels`] that occur, in the rows or in
    /// its answers.
    pub macro_f1_a: f64,
    /// The macro F1 of B, in the same way.
    pub macro_f1_b: f64,
    /// The macro F1 of B less that of A, with its bootstrap interval.
    pub macro_f1_difference: Estimate,
    /// What it comes to, in a sentence.
    pub verdict: String,
}

/// Compares what two models answered for the same rows.
///
/// Rows that both got right, or both wrong, say nothing about which is better; the others are
/// tested with [`mcnemar`]. If A and B change places, so do their numbers, and nothing else.
///
/// # Errors
/// [`Error::InvalidInput`] without rows, if the lists are of different lengths, or if the level is
/// not between 0 and 1.
pub fn compare<S: AsRef<str>, A: AsRef<str>, B: AsRef<str>>(
    actual: &[S],
    predicted_a: &[A],
    predicted_b: &[B],
    options: &EvaluationOptions,
) -> Result<Comparison> {
    let rows = actual.len();
    if rows == 0 {
        return Err(Error::invalid("actual", "there are no rows to compare"));
    }
    for (what, answers) in [("predicted_a", predicted_a.len()), ("predicted_b", predicted_b.len())]
    {
        if answers != rows {
            return Err(Error::invalid(what, format!("{answers} answers for {rows} rows")));
        }
    }
    // In the order of the alphabet, so that it does not matter which model is called A.
    let averaged: BTreeSet<&str> = match &options.labels {
        Some(labels) => labels.iter().map(String::as_str).collect(),
        None => {
            different(actual).chain(different(predicted_a)).chain(different(predicted_b)).collect()
        }
    };
    let classes = averaged.len();
    let mut names: FxHashMap<&str, u32> = averaged.into_iter().zip(0..).collect();
    let mut number = |name| {
        let next = names.len() as u32;
        *names.entry(name).or_insert(next)
    };
    let answers =
        actual.iter().zip(predicted_a).zip(predicted_b).map(|((actual, a), b)| {
            [number(actual.as_ref()), number(a.as_ref()), number(b.as_ref())]
        });
    let (kinds, triples) = numbered(answers);
    let mut counts = vec![0; triples.len()];
    for kind in &kinds {
        counts[*kind as usize] += 1;
    }

    // Both right, only A, only B, none.
    let mut outcomes = [0; 4];
    for ([actual, a, b], count) in triples.iter().zip(&counts) {
        let at = 2 * usize::from(actual != a) + usize::from(actual != b);
        outcomes[at] += u64::from(*count);
    }
    let [both, only_a, only_b, neither] = outcomes;

    let pairs = |which: usize| -> Vec<(u32, u32)> {
        triples.iter().map(|triple| (triple[0], triple[which])).collect()
    };
    let (pairs_a, pairs_b) = (pairs(1), pairs(2));
    let f1_of =
        |counts: &[u32]| [&pairs_a, &pairs_b].map(|pairs| macro_f1_of(pairs, counts, classes));
    let f1_difference = |counts: &[u32]| {
        let [a, b] = f1_of(counts);
        b - a
    };
    let &EvaluationOptions { level, resamples, seed, threads, .. } = options;
    let spread =
        bootstrap_counts(&kinds, triples.len(), resamples, level, seed, f1_difference, threads)?;

    let [macro_f1_a, macro_f1_b] = f1_of(&counts);
    let total = rows as u64;
    let McNemar { pvalue, exact, .. } = mcnemar(only_a, only_b);
    let difference = Estimate {
        value: (only_b as f64 - only_a as f64) / rows as f64,
        interval: paired_difference(both, only_b, only_a, neither, level)?,
    };
    Ok(Comparison {
        rows,
        accuracy_a: Estimate::share(both + only_a, total, level)?,
        accuracy_b: Estimate::share(both + only_b, total, level)?,
        verdict: verdict(&difference, pvalue, only_a, only_b),
        difference,
        b: only_a,
        c: only_b,
        pvalue,
        exact,
        macro_f1_a,
        macro_f1_b,
        macro_f1_difference: Estimate { value: macro_f1_b - macro_f1_a, interval: spread },
    })
}

/// The names that occur, each of them once.
fn different<S: AsRef<str>>(names: &[S]) -> impl Iterator<Item = &str> {
    names.iter().map(AsRef::as_ref).collect::<FxHashSet<&str>>().into_iter()
}

/// What the numbers come to. The test decides; the interval says how much.
fn verdict(difference: &Estimate, pvalue: f64, only_a: u64, only_b: u64) -> String {
    let Estimate { value, interval } = difference;
    if only_a + only_b == 0 {
        return "A and B are right on the same rows".to_owned();
    }
    if pvalue >= 1.0 - interval.level {
        let (low, high) = (100.0 * interval.low, 100.0 * interval.high);
        return format!(
            "neither is shown to be better: B may be anything from {low:+.1} to {high:+.1} points \
             better than A"
        );
    }
    let (better, worse, sign) = if *value > 0.0 { ("B", "A", 1.0) } else { ("A", "B", -1.0) };
    let ends = [100.0 * sign * interval.low, 100.0 * sign * interval.high];
    let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    format!(
        "{better} is better than {worse} by {:.1} points, and by {low:.1} to {high:.1} points with {} \
         confidence",
        100.0 * value.abs(),
        plain_percent(interval.level).replace('\u{a0}', " ")
    )
}

impl Comparison {
    /// The comparison as JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("every key is a string");
        json.push('\n');
        json
    }

    /// Reads what [`Comparison::to_json`] wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is something else or has an unknown field.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::invalid("comparison", error.to_string()))
    }

    /// The comparison for a terminal, in at most `width` columns (at least 40).
    pub fn to_text(&self, width: usize) -> String {
        to_text(&self.blocks(), width)
    }

    /// The comparison for a notebook, as [`Evaluation::to_html`].
    pub fn to_html(&self) -> String {
        to_html(&self.blocks())
    }

    fn blocks(&self) -> Vec<Block> {
        let mut letters = self.verdict.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let verdict: String = first.into_iter().chain(letters).collect();
        let kind = if self.exact { "exact McNemar test" } else { "McNemar test" };
        let pvalue = match self.pvalue {
            pvalue if pvalue < 0.001 => "p\u{a0}<\u{a0}0.001".to_owned(),
            pvalue => format!("p\u{a0}=\u{a0}{pvalue:.3}"),
        };
        let text = format!(
            "{verdict}. Of {} rows, only A is right on {} and only B on {} ({kind}, {pvalue}).",
            grouped(self.rows as u64),
            grouped(self.b),
            grouped(self.c)
        );
        let level = plain_percent(self.difference.interval.level);
        let columns = ["A", "B", "B − A"].map(Column::number);
        let columns = std::iter::once(Column::text(""))
            .chain(columns)
            .chain([Column::number(format!("{level} interval"))])
            .collect();
        let Self { accuracy_a, accuracy_b, difference, macro_f1_difference, .. } = self;
        let points = |share: f64| format!("{:+.1}", 100.0 * share);
        let rows = [
            [
                "right".to_owned(),
                percent(accuracy_a.value),
                percent(accuracy_b.value),
                points(difference.value),
                format!(
                    "{} to {}",
                    points(difference.interval.low),
                    points(difference.interval.high)
                ),
            ],
            [
                "macro F1".to_owned(),
                score(self.macro_f1_a),
                score(self.macro_f1_b),
                format!("{:+.3}", macro_f1_difference.value),
                format!(
                    "{:+.3} to {:+.3}",
                    macro_f1_difference.interval.low, macro_f1_difference.interval.high
                ),
            ],
        ];
        let rows = rows.map(|row| row.map(Cell::from).into()).into();
        let table = Table::new("Both models", columns, rows);
        vec![Block::Text(text), Block::Table(table)]
    }
}

/// As [`Comparison::to_text`] in [`Evaluation::WIDTH`] columns.
impl fmt::Display for Comparison {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text(Evaluation::WIDTH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many rows of each outcome: both right, only A, only B, none.
    fn of(outcomes: [usize; 4]) -> Comparison {
        let (mut actual, mut first, mut second) = (Vec::new(), Vec::new(), Vec::new());
        for (outcome, count) in outcomes.into_iter().enumerate() {
            for row in 0..count {
                let (right, wrong) = if row % 2 == 0 { ("x", "y") } else { ("y", "x") };
                actual.push(right);
                first.push(if outcome < 2 { right } else { wrong });
                second.push(if outcome % 2 == 0 { right } else { wrong });
            }
        }
        compare(&actual, &first, &second, &EvaluationOptions::default()).unwrap()
    }

    #[test]
    fn the_better_one_is_named() {
        let found = of([100, 5, 45, 10]);
        assert_eq!((found.b, found.c, found.rows), (5, 45, 160));
        assert!(
            found.verdict.starts_with("B is better than A by 25.0 points"),
            "{}",
            found.verdict
        );
        assert!(
            found.difference.interval.contains(0.25) && !found.difference.interval.contains(0.0)
        );
        let turned = of([100, 45, 5, 10]);
        assert!(turned.verdict.starts_with("A is better than B by 25.0 points"));
        assert!((turned.difference.interval.low + found.difference.interval.high).abs() < 1e-12);
        assert!((turned.pvalue - found.pvalue).abs() < 1e-15);
    }

    #[test]
    fn little_evidence_is_no_evidence() {
        assert!(of([10, 2, 4, 3]).verdict.starts_with("neither is shown to be better"));
        let same = of([10, 0, 0, 3]);
        assert_eq!(same.verdict, "A and B are right on the same rows");
        assert!((same.pvalue - 1.0).abs() < 1e-15);
        assert!(same.macro_f1_difference.value.abs() < 1e-15);
    }

    #[test]
    fn reports_and_json_are_complete() {
        let found = of([300, 500, 600, 10]);
        assert!(!found.exact);
        assert_eq!(Comparison::from_json(&found.to_json()).unwrap(), found);
        assert!(Comparison::from_json("{}").is_err());
        let text = found.to_string();
        assert!(text.starts_with("B is better than A by 7.1 points"), "{text}");
        assert!(text.lines().all(|line| super::super::width::columns(line) <= 80), "{text}");
        assert!(found.to_html().contains("<table"));
    }

    #[test]
    fn means_are_over_the_labels_the_models_know() {
        let (actual, answers) = (["x", "y", "z"], ["x", "y", "x"]);
        let options = EvaluationOptions::default();
        let all = compare(&actual, &answers, &answers, &options).unwrap();
        assert!((all.macro_f1_a - 5.0 / 9.0).abs() < 1e-15);
        let labels = Some(["x", "y"].map(str::to_owned).to_vec());
        let options = EvaluationOptions { labels, ..options };
        let known = compare(&actual, &answers, &answers, &options).unwrap();
        assert!((known.macro_f1_a - 5.0 / 6.0).abs() < 1e-15);
        // A label that is named twice is one label.
        let twice = Some(["y", "x", "x"].map(str::to_owned).to_vec());
        let twice = EvaluationOptions { labels: twice, ..options };
        assert_eq!(compare(&actual, &answers, &answers, &twice).unwrap(), known);
    }

    #[test]
    fn it_does_not_matter_which_model_is_called_a() {
        let mut random = crate::random::Random::new(4);
        let mut draw = |names: &[&'static str]| -> Vec<&'static str> {
            (0..300).map(|_| names[random.below(names.len())]).collect()
        };
        let actual = draw(&["a", "b", "c", "d", "e", "f", "g"]);
        let first = draw(&["g", "e", "c", "a"]);
        let second = draw(&["z", "b", "f", "d"]);
        let union = ["g", "e", "c", "a", "b", "f", "d", "z"].map(str::to_owned).to_vec();
        for labels in [None, Some(union)] {
            let options = EvaluationOptions { labels, ..EvaluationOptions::default() };
            let found = compare(&actual, &first, &second, &options).unwrap();
            let turned = compare(&actual, &second, &first, &options).unwrap();
            let f1 = |found: &Comparison| [found.macro_f1_a, found.macro_f1_b].map(f64::to_bits);
            let [a, b] = f1(&found);
            assert_eq!(f1(&turned), [b, a]);
            let (found, turned) = (found.macro_f1_difference, turned.macro_f1_difference);
            assert_eq!(turned.value.to_bits(), (-found.value).to_bits());
            assert!((found.interval.low + turned.interval.high).abs() < 1e-12);
            assert!((found.interval.high + turned.interval.low).abs() < 1e-12);
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let options = EvaluationOptions::default();
        let none: [&str; 0] = [];
        assert!(compare(&none, &none, &none, &options).is_err());
        let error = compare(&["a"], &["a"], &none, &options).unwrap_err();
        assert_eq!(error.to_string(), "predicted_b: 0 answers for 1 rows");
    }
}
