//! The estimators for programs that keep their examples in datasets of [`linfa`].
//!
//! The settings are what is fitted, as `linfa` has it; the records of the dataset are a
//! [`SparseMatrix`], a [`DenseMatrix`] or a two-dimensional array of `ndarray`, the targets the
//! class of each, a number from zero. The dataset's weights count, if it has any.
//!
//! ```
//! use linfa::{Dataset, traits::{Fit, Predict}};
//! use ndarray::array;
//! use pantau::learn::LogisticOptions;
//!
//! let records = array![[0.0, 1.0], [0.2, 0.9], [1.0, 0.1], [0.8, 0.0]];
//! let dataset = Dataset::new(records, array![0_usize, 0, 1, 1]);
//! let fitted = LogisticOptions::default().fit(&dataset)?;
//! assert_eq!(fitted.predict(&dataset), array![0, 0, 1, 1]);
//! # Ok::<(), pantau::Error>(())
//! ```
//!
//! `linfa` has no place for an error in a prediction: one panics if its records have another number
//! of columns than those of the fit or hold a number that is not finite.

use linfa::{
    dataset::{AsSingleTargets, DatasetBase, Records},
    traits::{Fit, PredictInplace},
};
use ndarray::{Array1, ArrayBase, Data, Ix2};

use super::{
    DenseMatrix, Examples, FitExtras, LinearModel, LogisticOptions, LogisticRegression, NaiveBayes,
    NaiveBayesOptions, SparseMatrix,
};
use crate::{Error, Result};

/// Records that the estimators can read.
pub trait ReadableRecords: Records {
    /// Calls `work` with the records.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if a number is not finite; and what `work` returns.
    fn with_examples<R>(&self, work: impl FnOnce(Examples<'_>) -> Result<R>) -> Result<R>;
}

impl Records for SparseMatrix {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns()
    }
}

impl ReadableRecords for SparseMatrix {
    fn with_examples<R>(&self, work: impl FnOnce(Examples<'_>) -> Result<R>) -> Result<R> {
        work(self.into())
    }
}

impl Records for DenseMatrix {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.rows()
    }

    fn nfeatures(&self) -> usize {
        self.columns()
    }
}

impl ReadableRecords for DenseMatrix {
    fn with_examples<R>(&self, work: impl FnOnce(Examples<'_>) -> Result<R>) -> Result<R> {
        work(self.into())
    }
}

impl<S: Data<Elem = f64>> ReadableRecords for ArrayBase<S, Ix2> {
    fn with_examples<R>(&self, work: impl FnOnce(Examples<'_>) -> Result<R>) -> Result<R> {
        let (rows, columns) = self.dim();
        let matrix = DenseMatrix::from_rows(rows, columns, self.iter().copied().collect())?;
        work((&matrix).into())
    }
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::invalid("dataset", error.to_string())
    }
}

/// The labels, how many classes there are, and the weights of a dataset.
fn targets<R: Records, T: AsSingleTargets<Elem = usize>>(
    dataset: &DatasetBase<R, T>,
) -> Result<(Vec<u32>, usize, Option<Vec<f64>>)> {
    let mut labels = Vec::new();
    for target in dataset.as_single_targets() {
        let label = u32::try_from(*target).ok().filter(|label| *label < u32::MAX);
        let label =
            label.ok_or_else(|| Error::invalid("targets", format!("{target} is no class")))?;
        labels.push(label);
    }
    let most = labels.iter().max().map_or(0, |most| *most as usize + 1);
    if most > labels.len() {
        let problem = format!("class {} among {} examples", most - 1, labels.len());
        return Err(Error::invalid("targets", problem));
    }
    let weights = dataset.weights().map(|weights| weights.iter().copied().map(f64::from).collect());
    Ok((labels, most, weights))
}

impl<R: ReadableRecords, T: AsSingleTargets<Elem = usize>> Fit<R, T, Error> for LogisticOptions {
    type Object = LogisticRegression;

    fn fit(&self, dataset: &DatasetBase<R, T>) -> Result<LogisticRegression> {
        let (labels, classes, weights) = targets(dataset)?;
        dataset.records().with_examples(|examples| {
            let extras = FitExtras { sample_weights: weights.as_deref(), ..FitExtras::default() };
            LogisticRegression::fit(examples, &labels, classes, self, extras)
        })
    }
}

impl<R: ReadableRecords, T: AsSingleTargets<Elem = usize>> Fit<R, T, Error> for NaiveBayesOptions {
    type Object = LinearModel;

