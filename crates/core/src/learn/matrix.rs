//! The two forms in which examples come: rows of few numbers among many zeros, and full rows.

use crate::{Error, Result};

/// A matrix of which most numbers are zero, row after row: what is called CSR elsewhere.
///
/// The places of a row ascend, and none is there twice.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseMatrix {
    columns: usize,
    /// Where each row begins in the two lists below, and where the last one ends.
    starts: Vec<usize>,
    places: Vec<u32>,
    values: Vec<f64>,
}

impl SparseMatrix {
    /// A matrix without rows.
    pub fn new(columns: usize) -> Self {
        Self { columns, starts: vec![0], places: Vec::new(), values: Vec::new() }
    }

    /// A matrix of its parts: where each row begins (and the last one ends), and for each number
    /// its column and itself.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the parts do not fit each other, a column is too large, the
    /// columns of a row do not ascend, or a number is not finite.
    pub fn from_parts(
        columns: usize,
        starts: Vec<usize>,
        places: Vec<u32>,
        values: Vec<f64>,
    ) -> Result<Self> {
        let invalid = |problem: String| Err(Error::invalid("matrix", problem));
        if starts.first() != Some(&0) || starts.last() != Some(&values.len()) {
            return invalid(format!("its rows do not cover its {} numbers", values.len()));
        }
        if places.len() != values.len() {
            return invalid(format!("{} columns for {} numbers", places.len(), values.len()));
        }
        for (row, bounds) in starts.windows(2).enumerate() {
            let (from, to) = (bounds[0], bounds[1]);
            if from > to || to > values.len() {
                return invalid(format!("row {row} goes from {from} to {to}"));
            }
            let own = &places[from..to];
            if own.last().is_some_and(|place| *place as usize >= columns) {
                let place = own[own.len() - 1];
                return invalid(format!("row {row} has column {place}, there are {columns}"));
            }
            // The last column is the largest then, so that none is too large.
            if !own.is_sorted_by(|one, other| one < other) {
                return invalid(format!("the columns of row {row} do not ascend"));
            }
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let row = starts.partition_point(|start| *start <= at) - 1;
            return invalid(format!("row {row} holds {}", values[at]));
        }
        Ok(Self { columns, starts, places, values })
    }

    /// Appends a row of numbers at ascending columns.
    pub(crate) fn push(&mut self, row: impl IntoIterator<Item = (u32, f64)>) {
        for (place, value) in row {
            self.places.push(place);
            self.values.push(value);
        }
        self.starts.push(self.places.len());
    }

    /// Appends the rows of a matrix with the same columns.
    pub(crate) fn append(&mut self, other: &Self) {
        debug_assert_eq!(self.columns, other.columns);
        let before = self.places.len();
        self.places.extend_from_slice(&other.places);
        self.values.extend_from_slice(&other.values);
        self.starts.extend(other.starts[1..].iter().map(|start| before + start));
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The columns of a row that are not zero, and the numbers there.
    pub fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let own = self.starts[row]..self.starts[row + 1];
        (&self.places[own.clone()], &self.values[own])
    }

    /// Where each row begins, and where the last one ends.
    pub fn starts(&self) -> &[usize] {
        &self.starts
    }

    /// The column of each number.
    pub fn places(&self) -> &[u32] {
        &self.places
    }

    /// The numbers that are not zero.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The columns as rows.
    pub(crate) fn transposed(&self) -> Self {
        let mut starts = vec![0; self.columns + 1];
        for place in &self.places {
            starts[*place as usize + 1] += 1;
        }
        for column in 0..self.columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut places = vec![0; self.places.len()];
        let mut values = vec![0.0; self.values.len()];
        for row in 0..self.rows() {
            let (own_places, own_values) = self.row(row);
            for (place, value) in own_places.iter().zip(own_values) {
                let at = &mut next[*place as usize];
                places[*at] = row as u32;
                values[*at] = *value;
                *at += 1;
            }
        }
        Self { columns: self.rows(), starts, places, values }
    }

    /// A matrix with the columns of `first` in front of these.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it has another number of rows.
    pub fn behind(&self, first: &DenseMatrix) -> Result<Self> {
        if first.rows() != self.rows() {
            let problem = format!("{} rows beside {}", first.rows(), self.rows());
            return Err(Error::invalid("matrix", problem));
        }
        let offset = first.columns();
        let mut joined = Self::new(offset + self.columns);
        for row in 0..self.rows() {
            let (places, values) = self.row(row);
            let own = places.iter().map(|place| place + offset as u32).zip(values.iter().copied());
            joined.push((0..).zip(first.row(row).iter().copied()).chain(own));
        }
        Ok(joined)
    }

