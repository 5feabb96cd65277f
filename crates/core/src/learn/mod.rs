//! Learning from labelled texts: features, classifiers, calibration, evaluation.
//!
//! Everything here is pure: numbers and texts in, numbers out. What touches a disk or a model is
//! in `model`.

#[cfg(test)]
mod golden;
mod linear;
#[cfg(feature = "linfa")]
pub mod linfa;
mod logistic;
mod matrix;
mod naive_bayes;
mod scaler;

pub use linear::{LinearModel, softmax_into};
pub use logistic::{
    ClassWeight, FitExtras, LogisticOptions, LogisticRegression, Penalty, Progress, Validation,
    Watch,
};
pub use matrix::{DenseMatrix, Examples, SparseMatrix};
pub use naive_bayes::{NaiveBayes, NaiveBayesKind, NaiveBayesOptions};
pub use scaler::Scaler;
