//! What many predictions come to.

use std::{ffi::c_char, time::Duration};

use pantau_core::store::{Store, Window};
use serde::Serialize;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, pantau_status},
    labelled_texts::pantau_labelled_texts,
    store::{give, pantau_store, read_time, read_window},
    text::{json_list, pantau_text},
};

/// Gives what the predictions of a window come to as a JSON object: `since`, `until`, `count`,
/// `failed`, `mean_confidence`, `mean_ms`, and `labels`, a list with `label`, `count`, `share` and
/// `mean_confidence`. With `{"hours": 24}` they are those of the last day.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_recent(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            ask(store, (window, window_length), out, |store, window| Ok(store.summary(window)?.to_json()))
        }
    })
}

/// Gives how sure the predictions of a window were as a JSON object: `count`, and `bins` of 0.05, a
/// list with `from`, `to` and `count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_confidence_histogram(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            ask(store, (window, window_length), out, |store, window| Ok(store.confidence_histogram(window)?.to_json()))
        }
    })
}

/// Gives how long the predictions of a window took as a JSON object, in milliseconds: `count`,
/// `mean_ms`, the quantiles `p50`, `p95` and `p99`, each an estimate with `low` and `high` between
/// which it is, and `bins`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_latency_histogram(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            ask(store, (window, window_length), out, |store, window| Ok(store.latency(window)?.to_json()))
        }
    })
}

/// Gives how often each version of each model was used in a window, and how often it was right, as
/// a JSON list with `model`, `version`, `predictions`, `failed`, `share`, `labelled`, `correct`,
/// `accuracy`, `accuracy_interval`, `mean_confidence` and `mean_ms`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_usage(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            ask(store, (window, window_length), out, |store, window| Ok(list(&store.usage(window)?)))
        }
    })
}

/// Gives how often the predictions of a window turned out right as a JSON object: `right`, `wrong`,
/// `wrong_ratio`, `wrong_interval`, and `unmatched`, how much feedback waits for its prediction.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_feedback_summary(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            ask(store, (window, window_length), out, |store, window| Ok(store.feedback_summary(window)?.to_json()))
        }
    })
}

/// Gives what the predictions of a window come to in each `every_ms` of it, as a JSON list with
/// `from`, `to`, `predictions`, `failed`, `mean_confidence`, `mean_ms`, `labels`, `labelled` and
/// `correct`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_over_time(
    store: *const pantau_store,
    window: *const c_char,
    window_length: usize,
    every_ms: u64,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let every = Duration::from_millis(every_ms);
            ask(store, (window, window_length), out, |store, window| Ok(list(&store.over_time(window, every)?)))
        }
    })
}

/// Gives the predictions of a window whose right label became known as a JSON list, the latest
/// first, at most `limit` of them, 0 for all.
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
            let limit = (limit > 0).then_some(limit);
            ask(store, (window, window_length), out, |store, window| json_list(&store.labelled_predictions(window, limit)?))
        }
    })
}

/// Gives how many labels became known since a moment as a JSON object: of `reviews`, by `feedback`,
/// and in `total`. An empty `since` is from the beginning.
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
            give(store, out, |store| Ok(store.new_labelled(since)?.to_json()))
        }
    })
}

/// Gives all there is to learn from, for `pantau_train`: labelled reviews, and predictions whose
/// text may be kept and whose right label became known. Equal texts are one, with the label that
/// became known last. With a `since`, only labels that became known then or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_labelled_texts(
    store: *const pantau_store,
    since: *const c_char,
    since_length: usize,
    out: *mut *mut pantau_labelled_texts,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, since, out) = unsafe {
            (
                argument::object("store", store)?,
                read_time("since", since, since_length)?,
                Place::new("out", out)?,
            )
        };
        out.give(pantau_labelled_texts(store.0.labelled_texts(since)?));
        Ok(())
    })
}

/// Rows as a JSON list.
fn list<T: Serialize>(rows: &[T]) -> String {
    serde_json::to_string(rows).expect("texts and finite numbers are JSON")
}

/// Asks a store about a window.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn ask(
    store: *const pantau_store,
    (window, window_length): (*const c_char, usize),
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&dyn Store, &Window) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    unsafe {
        let window = read_window(window, window_length)?;
        give(store, out, |store| answer(store, &window))
    }
}
