//! How models are opened.

use std::{ffi::c_char, num::NonZero, time::Duration};

use pantau_core::{model::ModelOptions, onnx::LongText};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
};

/// How a model is opened. Setting an option changes it; otherwise threads may share it.
pub struct pantau_model_options(pub(crate) ModelOptions);

/// The options behind a handle; the default ones if it is NULL.
///
/// # Safety
/// As for [`argument::object`].
pub(crate) unsafe fn or_default(options: *const pantau_model_options) -> ModelOptions {
    // SAFETY: promised by the caller.
    let options = unsafe { options.as_ref() };
    options.map_or_else(ModelOptions::default, |options| options.0.clone())
}

/// Gives the default options.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_new(
    out: *mut *mut pantau_model_options,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for results.
        let out = unsafe { Place::new("out", out)? };
        out.give(pantau_model_options(ModelOptions::default()));
        Ok(())
    })
}

/// Sets where the model runs: `cpu`, the default; `prefer_cuda`, on a CUDA device if there is one;
/// or `require_cuda`, with which opening fails where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_device(
    options: *mut pantau_model_options,
    device: *const c_char,
    device_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (options, device) = unsafe {
            (
                argument::object_mut("options", options)?,
                argument::text("device", device, device_length)?,
            )
        };
        options.0.device = device.parse()?;
        Ok(())
    })
}

/// Sets how many threads the model uses; 0, the default, is as many as this process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_threads(
    options: *mut pantau_model_options,
    threads: usize,
) -> pantau_status {
    // SAFETY: the header's rules for objects.
    guard(|| unsafe { set(options, |options| options.threads = NonZero::new(threads)) })
}

/// Sets the most tokens of a text that are read at once; 0, the default, is what the model can.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_max_tokens(
    options: *mut pantau_model_options,
    max_tokens: usize,
) -> pantau_status {
    let max_tokens = (max_tokens > 0).then_some(max_tokens);
    // SAFETY: the header's rules for objects.
    guard(|| unsafe { set(options, |options| options.max_tokens = max_tokens) })
}

/// Sets what happens to texts of more tokens: `truncate`, the default, reads their beginning;
/// `truncate_start` reads their end; `windows` reads all in windows and answers with the mean.
/// Neighbouring windows share `overlap` tokens, and a text has at most `max_windows`; both are
/// only read for `windows`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_long_text(
    options: *mut pantau_model_options,
    long_text: *const c_char,
    long_text_length: usize,
    overlap: usize,
    max_windows: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (options, name) = unsafe {
            (
                argument::object_mut("options", options)?,
                argument::text("long_text", long_text, long_text_length)?,
            )
        };
        options.0.long_text = LongText::named(name, overlap, max_windows)?;
        Ok(())
    })
}

/// Sets how many milliseconds a text may wait for company while the model is busy; 0 is the
/// default. An idle model never waits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_max_wait_ms(
    options: *mut pantau_model_options,
    max_wait_ms: u64,
) -> pantau_status {
    let max_wait = Duration::from_millis(max_wait_ms);
    // SAFETY: the header's rules for objects.
    guard(|| unsafe { set(options, |options| options.max_wait = max_wait) })
}

/// Sets how many calls may wait at the same time, 1024 by default; more are `BUSY`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_set_queue(
    options: *mut pantau_model_options,
    queue: usize,
) -> pantau_status {
    // SAFETY: the header's rules for objects.
    guard(|| unsafe { set(options, |options| options.queue = queue) })
}

/// # Safety
/// As for [`argument::object_mut`].
unsafe fn set(
    options: *mut pantau_model_options,
    change: impl FnOnce(&mut ModelOptions),
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let options = unsafe { argument::object_mut("options", options)? };
    change(&mut options.0);
    Ok(())
}

/// Frees options; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_model_options_free(options: *mut pantau_model_options) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(options) });
}
