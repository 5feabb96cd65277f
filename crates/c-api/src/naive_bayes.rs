//! Naive Bayes.

use std::{ffi::c_char, sync::OnceLock};

use pantau_core::learn::{LinearModel, NaiveBayes, NaiveBayesOptions};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    linear_model::pantau_linear_model,
    matrix::pantau_matrix,
    scores::pantau_scores,
};

/// A naive Bayes classifier of rows of numbers. `pantau_naive_bayes_partial_fit` changes it;
/// otherwise threads may share it.
pub struct pantau_naive_bayes {
    bayes: NaiveBayes,
    /// What follows from the counts, once somebody asks.
    linear: OnceLock<LinearModel>,
}

impl From<NaiveBayes> for pantau_naive_bayes {
    fn from(bayes: NaiveBayes) -> Self {
        Self { bayes, linear: OnceLock::new() }
    }
}

impl pantau_naive_bayes {
    fn linear(&self) -> pantau_core::Result<&LinearModel> {
        if let Some(linear) = self.linear.get() {
            return Ok(linear);
        }
        let linear = self.bayes.to_linear()?;
        Ok(self.linear.get_or_init(|| linear))
    }
}

/// Gives a classifier that has seen nothing yet; `pantau_naive_bayes_partial_fit` goes on from
/// there. `options` are as for `pantau_naive_bayes_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_new(
    columns: usize,
    classes: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_naive_bayes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (options, out) =
            unsafe { (settings(options, options_length)?, Place::new("out", out)?) };
        out.give(NaiveBayes::new(columns, classes, &options)?.into());
        Ok(())
    })
}

/// Learns from the rows of a matrix, none of whose numbers is below 0. `labels` holds the class of
/// each row, a number below `classes`; `sample_weights` how much each row counts, or is NULL.
///
/// `options` are JSON; the empty text is the default ones, and what is left out has its default.
/// `kind` is `multinomial` or `complement`:
///
/// ```json
/// {"kind": "multinomial", "alpha": 1.0, "fit_prior": true, "class_prior": null, "norm": false}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_fit(
    matrix: *const pantau_matrix,
    labels: *const u32,
    sample_weights: *const f64,
    classes: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_naive_bayes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (examples, labels, weights, options, out) = unsafe {
            let examples = argument::object("matrix", matrix)?.examples();
            (
                examples,
                argument::array("labels", labels, examples.rows())?,
                argument::optional_array("sample_weights", sample_weights, examples.rows())?,
                settings(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(NaiveBayes::fit(examples, labels, classes, &options, weights)?.into());
        Ok(())
    })
}

/// Learns from more rows: in the end it is the same as from all at once. If it fails, the
/// classifier is as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_partial_fit(
    bayes: *mut pantau_naive_bayes,
    matrix: *const pantau_matrix,
    labels: *const u32,
    sample_weights: *const f64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, and for arrays as for texts.
        let (bayes, examples, labels, weights) = unsafe {
            let bayes = argument::object_mut("bayes", bayes)?;
            let examples = argument::object("matrix", matrix)?.examples();
            (
                bayes,
                examples,
                argument::array("labels", labels, examples.rows())?,
                argument::optional_array("sample_weights", sample_weights, examples.rows())?,
            )
        };
        bayes.bayes.partial_fit(examples, labels, weights)?;
        bayes.linear = OnceLock::new();
        Ok(())
    })
}

/// # Safety
/// As for [`argument::text`].
unsafe fn settings(options: *const c_char, length: usize) -> Result<NaiveBayesOptions, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("options", options, length, NaiveBayesOptions::from_json) }
}

/// Gives the scores, the probabilities and the best class of each row of a matrix. `threads` is how
/// many threads may work, 0 for as many as this process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_predict(
    bayes: *const pantau_naive_bayes,
    matrix: *const pantau_matrix,
    threads: usize,
    out: *mut *mut pantau_scores,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (bayes, matrix, out) = unsafe {
            (
                argument::object("bayes", bayes)?,
                argument::object("matrix", matrix)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_scores::of(bayes.linear()?, matrix.examples(), threads)?);
        Ok(())
    })
}

/// Gives the classifier as weights and intercepts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_to_linear(
    bayes: *const pantau_naive_bayes,
    out: *mut *mut pantau_linear_model,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (bayes, out) = unsafe { (argument::object("bayes", bayes)?, Place::new("out", out)?) };
        out.give(pantau_linear_model(bayes.linear()?.clone()));
        Ok(())
    })
}

/// How many columns a row has. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_columns(bayes: *const pantau_naive_bayes) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(bayes, NaiveBayes::columns) }
}

/// How many classes there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_classes(bayes: *const pantau_naive_bayes) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(bayes, |bayes| bayes.class_counts().len()) }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read(bayes: *const pantau_naive_bayes, read: impl FnOnce(&NaiveBayes) -> usize) -> usize {
    guard_or(0, || {
        // SAFETY: promised by the caller.
        unsafe { bayes.as_ref() }.map_or(0, |bayes| read(&bayes.bayes))
    })
}

/// Frees a classifier; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_naive_bayes_free(bayes: *mut pantau_naive_bayes) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(bayes) });
}
