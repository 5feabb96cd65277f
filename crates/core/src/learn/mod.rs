//! Learning from labelled texts: features, classifiers, calibration, evaluation.
//!
//! Everything here is pure: numbers and texts in, numbers out. What touches a disk or a model is
//! in `model`.

pub mod calibration;
mod cascade;
pub mod evaluation;
pub mod gates;
#[cfg(test)]
mod golden;
mod linear;
#[cfg(feature = "linfa")]
pub mod linfa;
mod logistic;
mod matrix;
pub mod metrics;
mod naive_bayes;
mod novelty;
mod scaler;
mod select;
mod sklearn;
mod split;
mod vectorizer;

pub use cascade::{CascadeChoice, CascadePoint, Member, average, choose_threshold};
use linear::LARGEST_NUMBER;
pub use linear::{LinearModel, log_softmax_into, softmax_into};
pub use logistic::{
    ClassWeight, FitExtras, LogisticOptions, LogisticRegression, Penalty, Progress, Stop,
    Validation, Watch,
};
pub use matrix::{DenseMatrix, Examples, SparseMatrix};
pub use naive_bayes::{NaiveBayes, NaiveBayesKind, NaiveBayesOptions};
pub use novelty::{Distances, Novelty};
pub use scaler::Scaler;
pub use select::{SelectOptions, Selected, Strategy, select, select_watched};
pub use sklearn::ImportedPipeline;
pub use split::{Split, SplitOptions, folds, split};
#[cfg(feature = "onnx")]
pub(crate) use split::{folded, texts_per_class};
pub use vectorizer::{
    Accents, Analyzer, Frequency, Norm, Occurrence, Scratch, Terms, TfidfOptions, TfidfPart,
    TfidfVectorizer, TfidfWatch,
};
