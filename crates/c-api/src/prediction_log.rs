//! Logging predictions without making anybody wait.

use std::ffi::c_char;

use pantau_core::{
    store::{LogOptions, PredictionLog, PredictionRecord},
    text::Anonymizer,
};

use crate::{
    anonymizer::pantau_anonymizer,
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    prediction::pantau_prediction,
    predictions::pantau_predictions,
    store::{pantau_store, read_feedback},
    text::pantau_text,
};

/// Logs the predictions of one version of a model without making anybody wait: they stand in a
/// bounded queue until a thread of the log has written many of them at once. Threads may share it.
///
/// A child process after `fork` must open a log of its own.
pub struct pantau_prediction_log {
    log: PredictionLog,
    model: String,
    version: String,
}

/// Opens a log that writes into a store. `options` are JSON; the empty text is the default ones,
/// and what is left out has its default:
///
/// ```json
/// {"durability": "group", "group_ms": 100, "when_full": "block", "capacity": 65536,
///  "outbox": null, "outbox_limit": 1073741824, "journal": null}
/// ```
///
/// `durability` is `each` (a call returns when its record would survive a power cut), `group`
/// (records are written together every `group_ms`) or `none` (when the disk has them is left to the
/// system). `when_full` says what happens when `capacity` records wait: `block` makes the caller
/// wait, `drop` drops and counts, `spill` puts them into the outbox. `outbox` is the path of a file
/// in which records wait while the store cannot be reached.
/// `journal` is the path of a file in which records stand until the store has them, so that they
/// survive the end of the process; what a killed one left behind is opened as `outbox`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_open(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    version: *const c_char,
    version_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut pantau_prediction_log,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, model, version, options, out) = unsafe {
            (
                argument::object("store", store)?,
                argument::text("model", model, model_length)?,
                argument::text("version", version, version_length)?,
                argument::settings("options", options, options_length, LogOptions::from_json)?,
                Place::new("out", out)?,
            )
        };
        let log = PredictionLog::open(store.0.clone(), options)?;
        out.give(pantau_prediction_log {
            log,
            model: model.to_owned(),
            version: version.to_owned(),
        });
        Ok(())
    })
}

/// Logs a prediction and gives its id. `record` is JSON, of which all can be left out:
///
/// ```json
/// {"processing_time_ms": 1.8, "review_id": "r17", "consent": true, "subject": "u17",
///  "input_text": "Bagus!", "embedding": null, "actual_label": null, "timestamp": null, "id": null}
/// ```
///
/// `subject`, `input_text` and `embedding` are only kept with `"consent": true`, and the text only
/// as the anonymizer leaves it; NULL is one with the default settings.
///
/// A `prediction` of NULL is one that was made elsewhere: then `record` also tells
/// `predicted_label`, `confidence`, and if they are known `probabilities` (an object), `truncated`
/// and `novelty`; or, instead of a label, `error`, the kind of the error a model failed with.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_record(
    log: *const pantau_prediction_log,
    prediction: *const pantau_prediction,
    record: *const c_char,
    record_length: usize,
    anonymizer: *const pantau_anonymizer,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (log, prediction, record, anonymizer, out) = unsafe {
            (
                argument::object("log", log)?,
                prediction.as_ref(),
                argument::text("record", record, record_length)?,
                read_anonymizer(anonymizer),
                Place::new("out", out)?,
            )
        };
        let (model, version) = (&log.model, &log.version);
        let record = match prediction {
            Some(prediction) => PredictionRecord::of(model, version, &prediction.prediction)
                .with_json(record, anonymizer.get())?,
            None => PredictionRecord::from_json(model, version, record, anonymizer.get())?,
        };
        out.give(log.log.log(record)?.into());
        Ok(())
    })
}

