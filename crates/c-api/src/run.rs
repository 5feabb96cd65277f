//! A run that goes on.

use std::ffi::c_char;

use pantau_core::runs::{Run, Status};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    text::pantau_text,
};

/// A run that things are logged to. It is running until `pantau_run_finish` says otherwise; one
/// that is freed before stays so. Threads may share it.
pub struct pantau_run(pub(crate) Run);

/// Gives the id of a run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_id(
    run: *const pantau_run,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (run, out) = unsafe { (argument::object("run", run)?, Place::new("out", out)?) };
        out.give(run.0.id().to_owned().into());
        Ok(())
    })
}

/// Gives the name of a run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_name(
    run: *const pantau_run,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (run, out) = unsafe { (argument::object("run", run)?, Place::new("out", out)?) };
        out.give(run.0.name().to_owned().into());
        Ok(())
    })
}

/// Starts a run that is part of this one, such as a trial of a search.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_start_part(
    run: *const pantau_run,
    name: *const c_char,
    name_length: usize,
    out: *mut *mut pantau_run,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (run, name, out) = unsafe {
            (
                argument::object("run", run)?,
                argument::text("name", name, name_length)?,
                Place::new("out", out)?,
            )
        };
        let name = Some(name).filter(|name| !name.is_empty());
        out.give(pantau_run(run.0.start_part(name)?));
        Ok(())
    })
}

/// Logs a parameter. The same value again changes nothing; another one is a conflict that names
/// both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_log_param(
    run: *const pantau_run,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
) -> pantau_status {
    // SAFETY: the header's rules for objects and texts.
    guard(|| unsafe {
        pair(run, (name, name_length), (value, value_length), |run, name, value| {
            run.log_param(name, value)
        })
    })
}

/// Logs a metric at a step.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_log_metric(
    run: *const pantau_run,
    name: *const c_char,
    name_length: usize,
    value: f64,
    step: i64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (run, name) =
            unsafe { (argument::object("run", run)?, argument::text("name", name, name_length)?) };
        run.0.log_metric(name, value, step)?;
        Ok(())
    })
}

/// Sets a tag, which may be set again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_set_tag(
    run: *const pantau_run,
    name: *const c_char,
    name_length: usize,
    value: *const c_char,
    value_length: usize,
) -> pantau_status {
    // SAFETY: the header's rules for objects and texts.
    guard(|| unsafe {
        pair(run, (name, name_length), (value, value_length), |run, name, value| {
            run.set_tag(name, value)
        })
    })
}

/// Logs a file, or all files of a folder, below `folder` of the run, or with an empty one at its
/// top.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_log_artefact(
    run: *const pantau_run,
    path: *const c_char,
    path_length: usize,
    folder: *const c_char,
    folder_length: usize,
) -> pantau_status {
    // SAFETY: the header's rules for objects and texts.
    guard(|| unsafe {
        pair_named(
            run,
            ("path", path, path_length),
            ("folder", folder, folder_length),
            |run, path, folder| {
                run.log_artefact(path, Some(folder).filter(|folder| !folder.is_empty()))
            },
        )
    })
}

/// Logs bytes as a file at `path` of the run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_log_bytes(
    run: *const pantau_run,
    path: *const c_char,
    path_length: usize,
    bytes: *const u8,
    count: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and arrays.
        let (run, path, bytes) = unsafe {
            (
                argument::object("run", run)?,
                argument::text("path", path, path_length)?,
                argument::array("bytes", bytes, count)?,
            )
        };
        run.0.log_bytes(path, bytes)?;
        Ok(())
    })
}

/// Ends a run: `status` is `finished`, `failed` or `killed`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_finish(
    run: *const pantau_run,
    status: *const c_char,
    status_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (run, status) = unsafe {
            (argument::object("run", run)?, argument::text("status", status, status_length)?)
        };
        run.0.finish(status.parse::<Status>()?)?;
        Ok(())
    })
}

/// Logs a name and a value.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn pair(
    run: *const pantau_run,
    (name, name_length): (*const c_char, usize),
    (value, value_length): (*const c_char, usize),
    log: impl FnOnce(&Run, &str, &str) -> pantau_core::Result<()>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    unsafe { pair_named(run, ("name", name, name_length), ("value", value, value_length), log) }
}

/// Logs two texts, by the names of the arguments they come in.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn pair_named(
    run: *const pantau_run,
    (one_name, one, one_length): (&str, *const c_char, usize),
    (two_name, two, two_length): (&str, *const c_char, usize),
    log: impl FnOnce(&Run, &str, &str) -> pantau_core::Result<()>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (run, one, two) = unsafe {
        (
            argument::object("run", run)?,
            argument::text(one_name, one, one_length)?,
            argument::text(two_name, two, two_length)?,
        )
    };
    Ok(log(&run.0, one, two)?)
}

/// Frees a run; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_run_free(run: *mut pantau_run) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(run) });
}
