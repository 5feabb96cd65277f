//! Detectors of change.

use std::ffi::c_char;

use pantau_core::stats::{Detector, Signal};

use crate::{
    argument::{self, Place},
    error::{guard, guard_or, pantau_status},
    text::pantau_text,
};

/// What a detector says after a number.
#[repr(C)]
#[derive(Clone, Copy)]
pub enum pantau_signal {
    /// Nothing to tell.
    Quiet = 0,
    /// Something may be changing.
    Warning = 1,
    /// Something changed; the detector begins anew.
    Drift = 2,
    /// Of `"sprt"` alone: nothing changed, for sure enough.
    Clear = 3,
}

impl From<Signal> for pantau_signal {
    fn from(signal: Signal) -> Self {
        match signal {
            Signal::Quiet => Self::Quiet,
            Signal::Warning => Self::Warning,
            Signal::Drift => Self::Drift,
            Signal::Clear => Self::Clear,
        }
    }
}

/// Looks for changes, one number after the other.
pub struct pantau_detector(Detector);

/// Makes a detector: `"adwin"`, `"page_hinkley"`, `"ddm"`, `"eddm"`, `"kswin"`, `"cusum"`,
/// `"ewma"`, `"sprt"` or `"shiryaev_roberts"`. Its settings are JSON, such as `{"delta": 0.01}`; the
/// empty text is the default ones. `"cusum"` and `"ewma"` need a `"target"` and a `"sd"`, `"sprt"` a
/// `"usual"` and a `"raised"` error rate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_detector_new(
    name: *const c_char,
    name_length: usize,
    settings: *const c_char,
    settings_length: usize,
    out: *mut *mut pantau_detector,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (name, settings, out) = unsafe {
            (
                argument::text("name", name, name_length)?,
                argument::text("settings", settings, settings_length)?,
                Place::new("out", out)?,
            )
        };
        let settings = if settings.is_empty() { "{}" } else { settings };
        out.give(pantau_detector(Detector::from_json(name, settings)?));
        Ok(())
    })
}

/// Takes the next number: 1 for a wrong answer and 0 for a right one with `"ddm"`, `"eddm"` and
/// `"sprt"`, a p-value with `"shiryaev_roberts"`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_detector_update(
    detector: *mut pantau_detector,
    value: f64,
    out: *mut pantau_signal,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (detector, out) =
            unsafe { (argument::object_mut("detector", detector)?, Place::new("out", out)?) };
        out.put(detector.0.update(value)?.into());
        Ok(())
    })
}

/// Gives settings and all that was seen, as JSON: what `pantau_detector_resume` goes on from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_detector_state(
    detector: *const pantau_detector,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (detector, out) =
            unsafe { (argument::object("detector", detector)?, Place::new("out", out)?) };
        out.give(detector.0.state().into());
        Ok(())
    })
}

/// Makes the detector whose state this is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_detector_resume(
    state: *const c_char,
    state_length: usize,
    out: *mut *mut pantau_detector,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (state, out) =
            unsafe { (argument::text("state", state, state_length)?, Place::new("out", out)?) };
        out.give(pantau_detector(Detector::resume(state)?));
        Ok(())
    })
}

/// Frees a detector; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_detector_free(detector: *mut pantau_detector) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(detector) });
}