/// Logs many predictions and writes their ids into a JSON list. `records` are as many texts as for
/// `pantau_prediction_log_record`, with the length of each, or NULL: nothing more is known of any.
/// With the durability `each` it waits once for all of them. None is logged if one cannot be.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_record_many(
    log: *const pantau_prediction_log,
    predictions: *const pantau_predictions,
    records: *const *const c_char,
    record_lengths: *const usize,
    anonymizer: *const pantau_anonymizer,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (log, predictions, anonymizer, out) = unsafe {
            (
                argument::object("log", log)?,
                argument::object("predictions", predictions)?.all(),
                read_anonymizer(anonymizer),
                Place::new("out", out)?,
            )
        };
        let stated = if records.is_null() {
            vec![""; predictions.len()]
        } else {
            let lengths = ("record_lengths", record_lengths);
            // SAFETY: the header's rules for texts.
            unsafe { argument::named_texts(("records", records), lengths, predictions.len())? }
        };
        let records = predictions.iter().zip(stated).map(|(prediction, stated)| {
            PredictionRecord::of(&log.model, &log.version, &prediction)
                .with_json(stated, anonymizer.get())
        });
        let ids = log.log.log_batch(records.collect::<pantau_core::Result<_>>()?)?;
        out.give(serde_json::Value::from(ids).to_string().into());
        Ok(())
    })
}

/// Logs what somebody says of a prediction, as `pantau_store_write_feedback` writes it, and gives
/// the id of that. It comes after the predictions that were logged before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_feedback(
    log: *const pantau_prediction_log,
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
            give(log, out, |log| log.feedback(feedback))
        }
    })
}

/// Waits until all that was logged so far is in the store or in the outbox, at most
/// `timeout_ms`, 0 for as long as it takes; `DEADLINE` if that was not enough.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_flush(
    log: *const pantau_prediction_log,
    timeout_ms: u64,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let log = unsafe { argument::object("log", log)? };
        log.log.flush(argument::deadline(timeout_ms))?;
        Ok(())
    })
}

/// Gives what the log has done so far as a JSON object: `queued`, `waiting` (in the outbox),
/// `written`, `repeated`, `dropped`, `spilled`, `failed`, `batches`, `mean_delivery_ms`,
/// `max_delivery_ms` and `last_error`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_counters(
    log: *const pantau_prediction_log,
    out: *mut *mut pantau_text,
) -> pantau_status {
    // SAFETY: the header's rules for objects and results.
    guard(|| unsafe { give(log, out, |log| Ok(log.counters().to_json())) })
}

/// Deletes all that is stored of a subject, as `pantau_store_forget` does, and what of it is still
/// on its way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_forget(
    log: *const pantau_prediction_log,
    subject: *const c_char,
    subject_length: usize,
    actor: *const c_char,
    actor_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let subject = argument::text("subject", subject, subject_length)?;
            let actor = argument::text("actor", actor, actor_length)?;
            give(log, out, |log| Ok(log.forget(subject, actor)?.to_json().to_string()))
        }
    })
}

/// Ends a log once all is in the store or in the outbox; logging is an error from then on. It says
/// if records could be brought to neither, which `pantau_prediction_log_free` cannot.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_close(
    log: *const pantau_prediction_log,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let log = unsafe { argument::object("log", log)? };
        log.log.close()?;
        Ok(())
    })
}

/// The anonymizer of a caller, or the default one.
enum Chosen<'a> {
    Own(&'a Anonymizer),
    Default(Anonymizer),
}

impl Chosen<'_> {
    fn get(&self) -> &Anonymizer {
        match self {
            Self::Own(anonymizer) => anonymizer,
            Self::Default(anonymizer) => anonymizer,
        }
    }
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read_anonymizer<'a>(anonymizer: *const pantau_anonymizer) -> Chosen<'a> {
    // SAFETY: promised by the caller.
    unsafe { anonymizer.as_ref() }
        .map_or_else(|| Chosen::Default(Anonymizer::new()), |anonymizer| Chosen::Own(&anonymizer.0))
}

/// Gives a text that a log answers.
///
/// # Safety
/// As for the functions of [`argument`].
unsafe fn give(
    log: *const pantau_prediction_log,
    out: *mut *mut pantau_text,
    answer: impl FnOnce(&PredictionLog) -> pantau_core::Result<String>,
) -> Result<(), Failure> {
    // SAFETY: promised by the caller.
    let (log, out) = unsafe { (argument::object("log", log)?, Place::new("out", out)?) };
    out.give(answer(&log.log)?.into());
    Ok(())
}

/// Ends a log as `pantau_prediction_log_close` does, and frees it; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_prediction_log_free(log: *mut pantau_prediction_log) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(log) });
}
