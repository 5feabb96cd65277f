//! What every linear classifier is when it is used: a weight for each column and class.

use std::{borrow::Cow, num::NonZero};

use safetensors::{Dtype, SafeTensors, View};

use super::{Examples, Scaler, logistic::exponential::softmax, logistic::problem::in_order};
use crate::{Error, Result};

/// Rows that are scored together.
const ROWS_PER_BLOCK: usize = 512;

/// The largest number that a model may hold, without its sign: far beyond any that is learnt, and so
/// far below the largest float that products and sums of such numbers stay finite.
pub(super) const LARGEST_NUMBER: f64 = 1e100;

/// Scores that are sums of weighted numbers: `row · weights + intercepts`.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearModel {
    columns: usize,
    classes: usize,
    /// For each column, the weights of all classes.
    weights: Vec<f64>,
    intercepts: Vec<f64>,
}

impl LinearModel {
    /// A model of its numbers: for each column the weights of all classes, and the intercepts.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if there are fewer than two classes, the lists do not have the
    /// lengths that follow, or a number is not finite or beyond ±1e100.
    pub fn new(
        columns: usize,
        classes: usize,
        weights: Vec<f64>,
        intercepts: Vec<f64>,
    ) -> Result<Self> {
        let invalid = |problem: String| Err(Error::invalid("linear model", problem));
        if classes < 2 {
            return invalid(format!("{classes} classes, the fewest are 2"));
        }
        if intercepts.len() != classes {
            return invalid(format!("{} intercepts for {classes} classes", intercepts.len()));
        }
        if columns.checked_mul(classes) != Some(weights.len()) {
            let numbers = weights.len();
            return invalid(format!("{numbers} weights for {columns} columns × {classes} classes"));
        }
        let beyond = |number: &f64| !(-LARGEST_NUMBER..=LARGEST_NUMBER).contains(number);
        if let Some(at) = weights.iter().position(beyond) {
            let (column, class) = (at / classes, at % classes);
            let weight = weights[at];
            return invalid(format!(
                "the weight of column {column}, class {class} is {weight:e}, the limit is \
                 ±{LARGEST_NUMBER:e}"
            ));
        }
        if let Some(class) = intercepts.iter().position(beyond) {
            let intercept = intercepts[class];
            return invalid(format!(
                "the intercept of class {class} is {intercept:e}, the limit is ±{LARGEST_NUMBER:e}"
            ));
        }
        Ok(Self { columns, classes, weights, intercepts })
    }

    /// How many columns a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// For each column, the weights of all classes.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// What each class has from the start.
    pub fn intercepts(&self) -> &[f64] {
        &self.intercepts
    }

    /// The weights and intercepts, to be moved; they must stay finite.
    pub(super) fn numbers_mut(&mut self) -> (&mut [f64], &mut [f64]) {
        (&mut self.weights, &mut self.intercepts)
    }

    /// Writes the score of each class for a row of columns and the numbers there.
    ///
    /// # Panics
    /// If a column is beyond the model's, or `out` has not the length of the classes.
    pub fn scores_into(&self, row: impl Iterator<Item = (u32, f64)>, out: &mut [f64]) {
        assert_eq!(out.len(), self.classes, "one score for each class");
        match self.classes {
            2 => self.scores_of::<2>(row, out),
            3 => self.scores_of::<3>(row, out),
            4 => self.scores_of::<4>(row, out),
            5 => self.scores_of::<5>(row, out),
            6 => self.scores_of::<6>(row, out),
            7 => self.scores_of::<7>(row, out),
            8 => self.scores_of::<8>(row, out),
            _ => {
                out.copy_from_slice(&self.intercepts);
                for (column, value) in row {
                    let at = column as usize * self.classes;
                    let weights = &self.weights[at..at + self.classes];
                    for (sum, weight) in out.iter_mut().zip(weights) {
                        *sum += value * weight;
                    }
                }
            }
        }
    }

    /// [`LinearModel::scores_into`] for a number of classes that the compiler knows, so that the
    /// sums stay in registers.
    #[inline]
    fn scores_of<const K: usize>(&self, row: impl Iterator<Item = (u32, f64)>, out: &mut [f64]) {
        let (weights, _) = self.weights.as_chunks::<K>();
        let mut sums = [0.0; K];
        sums.copy_from_slice(&self.intercepts);
        for (column, value) in row {
            let weights = &weights[column as usize];
            for class in 0..K {
                sums[class] += value * weights[class];
            }
        }
        out.copy_from_slice(&sums);
    }

