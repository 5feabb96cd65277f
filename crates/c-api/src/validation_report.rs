//! Whether data can be learnt from.

use std::ffi::{c_char, c_void};

use pantau_core::model::{ValidationOptions, ValidationReport, validate};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    text::pantau_text,
};

/// What is wrong with data, if anything. It never changes, so threads may share it.
pub struct pantau_validation_report(ValidationReport);

/// Looks through the rows of a file, once, and gives what is wrong with them. Files are as for
/// `pantau_labelled_texts_open`, and Parquet.
///
/// `options` are JSON; the empty text is the default ones, and what is left out has its default:
///
/// ```json
/// {"text": "review_text", "label": "sentiment_label", "required": [],
///  "labels": ["positive", "negative", "neutral"], "max_balance": 10, "min_words": 1,
///  "min_chars": 3, "max_chars": 5000, "max_share": 0.05, "first": 10, "format": null}
/// ```
///
/// `label` and `labels` may be `null`: nothing is asked of labels, or any may be there. The most
/// frequent label must be less than `max_balance` times as frequent as the rarest. Up to `max_share`
/// of the rows may have texts of a wrong length, of bad quality or twice. Of each check the `first`
/// failures are kept.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validate(
    path: *const c_char,
    path_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_validation_report,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, options, out) = unsafe {
            (
                argument::text("path", path, path_length)?,
                read_options(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let report = validate(path, &options, &mut |done, all| watch.reach_of(done, all));
        out.give(pantau_validation_report(watch.conclude(report)?));
        Ok(())
    })
}

/// Gives what is wrong with labelled texts, as `pantau_validate` says it of a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_validate(
    data: *const pantau_labelled_texts,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_validation_report,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (data, options, out) = unsafe {
            (
                argument::object("data", data)?,
                read_options(options, options_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_validation_report(data.0.validate(&options)?));
        Ok(())
    })
}

/// # Safety
/// As for [`argument::text`].
unsafe fn read_options(options: *const c_char, length: usize) -> Result<ValidationOptions, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("options", options, length, ValidationOptions::from_json) }
}

/// Whether the data passed every check. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validation_report_passed(
    report: *const pantau_validation_report,
) -> bool {
    guard_or(false, || {
        // SAFETY: the header's rules for objects.
        unsafe { report.as_ref() }.is_some_and(|report| report.0.passed)
    })
}

/// How many rows there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validation_report_rows(
    report: *const pantau_validation_report,
) -> u64 {
    guard_or(0, || {
        // SAFETY: the header's rules for objects.
        unsafe { report.as_ref() }.map_or(0, |report| report.0.rows)
    })
}

/// Gives all of a report as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validation_report_to_json(
    report: *const pantau_validation_report,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(report, out, ValidationReport::to_json) })
}

/// Gives a report for people.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validation_report_to_text(
    report: *const pantau_validation_report,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(report, out, ToString::to_string) })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    report: *const pantau_validation_report,
    out: *mut *mut pantau_text,
    describe: impl FnOnce(&ValidationReport) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (report, out) = unsafe { (argument::object("report", report)?, Place::new("out", out)?) };
    out.give(describe(&report.0).into());
    Ok(())
}

/// Frees a report; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validation_report_free(report: *mut pantau_validation_report) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(report) });
}
