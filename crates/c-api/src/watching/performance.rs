//! How good a deployed model still is.

use std::ffi::c_char;

use pantau_core::{
    Timestamp,
    performance::{
        AccuracyEstimator, AccuracyReport, FeedbackRate, PerformanceDriftDetector,
        metrics_from_json,
    },
    report::Report,
};

use super::{
    audit::{given, pantau_audit},
    monitor::pantau_monitor,
    reference::pantau_reference,
};
use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    store::read_time,
    text::pantau_text,
};

/// Estimates the accuracy of a classifier on rows that have no labels, from how sure it is. It
/// never changes, so threads may share it.
pub struct pantau_accuracy_estimator(AccuracyEstimator);

/// Learns from `count` labelled rows that the classifier was not trained on: how sure each answer
/// is, whether it is correct, and which label it gave; `labels` and `lengths` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_accuracy_estimator_new(
    confidences: *const f64,
    correct: *const bool,
    labels: *const *const c_char,
    lengths: *const usize,
    count: usize,
    out: *mut *mut pantau_accuracy_estimator,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results, and for arrays as for texts.
        let (confidences, correct, labels, out) = unsafe {
            (
                argument::array("confidences", confidences, count)?,
                argument::array("correct", correct, count)?,
                optional_labels(labels, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let made = AccuracyEstimator::new(confidences, correct, labels.as_deref())?;
        out.give(pantau_accuracy_estimator(made));
        Ok(())
    })
}

/// Labels, of which there may be none.
///
/// # Safety
/// As for [`argument::texts`].
unsafe fn optional_labels<'a>(
    labels: *const *const c_char,
    lengths: *const usize,
    count: usize,
) -> Result<Option<Vec<&'a str>>, Failure> {
    if labels.is_null() {
        return Ok(None);
    }
    // SAFETY: promised by the caller.
    unsafe { argument::named_texts(("labels", labels), ("lengths", lengths), count) }.map(Some)
}

/// Takes what the rows of a reference say whose right labels were known; it was built with
/// `predictions` in its layout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_accuracy_estimator_of_reference(
    reference: *const pantau_reference,
    out: *mut *mut pantau_accuracy_estimator,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (reference, out) =
            unsafe { (argument::object("reference", reference)?, Place::new("out", out)?) };
        out.give(pantau_accuracy_estimator(AccuracyEstimator::of_reference(&reference.0)?));
        Ok(())
    })
}

/// Gives the estimated accuracy of `count` answers as JSON: by the mean calibrated confidence
/// (`cbpe`) and by a threshold (`atc`), with intervals, a `sentence`, and why it `refused` where
/// confidences mean nothing. `labels` and `lengths` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_accuracy_estimator_estimate(
    estimator: *const pantau_accuracy_estimator,
    confidences: *const f64,
    labels: *const *const c_char,
    lengths: *const usize,
    count: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results, and for arrays as for texts.
        let (estimator, confidences, labels, out) = unsafe {
            (
                argument::object("estimator", estimator)?,
                argument::array("confidences", confidences, count)?,
                optional_labels(labels, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let found = estimator.0.estimate(confidences, labels.as_deref())?;
        out.give(found.to_json().into());
        Ok(())
    })
}

/// Frees an estimator; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_accuracy_estimator_free(estimator: *mut pantau_accuracy_estimator) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(estimator) });
}

/// Gives what is known of the accuracy of what a monitor watches as JSON: the `estimate` of the last
/// window, where the reference has predictions, and what an `audit` says, which may be NULL, of all
/// versions, where `version` is empty, or one. The `baseline` of the audit is by default, NaN, the lower
/// end of the accuracy on the labelled rows of the reference; `at` is when it is asked, empty is now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_accuracy(
    monitor: *const pantau_monitor,
    audit: *const pantau_audit,
    baseline: f64,
    version: *const c_char,
    version_length: usize,
    at: *const c_char,
    at_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (monitor, audit, version, at, out) = unsafe {
            (
                argument::object("monitor", monitor)?,
                audit.as_ref(),
                argument::text("version", version, version_length)?,
                read_time("at", at, at_length)?.unwrap_or_else(Timestamp::now),
                Place::new("out", out)?,
            )
        };
        let audit = audit.map(|audit| &audit.0);
        let version = Some(version).filter(|version| !version.is_empty());
        let told = AccuracyReport::of(&monitor.lock(), audit, given(baseline), version, at)?;
        out.give(told.to_json().into());
        Ok(())
    })
}

/// Compares the metrics of a model with a baseline, and finds their trends. Metrics are JSON:
/// `{"accuracy": 0.91, "f1": 0.9}`.
pub struct pantau_performance_drift_detector(PerformanceDriftDetector);

