//! Whether a text is unlike those a model has seen: a score as a p-value, and distances of
//! embeddings as scores.

mod distances;

pub use distances::Distances;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The most validation scores that are kept.
const KEPT: usize = 1_000;

/// How many of the largest scores are kept each, for it is there that one text more or less
/// decides.
const KEPT_LARGEST: usize = 500;

/// More rows than this were never counted: a float does not tell them apart any more.
const MOST_ROWS: u64 = 1 << 53;

/// What the scores of ordinary texts are, to say how unusual another score is.
///
/// Any score will do that is larger the stranger a text is: the share of its n-grams that the
/// vocabulary lacks, or [`Distances::score`]. It is fitted on texts that were not trained on. The
/// p-value is that of conformal anomaly detection (Laxhammar and Falkman, 2010): if a text comes
/// from where the validation texts came from, its p-value is 0.05 or less in at most 5 % of cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Novelty {
    /// Ascending; all of them, or the largest ones and some of the rest.
    scores: Vec<f64>,
    rows: usize,
}

/// What is read, before it is known to be what was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    scores: Vec<f64>,
    rows: usize,
}

impl TryFrom<Unchecked> for Novelty {
    type Error = Error;

    fn try_from(Unchecked { scores, rows }: Unchecked) -> Result<Self> {
        if scores.is_empty() || scores.len() != rows.min(KEPT) {
            let problem = format!("{} scores are kept of {rows} rows", scores.len());
            return Err(Error::invalid("novelty", problem));
        }
        if rows as u64 > MOST_ROWS {
            let problem = format!("{rows} rows, at most {MOST_ROWS} are allowed");
            return Err(Error::invalid("novelty", problem));
        }
        if !scores.is_sorted() || !scores.iter().all(|score| score.is_finite()) {
            return Err(Error::invalid("novelty", "its scores do not ascend"));
        }
        Ok(Self { scores, rows })
    }
}

impl Novelty {
    /// Learns what scores ordinary texts have.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are no scores, or one is not finite.
    pub fn fit(scores: &[f64]) -> Result<Self> {
        if scores.is_empty() {
            return Err(Error::invalid("scores", "there are none to compare with"));
        }
        if let Some(row) = scores.iter().position(|score| !score.is_finite()) {
            return Err(Error::invalid("scores", format!("row {row} has {}", scores[row])));
        }
        let rows = scores.len();
        let mut sorted = scores.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let scores = (0..rows.min(KEPT)).map(|place| sorted[rank(place, rows)]).collect();
        Ok(Self { scores, rows })
    }

    /// How likely a score as large as this one, or larger, is among ordinary texts:
    /// (1 + how many validation scores are as large) / (1 + all validation scores).
    ///
    /// Of more than 1,000 scores only some are kept; one that is not counts as large, so that the
    /// p-value is never too small. What is no number speaks against nothing and gets 1.
    pub fn pvalue(&self, score: f64) -> f64 {
        if score.is_nan() {
            return 1.0;
        }
        let smaller = self.scores.partition_point(|kept| *kept < score);
        // Up to the last kept score that is smaller, all are known to be.
        let smaller = if smaller == 0 { 0 } else { rank(smaller - 1, self.rows) + 1 };
        (1 + self.rows - smaller) as f64 / (1 + self.rows) as f64
    }

    /// How many texts it was fitted on.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// Which of `rows` ascending scores is kept in a place.
fn rank(place: usize, rows: usize) -> usize {
    if rows <= KEPT {
        return place;
    }
    let (rest, thinned) = (KEPT - KEPT_LARGEST, rows - KEPT_LARGEST);
    if place < rest { place * thinned / rest } else { thinned + place - rest }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;
    use crate::{learn::DenseMatrix, random::Random};

    /// A normal number (Box and Muller).
    fn normal(random: &mut Random) -> f64 {
        let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * random.unit()).cos()
    }

    #[test]
    fn the_pvalue_is_the_share_of_scores_as_large() {
        let novelty = Novelty::fit(&[0.3, 0.1, 0.2, 0.2]).unwrap();
        let pvalues = [0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.31, f64::INFINITY, f64::NAN];
        let expected = [1.0, 1.0, 0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 1.0];
        for (score, expected) in pvalues.into_iter().zip(expected) {
            assert_eq!(novelty.pvalue(score), expected, "{score}");
        }
        assert_eq!(Novelty::fit(&[7.0]).unwrap().pvalue(8.0), 0.5);
    }

