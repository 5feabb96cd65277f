//! Learning from labelled texts: features, classifiers, calibration, evaluation.
//!
//! Everything here is pure: numbers and texts in, numbers out. What touches a disk or a model is
//! in `model`.

mod matrix;
mod sklearn;
mod vectorizer;

pub use matrix::{DenseMatrix, SparseMatrix};
pub use sklearn::ImportedPipeline;
pub use vectorizer::{
    Accents, Analyzer, Frequency, Norm, Occurrence, Scratch, Terms, TfidfOptions, TfidfPart,
    TfidfVectorizer,
};
