//! Covariances of many columns, made invertible.

use ndarray::{Array2, ArrayView2};

use crate::{Error, Result};

/// The inverse of a covariance, in the form that distances are computed with.
#[derive(Debug, Clone)]
pub(crate) struct Covariance {
    /// The lower triangle L of L Lᵀ.
    factor: Array2<f64>,
    /// How much the covariance was drawn towards equal variances without correlation.
    pub(crate) shrinkage: f64,
}

impl Covariance {
    /// Of rows whose mean was taken away: their mean square products, for which `divisor` is how
    /// many count, drawn towards the mean variance by `shrinkage`, or by as much as Ledoit and
    /// Wolf (2004) found best.
    pub(crate) fn of(
        rows: ArrayView2<'_, f64>,
        divisor: f64,
        shrinkage: Option<f64>,
    ) -> Result<Self> {
        let columns = rows.ncols() as f64;
        let count = rows.nrows() as f64;
        let mut matrix = rows.t().dot(&rows);
        let shrinkage = shrinkage.unwrap_or_else(|| {
            let mean = matrix.diag().sum() / columns / count;
            let squares = matrix.iter().map(|value| (value / count).powi(2)).sum::<f64>();
            let fourth = rows.rows().into_iter().map(|row| row.dot(&row).powi(2)).sum::<f64>();
            let apart = (squares - columns * mean * mean) / columns;
            let noise = (fourth / count - squares) / (columns * count);
            if apart > 0.0 { (noise / apart).clamp(0.0, 1.0) } else { 1.0 }
        });
        matrix /= divisor;
        let mean = matrix.diag().sum() / columns;
        matrix *= 1.0 - shrinkage;
        matrix.diag_mut().iter_mut().for_each(|value| *value += shrinkage * mean);
        let factor = cholesky(matrix)?;
        Ok(Self { factor, shrinkage })
    }

    /// Of a covariance that is known, its lower triangle row by row.
    pub(crate) fn of_triangle(size: usize, triangle: &[f32], shrinkage: f64) -> Result<Self> {
        let mut matrix = Array2::zeros((size, size));
        let mut numbers = triangle.iter().map(|number| f64::from(*number));
        for row in 0..size {
            for column in 0..=row {
                let number = numbers.next().unwrap_or_default();
                matrix[[row, column]] = number;
                matrix[[column, row]] = number;
            }
        }
        let mean = matrix.diag().sum() / size as f64;
        matrix *= 1.0 - shrinkage;
        matrix.diag_mut().iter_mut().for_each(|value| *value += shrinkage * mean);
        Ok(Self { factor: cholesky(matrix)?, shrinkage })
    }

    /// Of a covariance that is known, or of what is used like one.
    pub(crate) fn of_rows(size: usize, rows: Vec<f64>) -> Result<Self> {
        let matrix = Array2::from_shape_vec((size, size), rows).expect("rows are as long as told");
        Ok(Self { factor: cholesky(matrix)?, shrinkage: 0.0 })
    }

    /// The trace of the inverse.
    pub(crate) fn inverse_trace(&self) -> f64 {
        let size = self.factor.nrows();
        let mut unit = vec![0.0; size];
        let mut sum = 0.0;
        for place in 0..size {
            unit.fill(0.0);
            unit[place] = 1.0;
            self.whiten(&mut unit);
            sum += unit.iter().map(|number| number * number).sum::<f64>();
        }
        sum
    }

    /// L⁻¹ x: the vector in coordinates without correlation and with variance 1.
    pub(crate) fn whiten(&self, vector: &mut [f64]) {
        for row in 0..vector.len() {
            let known = (0..row).map(|column| self.factor[[row, column]] * vector[column]);
            vector[row] = (vector[row] - known.sum::<f64>()) / self.factor[[row, row]];
        }
    }
}

/// The lower triangle L of L Lᵀ, in the place of the matrix.
fn cholesky(mut matrix: Array2<f64>) -> Result<Array2<f64>> {
    let size = matrix.nrows();
    let largest = matrix.diag().iter().copied().fold(0.0, f64::max);
    let numbers = matrix.as_slice_mut().expect("a product of matrices lies row after row");
    for column in 0..size {
        let (done, rest) = numbers.split_at_mut((column + 1) * size);
        let own = &mut done[column * size..];
        let dot = |one: &[f64], other: &[f64]| -> f64 {
            one.iter().zip(other).map(|(one, other)| one * other).sum()
        };
        let pivot = own[column] - dot(&own[..column], &own[..column]);
        if pivot <= 1e-13 * largest || !pivot.is_finite() {
            let problem = "columns depend on each other: more rows or some shrinkage are needed";
            return Err(Error::invalid("vectors", problem));
        }
        let root = pivot.sqrt();
        own[column] = root;
        for row in rest.chunks_exact_mut(size) {
            row[column] = (row[column] - dot(&row[..column], &own[..column])) / root;
        }
    }
    Ok(matrix)
}