/// Makes a detector with these metrics as its baseline, which were measured on so many `rows`; 0 if
/// that is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_performance_drift_detector_new(
    baseline: *const c_char,
    baseline_length: usize,
    rows: u64,
    out: *mut *mut pantau_performance_drift_detector,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (baseline, out) = unsafe {
            (argument::text("baseline", baseline, baseline_length)?, Place::new("out", out)?)
        };
        let baseline = metrics_from_json("baseline", baseline)?;
        let made = PerformanceDriftDetector::new(&borrowed(&baseline), known(rows))?;
        out.give(pantau_performance_drift_detector(made));
        Ok(())
    })
}

fn known(rows: u64) -> Option<u64> {
    Some(rows).filter(|rows| *rows > 0)
}

fn borrowed(metrics: &[(String, f64)]) -> Vec<(&str, f64)> {
    metrics.iter().map(|(name, value)| (name.as_str(), *value)).collect()
}

/// Gives which metrics are worse than the baseline by more than `threshold`, a difference, as JSON:
/// `drift_detected`, `degraded_metrics`. Where `rows` are known of both sides, a drop must also be more
/// than chance gives; 0 if they are not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_performance_drift_detector_detect(
    detector: *const pantau_performance_drift_detector,
    current_metrics: *const c_char,
    current_metrics_length: usize,
    threshold: f64,
    rows: u64,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (detector, current, out) = unsafe {
            (
                argument::object("detector", detector)?,
                argument::text("current_metrics", current_metrics, current_metrics_length)?,
                Place::new("out", out)?,
            )
        };
        let current = metrics_from_json("current_metrics", current)?;
        let found =
            detector.0.detect_performance_drift(&borrowed(&current), threshold, known(rows))?;
        out.give(found.to_json().into());
        Ok(())
    })
}

/// Keeps what a version scored at a time (empty is now), for its trend.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_performance_drift_detector_record(
    detector: *mut pantau_performance_drift_detector,
    metrics: *const c_char,
    metrics_length: usize,
    version: *const c_char,
    version_length: usize,
    at: *const c_char,
    at_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (detector, metrics, version, at) = unsafe {
            (
                argument::object_mut("detector", detector)?,
                argument::text("metrics", metrics, metrics_length)?,
                argument::text("version", version, version_length)?,
                read_time("at", at, at_length)?.unwrap_or_else(Timestamp::now),
            )
        };
        let metrics = metrics_from_json("metrics", metrics)?;
        detector.0.record(&borrowed(&metrics), at, version)?;
        Ok(())
    })
}

/// Gives the trend of each metric over the last days up to `until` (empty is now) as JSON, of one
/// version or, where it is empty, of all: `overall_trend`, and in `trends` the `slope` a day.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_performance_drift_detector_analyze_trend(
    detector: *const pantau_performance_drift_detector,
    days: f64,
    version: *const c_char,
    version_length: usize,
    until: *const c_char,
    until_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (detector, version, until, out) = unsafe {
            (
                argument::object("detector", detector)?,
                argument::text("version", version, version_length)?,
                read_time("until", until, until_length)?.unwrap_or_else(Timestamp::now),
                Place::new("out", out)?,
            )
        };
        let version = Some(version).filter(|version| !version.is_empty());
        out.give(detector.0.analyze_trend(days, version, until)?.to_json().into());
        Ok(())
    })
}

/// Frees a detector; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_performance_drift_detector_free(
    detector: *mut pantau_performance_drift_detector,
) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(detector) });
}

/// Gives how often people said of their own accord that an answer was wrong, as JSON: a rate, never
/// an accuracy, for who clicks is not picked by chance.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_feedback_rate(
    predictions: u64,
    right: u64,
    wrong: u64,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(FeedbackRate::new(predictions, right, wrong)?.to_json().into());
        Ok(())
    })
}

/// Gives the page of a report as HTML: one file that needs nothing from elsewhere. `report` is JSON:
/// `{"title": ..., "drift": ..., "accuracy": ..., "trend": ..., "feedback": ...}`, of which all but `drift`
/// may be left out; each is what `pantau_monitor_report`, `pantau_monitor_accuracy`,
/// `pantau_performance_drift_detector_analyze_trend` and `pantau_feedback_rate` give.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_report_html(
    report: *const c_char,
    report_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: promised by the caller.
    guard(|| unsafe { shown(report, report_length, out, Report::to_html) })
}

/// Gives the same as a terminal shows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_report_text(
    report: *const c_char,
    report_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: promised by the caller.
    guard(|| unsafe { shown(report, report_length, out, Report::to_text) })
}

/// A report in another form.
///
/// # Safety
/// As for [`argument::text`] and [`Place::new`].
unsafe fn shown(
    report: *const c_char,
    length: usize,
    out: *mut *mut pantau_text,
    show: impl FnOnce(&Report) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (report, out) =
        unsafe { (argument::text("report", report, length)?, Place::new("out", out)?) };
    out.give(show(&Report::from_json(report)?).into());
    Ok(())
}
