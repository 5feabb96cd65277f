//! The cases of `tests/data/linear.jsonl`, which scikit-learn answered.

use serde::Deserialize;

use super::{DenseMatrix, SparseMatrix};

/// A case; what it has depends on its kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "these are settings as the file has them")]
pub(super) struct Case {
    pub(super) kind: String,
    pub(super) rows: Vec<Vec<f64>>,
    pub(super) labels: Vec<u32>,
    pub(super) classes: usize,
    pub(super) weights: Option<Vec<f64>>,
    pub(super) penalty: String,
    pub(super) c: f64,
    pub(super) balanced: bool,
    pub(super) fit_intercept: bool,
    pub(super) coefficients: Vec<Vec<f64>>,
    pub(super) intercepts: Vec<f64>,
    pub(super) alpha: f64,
    pub(super) norm: bool,
    pub(super) fit_prior: bool,
    pub(super) class_prior: Option<Vec<f64>>,
    pub(super) class_log_prior: Vec<f64>,
    pub(super) feature_log_prob: Vec<Vec<f64>>,
    pub(super) probabilities: Vec<Vec<f64>>,
    pub(super) means: Vec<f64>,
    pub(super) deviations: Vec<f64>,
    pub(super) scaled: Vec<Vec<f64>>,
}

impl Case {
    pub(super) fn dense(&self) -> DenseMatrix {
        let values = self.rows.concat();
        DenseMatrix::from_rows(self.rows.len(), self.rows[0].len(), values).unwrap()
    }

    pub(super) fn sparse(&self) -> SparseMatrix {
        let mut matrix = SparseMatrix::new(self.rows[0].len());
        for row in &self.rows {
            let numbers = (0..).zip(row.iter().copied());
            matrix.push(numbers.filter(|(_, value)| *value != 0.0));
        }
        matrix
    }
}

/// The cases of some kinds.
pub(super) fn cases(kinds: &[&str]) -> Vec<Case> {
    let lines =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/linear.jsonl")).lines();
    let cases: Vec<Case> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|case: &Case| kinds.contains(&case.kind.as_str()))
        .collect();
    assert!(!cases.is_empty());
    cases
}

/// How far two lists are apart at most.
pub(super) fn distance(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).map(|(found, expected)| (found - expected).abs()).fold(0.0, f64::max)
}
