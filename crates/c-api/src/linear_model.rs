//! What every linear classifier is when it is used.

use std::ptr;

use pantau_core::learn::LinearModel;

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    matrix::pantau_matrix,
    scores::pantau_scores,
};

/// Scores that are sums of weighted numbers: what every linear classifier is when it is used. It
/// never changes, so threads may share it.
pub struct pantau_linear_model(pub(crate) LinearModel);

/// Gives a model of its numbers, which are copied: for each column the `classes` weights of all
/// classes, and `classes` intercepts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_new(
    weights: *const f64,
    intercepts: *const f64,
    columns: usize,
    classes: usize,
    out: *mut *mut pantau_linear_model,
) -> pantau_status {
    guard(|| {
        // More numbers than can be counted are more than memory can hold.
        let count = columns.saturating_mul(classes);
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (weights, intercepts, out) = unsafe {
            (
                argument::array("weights", weights, count)?,
                argument::array("intercepts", intercepts, classes)?,
                Place::new("out", out)?,
            )
        };
        let model = LinearModel::new(columns, classes, weights.to_vec(), intercepts.to_vec())?;
        out.give(pantau_linear_model(model));
        Ok(())
    })
}

/// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
/// many threads may work, 0 for as many as this process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_predict(
    model: *const pantau_linear_model,
    matrix: *const pantau_matrix,
    threads: usize,
    out: *mut *mut pantau_scores,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (model, matrix, out) = unsafe {
            (
                argument::object("model", model)?,
                argument::object("matrix", matrix)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_scores::of(&model.0, matrix.examples(), threads)?);
        Ok(())
    })
}

/// How many columns a row has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_columns(model: *const pantau_linear_model) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(model, 0, LinearModel::columns) }
}

/// How many classes there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_classes(model: *const pantau_linear_model) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(model, 0, LinearModel::classes) }
}

/// For each column, the weights of all classes, borrowed from the model. Of a NULL: NULL.
///
/// Of a logistic regression between two classes, the second has half of what scikit-learn's
/// `coef_` says, and the first the same below 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_weights(
    model: *const pantau_linear_model,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(model, ptr::null(), |model| model.weights().as_ptr()) }
}

/// What each class has from the start, borrowed from the model. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_intercepts(
    model: *const pantau_linear_model,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(model, ptr::null(), |model| model.intercepts().as_ptr()) }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    model: *const pantau_linear_model,
    fallback: T,
    read: impl FnOnce(&LinearModel) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { model.as_ref() }.map_or(fallback, |model| read(&model.0))
    })
}

/// Frees a model; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_linear_model_free(model: *mut pantau_linear_model) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(model) });
}
