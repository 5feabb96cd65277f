//! Whether a text is unlike those a model has seen: a score as a p-value, and distances of
//! embeddings as scores.

use serde::{Deserialize, Serialize};

use super::DenseMatrix;
use crate::{Error, Result};

/// The most validation scores that are kept.
const KEPT: usize = 1_000;

/// How many of the largest scores are kept each, for it is there that one text more or less
/// decides.
const KEPT_LARGEST: usize = 500;

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

/// Where each class lies among embeddings, to say how far a text is from all of them.
///
/// The distance to a class is Mahalanobis's, with a variance for each dimension that the classes
/// share (Lee et al., 2018, with a diagonal covariance). The variances are drawn towards their
/// mean by as much as chance makes them differ (Opgen-Rhein and Strimmer, 2007), so that a
/// dimension that hardly varies in few rows does not decide alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedDistances")]
pub struct Distances {
    /// The means of the classes that have rows.
    means: Vec<Vec<f64>>,
    variances: Vec<f64>,
}

/// What is read, before it is known to be what was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedDistances {
    means: Vec<Vec<f64>>,
    variances: Vec<f64>,
}

impl TryFrom<UncheckedDistances> for Distances {
    type Error = Error;

    fn try_from(UncheckedDistances { means, variances }: UncheckedDistances) -> Result<Self> {
        let invalid = |problem: &str| Err(Error::invalid("distances", problem));
        if means.is_empty() || means.iter().any(|mean| mean.len() != variances.len()) {
            return invalid("its means do not have the dimensions of its variances");
        }
        if !means.iter().flatten().all(|number| number.is_finite()) {
            return invalid("a mean is not finite");
        }
        if !variances.iter().all(|number| number.is_finite() && *number > 0.0) {
            return invalid("a variance is not above 0");
        }
        Ok(Self { means, variances })
    }
}

/// The least part of a variance that comes from the mean of all, for dimensions without any.
const LEAST_SHRINKAGE: f64 = 0.01;

impl Distances {
    /// Learns where the classes lie from embeddings of texts that were trained on.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is not one label for each row, a label is none of the
    /// classes, there are no more rows than classes, or the rows of every class are all the same.
    pub fn fit(embeddings: &DenseMatrix, labels: &[u32], classes: usize) -> Result<Self> {
        let (rows, columns) = (embeddings.rows(), embeddings.columns());
        if labels.len() != rows {
            let problem = format!("{} labels for {rows} rows", labels.len());
            return Err(Error::invalid("labels", problem));
        }
        let mut counts = vec![0_usize; classes];
        let mut means = vec![vec![0.0; columns]; classes];
        for (row, label) in labels.iter().enumerate() {
            let Some(mean) = means.get_mut(*label as usize) else {
                let problem = format!("row {row} has class {label}, there are {classes}");
                return Err(Error::invalid("labels", problem));
            };
            counts[*label as usize] += 1;
            mean.iter_mut().zip(embeddings.row(row)).for_each(|(sum, number)| *sum += number);
        }
        for (mean, count) in means.iter_mut().zip(&counts) {
            mean.iter_mut().for_each(|sum| *sum /= (*count).max(1) as f64);
        }
        let present = counts.iter().filter(|count| **count > 0).count();
        if rows <= present {
            let problem =
                format!("{rows} rows of {present} classes do not show how much they vary");
            return Err(Error::invalid("embeddings", problem));
        }
        let mut variances = vec![0.0; columns];
        for (row, label) in labels.iter().enumerate() {
            let from_mean = embeddings.row(row).iter().zip(&means[*label as usize]);
            for (sum, (number, mean)) in variances.iter_mut().zip(from_mean) {
                *sum += (number - mean).powi(2);
            }
        }
        let freedom = (rows - present) as f64;
        variances.iter_mut().for_each(|sum| *sum /= freedom);
        let variances = shrunk(variances, freedom)?;
        means = means
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(mean, _)| mean)
            .collect();
        Self::try_from(UncheckedDistances { means, variances })
    }

    /// The distance of an embedding from the nearest class, per dimension: about 1 for a text like
    /// those it was fitted on.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the row does not have as many dimensions, or a number is not
    /// finite.
    pub fn score(&self, row: &[f64]) -> Result<f64> {
        let dimensions = self.variances.len();
        if row.len() != dimensions {
            let problem = format!("{} dimensions, its classes have {dimensions}", row.len());
            return Err(Error::invalid("embedding", problem));
        }
        if let Some(at) = row.iter().position(|number| !number.is_finite()) {
            return Err(Error::invalid("embedding", format!("dimension {at} is {}", row[at])));
        }
        let distance = |mean: &Vec<f64>| -> f64 {
            let pairs = row.iter().zip(mean).zip(&self.variances);
            pairs.map(|((number, mean), variance)| (number - mean).powi(2) / variance).sum()
        };
        let nearest = self.means.iter().map(distance).fold(f64::INFINITY, f64::min);
        // A number may be so far off that its square is infinite; farther than all is far enough.
        Ok((nearest / dimensions as f64).sqrt().min(f64::MAX))
    }
}

