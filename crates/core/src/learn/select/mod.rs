//! Choosing which texts of a pool people should label next.

mod diverse;

use diverse::Spread;

use super::Examples;
use crate::{Error, Result, random::Random};

/// What makes a text worth labelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// The two best classes are nearly as likely as each other.
    Margin,
    /// The probability is spread over many classes.
    Entropy,
    /// The best class is not likely.
    LeastConfident,
    /// Of the texts with a small margin, those that resemble each other least.
    Diversity,
    /// Nothing: each text is as likely as any other.
    Random,
}

impl Strategy {
    fn reason(self) -> &'static str {
        match self {
            Self::Margin => "margin",
            Self::Entropy => "entropy",
            Self::LeastConfident => "least confident",
            Self::Diversity => "diversity",
            Self::Random => "random",
        }
    }

    /// How uncertain a model is with these probabilities, from 0 to 1.
    fn uncertainty(self, probabilities: &[f64]) -> f64 {
        let (best, second) = two_best(probabilities);
        match self {
            Self::Margin | Self::Diversity | Self::Random => 1.0 - (best - second),
            Self::LeastConfident => 1.0 - best,
            Self::Entropy => {
                let surprise = |share: &f64| if *share > 0.0 { -share * share.ln() } else { 0.0 };
                let entropy: f64 = probabilities.iter().map(surprise).sum();
                entropy / (probabilities.len() as f64).ln()
            }
        }
    }
}

/// How [`select`] chooses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectOptions {
    /// How many texts; all of the pool if it has no more.
    pub count: usize,
    /// What makes a text worth labelling.
    pub strategy: Strategy,
    /// Which share of the texts is drawn at random, whatever the strategy.
    pub random_share: f64,
    /// Another seed, other random texts.
    pub seed: u64,
}

impl Default for SelectOptions {
    fn default() -> Self {
        Self { count: 100, strategy: Strategy::Margin, random_share: 0.1, seed: 0 }
    }
}

/// A text that should be labelled, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// Its row in the pool.
    pub row: usize,
    /// What it was chosen for: `margin`, `entropy`, `least confident`, `diversity` or `random`.
    pub reason: &'static str,
    /// How uncertain the model is, from 0 to 1 as the strategy measures it: 1 less the margin, the
    /// entropy as a share of the largest there can be, or 1 less the largest probability. For
    /// `diversity` the cosine distance, from 0 to 2, to the nearest text chosen before; 2 for the
    /// first.
    pub score: f64,
    /// The chance with which each text of the pool was drawn, for those drawn at random.
    pub probability: Option<f64>,
}

/// Chooses the rows of a pool that people should label next, the most valuable first within each
/// reason.
///
/// A model that is measured on texts it was unsure of looks worse than it is, and one that learns
/// only from them never meets ordinary texts. So a share, rounded up, is drawn first, from the
/// whole pool, each text as likely as any other: accuracy measured on the rows whose reason is
/// `random` is an unbiased estimate for the pool. The strategy chooses the rest from what is left.
///
/// `probabilities` holds the model's answer for each row of the pool, one number a class;
/// `features` the rows that [`Strategy::Diversity`] compares, TF-IDF or embeddings. It takes the
/// ten texts for each one wanted that have the smallest margin, and of these again and again the
/// one farthest from all that are chosen (Sener and Savarese, 2018). Of equally far ones it takes the
/// less certain; all other ties go to the earlier row.
///
/// ```
/// use pantau::learn::{SelectOptions, select};
///
/// let answers = [0.9, 0.1, 0.55, 0.45, 0.2, 0.8];
/// let options = SelectOptions { count: 1, random_share: 0.0, ..SelectOptions::default() };
/// assert_eq!(select(&answers, 2, None, &options)?[0].row, 1);
/// # Ok::<(), pantau::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidInput`] if the probabilities of a row are none or do not add up to 1, there are
/// fewer than 2 classes, the random share is not from 0 to 1, or the features that diversity needs
/// are missing or are not one row for each row of the pool.
pub fn select(
    probabilities: &[f64],
    classes: usize,
    features: Option<Examples<'_>>,
    options: &SelectOptions,
) -> Result<Vec<Selected>> {
    let pool = check(probabilities, classes, features, options)?;
    let SelectOptions { strategy, .. } = *options;
    let count = options.count.min(pool);
    let uncertainty =
        |row: usize| strategy.uncertainty(&probabilities[row * classes..(row + 1) * classes]);
    let drawn = if strategy == Strategy::Random {
        count
    } else {
        // Without the small number, 0.07 of 100 would be 8 for want of digits.
        ((count as f64 * options.random_share - 1e-9).ceil().max(0.0) as usize).min(count)
    };
    let mut left: Vec<usize> = (0..pool).collect();
    let mut random = Random::new(options.seed);
    for place in 0..drawn {
        left.swap(place, place + random.below(pool - place));
    }
    let mut selected: Vec<Selected> = left
        .drain(..drawn)
        .map(|row| Selected {
            row,
            reason: Strategy::Random.reason(),
            score: uncertainty(row),
            probability: Some(drawn as f64 / pool as f64),
        })
        .collect();
    let wanted = count - drawn;
    if wanted == 0 {
        return Ok(selected);
    }
    let scored = left.into_iter().map(|row| (uncertainty(row), row)).collect();
    let chosen = match features.filter(|_| strategy == Strategy::Diversity) {
        None => most_uncertain(scored, wanted),
        Some(features) => {
            let candidates = most_uncertain(scored, wanted.saturating_mul(CANDIDATES_PER_TEXT));
            let rows: Vec<usize> = candidates.iter().map(|(_, row)| *row).collect();
            let before: Vec<usize> = selected.iter().map(|text| text.row).collect();
            Spread::new(features, &before, &rows).farthest(wanted)
        }
    };
    let reason = strategy.reason();
    selected.extend(chosen.into_iter().map(|(score, row)| Selected {
        row,
        reason,
        score,
        probability: None,
    }));
    Ok(selected)
}

