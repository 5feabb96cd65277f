//! Distances of embeddings from what was learnt.

use serde::{Deserialize, Serialize};

use crate::{Error, Result, learn::DenseMatrix};

/// Where each class lies among embeddings, to say how far a text is from all of them.
///
/// The distance to a class is Mahalanobis's, with a variance for each dimension that the classes
/// share (Lee et al., 2018, with a diagonal covariance). The variances are drawn towards their
/// mean by as much as chance makes them differ (Opgen-Rhein and Strimmer, 2007), so that a
/// dimension that hardly varies in few rows does not decide alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Distances {
    /// The means of the classes that have rows.
    means: Vec<Vec<f64>>,
    variances: Vec<f64>,
}

/// What is read, before it is known to be what was written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    means: Vec<Vec<f64>>,
    variances: Vec<f64>,
}

impl TryFrom<Unchecked> for Distances {
    type Error = Error;

    fn try_from(Unchecked { means, variances }: Unchecked) -> Result<Self> {
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
            for sum in mean {
                *sum /= (*count).max(1) as f64;
            }
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
        for sum in &mut variances {
            *sum /= freedom;
        }
        let variances = shrunk(variances, freedom)?;
        means = means
            .into_iter()
            .zip(counts)
            .filter(|(_, count)| *count > 0)
            .map(|(mean, _)| mean)
            .collect();
        Self::try_from(Unchecked { means, variances })
    }

    /// How many dimensions an embedding has.
    pub fn dimensions(&self) -> usize {
        self.variances.len()
    }

    /// The distance of an embedding from the nearest class, per dimension: about 1 for a text like
    /// those it was fitted on.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the row does not have as many dimensions, or a number is not
    /// finite.
    pub fn score(&self, row: &[f64]) -> Result<f64> {
        let dimensions = self.dimensions();
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
    // Without any dimension it is no number.
    if mean.is_nan() || mean <= 0.0 || mean.is_infinite() {
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
        assert_eq!((distances.means.len(), distances.dimensions()), (2, 3));
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
    fn embeddings_that_do_not_fit_are_refused() {
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