    /// The scores of many rows, row after row.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the rows have another number of columns.
    pub fn scores(
        &self,
        examples: Examples<'_>,
        threads: Option<NonZero<usize>>,
    ) -> Result<Vec<f64>> {
        if examples.columns() != self.columns {
            let (theirs, own) = (examples.columns(), self.columns);
            return Err(Error::invalid(
                "examples",
                format!("{theirs} columns, the model has {own}"),
            ));
        }
        let mut scores = vec![0.0; examples.rows() * self.classes];
        let blocks: Vec<_> = scores.chunks_mut(ROWS_PER_BLOCK * self.classes).enumerate().collect();
        let threads = crate::text::thread_count(examples.rows(), threads);
        in_order(blocks, threads, |(block, out)| {
            for (row, out) in out.chunks_exact_mut(self.classes).enumerate() {
                let row = block * ROWS_PER_BLOCK + row;
                match examples {
                    Examples::Sparse(matrix) => {
                        let (places, values) = matrix.row(row);
                        self.scores_into(places.iter().copied().zip(values.iter().copied()), out);
                    }
                    Examples::Dense(matrix) => {
                        self.scores_into((0..).zip(matrix.row(row).iter().copied()), out);
                    }
                }
            }
        });
        Ok(scores)
    }

    /// The model for rows that were not scaled, if this one is for rows that `scaler` scaled.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the scaler has another number of columns, or a number leaves the
    /// range of floats.
    pub fn unscaled(&self, scaler: &Scaler) -> Result<Self> {
        if scaler.means().len() > self.columns {
            let (theirs, own) = (scaler.means().len(), self.columns);
            return Err(Error::invalid("scaler", format!("{theirs} columns, the model has {own}")));
        }
        let mut weights = self.weights.clone();
        let mut intercepts = self.intercepts.clone();
        let columns = weights.chunks_exact_mut(self.classes);
        for (own, (mean, deviation)) in columns.zip(scaler.means().iter().zip(scaler.deviations()))
        {
            for (weight, intercept) in own.iter_mut().zip(&mut intercepts) {
                *weight /= deviation;
                *intercept -= *weight * mean;
            }
        }
        Self::new(self.columns, self.classes, weights, intercepts)
    }

    /// The model as the bytes of a safetensors file: `weights` and `intercepts` in 64-bit floats.
    pub fn to_safetensors(&self) -> Vec<u8> {
        let tensors = [
            ("intercepts", Numbers { shape: vec![self.classes], numbers: &self.intercepts }),
            (
                "weights",
                Numbers { shape: vec![self.columns, self.classes], numbers: &self.weights },
            ),
        ];
        safetensors::serialize(tensors, None).expect("two names and lengths that fit")
    }

    /// Reads what [`LinearModel::to_safetensors`] wrote.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the bytes are no such file, or the numbers no such model.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| Error::invalid("linear model", error.to_string()))?;
        let (weights, shape) = read_numbers(&file, "weights")?;
        let (intercepts, _) = read_numbers(&file, "intercepts")?;
        let [columns, classes] = shape[..] else {
            let problem = format!("weights has {} dimensions instead of 2", shape.len());
            return Err(Error::invalid("linear model", problem));
        };
        Self::new(columns, classes, weights, intercepts)
    }
}

/// Turns the scores of a row into probabilities.
///
/// # Panics
/// If the two have different lengths.
pub fn softmax_into(scores: &[f64], out: &mut [f64]) {
    out.copy_from_slice(scores);
    let (out, _) = out.as_chunks_mut::<1>();
    softmax(out);
}

/// Turns the scores of a row into the logarithms of probabilities: exact also where a probability
/// is too small for a float.
///
/// # Panics
/// If the two have different lengths.
pub fn log_softmax_into(scores: &[f64], out: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - most).exp()).sum();
    let all = sum.ln();
    out.copy_from_slice(scores);
    for score in out.iter_mut() {
        *score = *score - most - all;
    }
}

/// Reads a tensor of 64-bit floats.
fn read_numbers(file: &SafeTensors<'_>, name: &str) -> Result<(Vec<f64>, Vec<usize>)> {
    let tensor =
        file.tensor(name).map_err(|error| Error::invalid("linear model", error.to_string()))?;
    if tensor.dtype() != Dtype::F64 {
        let problem = format!("{name} is {:?} instead of F64", tensor.dtype());
        return Err(Error::invalid("linear model", problem));
    }
    let (numbers, _) = tensor.data().as_chunks::<8>();
    let numbers = numbers.iter().copied().map(f64::from_le_bytes).collect();
    Ok((numbers, tensor.shape().to_vec()))
}

/// Numbers as safetensors wants to see them.
struct Numbers<'a> {
    shape: Vec<usize>,
    numbers: &'a [f64],
}

