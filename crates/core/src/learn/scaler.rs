//! Columns of mean zero and deviation one.

use super::DenseMatrix;
use crate::{Error, Result};

/// Moves and stretches each column so that its mean is 0 and its standard deviation 1.
///
/// A column that never changes is moved only.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaler {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Scaler {
    /// Measures the columns.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there is no row, or the numbers are so large that their squares
    /// are not finite.
    pub fn fit(examples: &DenseMatrix) -> Result<Self> {
        let (rows, columns) = (examples.rows(), examples.columns());
        if rows == 0 {
            return Err(Error::invalid("examples", "no row to measure"));
        }
        let count = rows as f64;
        let mut means = vec![0.0; columns];
        for row in 0..rows {
            for (mean, value) in means.iter_mut().zip(examples.row(row)) {
                *mean += value;
            }
        }
        for mean in &mut means {
            *mean /= count;
        }
        // The sum of the differences is zero but for rounding, which is taken out again.
        let mut sums = vec![(0.0, 0.0); columns];
        for row in 0..rows {
            for ((sum, mean), value) in sums.iter_mut().zip(&means).zip(examples.row(row)) {
                let difference = value - mean;
                sum.0 += difference;
                sum.1 += difference * difference;
            }
        }
        let mut deviations = Vec::with_capacity(columns);
        for (column, ((sum, squares), mean)) in sums.into_iter().zip(&means).enumerate() {
            let variance = (squares - sum * sum / count).max(0.0) / count;
            if !variance.is_finite() {
                let problem = format!("the variance of column {column} is {variance}");
                return Err(Error::invalid("examples", problem));
            }
            deviations.push(if is_constant(variance, *mean, count) {
                1.0
            } else {
                variance.sqrt()
            });
        }
        Ok(Self { means, deviations })
    }

    /// The same, with every deviation so many times as large: rows get shorter by that.
    pub fn stretched(mut self, factor: f64) -> Self {
        self.deviations.iter_mut().for_each(|deviation| *deviation *= factor);
        self
    }

    /// The mean of each column.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The standard deviation of each column, and 1 where it is zero.
    pub fn deviations(&self) -> &[f64] {
        &self.deviations
    }

    /// The rows, moved and stretched.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if they have another number of columns, or a number leaves the range
    /// of floats.
    pub fn transform(&self, examples: &DenseMatrix) -> Result<DenseMatrix> {
        let (rows, columns) = (examples.rows(), examples.columns());
        if columns != self.means.len() {
            let own = self.means.len();
            return Err(Error::invalid(
                "examples",
                format!("{columns} columns, the scaler has {own}"),
            ));
        }
        let mut values = examples.values().to_vec();
        for row in values.chunks_exact_mut(columns.max(1)) {
            for (value, (mean, deviation)) in
                row.iter_mut().zip(self.means.iter().zip(&self.deviations))
            {
                *value = (*value - mean) / deviation;
            }
        }
        DenseMatrix::from_rows(rows, columns, values)
    }
}

/// Whether a variance is no more than what rounding makes of a column of equal numbers: the mean
/// of n numbers is off by n units in its last place at most, and so is each difference from it.
fn is_constant(variance: f64, mean: f64, count: f64) -> bool {
    let unit = f64::EPSILON;
    variance <= count * unit * variance + (count * mean * unit).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::{
        LinearModel,
        golden::{cases, distance},
    };

    #[test]
    fn means_and_deviations_are_those_of_scikit_learn() {
        for case in cases(&["scaler"]) {
            let rows = case.dense();
            let scaler = Scaler::fit(&rows).unwrap();
            for (found, expected) in scaler.means().iter().zip(&case.means) {
                assert!((found - expected).abs() <= 1e-15 * expected.abs(), "{found} {expected}");
            }
            for (found, expected) in scaler.deviations().iter().zip(&case.deviations) {
                assert!((found - expected).abs() <= 1e-6 * expected, "{found} {expected}");
            }
            let moved = scaler.transform(&rows).unwrap();
            let first: Vec<f64> = moved.values().iter().step_by(4).copied().collect();
            let expected: Vec<f64> = case.scaled.iter().map(|row| row[0]).collect();
            assert!(distance(&first, &expected) < 1e-12);
        }
    }

    #[test]
    fn a_model_takes_the_scaler_in() {
        let rows = DenseMatrix::from_rows(3, 2, vec![1.0, 50.0, 2.0, -20.0, 4.0, 3.0]).unwrap();
        let scaler = Scaler::fit(&rows).unwrap();
        let model = LinearModel::new(2, 2, vec![1.0, -1.0, 0.5, 2.0], vec![0.1, 0.2]).unwrap();
        let moved = scaler.transform(&rows).unwrap();
        let expected = model.scores((&moved).into(), None).unwrap();
        let found = model.unscaled(&scaler).unwrap().scores((&rows).into(), None).unwrap();
        assert!(distance(&found, &expected) < 1e-12);
    }

    #[test]
    fn what_cannot_be_scaled_is_refused() {
        let message = |matrix: &DenseMatrix| Scaler::fit(matrix).unwrap_err().to_string();
        let empty = DenseMatrix::from_rows(0, 2, vec![]).unwrap();
        assert_eq!(message(&empty), "examples: no row to measure");
        let huge = DenseMatrix::from_rows(2, 1, vec![1e300, -1e300]).unwrap();
        assert_eq!(message(&huge), "examples: the variance of column 0 is inf");
        let one = DenseMatrix::from_rows(1, 1, vec![7.0]).unwrap();
        let scaler = Scaler::fit(&one).unwrap();
        assert_eq!((scaler.means(), scaler.deviations()), (&[7.0][..], &[1.0][..]));
        assert!(scaler.transform(&empty).is_err());
    }
}