    fn fit(&self, dataset: &DatasetBase<R, T>) -> Result<LinearModel> {
        let (labels, classes, weights) = targets(dataset)?;
        dataset.records().with_examples(|examples| {
            NaiveBayes::fit(examples, &labels, classes, self, weights.as_deref())?.to_linear()
        })
    }
}

impl<R: ReadableRecords> PredictInplace<R, Array1<usize>> for LinearModel {
    fn predict_inplace(&self, records: &R, targets: &mut Array1<usize>) {
        let scores = records
            .with_examples(|examples| self.scores(examples, None))
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(targets.len(), records.nsamples(), "one target for each record");
        for (target, scores) in targets.iter_mut().zip(scores.chunks_exact(self.classes())) {
            *target = highest(scores);
        }
    }

    fn default_target(&self, records: &R) -> Array1<usize> {
        Array1::zeros(records.nsamples())
    }
}

impl<R: ReadableRecords> PredictInplace<R, Array1<usize>> for LogisticRegression {
    fn predict_inplace(&self, records: &R, targets: &mut Array1<usize>) {
        self.model().predict_inplace(records, targets);
    }

    fn default_target(&self, records: &R) -> Array1<usize> {
        self.model().default_target(records)
    }
}

/// The class with the highest score, the first of several.
fn highest(scores: &[f64]) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use linfa::{Dataset, traits::Predict};
    use ndarray::{Array2, array};

    use super::*;

    fn records() -> (Array2<f64>, Array1<usize>) {
        let records = array![
            [2.0, 0.0, 1.0],
            [1.0, 0.0, 0.0],
            [0.0, 3.0, 1.0],
            [0.0, 1.0, 0.0],
            [1.0, 1.0, 4.0]
        ];
        (records, array![0, 0, 1, 1, 2])
    }

    #[test]
    fn a_dataset_is_fitted_as_its_parts_are() {
        let (array, classes) = records();
        let values: Vec<f64> = array.iter().copied().collect();
        let dense = DenseMatrix::from_rows(5, 3, values).unwrap();
        let labels = [0, 0, 1, 1, 2];
        let options = LogisticOptions::default();
        let expected =
            LogisticRegression::fit((&dense).into(), &labels, 3, &options, FitExtras::default())
                .unwrap();
        let dataset = Dataset::new(array, classes.clone());
        assert_eq!(options.fit(&dataset).unwrap(), expected);
        assert_eq!(options.fit(&DatasetBase::new(dense, classes.clone())).unwrap(), expected);
        assert_eq!(expected.predict(&dataset), classes);

        let weights = Array1::from_vec(vec![1.0_f32, 2.0, 1.0, 0.5, 3.0]);
        let weighted = dataset.clone().with_weights(weights);
        let fitted = options.fit(&weighted).unwrap();
        assert_ne!(fitted, expected);
    }

    #[test]
    fn sparse_records_work_too() {
        let (array, classes) = records();
        let mut sparse = SparseMatrix::new(3);
        for row in array.rows() {
            sparse.push((0..).zip(row.iter().copied()).filter(|(_, value)| *value != 0.0));
        }
        assert_eq!((sparse.nsamples(), sparse.nfeatures()), (5, 3));
        let dataset = DatasetBase::new(sparse, classes.clone());
        let bayes = NaiveBayesOptions::default().fit(&dataset).unwrap();
        assert_eq!(bayes.predict(&dataset), classes);
        let regression = LogisticOptions::default().fit(&dataset).unwrap();
        assert_eq!(regression.predict(&dataset), classes);
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        let (mut array, _) = records();
        let options = LogisticOptions::default();
        let message = |array: &Array2<f64>, classes: Array1<usize>| {
            let dataset = Dataset::new(array.clone(), classes);
            options.fit(&dataset).unwrap_err().to_string()
        };
        assert_eq!(message(&array, array![0, 0, 1, 1, 9]), "targets: class 9 among 5 examples");
        assert_eq!(
            message(&array, array![0, 0, 1, 1, usize::MAX]),
            "targets: 18446744073709551615 is no class"
        );
        array[[1, 2]] = f64::NAN;
        assert_eq!(message(&array, array![0, 0, 1, 1, 2]), "matrix: row 1 holds NaN in column 2");
    }
}