impl View for Numbers<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F64
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn data_len(&self) -> usize {
        self.numbers.len() * 8
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "these numbers are exact")]

    use super::*;
    use crate::learn::{DenseMatrix, SparseMatrix};

    fn model(columns: usize, classes: usize) -> LinearModel {
        let weights = (0..columns * classes).map(|at| (at as f64 * 0.37).sin()).collect();
        let intercepts = (0..classes).map(|at| at as f64 / 8.0).collect();
        LinearModel::new(columns, classes, weights, intercepts).unwrap()
    }

    #[test]
    fn scores_are_weighted_sums_for_any_number_of_classes() {
        for classes in 2..=12 {
            let model = model(4, classes);
            let sparse =
                SparseMatrix::from_parts(4, vec![0, 2, 2], vec![1, 3], vec![2.0, -1.5]).unwrap();
            let values = vec![0.0, 2.0, 0.0, -1.5, 0.0, 0.0, 0.0, 0.0];
            let dense = DenseMatrix::from_rows(2, 4, values).unwrap();
            let scores = model.scores((&sparse).into(), None).unwrap();
            assert_eq!(scores, model.scores((&dense).into(), None).unwrap());
            for class in 0..classes {
                let weight = |column: usize| model.weights()[column * classes + class];
                let sum = model.intercepts()[class] + 2.0 * weight(1) - 1.5 * weight(3);
                assert!((scores[class] - sum).abs() < 1e-15);
                assert_eq!(scores[classes + class], model.intercepts()[class]);
            }
            assert!(model.scores((&SparseMatrix::new(5)).into(), None).is_err());
        }
    }

    #[test]
    fn logarithms_of_probabilities_are_exact_where_these_vanish() {
        let mut out = [0.0; 3];
        log_softmax_into(&[1.0, 2.0, 3.0], &mut out);
        // scipy.special.log_softmax, SciPy 1.17.
        let expected = [-2.407_605_964_444_38, -1.407_605_964_444_38, -0.407_605_964_444_380_1];
        assert!(out.iter().zip(expected).all(|(own, other)| (own - other).abs() < 1e-15));
        log_softmax_into(&[-1e5, 0.0, -1e300], &mut out);
        assert_eq!(out, [-1e5, 0.0, -1e300]);
    }

    #[test]
    fn a_model_survives_being_written() {
        let model = model(3, 5);
        let bytes = model.to_safetensors();
        assert_eq!(LinearModel::from_safetensors(&bytes).unwrap(), model);
        assert_eq!(bytes, LinearModel::from_safetensors(&bytes).unwrap().to_safetensors());
        for length in 0..bytes.len() {
            assert!(LinearModel::from_safetensors(&bytes[..length]).is_err());
        }
    }

    #[test]
    fn foreign_bytes_are_refused() {
        let message = |tensors: &[(&str, Vec<usize>, Vec<f64>)]| {
            let tensors = tensors
                .iter()
                .map(|(name, shape, numbers)| (*name, Numbers { shape: shape.clone(), numbers }));
            let bytes = safetensors::serialize(tensors, None).unwrap();
            LinearModel::from_safetensors(&bytes).unwrap_err().to_string()
        };
        let intercepts = || ("intercepts", vec![2], vec![0.0; 2]);
        assert!(message(&[intercepts()]).contains("weights"));
        assert_eq!(
            message(&[intercepts(), ("weights", vec![4], vec![0.0; 4])]),
            "linear model: weights has 1 dimensions instead of 2"
        );
        assert_eq!(
            message(&[intercepts(), ("weights", vec![1, 4], vec![0.0; 4])]),
            "linear model: 2 intercepts for 4 classes"
        );
        assert_eq!(
            message(&[intercepts(), ("weights", vec![1, 2], vec![0.0, f64::NAN])]),
            "linear model: the weight of column 0, class 1 is NaN, the limit is ±1e100"
        );
        assert_eq!(
            message(&[intercepts(), ("weights", vec![1, 2], vec![-1e308, 0.0])]),
            "linear model: the weight of column 0, class 0 is -1e308, the limit is ±1e100"
        );
        assert_eq!(
            LinearModel::new(0, 2, vec![], vec![0.0, 2e100]).unwrap_err().to_string(),
            "linear model: the intercept of class 1 is 2e100, the limit is ±1e100"
        );
        assert!(LinearModel::new(1, 2, vec![1e100, -1e100], vec![1e100; 2]).is_ok());
        assert_eq!(
            LinearModel::new(1, 1, vec![0.0], vec![0.0]).unwrap_err().to_string(),
            "linear model: 1 classes, the fewest are 2"
        );
        assert!(LinearModel::from_safetensors(b"not a model").is_err());
    }

    #[test]
    fn probabilities_add_up() {
        let mut out = [0.0; 3];
        softmax_into(&[1.0, 2.0, 3.0], &mut out);
        // scipy.special.softmax, SciPy 1.17.1.
        let expected =
            [0.090_030_573_170_380_46, 0.244_728_471_054_797_64, 0.665_240_955_774_821_8];
        for (found, expected) in out.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15);
        }
        softmax_into(&[1e308, -1e308, 0.0], &mut out);
        assert_eq!(out, [1.0, 0.0, 0.0]);
    }
}
