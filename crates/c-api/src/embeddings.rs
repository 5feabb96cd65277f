//! Vectors for texts.

use std::ptr;

use pantau_core::{learn::DenseMatrix, model::Embeddings};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    flag::bits,
    matrix::pantau_matrix,
};

/// Vectors for texts, in their order. They never change, so threads may share them; every column is
/// borrowed from them.
pub struct pantau_embeddings {
    embeddings: Embeddings,
    flags: Vec<u32>,
}

impl From<Embeddings> for pantau_embeddings {
    fn from(embeddings: Embeddings) -> Self {
        let flags = bits(embeddings.flags());
        Self { embeddings, flags }
    }
}

/// How many texts there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_count(embeddings: *const pantau_embeddings) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(embeddings, 0, |embeddings| embeddings.embeddings.len()) }
}

/// How many numbers a vector has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_dimensions(
    embeddings: *const pantau_embeddings,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(embeddings, 0, |embeddings| embeddings.embeddings.dimensions()) }
}

/// All vectors: the numbers of one text, then those of the next. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_numbers(
    embeddings: *const pantau_embeddings,
) -> *const f32 {
    // SAFETY: the header's rules for objects.
    unsafe { read(embeddings, ptr::null(), |embeddings| embeddings.embeddings.numbers().as_ptr()) }
}

/// For each text, what is odd about it: `pantau_flag`s, joined by `|`. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_flags(
    embeddings: *const pantau_embeddings,
) -> *const u32 {
    // SAFETY: the header's rules for objects.
    unsafe { read(embeddings, ptr::null(), |embeddings| embeddings.flags.as_ptr()) }
}

/// Gives the vectors as the rows of a dense matrix, for `pantau_select` and for learners.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_to_matrix(
    embeddings: *const pantau_embeddings,
    out: *mut *mut pantau_matrix,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (embeddings, out) =
            unsafe { (argument::object("embeddings", embeddings)?, Place::new("out", out)?) };
        let embeddings = &embeddings.embeddings;
        let numbers = embeddings.numbers().iter().copied().map(f64::from).collect();
        let (rows, columns) = (embeddings.len(), embeddings.dimensions());
        out.give(DenseMatrix::from_rows(rows, columns, numbers)?.into());
        Ok(())
    })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    embeddings: *const pantau_embeddings,
    fallback: T,
    read: impl FnOnce(&pantau_embeddings) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { embeddings.as_ref() }.map_or(fallback, read)
    })
}

/// Frees embeddings; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_embeddings_free(embeddings: *mut pantau_embeddings) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(embeddings) });
}
