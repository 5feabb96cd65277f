//! What a linear classifier says of rows of numbers.

use std::{num::NonZero, ptr};

use pantau_core::learn::{Examples, LinearModel, softmax_into};

use crate::{argument, error::guard_or};

/// What a linear classifier says of rows of numbers, column by column, in the order of the rows. It
/// never changes, so threads may share it; every column is borrowed from it.
pub struct pantau_scores {
    classes: usize,
    scores: Vec<f64>,
    probabilities: Vec<f64>,
    best: Vec<u32>,
}

impl pantau_scores {
    /// What `model` says of `examples`.
    pub(crate) fn of(
        model: &LinearModel,
        examples: Examples<'_>,
        threads: usize,
    ) -> pantau_core::Result<Self> {
        let classes = model.classes();
        let scores = model.scores(examples, NonZero::new(threads))?;
        let mut probabilities = vec![0.0; scores.len()];
        let rows = scores.chunks_exact(classes);
        for (own, out) in rows.clone().zip(probabilities.chunks_exact_mut(classes)) {
            softmax_into(own, out);
        }
        let best = rows.map(|own| {
            (0..)
                .zip(own)
                .fold(
                    (0, own[0]),
                    |best, next| if *next.1 > best.1 { (next.0, *next.1) } else { best },
                )
                .0
        });
        Ok(Self { classes, best: best.collect(), scores, probabilities })
    }
}

/// How many rows there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_rows(scores: *const pantau_scores) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(scores, 0, |scores| scores.best.len()) }
}

/// How many classes there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_classes(scores: *const pantau_scores) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(scores, 0, |scores| scores.classes) }
}

/// For each row, the class with the highest score, the first of equal ones. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_best(scores: *const pantau_scores) -> *const u32 {
    // SAFETY: the header's rules for objects.
    unsafe { read(scores, ptr::null(), |scores| scores.best.as_ptr()) }
}

/// For each row, the scores of all classes, then those of the next row. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_values(scores: *const pantau_scores) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(scores, ptr::null(), |scores| scores.scores.as_ptr()) }
}

/// For each row, the probabilities of all classes, then those of the next row: the softmax of the
/// scores. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_probabilities(scores: *const pantau_scores) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(scores, ptr::null(), |scores| scores.probabilities.as_ptr()) }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    scores: *const pantau_scores,
    fallback: T,
    read: impl FnOnce(&pantau_scores) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { scores.as_ref() }.map_or(fallback, read)
    })
}

/// Frees scores; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_scores_free(scores: *mut pantau_scores) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(scores) });
}
