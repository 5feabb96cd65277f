//! Whether rows are like those of a reference.

use std::{
    ffi::c_char,
    ptr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pantau_core::{
    Timestamp,
    drift::{Monitor, MonitorOptions, SharedMonitor},
};

use super::{batch::pantau_batch, profile::pantau_profile, reference::pantau_reference};
use crate::{
    argument::{self, Place},
    bytes::pantau_bytes,
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// Looks whether rows are like those of a reference, window after window. What it says are reports
/// in JSON: the `status`, `"ok"`, `"watch"`, `"changed_small"` or `"alarm"`; a `sentence` and an `advice`
/// in words; `since` when, with which evidence, feature by feature. No number in them is NaN.
/// Threads may share it.
pub struct pantau_monitor(pub(crate) SharedMonitor);

impl From<Monitor> for pantau_monitor {
    fn from(monitor: Monitor) -> Self {
        Self(Arc::new(Mutex::new(monitor)))
    }
}

impl pantau_monitor {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Monitor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes a monitor that has seen nothing. `options` are JSON; the empty text is the default ones:
/// `{"false_alarms": "1 per 365 windows", "min_effect": 0.03, "window": null, "min_rows": 30}`. With a
/// window such as `"1d"` or `"500 rows"`, windows close by themselves.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_new(
    reference: *const pantau_reference,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_monitor,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (reference, options, out) = unsafe {
            (
                argument::object("reference", reference)?,
                argument::settings("options", options, options_length, MonitorOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        out.give(Monitor::new(reference.0.clone(), options)?.into());
        Ok(())
    })
}

/// When rows came; none if the text is empty.
///
/// # Safety
/// As for [`argument::text`].
unsafe fn moment(at: *const c_char, at_length: usize) -> Result<Option<Timestamp>, Failure> {
    // SAFETY: promised by the caller.
    let at = unsafe { argument::text("at", at, at_length)? };
    Ok(if at.is_empty() { None } else { Some(at.parse()?) })
}

/// Counts rows, which came at `at` (as RFC 3339 writes it; empty if that does not matter), into the
/// open window. Where a window closed by that, gives its report, else a NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_update(
    monitor: *const pantau_monitor,
    rows: *const pantau_batch,
    at: *const c_char,
    at_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (monitor, rows, at, out) = unsafe {
            (
                argument::object("monitor", monitor)?,
                argument::object("rows", rows)?,
                moment(at, at_length)?,
                Place::new("out", out)?,
            )
        };
        match rows.with(|rows| monitor.lock().update(rows, at))? {
            Some(report) => out.give(report.to_json().into()),
            None => out.put(ptr::null_mut()),
        }
        Ok(())
    })
}

/// Adds what was counted elsewhere to the open window.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_merge(
    monitor: *const pantau_monitor,
    profile: *const pantau_profile,
    at: *const c_char,
    at_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (monitor, profile, at) = unsafe {
            (
                argument::object("monitor", monitor)?,
                argument::object("profile", profile)?,
                moment(at, at_length)?,
            )
        };
        monitor.lock().merge(&profile.0, at)?;
        Ok(())
    })
}

/// Takes what the open window has counted so far, which is then empty: to be merged into a monitor of
/// another process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_take(
    monitor: *const pantau_monitor,
    out: *mut *mut pantau_profile,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        out.give(pantau_profile(monitor.lock().take()));
        Ok(())
    })
}

/// Closes the open window and gives its report. A window of too few rows stays open, and the report
/// says so.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_close_window(
    monitor: *const pantau_monitor,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        out.give(monitor.lock().close_window()?.to_json().into());
        Ok(())
    })
}

/// Gives what the windows so far say, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_report(
    monitor: *const pantau_monitor,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        out.give(monitor.lock().report().to_json().into());
        Ok(())
    })
}

/// Gives the same as a terminal shows it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_report_text(
    monitor: *const pantau_monitor,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        out.give(monitor.lock().report().to_text().into());
        Ok(())
    })
}

/// Gives how often a monitor cries wolf, measured on `splits` splits of its reference in which nothing
/// drifts, as JSON; its `sentence` says it in words.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_calibrate(
    monitor: *const pantau_monitor,
    splits: usize,
    seed: u64,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        // Whoever is watched by it must not wait.
        let own = monitor.lock().clone();
        out.give(own.calibrate(splits, seed)?.to_json().into());
        Ok(())
    })
}

/// Puts down that a change is known, by whom and why. Its status stays, and reports say it was
/// acknowledged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_acknowledge(
    monitor: *const pantau_monitor,
    by: *const c_char,
    by_length: usize,
    reason: *const c_char,
    reason_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (monitor, by, reason) = unsafe {
            (
                argument::object("monitor", monitor)?,
                argument::text("by", by, by_length)?,
                argument::text("reason", reason, reason_length)?,
            )
        };
        monitor.lock().acknowledge(by, reason, Timestamp::now())?;
        Ok(())
    })
}

/// Takes another reference as the new normal, or with a NULL the last windows, 28 at least; by whom
/// and why is put down.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_rebaseline(
    monitor: *const pantau_monitor,
    reference: *const pantau_reference,
    by: *const c_char,
    by_length: usize,
    reason: *const c_char,
    reason_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (monitor, reference, by, reason) = unsafe {
            (
                argument::object("monitor", monitor)?,
                reference.as_ref(),
                argument::text("by", by, by_length)?,
                argument::text("reason", reason, reason_length)?,
            )
        };
        let now = Timestamp::now();
        match reference {
            Some(reference) => {
                monitor.lock().rebaseline_to(reference.0.clone(), by, reason, now)?;
            }
            None => monitor.lock().rebaseline(by, reason, now)?,
        }
        Ok(())
    })
}

/// Gives all that a monitor has seen, to go on from after a restart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_state(
    monitor: *const pantau_monitor,
    out: *mut *mut pantau_bytes,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (monitor, out) =
            unsafe { (argument::object("monitor", monitor)?, Place::new("out", out)?) };
        out.give(monitor.lock().state().into());
        Ok(())
    })
}

/// Makes the monitor with this state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_resume(
    reference: *const pantau_reference,
    state: *const u8,
    length: usize,
    out: *mut *mut pantau_monitor,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results, and for bytes as for texts.
        let (reference, state, out) = unsafe {
            (
                argument::object("reference", reference)?,
                argument::bytes("state", state, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(Monitor::resume(reference.0.clone(), state)?.into());
        Ok(())
    })
}

/// Frees a monitor; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_monitor_free(monitor: *mut pantau_monitor) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(monitor) });
}
