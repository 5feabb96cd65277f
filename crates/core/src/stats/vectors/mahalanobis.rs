use ndarray::{ArrayView2, ArrayViewMut2, Axis};

use super::{Covariance, Vectors, permutation, pooled};
use crate::{Error, Result, stats::distribution::f_upper};

/// How far the means of two samples of vectors are apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MahalanobisTest {
    /// The squared Mahalanobis distance of the means.
    pub statistic: f64,
    /// How likely it would be at least as large if the means were equal; none if neither Hotelling's
    /// distribution holds nor permutations were asked for.
    pub pvalue: Option<f64>,
    /// How much the covariance was shrunk, from 0 to 1.
    pub shrinkage: f64,
}

/// The squared Mahalanobis distance of the means of two samples: δᵀ Σ⁻¹ δ with the covariance Σ of
/// the rows.
///
/// With a `shrinkage` of 0, Σ is the covariance within the samples, and the p-value is that of
/// Hotelling's T² = n m / (n + m) times the statistic. Else Σ is the covariance of all rows round
/// their common mean, drawn towards equal variances without correlation by `shrinkage`, or without
/// one by as much as Ledoit and Wolf (2004) found best; it can be inverted with any number of
/// columns. The p-value then comes from permutations, which leave this Σ as it is.
///
/// # Errors
/// [`Error::InvalidInput`] for fewer than two vectors, unequal columns, a shrinkage that is not
/// between 0 and 1, or columns that depend on each other without shrinkage.
pub fn mahalanobis_of_means(
    first: Vectors<'_>,
    second: Vectors<'_>,
    shrinkage: Option<f64>,
    permutations: usize,
    seed: u64,
) -> Result<MahalanobisTest> {
    if let Some(shrinkage) = shrinkage.filter(|shrinkage| !(0.0..=1.0).contains(shrinkage)) {
        return Err(Error::invalid("shrinkage", format!("{shrinkage} is not between 0 and 1")));
    }
    let columns = first.columns();
    let mut all = pooled(first, second)?;
    let (n, m) = (first.rows() as f64, second.rows() as f64);
    let split = first.rows() * columns;
    let is_plain = shrinkage == Some(0.0);
    let mean = |rows: &[f64]| {
        let rows = ArrayView2::from_shape((rows.len() / columns, columns), rows);
        rows.ok().and_then(|rows| rows.mean_axis(Axis(0))).expect("there are at least two rows")
    };
    let mut apart = (mean(&all[..split]) - mean(&all[split..])).to_vec();
    let divisor = if is_plain { n + m - 2.0 } else { n + m };
    if is_plain {
        for part in [0..split, split..all.len()] {
            let own = mean(&all[part.clone()]);
            let shape = (part.len() / columns, columns);
            let mut rows = ArrayViewMut2::from_shape(shape, &mut all[part])
                .expect("all rows are of that length");
            rows -= &own;
        }
    }
    let rows = ArrayView2::from_shape((first.rows() + second.rows(), columns), &all)
        .expect("all rows are of that length");
    let covariance = Covariance::of(rows, divisor, shrinkage)?;
    covariance.whiten(&mut apart);
    let statistic: f64 = apart.iter().map(|number| number * number).sum();
    let shrinkage = covariance.shrinkage;
    let left = n + m - 1.0 - columns as f64;
    let pvalue = if is_plain {
        let f = left / (columns as f64 * (n + m - 2.0)) * n * m / (n + m) * statistic;
        (left >= 1.0).then(|| f_upper(f, columns as f64, left))
    } else {
        let mut white = all.clone();
        white.chunks_exact_mut(columns).for_each(|row| covariance.whiten(row));
        let white = ArrayView2::from_shape(rows.dim(), &white).expect("it has the same shape");
        let members = permutation::memberships(first.rows(), rows.nrows(), permutations, seed)?;
        // Both means sum to zero with their sizes, so one sum tells the distance.
        let sums = white.t().dot(&members);
        let scale = (1.0 / n + 1.0 / m).powi(2);
        let statistics: Vec<f64> =
            sums.columns().into_iter().map(|sum| scale * sum.dot(&sum)).collect();
        permutation::share_at_least(&statistics)
    };
    Ok(MahalanobisTest { statistic, pvalue, shrinkage })
}
