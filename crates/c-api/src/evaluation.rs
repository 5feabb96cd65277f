//! How good a classifier is.

use std::ffi::{c_char, c_void};

use pantau_core::{
    learn::evaluation::{Evaluation, EvaluationOptions},
    model::evaluate,
};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// How good a classifier is on labelled texts, how sure that is, and where it goes wrong. It never
/// changes, so threads may share it.
pub struct pantau_evaluation(pub(crate) Evaluation);

/// Evaluates a classifier on labelled texts. A label that it does not know counts as a mistake.
///
/// `options` are JSON; the empty text is the default ones, and what is left out has its default:
///
/// ```json
/// {"level": 0.95, "resamples": 1000, "seed": 0, "worst": 20, "slices": null, "threads": null}
/// ```
///
/// Intervals hold with the probability `level`; that of F1 is made with `resamples` samples.
/// `worst` is how many mistakes are kept. `slices`, one name for each row, tells apart what is also
/// judged by itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluate(
    classifier: *const pantau_text_classifier,
    data: *const pantau_labelled_texts,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_evaluation,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (classifier, data, options, out) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::object("data", data)?,
                evaluation_options(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let found =
            evaluate(&*classifier.0, &data.0, &options, &mut |more, all| watch.advance(more, all));
        out.give(pantau_evaluation(watch.conclude(found)?));
        Ok(())
    })
}

/// # Safety
/// As for [`argument::text`].
pub(crate) unsafe fn evaluation_options(
    options: *const c_char,
    length: usize,
) -> Result<EvaluationOptions, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("options", options, length, EvaluationOptions::from_json) }
}

/// Reads an evaluation from JSON as `pantau_evaluation_to_json` and the `evaluation.json` of a
/// bundle have it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_from_json(
    json: *const c_char,
    length: usize,
    out: *mut *mut pantau_evaluation,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (json, out) =
            unsafe { (argument::text("json", json, length)?, Place::new("out", out)?) };
        out.give(pantau_evaluation(Evaluation::from_json(json)?));
        Ok(())
    })
}

/// How many rows were evaluated. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_rows(evaluation: *const pantau_evaluation) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, 0, |evaluation| evaluation.rows) }
}

/// The share of rows that are right. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_accuracy(evaluation: *const pantau_evaluation) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.accuracy.value) }
}

/// Where the interval of the accuracy begins. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_accuracy_low(
    evaluation: *const pantau_evaluation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.accuracy.interval.low) }
}

/// Where the interval of the accuracy ends. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_accuracy_high(
    evaluation: *const pantau_evaluation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.accuracy.interval.high) }
}

/// The mean F1 of the labels that occur. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_macro_f1(evaluation: *const pantau_evaluation) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.macro_f1.value) }
}

/// Where the interval of the mean F1 begins. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_macro_f1_low(
    evaluation: *const pantau_evaluation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.macro_f1.interval.low) }
}

/// Where the interval of the mean F1 ends. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_macro_f1_high(
    evaluation: *const pantau_evaluation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.macro_f1.interval.high) }
}

/// The mean probability of the answers: as high as the accuracy if they mean what they say. Of a
/// NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_mean_confidence(
    evaluation: *const pantau_evaluation,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(evaluation, f64::NAN, |evaluation| evaluation.mean_confidence) }
}

/// Gives all of an evaluation as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_to_json(
    evaluation: *const pantau_evaluation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(evaluation, out, Evaluation::to_json) })
}

/// Gives an evaluation for people, in lines of `width` columns; a terminal mostly has 80.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_to_text(
    evaluation: *const pantau_evaluation,
    width: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(evaluation, out, |evaluation| evaluation.to_text(width)) })
}

/// Gives an evaluation for a browser, as a part of a page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_to_html(
    evaluation: *const pantau_evaluation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(evaluation, out, Evaluation::to_html) })
}

/// Gives the mistakes that were kept as a table in CSV, the surest first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_mistakes_csv(
    evaluation: *const pantau_evaluation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(evaluation, out, Evaluation::mistakes_csv) })
}

/// Gives the confusion matrix as a picture, an SVG: a row for each label that was right, a column
/// for each that was predicted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_confusion_svg(
    evaluation: *const pantau_evaluation,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(evaluation, out, Evaluation::confusion_svg) })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    evaluation: *const pantau_evaluation,
    fallback: T,
    read: impl FnOnce(&Evaluation) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { evaluation.as_ref() }.map_or(fallback, |evaluation| read(&evaluation.0))
    })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    evaluation: *const pantau_evaluation,
    out: *mut *mut pantau_text,
    describe: impl FnOnce(&Evaluation) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (evaluation, out) =
        unsafe { (argument::object("evaluation", evaluation)?, Place::new("out", out)?) };
    out.give(describe(&evaluation.0).into());
    Ok(())
}

/// Frees an evaluation; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_evaluation_free(evaluation: *mut pantau_evaluation) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(evaluation) });
}
