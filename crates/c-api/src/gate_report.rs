//! Whether a classifier may be used.

use std::ffi::{c_char, c_void};

use pantau_core::{
    learn::gates::{GateReport, Gates},
    model::assess,
};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    labelled_texts::pantau_labelled_texts,
    progress::{Watch, pantau_progress},
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// What all gates found that a classifier has to pass. It never changes, so threads may share it.
pub struct pantau_gate_report(GateReport);

/// Tells whether a classifier may be used, as its answers to labelled texts show that it has not
/// learnt from, and how it bears odd ones.
///
/// `gates` are JSON; the empty text is the default ones, and what is left out has its default:
///
/// ```json
/// {"floor": 0.7, "promote": 0.75, "gap": 0.15, "level": 0.95, "champion_margin": 0.05}
/// ```
///
/// `train_accuracy` is its accuracy on the texts it has learnt from; NaN is what its bundle says.
/// `champion` is what it would replace, or NULL. Gates for which something is missing are left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_assess(
    classifier: *const pantau_text_classifier,
    data: *const pantau_labelled_texts,
    gates: *const c_char,
    gates_length: usize,
    train_accuracy: f64,
    champion: *const pantau_text_classifier,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_gate_report,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (classifier, data, gates, champion, out) = unsafe {
            (
                &*argument::object("classifier", classifier)?.0,
                argument::object("data", data)?,
                argument::settings("gates", gates, gates_length, Gates::from_json)?,
                champion.as_ref(),
                Place::new("out", out)?,
            )
        };
        let champion = champion.map(|champion| &*champion.0);
        let train_accuracy = Some(train_accuracy).filter(|accuracy| !accuracy.is_nan());
        let train_accuracy = train_accuracy.or_else(|| classifier.train_accuracy());
        let mut watch = Watch::new(progress, user_data);
        let mut looks = |more, all| watch.advance(more, all);
        let report = assess(classifier, &data.0, &gates, train_accuracy, champion, &mut looks);
        out.give(pantau_gate_report(watch.conclude(report)?));
        Ok(())
    })
}

/// Whether the classifier may be promoted: it passes every gate. Of a NULL: false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_gate_report_passed(report: *const pantau_gate_report) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(report, |report| report.passed) }
}

/// Whether the classifier may be used: it passes every gate that is an error otherwise. Of a NULL:
/// false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_gate_report_usable(report: *const pantau_gate_report) -> bool {
    // SAFETY: the header's rules for objects.
    unsafe { read(report, |report| report.usable) }
}

/// Gives what each gate found as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_gate_report_to_json(
    report: *const pantau_gate_report,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(report, out, GateReport::to_json) })
}

/// Gives what each gate found for people, in lines of 80 columns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_gate_report_to_text(
    report: *const pantau_gate_report,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { describe(report, out, GateReport::to_text) })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read(report: *const pantau_gate_report, read: impl FnOnce(&GateReport) -> bool) -> bool {
    guard_or(false, || {
        // SAFETY: promised by the caller.
        unsafe { report.as_ref() }.is_some_and(|report| read(&report.0))
    })
}

/// # Safety
/// As for the functions of [`argument`].
unsafe fn describe(
    report: *const pantau_gate_report,
    out: *mut *mut pantau_text,
    describe: impl FnOnce(&GateReport) -> String,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (report, out) = unsafe { (argument::object("report", report)?, Place::new("out", out)?) };
    out.give(describe(&report.0).into());
    Ok(())
}

/// Frees a report; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_gate_report_free(report: *mut pantau_gate_report) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(report) });
}
