//! Whether data can be learnt from.

use std::ffi::{c_char, c_void};

use pantau_core::model::{ValidationOptions, validate};

use crate::{
    argument::{self, Place},
    error::{guard, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    text::pantau_text,
};

/// Looks through the rows of a file (CSV, JSON, Parquet), once, and gives what is wrong with them
/// as JSON: whether all `passed`, and of each check how many values failed, how many may, and the
/// first that did. `options` are JSON; the empty text is the default ones:
///
/// ```json
/// {"text": "review_text", "label": "sentiment_label", "required": [],
///  "labels": ["positive", "negative", "neutral"], "max_balance": 10, "min_words": 1,
///  "min_chars": 3, "max_chars": 5000, "max_share": 0.05, "first": 10, "format": null}
/// ```
///
/// `progress` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_validate(
    path: *const c_char,
    path_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (path, options, out) = unsafe {
            (
                argument::text("path", path, path_length)?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ValidationOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let report = validate(path, &options, &mut |done, all| watch.reach(size(done), size(all)));
        out.give(watch.conclude(report)?.to_json().into());
        Ok(())
    })
}

/// Gives what is wrong with labelled texts, as `pantau_validate` says it of a file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_labelled_texts_validate(
    data: *const pantau_labelled_texts,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (data, options, out) = unsafe {
            (
                argument::object("data", data)?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ValidationOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        out.give(data.0.validate(&options)?.to_json().into());
        Ok(())
    })
}
