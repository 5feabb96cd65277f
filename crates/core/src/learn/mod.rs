//! Learning from labelled texts: features, classifiers, calibration, evaluation.
//!
//! Everything here is pure: numbers and texts in, numbers out. What touches a disk or a model is
//! in `model`.

pub mod calibration;
mod cascade;
mod examples;
pub mod gates;
mod matrix;
pub mod metrics;
mod novelty;
mod select;
mod split;
mod vectorizer;

pub use cascade::{CascadeChoice, CascadePoint, Member, average, choose_threshold};
pub use examples::Examples;
pub use matrix::{DenseMatrix, SparseMatrix};
pub use novelty::{Distances, Novelty};
pub use select::{SelectOptions, Selected, Strategy, select};
pub use split::{Split, SplitOptions, folds, split};
pub use vectorizer::{
    Accents, Analyzer, Frequency, Norm, Occurrence, Scratch, Terms, TfidfOptions, TfidfPart,
    TfidfVectorizer,
};
