//! The calls that people know.

use std::ffi::c_char;

use pantau_core::drift::{AllFeatures, DataDriftDetector, DriftScore, WindowDriftDetector};

use super::{batch::pantau_batch, reference::pantau_reference};
use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Tests each feature of new rows against reference rows: numbers by Kolmogorov and Smirnov,
/// categories by chi-square. Where nothing drifts, each is found to drift in the share
/// `significance_level` of all looks; `pantau_monitor` is made for looking again and again. It never
/// changes, so threads may share it.
pub struct pantau_data_drift_detector(DataDriftDetector);

/// Keeps the numbers and categories of reference rows; 0.05 is the usual `significance_level`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_data_drift_detector_new(
    reference: *const pantau_batch,
    significance_level: f64,
    out: *mut *mut pantau_data_drift_detector,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (reference, out) =
            unsafe { (argument::object("reference", reference)?, Place::new("out", out)?) };
        let made = reference.with(|rows| DataDriftDetector::new(rows, significance_level))?;
        out.give(pantau_data_drift_detector(made));
        Ok(())
    })
}

/// Gives the test of a number as JSON: `statistic`, `p_value`, `drift_detected`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_data_drift_detector_numerical(
    detector: *const pantau_data_drift_detector,
    current: *const pantau_batch,
    feature: *const c_char,
    feature_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (detector, current, feature, out) = unsafe {
            (
                argument::object("detector", detector)?,
                argument::object("current", current)?,
                argument::text("feature", feature, feature_length)?,
                Place::new("out", out)?,
            )
        };
        let found = current.with(|rows| detector.0.detect_numerical_drift(rows, feature))?;
        out.give(found.to_json().into());
        Ok(())
    })
}

/// Gives the test of a category as JSON: also its `max_distribution_shift`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_data_drift_detector_categorical(
    detector: *const pantau_data_drift_detector,
    current: *const pantau_batch,
    feature: *const c_char,
    feature_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (detector, current, feature, out) = unsafe {
            (
                argument::object("detector", detector)?,
                argument::object("current", current)?,
                argument::text("feature", feature, feature_length)?,
                Place::new("out", out)?,
            )
        };
        let found = current.with(|rows| detector.0.detect_categorical_drift(rows, feature))?;
        out.give(found.to_json().into());
        Ok(())
    })
}

/// Gives the tests of several features as JSON: `overall_drift_detected`, `summary`, `features`.
/// `options` are JSON; the empty text tests all:
/// `{"numerical_features": ["rating"], "categorical_features": ["label"]}`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_data_drift_detector_all(
    detector: *const pantau_data_drift_detector,
    current: *const pantau_batch,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (detector, current, options, out) = unsafe {
            (
                argument::object("detector", detector)?,
                argument::object("current", current)?,
                argument::settings("options", options, options_length, AllFeatures::from_json)?,
                Place::new("out", out)?,
            )
        };
        let found = current.with(|rows| options.detect(&detector.0, rows))?;
        out.give(found.to_json().into());
        Ok(())
    })
}

/// Frees a detector; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_data_drift_detector_free(
    detector: *mut pantau_data_drift_detector,
) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(detector) });
}

/// Scores windows of a fixed number of rows, one after the other.
pub struct pantau_window_drift_detector(WindowDriftDetector);

/// Makes a detector for windows of `window_size` rows, with a `threshold` for the share of rows that
/// moved; the usual ones are 1,000 and 0.05.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_window_drift_detector_new(
    reference: *const pantau_reference,
    window_size: usize,
    threshold: f64,
    out: *mut *mut pantau_window_drift_detector,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (reference, out) =
            unsafe { (argument::object("reference", reference)?, Place::new("out", out)?) };
        let made = WindowDriftDetector::new((*reference.0).clone(), window_size, threshold)?;
        out.give(pantau_window_drift_detector(made));
        Ok(())
    })
}

/// Counts rows, and gives a JSON list of the scores of the windows that they fill: `drift_score`,
/// what `chance` alone stays below in 95 of 100 windows, `drift_detected`, and the `level`, `"LOW"`,
/// `"MEDIUM"` or `"HIGH"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_window_drift_detector_update(
    detector: *mut pantau_window_drift_detector,
    rows: *const pantau_batch,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (detector, rows, out) = unsafe {
            (
                argument::object_mut("detector", detector)?,
                argument::object("rows", rows)?,
                Place::new("out", out)?,
            )
        };
        let scores = rows.with(|rows| detector.0.update(rows))?;
        let scores: Vec<String> = scores.iter().map(DriftScore::to_json).collect();
        out.give(format!("[{}]", scores.join(",")).into());
        Ok(())
    })
}

/// Frees a detector; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_window_drift_detector_free(
    detector: *mut pantau_window_drift_detector,
) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(detector) });
}