/// How many uncertain texts diversity looks at for each that it chooses.
const CANDIDATES_PER_TEXT: usize = 10;

/// How far from 1 the probabilities of a row may add up: answers come with 32 bits, too.
const TOLERANCE: f64 = 1e-3;

/// The number of rows in the pool.
fn check(
    probabilities: &[f64],
    classes: usize,
    features: Option<Examples<'_>>,
    options: &SelectOptions,
) -> Result<usize> {
    if classes < 2 {
        return Err(Error::invalid("classes", format!("{classes}, at least 2 are needed")));
    }
    if !(0.0..=1.0).contains(&options.random_share) {
        let problem = format!("{} is not from 0 to 1", options.random_share);
        return Err(Error::invalid("random_share", problem));
    }
    if !probabilities.len().is_multiple_of(classes) {
        let problem = format!("{} are no rows of {classes} classes", probabilities.len());
        return Err(Error::invalid("probabilities", problem));
    }
    for (row, own) in probabilities.chunks_exact(classes).enumerate() {
        if let Some(number) = own.iter().find(|number| !(-1e-9..=1.0 + 1e-6).contains(*number)) {
            let problem = format!("row {row} holds {number}, which is not from 0 to 1");
            return Err(Error::invalid("probabilities", problem));
        }
        let sum: f64 = own.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            let problem = format!("those of row {row} add up to {sum}, not to 1");
            return Err(Error::invalid("probabilities", problem));
        }
    }
    let pool = probabilities.len() / classes;
    if options.strategy == Strategy::Diversity {
        let Some(features) = features else {
            return Err(Error::invalid("features", "diversity compares texts by them"));
        };
        if features.rows() != pool {
            let problem = format!("{} rows for a pool of {pool}", features.rows());
            return Err(Error::invalid("features", problem));
        }
    }
    Ok(pool)
}

/// The largest number and the second largest, which may be as large.
fn two_best(probabilities: &[f64]) -> (f64, f64) {
    probabilities.iter().fold((0.0, 0.0), |(best, second), number| {
        if *number > best { (*number, best) } else { (best, number.max(second)) }
    })
}

