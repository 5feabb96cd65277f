//! Learning from labelled texts: features, classifiers, calibration, evaluation.
//!
//! Everything here is pure: numbers and texts in, numbers out. What touches a disk or a model is
//! in `model`.

pub mod calibration;
pub mod evaluation;
mod matrix;
pub mod metrics;

pub use matrix::{DenseMatrix, SparseMatrix};
