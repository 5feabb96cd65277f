//! Choosing which texts of a pool people should label next.

mod diverse;
#[cfg(test)]
mod tests;

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
    /// The name, as it is written in every face.
    pub fn name(self) -> &'static str {
        match self {
            Self::Margin => "margin",
            Self::Entropy => "entropy",
            Self::LeastConfident => "least_confident",
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

impl std::str::FromStr for Strategy {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        [Self::Margin, Self::Entropy, Self::LeastConfident, Self::Diversity, Self::Random]
            .into_iter()
            .find(|strategy| strategy.name() == name)
            .ok_or_else(|| {
                let problem = format!(
                    "{name:?} is not one of margin, entropy, least_confident, diversity, random"
                );
                Error::invalid("strategy", problem)
            })
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
    select_watched(probabilities, classes, features, options, &mut || Ok(()))
}

/// [`select`], with `watch` called before each text that [`Strategy::Diversity`] chooses, which may
/// take long: an error ends the work and is returned.
///
/// # Errors
/// As for [`select`], and what `watch` returns.
pub fn select_watched(
    probabilities: &[f64],
    classes: usize,
    features: Option<Examples<'_>>,
    options: &SelectOptions,
    watch: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<Selected>> {
    let pool = check(probabilities, classes, features, options)?;
    let SelectOptions { strategy, .. } = *options;
    let count = options.count.min(pool);
    let uncertainty =
        |row: usize| strategy.uncertainty(&probabilities[row * classes..(row + 1) * classes]);
    let drawn =
        if strategy == Strategy::Random { count } else { rounded_up(count, options.random_share) };
    let mut left: Vec<usize> = (0..pool).collect();
    let mut random = Random::new(options.seed);
    for place in 0..drawn {
        left.swap(place, place + random.below(pool - place));
    }
    let mut selected: Vec<Selected> = left
        .drain(..drawn)
        .map(|row| Selected {
            row,
            reason: Strategy::Random.name(),
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
            Spread::new(features, &before, &rows, watch)?.farthest(wanted, watch)?
        }
    };
    let reason = strategy.name();
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

/// A share of a number, rounded up.
#[expect(clippy::cast_sign_loss, reason = "what is below 0 becomes 0")]
fn rounded_up(count: usize, share: f64) -> usize {
    // Without the small number, 0.07 of 100 would be 8 for want of digits.
    ((count as f64 * share - 1e-9).ceil() as usize).min(count)
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