/// The rows with the largest scores, the largest first and of equal ones the earlier row.
fn most_uncertain(mut scored: Vec<(f64, usize)>, wanted: usize) -> Vec<(f64, usize)> {
    let order = |one: &(f64, usize), other: &(f64, usize)| {
        other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
    };
    if wanted < scored.len() {
        scored.select_nth_unstable_by(wanted, order);
        scored.truncate(wanted);
    }
    scored.sort_unstable_by(order);
    scored
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{DenseMatrix, SparseMatrix};

    fn options(count: usize, strategy: Strategy, random_share: f64) -> SelectOptions {
        SelectOptions { count, strategy, random_share, seed: 5 }
    }

    fn rows(selected: &[Selected]) -> Vec<usize> {
        selected.iter().map(|text| text.row).collect()
    }

    /// Four rows of three classes; row 1 has the smallest margin, row 2 the largest entropy and
    /// the least confidence.
    const ANSWERS: [f64; 12] = [0.9, 0.06, 0.04, 0.02, 0.49, 0.49, 0.41, 0.28, 0.31, 0.7, 0.0, 0.3];

    #[test]
    fn each_strategy_has_its_order() {
        let chosen = |strategy| select(&ANSWERS, 3, None, &options(4, strategy, 0.0)).unwrap();
        assert_eq!(rows(&chosen(Strategy::Margin)), [1, 2, 3, 0]);
        assert_eq!(rows(&chosen(Strategy::LeastConfident)), [2, 1, 3, 0]);
        let by_entropy = chosen(Strategy::Entropy);
        assert_eq!(rows(&by_entropy), [2, 1, 3, 0]);
        // scipy.stats.entropy(row, base=3), SciPy 1.17.1
        let expected =
            [0.9876572049956985, 0.7075502051509525, 0.556032649876389, 0.357163436218319];
        for (text, expected) in by_entropy.iter().zip(expected) {
            assert!((text.score - expected).abs() < 1e-12, "{text:?}");
            assert_eq!((text.reason, text.probability), ("entropy", None));
        }
    }

    #[test]
    fn ties_go_to_the_earlier_row() {
        let answers = [0.5, 0.5].repeat(1_000);
        let chosen = select(&answers, 2, None, &options(10, Strategy::Margin, 0.0)).unwrap();
        assert_eq!(rows(&chosen), (0..10).collect::<Vec<_>>());
        let features = SparseMatrix::from_parts(1, vec![0; 1_001], vec![], vec![]).unwrap();
        let options = options(10, Strategy::Diversity, 0.0);
        let chosen = select(&answers, 2, Some(Examples::Sparse(&features)), &options).unwrap();
        assert_eq!(rows(&chosen), (0..10).collect::<Vec<_>>());
        assert_eq!(chosen[1].score, 0.0);
    }

    /// The pool has 300 sure rows that are right and 100 unsure ones that are wrong half the time:
    /// the random share must find 0.875 on average, and draw every row equally often.
    #[test]
    fn accuracy_on_the_random_share_is_that_of_the_pool() {
        let answers: Vec<f64> =
            (0..400).flat_map(|row| if row < 300 { [0.99, 0.01] } else { [0.52, 0.48] }).collect();
        let is_right = |row: usize| row < 300 || row % 2 == 0;
        let (mut right, mut drawn, mut times) = (0, 0, [0_u32; 400]);
        for seed in 0..2_000 {
            let options =
                SelectOptions { count: 60, strategy: Strategy::Margin, random_share: 0.33, seed };
            let selected = select(&answers, 2, None, &options).unwrap();
            let mut different = rows(&selected);
            different.sort_unstable();
            different.dedup();
            assert_eq!(different.len(), 60);
            for text in selected.iter().filter(|text| text.reason == "random") {
                assert_eq!(text.probability, Some(20.0 / 400.0));
                right += usize::from(is_right(text.row));
                drawn += 1;
                times[text.row] += 1;
            }
        }
        assert_eq!(drawn, 40_000);
        let accuracy = right as f64 / drawn as f64;
        assert!((accuracy - 0.875).abs() < 0.005, "{accuracy}");
        assert!(times.iter().all(|times| (60..145).contains(times)), "{times:?}");
    }

    #[test]
    fn the_random_share_is_rounded_up() {
        let answers = [0.6, 0.4].repeat(200);
        let random = |count, share| {
            select(&answers, 2, None, &options(count, Strategy::Entropy, share))
                .unwrap()
                .iter()
                .filter(|text| text.probability.is_some())
                .count()
        };
        assert_eq!([random(100, 0.07), random(30, 0.1), random(31, 0.1)], [7, 3, 4]);
        assert_eq!([random(3, 0.1), random(0, 0.1), random(5, 0.0), random(5, 1.0)], [1, 0, 0, 5]);
    }

    #[test]
    fn a_small_pool_is_taken_whole() {
        for strategy in [Strategy::Margin, Strategy::Random] {
            let mut chosen = rows(&select(&ANSWERS, 3, None, &options(9, strategy, 0.1)).unwrap());
            chosen.sort_unstable();
            assert_eq!(chosen, [0, 1, 2, 3]);
        }
        let all = select(&ANSWERS, 3, None, &options(9, Strategy::Random, 0.1)).unwrap();
        assert!(all.iter().all(|text| text.probability == Some(1.0)));
        assert_eq!(select(&[], 3, None, &options(9, Strategy::Margin, 0.1)).unwrap(), []);
    }

    /// Farthest first on full cosine distances, as slow and plain as it can be.
    fn plain(features: &[Vec<f64>], before: &[usize], candidates: &[usize]) -> Vec<usize> {
        let cosine = |one: usize, other: usize| {
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (one, other) = (&features[one], &features[other]);
            dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
        };
        let mut chosen = before.to_vec();
        for _ in 0..candidates.len() / CANDIDATES_PER_TEXT {
            let resembles =
                |row: usize| chosen.iter().map(|other| cosine(row, *other)).fold(-1.0, f64::max);
            let left = candidates.iter().filter(|row| !chosen.contains(row));
            let next = left.min_by(|a, b| resembles(**a).total_cmp(&resembles(**b))).unwrap();
            chosen.push(*next);
        }
        chosen[before.len()..].to_vec()
    }

    #[test]
    fn diversity_takes_the_farthest_of_the_uncertain() {
        let mut random = Random::new(1);
        let pool = 500;
        let answers: Vec<f64> = (0..pool)
            .flat_map(|_| {
                let best = 0.5 + random.unit() / 2.0;
                [best, 1.0 - best]
            })
            .collect();
        let features: Vec<Vec<f64>> = (0..pool)
            .map(|_| (0..21).map(|_| (random.unit() - 0.3) * random.unit()).collect())
            .collect();
        let dense = DenseMatrix::from_rows(pool, 21, features.concat()).unwrap();
        let mut sparse = SparseMatrix::new(21);
        for row in &features {
            sparse.push((0..).zip(row.iter().copied()));
        }
        let options = options(25, Strategy::Diversity, 0.2);
        let chosen = select(&answers, 2, Some(Examples::Dense(&dense)), &options).unwrap();
        let rows = rows(&chosen);
        let mut candidates: Vec<usize> = (0..pool).filter(|row| !rows[..5].contains(row)).collect();
        candidates.sort_by(|a, b| answers[a * 2].total_cmp(&answers[b * 2]));
        candidates.truncate(200);
        assert_eq!(rows[5..], plain(&features, &rows[..5], &candidates));
        let again = select(&answers, 2, Some(Examples::Sparse(&sparse)), &options).unwrap();
        assert_eq!(rows, again.iter().map(|text| text.row).collect::<Vec<_>>());
        assert!(chosen[5..].is_sorted_by(|a, b| a.score >= b.score));
        assert!(chosen[5..].iter().all(|text| text.reason == "diversity"));
    }

    /// An empty text and huge numbers are compared, too, and a second empty text adds nothing.
    #[test]
    fn rows_of_zeros_resemble_each_other_only() {
        let values = vec![0.0, 0.0, 1e300, 0.0, 0.0, 0.0, 0.0, 1e-300];
        let features = DenseMatrix::from_rows(4, 2, values).unwrap();
        let options = options(4, Strategy::Diversity, 0.0);
        let answers = [0.5, 0.5].repeat(4);
        let chosen = select(&answers, 2, Some(Examples::Dense(&features)), &options).unwrap();
        assert_eq!(rows(&chosen), [0, 1, 3, 2]);
        let scores: Vec<f64> = chosen.iter().map(|text| text.score).collect();
        assert_eq!(scores, [2.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn what_cannot_be_chosen_from_is_refused() {
        let problem = |answers: &[f64], classes, features, options: SelectOptions| {
            select(answers, classes, features, &options).unwrap_err().to_string()
        };
        let margin = options(1, Strategy::Margin, 0.1);
        assert_eq!(problem(&[1.0], 1, None, margin), "classes: 1, at least 2 are needed");
        assert_eq!(
            problem(&[0.5; 3], 2, None, margin),
            "probabilities: 3 are no rows of 2 classes"
        );
        assert_eq!(
            problem(&[0.5, 0.5, f64::NAN, 1.0], 2, None, margin),
            "probabilities: row 1 holds NaN, which is not from 0 to 1"
        );
        assert_eq!(
            problem(&[0.5, 0.25], 2, None, margin),
            "probabilities: those of row 0 add up to 0.75, not to 1"
        );
        assert_eq!(
            problem(&[0.5, 0.5], 2, None, options(1, Strategy::Margin, 1.5)),
            "random_share: 1.5 is not from 0 to 1"
        );
        let diversity = options(1, Strategy::Diversity, 0.1);
        assert_eq!(
            problem(&[0.5, 0.5], 2, None, diversity),
            "features: diversity compares texts by them"
        );
        let none = SparseMatrix::new(3);
        assert_eq!(
            problem(&[0.5, 0.5], 2, Some(Examples::Sparse(&none)), diversity),
            "features: 0 rows for a pool of 1"
        );
    }
}
