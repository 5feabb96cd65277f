//! Choosing texts that resemble each other little.

use crate::{
    Result,
    learn::{DenseMatrix, Examples, SparseMatrix},
};

/// Candidates for labelling, by how far they are from what was chosen.
///
/// Similarities are cosines in 32 bits: they only decide an order, and what has to be read again
/// for every text that is chosen is half as long. A row of zeros has no direction: it resembles
/// other such rows and nothing else.
pub(super) struct Spread<'a> {
    candidates: &'a [usize],
    /// How much each candidate resembles the most similar of the chosen; infinite if it is chosen.
    nearest: Vec<f32>,
    /// How much each candidate resembles the row it was last compared with.
    similarities: Vec<f32>,
    is_zero: Vec<bool>,
    rows: Rows<'a>,
}

enum Rows<'a> {
    Sparse(Inverted<'a>),
    Dense(Unit<'a>),
}

impl<'a> Spread<'a> {
    /// Candidates that shall be far from the rows chosen `before`, too.
    pub(super) fn new(
        features: Examples<'a>,
        before: &[usize],
        candidates: &'a [usize],
        watch: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Self> {
        let rows = match features {
            Examples::Sparse(matrix) => Rows::Sparse(Inverted::new(matrix, candidates)),
            Examples::Dense(matrix) => Rows::Dense(Unit::new(matrix, candidates)),
        };
        let count = candidates.len();
        let is_zero = candidates.iter().map(|row| rows.length(*row) == 0.0).collect();
        let nearest = vec![-1.0; count];
        let mut spread =
            Self { candidates, nearest, similarities: vec![0.0; count], is_zero, rows };
        for row in before {
            watch()?;
            spread.compare_with(*row);
        }
        Ok(spread)
    }

    /// The candidates that are farthest from all chosen before, and how far they are; of those
    /// equally far the one that is the earlier candidate.
    pub(super) fn farthest(
        mut self,
        wanted: usize,
        watch: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<(f64, usize)>> {
        let mut farthest = Vec::with_capacity(wanted.min(self.candidates.len()));
        while farthest.len() < wanted.min(self.candidates.len()) {
            watch()?;
            let mut at = 0;
            for (place, nearest) in self.nearest.iter().enumerate() {
                if *nearest < self.nearest[at] {
                    at = place;
                }
            }
            farthest.push((f64::from(1.0 - self.nearest[at]).max(0.0), self.candidates[at]));
            self.compare_with(self.candidates[at]);
            self.nearest[at] = f32::INFINITY;
        }
        Ok(farthest)
    }

    /// Notes how much each candidate resembles a row that is chosen.
    fn compare_with(&mut self, row: usize) {
        match &self.rows {
            _ if self.rows.length(row) == 0.0 => {
                for (similarity, is_zero) in self.similarities.iter_mut().zip(&self.is_zero) {
                    *similarity = if *is_zero { 1.0 } else { 0.0 };
                }
            }
            Rows::Sparse(inverted) => inverted.compare_with(row, &mut self.similarities),
            Rows::Dense(unit) => unit.compare_with(row, &mut self.similarities),
        }
        for (nearest, similarity) in self.nearest.iter_mut().zip(&self.similarities) {
            *nearest = nearest.max(*similarity);
        }
    }
}

impl Rows<'_> {
    fn length(&self, row: usize) -> f64 {
        match self {
            Self::Sparse(inverted) => length(inverted.matrix.row(row).1),
            Self::Dense(unit) => length(unit.matrix.row(row)),
        }
    }
}

fn length(row: &[f64]) -> f64 {
    // The largest number goes out first, or the squares of huge numbers would be infinite.
    let largest = row.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
    if largest == 0.0 {
        return 0.0;
    }
    let sum: f64 = row.iter().map(|number| (number / largest).powi(2)).sum();
    largest * sum.sqrt()
}

/// The candidates that have a number in each column: most texts share few words with another, and
/// this way only those are met that share one.
struct Inverted<'a> {
    matrix: &'a SparseMatrix,
    /// Where each column begins in the list, and where the last one ends.
    starts: Vec<usize>,
    /// The place of a candidate, and its number for a row of length 1.
    entries: Vec<(u32, f32)>,
}

impl<'a> Inverted<'a> {
    fn new(matrix: &'a SparseMatrix, candidates: &[usize]) -> Self {
        let mut starts = vec![0; matrix.columns() + 1];
        for row in candidates {
            for column in matrix.row(*row).0 {
                starts[*column as usize + 1] += 1;
            }
        }
        for column in 1..starts.len() {
            starts[column] += starts[column - 1];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); starts[matrix.columns()]];
        for (place, row) in candidates.iter().enumerate() {
            let (columns, values) = matrix.row(*row);
            let length = length(values);
            for (column, value) in columns.iter().zip(values) {
                let at = &mut next[*column as usize];
                entries[*at] = (place as u32, unit(*value, length));
                *at += 1;
            }
        }
        Self { matrix, starts, entries }
    }

    fn compare_with(&self, row: usize, similarities: &mut [f32]) {
        similarities.fill(0.0);
        let (columns, values) = self.matrix.row(row);
        let length = length(values);
        for (column, value) in columns.iter().zip(values) {
            let value = unit(*value, length);
            let column = *column as usize;
            for (place, other) in &self.entries[self.starts[column]..self.starts[column + 1]] {
                similarities[*place as usize] += value * other;
            }
        }
    }
}

/// Numbers that are multiplied at once: as many as the widest registers hold.
const LANES: usize = 16;

/// The candidates' rows with length 1, filled up with zeros to whole lanes.
struct Unit<'a> {
    matrix: &'a DenseMatrix,
    width: usize,
    values: Vec<f32>,
}

impl<'a> Unit<'a> {
    fn new(matrix: &'a DenseMatrix, candidates: &[usize]) -> Self {
        // A matrix may have no columns; its rows are zero and never compared.
        let width = matrix.columns().next_multiple_of(LANES).max(LANES);
        let mut values = Vec::with_capacity(candidates.len() * width);
        for row in candidates {
            Self::append(matrix.row(*row), width, &mut values);
        }
        Self { matrix, width, values }
    }

    fn append(row: &[f64], width: usize, values: &mut Vec<f32>) {
        let end = values.len() + width;
        let length = length(row);
        values.extend(row.iter().map(|value| unit(*value, length)));
        values.resize(end, 0.0);
    }

    fn compare_with(&self, row: usize, similarities: &mut [f32]) {
        let mut chosen = Vec::with_capacity(self.width);
        Self::append(self.matrix.row(row), self.width, &mut chosen);
        for (similarity, row) in similarities.iter_mut().zip(self.values.chunks_exact(self.width)) {
            let mut sums = [0.0_f32; LANES];
            for (own, other) in row.chunks_exact(LANES).zip(chosen.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    sums[lane] += own[lane] * other[lane];
                }
            }
            *similarity = sums.iter().sum();
        }
    }
}

/// A number of a row that gets length 1.
fn unit(value: f64, length: f64) -> f32 {
    if length > 0.0 { (value / length) as f32 } else { 0.0 }
}