    #[test]
    fn what_is_thinned_out_never_makes_a_pvalue_too_small() {
        let mut random = Random::new(3);
        for rows in [999, 1_000, 1_001, 1_500, 20_000] {
            let scores: Vec<f64> =
                (0..rows).map(|_| (random.unit() * 3_000.0).round() / 3_000.0).collect();
            let novelty = Novelty::fit(&scores).unwrap();
            assert_eq!((novelty.scores.len(), novelty.rows()), (rows.min(1_000), rows));
            for step in -1..=3_001 {
                let score = f64::from(step) / 3_000.0;
                let as_large = scores.iter().filter(|other| **other >= score).count();
                let exact = (1 + as_large) as f64 / (1 + rows) as f64;
                let found = novelty.pvalue(score);
                assert!(found >= exact && found - exact <= 0.002, "{score}: {found}, {exact}");
                if as_large < KEPT_LARGEST || rows <= KEPT {
                    assert_eq!(found, exact);
                }
            }
        }
    }

    /// The statistic of Kolmogorov and Smirnov for uniform numbers.
    fn distance_from_uniform(mut pvalues: Vec<f64>) -> f64 {
        pvalues.sort_unstable_by(f64::total_cmp);
        let rows = pvalues.len() as f64;
        let steps = pvalues.iter().enumerate();
        steps.fold(0.0, |largest: f64, (at, own)| {
            largest.max(own - at as f64 / rows).max((at + 1) as f64 / rows - own)
        })
    }

    /// Embeddings of three classes, moved by `shift` in every dimension.
    fn embeddings(rows: usize, shift: f64, random: &mut Random) -> (DenseMatrix, Vec<u32>) {
        let labels: Vec<u32> = (0..rows).map(|row| (row % 3) as u32).collect();
        let values = labels.iter().flat_map(|label| (0..20).map(move |column| (*label, column)));
        let values = values.map(|(label, column)| {
            let centre = if column % 3 == label { 4.0 } else { 0.0 };
            centre + shift + normal(random) * (1.0 + f64::from(column) / 10.0)
        });
        let values = values.collect();
        (DenseMatrix::from_rows(rows, 20, values).unwrap(), labels)
    }

    #[test]
    fn pvalues_are_uniform_for_ordinary_texts_and_small_for_others() {
        let mut random = Random::new(11);
        let (train, labels) = embeddings(600, 0.0, &mut random);
        let distances = Distances::fit(&train, &labels, 3).unwrap();
        let mut pvalues = |shift, validation: Option<&Novelty>| {
            let (rows, _) = embeddings(4_000, shift, &mut random);
            let scores: Vec<f64> =
                (0..4_000).map(|row| distances.score(rows.row(row)).unwrap()).collect();
            let novelty = validation.cloned().unwrap_or_else(|| Novelty::fit(&scores).unwrap());
            let pvalues: Vec<f64> = scores.iter().map(|score| novelty.pvalue(*score)).collect();
            (novelty, pvalues)
        };
        let (novelty, _) = pvalues(0.0, None);
        let (_, ordinary) = pvalues(0.0, Some(&novelty));
        let (_, strange) = pvalues(2.0, Some(&novelty));
        let below = |pvalues: &[f64], level| {
            pvalues.iter().filter(|pvalue| **pvalue <= level).count() as f64 / pvalues.len() as f64
        };
        // 1.63 * sqrt(1/4000 + 1/4000) is exceeded by chance in 1 % of cases.
        assert!(distance_from_uniform(ordinary.clone()) < 0.0365);
        assert!((below(&ordinary, 0.05) - 0.05).abs() < 0.015);
        assert!(below(&strange, 0.05) > 0.9, "{}", below(&strange, 0.05));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let problem = |scores: &[f64]| Novelty::fit(scores).unwrap_err().to_string();
        assert_eq!(problem(&[]), "scores: there are none to compare with");
        assert_eq!(problem(&[1.0, f64::INFINITY]), "scores: row 1 has inf");
        for json in [
            r#"{"scores": [], "rows": 0}"#,
            r#"{"scores": [2.0, 1.0], "rows": 2}"#,
            r#"{"scores": [1.0], "rows": 2}"#,
        ] {
            assert!(serde_json::from_str::<Novelty>(json).is_err(), "{json}");
        }
        let kept = |rows: u64| {
            let scores: Vec<u32> = (0..1_000).collect();
            serde_json::from_str::<Novelty>(&format!(r#"{{"scores": {scores:?}, "rows": {rows}}}"#))
        };
        let error = kept(u64::MAX).unwrap_err().to_string();
        assert!(error.contains("18446744073709551615 rows, at most 9007199254740992"), "{error}");
        assert!(kept(1 << 53).unwrap().pvalue(2_000.0) > 0.0);
    }
}
