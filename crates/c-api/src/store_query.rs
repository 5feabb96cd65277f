//! What many predictions come to.

use std::{ffi::c_char, time::Duration};

use pantau_core::{
    Timestamp,
    store::{Store, Window},
};
use serde::Serialize;

use crate::{
    argument,
    error::{Failure, guard, pantau_status},
    store::{give, pantau_store, read_time, read_window},
    text::{json, json_list, pantau_text},
};

/// Gives what the predictions of a window come to as JSON: how many, how sure, which labels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_summary(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| store.summary(window))
    })
}

/// Gives how often each version of each model was used in a window and how often it was right, as
/// a JSON list, ordered by model and version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_usage(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| store.usage(window))
    })
}

/// Gives what the predictions of a window come to, interval by interval, as a JSON list. Intervals
/// are `every_seconds` long, and hours are those of the clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_over_time(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    every_seconds: f64,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        let every = Duration::try_from_secs_f64(every_seconds).map_err(|_| {
            Failure::argument("every_seconds", format!("{every_seconds} is no length of time"))
        })?;
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            of_window(store, (window, window_length), out, |store, window| {
                store.over_time(window, every)
            })
        }
    })
}

/// Gives how long the predictions of a window took as JSON: mean, quantiles and a histogram.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_latency(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| store.latency(window))
    })
}

/// Gives how sure the predictions of a window were, as JSON, in bins of 0.05.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_confidence_histogram(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| {
            store.confidence_histogram(window)
        })
    })
}

/// Gives how often the predictions of a window turned out right, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_feedback_summary(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| {
            store.feedback_summary(window)
        })
    })
}

/// Gives the trend of each metric that was written of a model over the last days up to `until`
/// (empty is now) as JSON, of one version or, where it is empty, of all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_analyze_trend(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    days: f64,
    version: *const c_char,
    version_length: usize,
    until: *const c_char,
    until_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            let version = argument::text("version", version, version_length)?;
            let version = Some(version).filter(|version| !version.is_empty());
            let until = read_time("until", until, until_length)?.unwrap_or_else(Timestamp::now);
            give(store, out, |store| Ok(json(&store.analyze_trend(model, days, version, until)?)))
        }
    })
}

/// Gives how often predictions of a window were said to be wrong, of all that were made, as JSON: a
/// rate of clicks, no accuracy; `null` without predictions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_feedback_rate(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects, texts and results.
    guard(|| unsafe {
        of_window(store, (window, window_length), out, |store, window| store.feedback_rate(window))
    })
}

/// Gives how many labels became known at a moment or later, as JSON: what a new training would
/// learn from that the last one could not. An empty `since` is from the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_new_labelled(
    store: *const pantau_store,
    since: *const c_char,
    since_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let since = read_time("since", since, since_length)?;
            give(store, out, |store| Ok(json(&store.new_labelled(since)?)))
        }
    })
}

/// Gives the predictions of a window whose right label became known, however long after, as a JSON
/// list, the latest first, at most `limit` of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_labelled_predictions(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    limit: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let window = read_window(window, window_length)?;
            give(store, out, |store| json_list(&store.labelled_predictions(&window, Some(limit))?))
        }
    })
}

/// Gives what a store answers about a window.
///
/// # Safety
/// As for [`give`] and [`read_window`].
unsafe fn of_window<T: Serialize>(
    store: *const pantau_store,
    (window, length): (*const c_char, usize),
    out: *mut *mut pantau_text,
    ask: impl FnOnce(&dyn Store, &Window) -> pantau_core::Result<T>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    unsafe {
        let window = read_window(window, length)?;
        give(store, out, |store| Ok(json(&ask(store, &window)?)))
    }
}
