//! Which texts of a pool people should label next.

use std::{ffi::c_char, ptr};

use pantau_core::learn::{SelectOptions, Selected, select};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    matrix::pantau_matrix,
    text::pantau_text,
};

/// The texts of a pool that people should label next, the most valuable first within each reason.
/// It never changes, so threads may share it.
pub struct pantau_selection {
    rows: Vec<usize>,
    scores: Vec<f64>,
    probabilities: Vec<f64>,
    /// With the NUL that C wants.
    reasons: Vec<pantau_text>,
}

impl From<Vec<Selected>> for pantau_selection {
    fn from(selected: Vec<Selected>) -> Self {
        let probability = |text: &Selected| text.probability.unwrap_or(f64::NAN);
        Self {
            rows: selected.iter().map(|text| text.row).collect(),
            scores: selected.iter().map(|text| text.score).collect(),
            probabilities: selected.iter().map(probability).collect(),
            reasons: selected.iter().map(|text| text.reason.to_owned().into()).collect(),
        }
    }
}

/// Chooses `count` texts of a pool that people should label next.
///
/// `probabilities` are what a classifier said of the pool, as `pantau_predictions_probabilities`
/// has them: `rows` times `classes` numbers. A share of the texts, `random_share`, 0 to 1, is drawn
/// at random first, whatever the strategy: what is measured on those is true of the whole pool. The
/// rest is chosen by `strategy`: `margin`, the two best labels are close; `entropy`, the
/// probability is spread; `least_confident`; `diversity`, unsure and unlike each other, which needs
/// `features`, one row for each text; or `random`. `features` may be NULL for the others.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_select(
    probabilities: *const f64,
    rows: usize,
    classes: usize,
    features: *const pantau_matrix,
    strategy: *const c_char,
    strategy_length: usize,
    count: usize,
    random_share: f64,
    seed: u64,
    out: *mut *mut pantau_selection,
) -> pantau_status {
    guard(|| {
        // More numbers than can be counted are more than memory can hold.
        let numbers = rows.saturating_mul(classes);
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (probabilities, features, strategy, out) = unsafe {
            (
                argument::array("probabilities", probabilities, numbers)?,
                features.as_ref(),
                argument::text("strategy", strategy, strategy_length)?,
                Place::new("out", out)?,
            )
        };
        let strategy = strategy.parse()?;
        let options = SelectOptions { count, strategy, random_share, seed };
        let features = features.map(pantau_matrix::examples);
        out.give(select(probabilities, classes, features, &options)?.into());
        Ok(())
    })
}

/// How many texts were chosen. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_count(selection: *const pantau_selection) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(selection, 0, |selection| selection.rows.len()) }
}

/// For each chosen text, its row in the pool. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_rows(selection: *const pantau_selection) -> *const usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(selection, ptr::null(), |selection| selection.rows.as_ptr()) }
}

/// For each chosen text, how uncertain the classifier is, as the strategy measures it. Of a NULL:
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_scores(selection: *const pantau_selection) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(selection, ptr::null(), |selection| selection.scores.as_ptr()) }
}

/// For each chosen text, the chance with which each text of the pool was drawn, if it was drawn at
/// random; else NaN. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_probabilities(
    selection: *const pantau_selection,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(selection, ptr::null(), |selection| selection.probabilities.as_ptr()) }
}

/// What a text was chosen for, a strategy or `random`, borrowed from the selection; NULL if there
/// are not as many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_reason(
    selection: *const pantau_selection,
    index: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(selection, ptr::null(), |selection| {
            selection.reasons.get(index).map_or(ptr::null(), ptr::from_ref)
        })
    }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    selection: *const pantau_selection,
    fallback: T,
    read: impl FnOnce(&pantau_selection) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { selection.as_ref() }.map_or(fallback, read)
    })
}

/// Frees a selection; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_selection_free(selection: *mut pantau_selection) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(selection) });
}
