//! What a deployed model remembers.

use std::{ffi::c_char, sync::Arc};

use pantau_core::{
    Timestamp,
    store::{self, Feedback, MetricsRecord, Store, Window},
};

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    text::{json_list, pantau_text},
};

/// What a deployed model remembers: its predictions and what became of them, features, metrics,
/// runs, and who did what. Threads may share it, and so may processes what it is stored in.
///
/// What goes in beside texts and numbers, and what comes out, is JSON. A record is an object with
/// the names of its table's columns; times are texts such as `2026-11-25T10:53:43Z`. A window says
/// which predictions are looked at, and every part of it can be left out:
///
/// ```json
/// {"hours": 24, "model": "sentiment", "version": "3"}
/// {"since": "2026-11-01", "until": "2026-11-25T12:00:00Z"}
/// ```
pub struct pantau_store(pub(crate) Arc<dyn Store>);

/// Opens a store by its name: `memory:`, a folder or a file of SQLite, which is made on first use,
/// or `postgresql://user:password@host/database`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_open(
    location: *const c_char,
    location_length: usize,
    out: *mut *mut pantau_store,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (location, out) = unsafe {
            (argument::text("location", location, location_length)?, Place::new("out", out)?)
        };
        out.give(pantau_store(store::open(location)?));
        Ok(())
    })
}

/// Opens a store as `pantau_store_open` does, but a server is connected to when it is first asked
/// for something: a service can start while its database is away, and its log keeps predictions in
/// the outbox until it is back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_open_later(
    location: *const c_char,
    location_length: usize,
    out: *mut *mut pantau_store,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for texts and results.
        let (location, out) = unsafe {
            (argument::text("location", location, location_length)?, Place::new("out", out)?)
        };
        out.give(pantau_store(store::open_later(location)?));
        Ok(())
    })
}

/// Gives where a store is, for people: a path or a URL, without a password.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_location(
    store: *const pantau_store,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(store, out, |store| Ok(store.location().to_owned())) })
}

/// Gives the prediction with an id as JSON, or `null`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_prediction(
    store: *const pantau_store,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            give(store, out, |store| match store.prediction(id)? {
                Some(prediction) => store::Record::to_json(&prediction),
                None => Ok("null".to_owned()),
            })
        }
    })
}

/// Gives the predictions of a window as a JSON list, the latest first, at most `limit` of them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_history(
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
            give(store, out, |store| json_list(&store.history(&window, limit)?))
        }
    })
}

/// Writes what somebody says of a prediction, and gives the id of that. `feedback` is JSON:
///
/// ```json
/// {"correct": false, "label": "negative", "source": "user", "subject": null, "timestamp": null,
///  "id": null}
/// ```
///
/// `correct` or `label` must be told. A prediction that is not there yet gets its feedback when it
/// is written. Feedback whose id is there already changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_feedback(
    store: *const pantau_store,
    prediction_id: *const c_char,
    prediction_id_length: usize,
    feedback: *const c_char,
    feedback_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let feedback =
                read_feedback(prediction_id, prediction_id_length, feedback, feedback_length)?;
            give(store, out, |store| {
                store.write_feedback(std::slice::from_ref(&feedback))?;
                Ok(feedback.id)
            })
        }
    })
}

/// Writes how good a version of a model was. `metrics` are JSON, of which all can be left out:
///
/// ```json
/// {"accuracy": 0.91, "precision": 0.9, "recall": 0.89, "f1_score": 0.9, "loss": 0.31, "epoch": 3,
///  "dataset_size": 12000, "timestamp": null, "id": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_metrics(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    version: *const c_char,
    version_length: usize,
    metrics: *const c_char,
    metrics_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (store, model, version, metrics) = unsafe {
            (
                argument::object("store", store)?,
                argument::text("model", model, model_length)?,
                argument::text("version", version, version_length)?,
                argument::text("metrics", metrics, metrics_length)?,
            )
        };
        store.0.write_metrics(&MetricsRecord::from_json(model, version, metrics)?)?;
        Ok(())
    })
}

/// Gives how good a model was as a JSON list, the earliest first. An empty `since` is from the
/// beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_metrics(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    since: *const c_char,
    since_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            let since = read_time("since", since, since_length)?;
            give(store, out, |store| json_list(&store.metrics(model, since)?))
        }
    })
}

/// What a window says.
///
/// # Safety
/// As for [`argument::text`].
pub(crate) unsafe fn read_window(window: *const c_char, length: usize) -> Result<Window, Failure> {
    // SAFETY: promised by the caller.
    unsafe { argument::settings("window", window, length, Window::from_json) }
}

/// A point in time; none if the text is empty.
///
/// # Safety
/// As for [`argument::text`].
pub(crate) unsafe fn read_time(
    name: &str,
    time: *const c_char,
    length: usize,
) -> Result<Option<Timestamp>, Failure> {
    // SAFETY: promised by the caller.
    let time = unsafe { argument::text(name, time, length)? };
    if time.is_empty() { Ok(None) } else { Ok(Some(time.parse()?)) }
}

/// What somebody says of a prediction.
///
/// # Safety
/// As for [`argument::text`].
pub(crate) unsafe fn read_feedback(
    prediction_id: *const c_char,
    prediction_id_length: usize,
    feedback: *const c_char,
    feedback_length: usize,
) -> Result<Feedback, Failure> {
    // SAFETY: promised by the caller.
    let (prediction_id, feedback) = unsafe {
        (
            argument::text("prediction_id", prediction_id, prediction_id_length)?,
            argument::text("feedback", feedback, feedback_length)?,
        )
    };
    Ok(Feedback::from_json(prediction_id, feedback)?)
}

/// Gives a text that a store answers.
///
/// # Safety
/// As for the functions of [`argument`].
pub(crate) unsafe fn give(
    store: *const pantau_store,
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&dyn Store) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (store, out) = unsafe { (argument::object("store", store)?, Place::new("out", out)?) };
    out.give(answer(&*store.0)?.into());
    Ok(())
}

/// Frees a store; NULL is fine. What was opened on it goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_free(store: *mut pantau_store) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(store) });
}
