//! Logistic regression.

use std::{
    ffi::{c_char, c_void},
    ptr,
};

use pantau_core::learn::{FitExtras, LogisticOptions, LogisticRegression, Progress};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    linear_model::pantau_linear_model,
    matrix::pantau_matrix,
    progress::{Watch, pantau_progress},
    scores::pantau_scores,
};

/// A logistic regression of rows of numbers. `pantau_logistic_regression_partial_fit` changes it;
/// otherwise threads may share it.
pub struct pantau_logistic_regression(LogisticRegression);

/// Gives a classifier that has learnt nothing yet; `pantau_logistic_regression_partial_fit` goes on
/// from there. `options` are as for `pantau_logistic_regression_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_new(
    columns: usize,
    classes: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_logistic_regression,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (options, out) =
            unsafe { (settings(options, options_length)?, Place::new("out", out)?) };
        let fitted = LogisticRegression::new(columns, classes, &options)?;
        out.give(pantau_logistic_regression(fitted));
        Ok(())
    })
}

/// Learns from the rows of a matrix. `labels` holds the class of each row, a number below
/// `classes`; `sample_weights` how much each row counts, or is NULL. `start` is an earlier model of
/// the same shape to begin with, or NULL. `progress` hears how many iterations are done.
///
/// `options` are JSON; the empty text is the default ones, and what is left out has its default.
/// `penalty` is `l2`, `l1` or `none`; `class_weight` is `equal`, `balanced` or `{"given": [...]}`
/// with a number for each class:
///
/// ```json
/// {"penalty": "l2", "c": 1.0, "class_weight": "equal", "fit_intercept": true,
///  "tolerance": 0.0001, "max_iterations": 1000, "seed": 0, "threads": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_fit(
    matrix: *const pantau_matrix,
    labels: *const u32,
    sample_weights: *const f64,
    classes: usize,
    options: *const c_char,
    options_length: usize,
    start: *const pantau_linear_model,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_logistic_regression,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (examples, labels, sample_weights, options, start, out) = unsafe {
            let examples = argument::object("matrix", matrix)?.examples();
            (
                examples,
                argument::array("labels", labels, examples.rows())?,
                argument::optional_array("sample_weights", sample_weights, examples.rows())?,
                settings(options, options_length)?,
                start.as_ref(),
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let most = options.max_iterations;
        let mut looks = |progress: &Progress| watch.reach(progress.iterations, most);
        let extras = FitExtras {
            sample_weights,
            start: start.map(|start| &start.0),
            watch: Some(&mut looks),
            ..FitExtras::default()
        };
        let fitted = LogisticRegression::fit(examples, labels, classes, &options, extras);
        out.give(pantau_logistic_regression(watch.conclude(fitted)?));
        Ok(())
    })
}

/// Gives a classifier that was kept: its `pantau_logistic_regression_to_linear` and the `count`
/// numbers of its `pantau_logistic_regression_precisions`. `options` are as for
/// `pantau_logistic_regression_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_resume(
    model: *const pantau_linear_model,
    precisions: *const f64,
    count: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_logistic_regression,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (model, precisions, options, out) = unsafe {
            (
                argument::object("model", model)?,
                argument::array("precisions", precisions, count)?,
                settings(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        let resumed = LogisticRegression::resume(model.0.clone(), precisions.to_vec(), &options)?;
        out.give(pantau_logistic_regression(resumed));
        Ok(())
    })
}

/// Learns from more rows, one after another. It comes near what all rows together would give. If it
/// fails, the classifier is as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_partial_fit(
    regression: *mut pantau_logistic_regression,
    matrix: *const pantau_matrix,
    labels: *const u32,
    sample_weights: *const f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, and for arrays as for texts.
        let (regression, examples, labels, weights) = unsafe {
            let regression = argument::object_mut("regression", regression)?;
            let examples = argument::object("matrix", matrix)?.examples();
            (
                regression,
                examples,
                argument::array("labels", labels, examples.rows())?,
                argument::optional_array("sample_weights", sample_weights, examples.rows())?,
            )
        };
        Ok(regression.0.partial_fit(examples, labels, weights)?)
    })
}

/// # Safety
/// As for [`argument::text`].
unsafe fn settings(options: *const c_char, length: usize) -> Result<LogisticOptions, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("options", options, length, LogisticOptions::from_json) }
}

/// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
/// many threads may work, 0 for as many as this process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_predict(
    regression: *const pantau_logistic_regression,
    matrix: *const pantau_matrix,
    threads: usize,
    out: *mut *mut pantau_scores,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (regression, matrix, out) = unsafe {
            (
                argument::object("regression", regression)?,
                argument::object("matrix", matrix)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_scores::of(regression.0.model(), matrix.examples(), threads)?);
        Ok(())
    })
}

/// Gives the classifier as weights and intercepts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_to_linear(
    regression: *const pantau_logistic_regression,
    out: *mut *mut pantau_linear_model,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (regression, out) =
            unsafe { (argument::object("regression", regression)?, Place::new("out", out)?) };
        out.give(pantau_linear_model(regression.0.model().clone()));
        Ok(())
    })
}

/// How many columns a row has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_columns(
    regression: *const pantau_logistic_regression,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(regression, 0, |regression| regression.model().columns()) }
}

/// How many classes there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_classes(
    regression: *const pantau_logistic_regression,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(regression, 0, |regression| regression.model().classes()) }
}

/// How sure each column's weights are, and at the end the intercepts: one number more than there
/// are columns, borrowed until the classifier learns more. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_precisions(
    regression: *const pantau_logistic_regression,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(regression, ptr::null(), |regression| regression.precisions().as_ptr()) }
}

/// How many iterations the fit took. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_iterations(
    regression: *const pantau_logistic_regression,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(regression, 0, LogisticRegression::iterations) }
}

/// Whether the fit reached its tolerance. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_converged(
    regression: *const pantau_logistic_regression,
) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(regression, false, LogisticRegression::converged) }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    regression: *const pantau_logistic_regression,
    fallback: T,
    read: impl FnOnce(&LogisticRegression) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { regression.as_ref() }.map_or(fallback, |regression| read(&regression.0))
    })
}

/// Frees a classifier; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_logistic_regression_free(
    regression: *mut pantau_logistic_regression,
) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(regression) });
}