    /// Some of the rows, in the order asked for.
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut selected = Self::new(self.columns);
        for row in rows {
            let (places, values) = self.row(*row);
            selected.push(places.iter().copied().zip(values.iter().copied()));
        }
        selected
    }
}

/// A matrix of which every number is there, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct DenseMatrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl DenseMatrix {
    /// A matrix of its numbers, row after row.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if they do not fill the rows, or a number is not finite.
    pub fn from_rows(rows: usize, columns: usize, values: Vec<f64>) -> Result<Self> {
        if rows.checked_mul(columns) != Some(values.len()) {
            let problem = format!("{} numbers for {rows} rows of {columns}", values.len());
            return Err(Error::invalid("matrix", problem));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (row, column) = (at / columns, at % columns);
            let problem = format!("row {row} holds {} in column {column}", values[at]);
            return Err(Error::invalid("matrix", problem));
        }
        Ok(Self { rows, columns, values })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// A row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Some of the rows, in the order asked for.
    pub fn select(&self, rows: &[usize]) -> Self {
        let values = rows.iter().flat_map(|row| self.row(*row)).copied().collect();
        Self { rows: rows.len(), columns: self.columns, values }
    }
}

/// Examples in either form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Examples<'a> {
    /// Few numbers among many zeros.
    Sparse(&'a SparseMatrix),
    /// Full rows.
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

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        match self {
            Self::Sparse(matrix) => matrix.columns(),
            Self::Dense(matrix) => matrix.columns(),
        }
    }

    /// Calls `each` with the columns of a row and the numbers there; zeros may be left out.
    pub fn for_each_in(&self, row: usize, mut each: impl FnMut(u32, f64)) {
        match self {
            Self::Sparse(matrix) => {
                let (places, values) = matrix.row(row);
                for (place, value) in places.iter().zip(values) {
                    each(*place, *value);
                }
            }
            Self::Dense(matrix) => {
                for (place, value) in (0..).zip(matrix.row(row)) {
                    each(place, *value);
                }
            }
        }
    }
}

impl<'a> From<&'a SparseMatrix> for Examples<'a> {
    fn from(matrix: &'a SparseMatrix) -> Self {
        Self::Sparse(matrix)
    }
}

impl<'a> From<&'a DenseMatrix> for Examples<'a> {
    fn from(matrix: &'a DenseMatrix) -> Self {
        Self::Dense(matrix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let error = |starts: &[usize], places: &[u32], values: &[f64]| {
            let parts = (starts.to_vec(), places.to_vec(), values.to_vec());
            SparseMatrix::from_parts(4, parts.0, parts.1, parts.2).unwrap_err().to_string()
        };
        let three = [1.0; 3];
        assert_eq!(
            error(&[0, 2], &[0, 1, 2], &three),
            "matrix: its rows do not cover its 3 numbers"
        );
        assert_eq!(error(&[], &[], &[]), "matrix: its rows do not cover its 0 numbers");
        assert_eq!(error(&[0, 3], &[0, 1], &three), "matrix: 2 columns for 3 numbers");
        assert_eq!(error(&[0, 2, 1, 3], &[0, 1, 2], &three), "matrix: row 1 goes from 2 to 1");
        assert_eq!(error(&[0, 9, 3], &[0, 1, 2], &three), "matrix: row 0 goes from 0 to 9");
        assert_eq!(
            error(&[0, 1, 3], &[3, 0, 4], &three),
            "matrix: row 1 has column 4, there are 4"
        );
        for places in [[0, 1, 1], [0, 2, 1], [0, 9, 1]] {
            let problem = "matrix: the columns of row 1 do not ascend";
            assert_eq!(error(&[0, 1, 3], &places, &three), problem);
        }
        let nan = [1.0, 2.0, f64::NAN];
        assert_eq!(error(&[0, 1, 1, 3, 3], &[0, 1, 2], &nan), "matrix: row 2 holds NaN");
    }

    #[test]
    fn a_transpose_has_the_columns_as_rows() {
        let matrix = SparseMatrix::from_parts(
            4,
            vec![0, 2, 2, 4],
            vec![0, 3, 1, 3],
            vec![1.0, 2.0, 3.0, 4.0],
        )
        .unwrap();
        let transposed = matrix.transposed();
        assert_eq!((transposed.rows(), transposed.columns()), (4, 3));
        assert_eq!(transposed.row(0), (&[0_u32][..], &[1.0][..]));
        assert_eq!(transposed.row(2), (&[][..], &[][..]));
        assert_eq!(transposed.row(3), (&[0_u32, 2][..], &[2.0, 4.0][..]));
        assert_eq!(transposed.transposed(), matrix);
    }
}
