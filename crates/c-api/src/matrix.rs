//! Rows of numbers.

use std::ptr;

use pantau_core::learn::{DenseMatrix, Examples, SparseMatrix};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
};

/// Rows of numbers, sparse or dense: what learners learn from. It never changes, so threads may
/// share it; every column is borrowed from it.
///
/// Of a sparse matrix, which is called CSR elsewhere, only the numbers are kept that are not zero:
/// those of row `r` are the `pantau_matrix_values` from `pantau_matrix_starts()[r]` up to
/// `pantau_matrix_starts()[r + 1]`, and their columns stand at the same places of
/// `pantau_matrix_places`. Of a dense one, `pantau_matrix_values` has all numbers, row after row,
/// and the other two are NULL.
pub struct pantau_matrix(Form);

enum Form {
    Sparse(SparseMatrix),
    Dense(DenseMatrix),
}

impl From<SparseMatrix> for pantau_matrix {
    fn from(matrix: SparseMatrix) -> Self {
        Self(Form::Sparse(matrix))
    }
}

impl From<DenseMatrix> for pantau_matrix {
    fn from(matrix: DenseMatrix) -> Self {
        Self(Form::Dense(matrix))
    }
}

impl pantau_matrix {
    pub(crate) fn examples(&self) -> Examples<'_> {
        match &self.0 {
            Form::Sparse(matrix) => matrix.into(),
            Form::Dense(matrix) => matrix.into(),
        }
    }
}

/// Copies a dense matrix: `rows` times `columns` finite numbers, row after row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_from_dense(
    values: *const f64,
    rows: usize,
    columns: usize,
    out: *mut *mut pantau_matrix,
) -> pantau_status {
    guard(|| {
        // More numbers than can be counted are more than memory can hold.
        let count = rows.saturating_mul(columns);
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (values, out) =
            unsafe { (argument::array("values", values, count)?, Place::new("out", out)?) };
        out.give(DenseMatrix::from_rows(rows, columns, values.to_vec())?.into());
        Ok(())
    })
}

/// Copies a sparse matrix of its parts: `rows + 1` starts, the first 0 and the last how many
/// numbers there are, and so many places and values. The columns of a row must ascend.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_from_sparse(
    starts: *const usize,
    places: *const u32,
    values: *const f64,
    rows: usize,
    columns: usize,
    out: *mut *mut pantau_matrix,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (starts, out) = unsafe {
            let starts = argument::array("starts", starts, rows.saturating_add(1))?;
            (starts, Place::new("out", out)?)
        };
        let count = starts[rows];
        // SAFETY: as above.
        let (places, values) = unsafe {
            (argument::array("places", places, count)?, argument::array("values", values, count)?)
        };
        let (starts, places, values) = (starts.to_vec(), places.to_vec(), values.to_vec());
        out.give(SparseMatrix::from_parts(columns, starts, places, values)?.into());
        Ok(())
    })
}

/// How many rows there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_rows(matrix: *const pantau_matrix) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(matrix, 0, |matrix| matrix.examples().rows()) }
}

/// How many columns there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_columns(matrix: *const pantau_matrix) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(matrix, 0, |matrix| matrix.examples().columns()) }
}

/// Whether only the numbers are kept that are not zero. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_is_sparse(matrix: *const pantau_matrix) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(matrix, false, |matrix| matches!(matrix.0, Form::Sparse(_))) }
}

/// How many numbers are kept. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_value_count(matrix: *const pantau_matrix) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(matrix, 0, |matrix| values(matrix).len()) }
}

/// The numbers that are kept, row after row. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_values(matrix: *const pantau_matrix) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(matrix, ptr::null(), |matrix| values(matrix).as_ptr()) }
}

/// Of a sparse matrix: where the numbers of each row begin, and where those of the last one end.
/// NULL of a dense one, and of a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_starts(matrix: *const pantau_matrix) -> *const usize {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(matrix, ptr::null(), |matrix| match &matrix.0 {
            Form::Sparse(matrix) => matrix.starts().as_ptr(),
            Form::Dense(_) => ptr::null(),
        })
    }
}

/// Of a sparse matrix: the column of each number. NULL of a dense one, and of a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_places(matrix: *const pantau_matrix) -> *const u32 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(matrix, ptr::null(), |matrix| match &matrix.0 {
            Form::Sparse(matrix) => matrix.places().as_ptr(),
            Form::Dense(_) => ptr::null(),
        })
    }
}

fn values(matrix: &pantau_matrix) -> &[f64] {
    match &matrix.0 {
        Form::Sparse(matrix) => matrix.values(),
        Form::Dense(matrix) => matrix.values(),
    }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    matrix: *const pantau_matrix,
    fallback: T,
    read: impl FnOnce(&pantau_matrix) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { matrix.as_ref() }.map_or(fallback, read)
    })
}

/// Frees a matrix; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_matrix_free(matrix: *mut pantau_matrix) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(matrix) });
}
