//! A classifier whose answers are counted.

use std::{ffi::c_char, sync::Arc};

use pantau_core::{Timestamp, profile::ReferenceOptions};

use super::{monitor::pantau_monitor, reference::pantau_reference};
use crate::{
    argument::{self, Place},
    classifier::pantau_classifier,
    error::{guard, pantau_status},
};

/// Lets a monitor count all that a classifier answers from now on, or with a NULL nobody: the columns
/// `text`, `label`, `confidence`, `novelty`, `latency_ms` and `embedding`, as far as its reference knows
/// them. The monitor may be freed before. What goes wrong while counting does not touch the answers;
/// `pantau_classifier_info` tells it under `watched`. What an evaluation or an ensemble asks is not
/// counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_watch(
    classifier: *const pantau_classifier,
    monitor: *const pantau_monitor,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let (classifier, monitor) =
            unsafe { (argument::object("classifier", classifier)?, monitor.as_ref()) };
        classifier.classifier.watch(monitor.map(|monitor| monitor.0.clone()))?;
        Ok(())
    })
}

/// Answers texts, and builds the reference that later ones are compared with. The texts are in the
/// order of time, or `times` are the microseconds since 1970 of each; NULL if there are none.
/// `actual` are the right labels where they are known, for estimates of the accuracy: a NULL for one
/// that is not, and NULL for none at all; the model must not have learnt from those. `options` are
/// JSON as for `pantau_reference_build`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_reference(
    classifier: *const pantau_classifier,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    actual: *const *const c_char,
    actual_lengths: *const usize,
    times: *const i64,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_reference,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results, and for arrays as for texts.
        let (classifier, texts, actual, times, options, out) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::texts(texts, lengths, count)?,
                if actual.is_null() {
                    None
                } else {
                    Some(argument::optional_texts(("actual", actual), actual_lengths, count)?)
                },
                argument::optional_array("times", times, if times.is_null() { 0 } else { count })?,
                argument::settings(
                    "options",
                    options,
                    options_length,
                    ReferenceOptions::from_json,
                )?,
                Place::new("out", out)?,
            )
        };
        let times: Option<Vec<Timestamp>> =
            times.map(|times| times.iter().copied().map(Timestamp::from_micros).collect());
        let built = classifier.classifier.reference(
            &texts,
            actual.as_deref(),
            times.as_deref(),
            &options,
        )?;
        out.give(pantau_reference(Arc::new(built)));
        Ok(())
    })
}
