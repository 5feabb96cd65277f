//! Which of two classifiers is better.

use std::{
    ffi::{c_char, c_void},
    ptr,
};

use pantau_core::{learn::evaluation::Comparison, model::compare_classifiers};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    evaluation::evaluation_options,
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// Two classifiers, called A and B, on the same labelled texts. It never changes, so threads may
/// share it.
pub struct pantau_comparison {
    comparison: Comparison,
    verdict: pantau_text,
}

impl From<Comparison> for pantau_comparison {
    fn from(comparison: Comparison) -> Self {
        let verdict = comparison.verdict.clone().into();
        Self { comparison, verdict }
    }
}

/// Compares two classifiers, A and B, on the same labelled texts. `options` are as for
/// `pantau_evaluate`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_compare(
    first: *const pantau_text_classifier,
    second: *const pantau_text_classifier,
    data: *const pantau_labelled_texts,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_comparison,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (first, second, data, options, out) = unsafe {
            (
                argument::object("first", first)?,
                argument::object("second", second)?,
                argument::object("data", data)?,
                evaluation_options(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let found =
            compare_classifiers(&*first.0, &*second.0, &data.0, &options, &mut |more, all| {
                watch.advance(more, all)
            });
        out.give(watch.conclude(found)?.into());
        Ok(())
    })
}

/// How many rows both answered. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_rows(comparison: *const pantau_comparison) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(comparison, 0, |comparison| comparison.comparison.rows) }
}

/// The accuracy of B less that of A. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_difference(comparison: *const pantau_comparison) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(comparison, f64::NAN, |comparison| comparison.comparison.difference.value) }
}

/// Where the interval of the difference begins. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_difference_low(
    comparison: *const pantau_comparison,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(comparison, f64::NAN, |comparison| comparison.comparison.difference.interval.low)
    }
}

/// Where the interval of the difference ends. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_difference_high(
    comparison: *const pantau_comparison,
) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(comparison, f64::NAN, |comparison| comparison.comparison.difference.interval.high)
    }
}

/// How likely a difference as large is if neither is better (McNemar's test). Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_pvalue(comparison: *const pantau_comparison) -> f64 {
    // SAFETY: the header's rules for objects.
    unsafe { read(comparison, f64::NAN, |comparison| comparison.comparison.pvalue) }
}

/// What it comes to, in a sentence that is borrowed from the comparison. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_verdict(
    comparison: *const pantau_comparison,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe { read(comparison, ptr::null(), |comparison| &raw const comparison.verdict) }
}

/// Gives all of a comparison as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_to_json(
    comparison: *const pantau_comparison,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(comparison, out, Comparison::to_json) })
}

/// Gives a comparison for people, in lines of `width` columns; a terminal mostly has 80.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_to_text(
    comparison: *const pantau_comparison,
    width: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(comparison, out, |comparison| comparison.to_text(width)) })
}

/// Gives a comparison for a browser, as a part of a page.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_to_html(
    comparison: *const pantau_comparison,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(comparison, out, Comparison::to_html) })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    comparison: *const pantau_comparison,
    fallback: T,
    read: impl FnOnce(&pantau_comparison) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { comparison.as_ref() }.map_or(fallback, read)
    })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    comparison: *const pantau_comparison,
    out: *mut *mut pantau_text,
    describe: impl FnOnce(&Comparison) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (comparison, out) =
        unsafe { (argument::object("comparison", comparison)?, Place::new("out", out)?) };
    out.give(describe(&comparison.comparison).into());
    Ok(())
}

/// Frees a comparison; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_comparison_free(comparison: *mut pantau_comparison) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(comparison) });
}
