//! Whether two samples of vectors come from the same distribution.

mod covariance;
mod kernel;
mod mahalanobis;
mod permutation;

pub(crate) use covariance::Covariance;
pub use kernel::{KernelTest, mmd, mmd_random_features};
pub use mahalanobis::{MahalanobisTest, mahalanobis_of_means};

use crate::{Error, Result};

/// Vectors of equal length, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Vectors<'a> {
    numbers: &'a [f64],
    columns: usize,
}

impl<'a> Vectors<'a> {
    /// Takes `numbers` as vectors of `columns` numbers each.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for no columns, a last vector that is too short, or what is not
    /// finite.
    pub fn new(numbers: &'a [f64], columns: usize) -> Result<Self> {
        if columns == 0 || !numbers.len().is_multiple_of(columns) {
            let problem = format!("{} numbers are no vectors of {columns}", numbers.len());
            return Err(Error::invalid("vectors", problem));
        }
        if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
            let (row, number) = (place / columns, numbers[place]);
            return Err(Error::invalid("vectors", format!("{number} in row {row} is not finite")));
        }
        Ok(Self { numbers, columns })
    }

    /// How many vectors there are.
    pub fn rows(&self) -> usize {
        self.numbers.len() / self.columns
    }

    /// How many numbers each has.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Both samples in one, less their common mean: distances stay, and lose fewer digits.
fn pooled(first: Vectors<'_>, second: Vectors<'_>) -> Result<Vec<f64>> {
    if first.columns != second.columns {
        let problem = format!("{} columns, the first has {}", second.columns, first.columns);
        return Err(Error::invalid("second", problem));
    }
    for (what, vectors) in [("first", first), ("second", second)] {
        if vectors.rows() < 2 {
            let problem = format!("{} vectors, at least 2 are needed", vectors.rows());
            return Err(Error::invalid(what, problem));
        }
    }
    let columns = first.columns;
    let mut all = [first.numbers, second.numbers].concat();
    let mut mean = vec![0.0; columns];
    for row in all.chunks_exact(columns) {
        mean.iter_mut().zip(row).for_each(|(mean, number)| *mean += number);
    }
    let rows = (all.len() / columns) as f64;
    for mean in &mut mean {
        *mean /= rows;
    }
    for row in all.chunks_exact_mut(columns) {
        row.iter_mut().zip(&mean).for_each(|(number, mean)| *number -= mean);
    }
    Ok(all)
}