/// Variances drawn towards their mean by the share of their differences that is chance: the
/// variance of a variance of normal numbers is twice its square, over its degrees of freedom.
fn shrunk(variances: Vec<f64>, freedom: f64) -> Result<Vec<f64>> {
    let mean = variances.iter().sum::<f64>() / variances.len() as f64;
    // Not above 0 also without any dimension, for then it is no number.
    if !(mean > 0.0) || !mean.is_finite() {
        let problem = format!("the mean variance inside a class is {mean}, not above 0");
        return Err(Error::invalid("embeddings", problem));
    }
    let relative = |variance: &f64| variance / mean;
    let chance: f64 = variances.iter().map(|own| 2.0 * relative(own).powi(2) / freedom).sum();
    let spread: f64 = variances.iter().map(|own| (relative(own) - 1.0).powi(2)).sum();
    let share = if chance < spread { (chance / spread).max(LEAST_SHRINKAGE) } else { 1.0 };
    Ok(variances.into_iter().map(|own| share * mean + (1.0 - share) * own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

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

    /// NumPy 2.4.6: means of each class, pooled variance over n - k, shrunk by the formula above.
    #[test]
    fn distances_are_those_of_the_formula() {
        let rows = [
            [1.0, 20.0, 0.5],
            [3.0, 60.0, 0.25],
            [5.0, 10.0, 0.75],
            [2.0, 30.0, 0.5],
            [10.0, -10.0, 2.5],
            [11.0, 0.0, 2.25],
            [15.0, -80.0, 2.0],
            [12.0, -20.0, 2.25],
            [14.0, 40.0, 2.5],
            [13.0, 5.0, 2.0],
        ];
        let matrix = DenseMatrix::from_rows(10, 3, rows.concat()).unwrap();
        let labels = [0, 0, 0, 0, 2, 2, 2, 2, 2, 2];
        let distances = Distances::fit(&matrix, &labels, 3).unwrap();
        assert_eq!(distances.means.len(), 2);
        let expected =
            [0.201_070_834_068_721_25, 0.473_407_563_496_511_36, 0.350_272_475_564_889_55];
        for (row, expected) in
            [[2.0, 40.0, 1.0], [5.0, 4.0, 0.0], [12.5, 7.0, 2.25]].iter().zip(expected)
        {
            assert!((distances.score(row).unwrap() - expected).abs() < 1e-12);
        }
        let json = serde_json::to_string(&distances).unwrap();
        assert_eq!(serde_json::from_str::<Distances>(&json).unwrap(), distances);
        assert!(distances.score(&[f64::MAX, -f64::MAX, 0.0]).unwrap().is_finite());
    }

    #[test]
    fn a_dimension_without_variance_does_not_decide_alone() {
        let values = (0..40).flat_map(|row| [f64::from(row % 5), 1.0]).collect();
        let matrix = DenseMatrix::from_rows(40, 2, values).unwrap();
        let distances = Distances::fit(&matrix, &[0; 40], 1).unwrap();
        assert!(distances.score(&[2.0, 1.01]).unwrap() < 1.0);
        assert!(distances.score(&[2.0, 9.0]).unwrap() > 5.0);
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

        let matrix = DenseMatrix::from_rows(3, 1, vec![1.0, 1.0, 2.0]).unwrap();
        let problem = |labels: &[u32]| Distances::fit(&matrix, labels, 3).unwrap_err().to_string();
        assert_eq!(problem(&[0]), "labels: 1 labels for 3 rows");
        assert_eq!(problem(&[0, 0, 3]), "labels: row 2 has class 3, there are 3");
        assert_eq!(
            problem(&[0, 1, 2]),
            "embeddings: 3 rows of 3 classes do not show how much they vary"
        );
        assert_eq!(
            problem(&[0, 0, 1]),
            "embeddings: the mean variance inside a class is 0, not above 0"
        );
        let distances = Distances::fit(&matrix, &[0, 1, 1], 2).unwrap();
        let problem = |row: &[f64]| distances.score(row).unwrap_err().to_string();
        assert_eq!(problem(&[]), "embedding: 0 dimensions, its classes have 1");
        assert_eq!(problem(&[f64::NAN]), "embedding: dimension 0 is NaN");
    }
}
