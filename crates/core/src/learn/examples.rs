use super::{DenseMatrix, SparseMatrix};

/// Rows to learn from or to compare, in one of the two forms.
#[derive(Debug, Clone, Copy)]
pub enum Examples<'a> {
    /// Rows of few numbers among many zeros, such as TF-IDF.
    Sparse(&'a SparseMatrix),
    /// Full rows, such as embeddings.
    Dense(&'a DenseMatrix),
}

impl Examples<'_> {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match self {
            Self::Sparse(matrix) => matrix.rows(),
            Self::Dense(matrix) => matrix.rows(),
        }
    }
}
