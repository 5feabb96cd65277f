//! What is learnt from and why: reviews, features, reasons, retrainings.

use std::{ffi::c_char, num::NonZero};

use pantau_core::store::{
    Existing, Record, RetrainingRecord, ReviewRecord, ReviewText, TrainingView, TriggerRecord,
};

use crate::{
    anonymizer::pantau_anonymizer,
    argument::{self, Place},
    error::{guard, pantau_status},
    feature_extractor::pantau_feature_extractor,
    store::{give, pantau_store, read_time},
    store_tables::read_anonymizer,
    text::{json_list, pantau_text},
};

/// Writes a text with its label, and gives its id. `review` is JSON, of which `review_text` and
/// `consent` are needed:
///
/// ```json
/// {"review_text": "Bagus!", "consent": true, "sentiment_label": "positive", "rating": 5,
///  "subject": "u17", "date": "2026-11-25", "app_name": null, "country_code": "ID",
///  "source": null, "clean": "id", "id": null}
/// ```
///
/// The text is kept as `anonymizer` leaves it; NULL is one with its defaults. A review whose id is
/// there already changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_review(
    store: *const pantau_store,
    review: *const c_char,
    review_length: usize,
    anonymizer: *const pantau_anonymizer,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let review = argument::text("review", review, review_length)?;
            let review = ReviewRecord::from_json(review, &read_anonymizer(anonymizer))?;
            give(store, out, |store| {
                store.write_reviews(std::slice::from_ref(&review), Existing::Keep)?;
                Ok(review.id)
            })
        }
    })
}

/// Gives the review with an id as JSON, or `null`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_review(
    store: *const pantau_store,
    id: *const c_char,
    id_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let id = argument::text("id", id, id_length)?;
            give(store, out, |store| match store.review(id)? {
                Some(review) => review.to_json(),
                None => Ok("null".to_owned()),
            })
        }
    })
}

/// Measures texts and stores their features, and gives how many were not there already. `texts`
/// are a JSON list:
///
/// ```json
/// [{"review_id": "r17", "text": "Bagus!", "consent": true, "subject": "u17",
///   "observed_at": null}]
/// ```
///
/// `observed_at` is from when on the features can be known; without it, when the stored review was
/// written. `threads` is how many threads may work, 0 for as many as this process may use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_features(
    store: *const pantau_store,
    texts: *const c_char,
    texts_length: usize,
    extractor: *const pantau_feature_extractor,
    anonymizer: *const pantau_anonymizer,
    threads: usize,
    out: *mut usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (store, texts, extractor, anonymizer, out) = unsafe {
            (
                argument::object("store", store)?,
                argument::text("texts", texts, texts_length)?,
                argument::object("extractor", extractor)?,
                read_anonymizer(anonymizer),
                Place::new("out", out)?,
            )
        };
        let texts = ReviewText::many_from_json(texts, &anonymizer)?;
        let threads = NonZero::new(threads);
        out.put(store.0.store_features_batch(&texts, &extractor.0, threads, &mut |_, _| Ok(()))?);
        Ok(())
    })
}

/// Gives the newest features of a review as JSON, or `null`: those of a version (the one their
/// author gave, or the schema hash), or with an empty `version` of any.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_features(
    store: *const pantau_store,
    review_id: *const c_char,
    review_id_length: usize,
    version: *const c_char,
    version_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let review_id = argument::text("review_id", review_id, review_id_length)?;
            let version = argument::text("version", version, version_length)?;
            let version = Some(version).filter(|version| !version.is_empty());
            give(store, out, |store| match store.features(review_id, version)? {
                Some(features) => features.to_json(),
                None => Ok("null".to_owned()),
            })
        }
    })
}

/// Gives labelled reviews with their features as JSON, each as it was known when its label became
/// known, so that nothing that was learnt later is beside it. `view` is JSON, of which all can be
/// left out; a `limit` of null is none:
///
/// ```json
/// {"limit": 1000, "since": null, "version": null, "as_of": null}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_training_features(
    store: *const pantau_store,
    view: *const c_char,
    view_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let view = argument::settings("view", view, view_length, TrainingView::from_json)?;
            give(store, out, |store| Ok(store.training_features(&view)?.to_json()))
        }
    })
}

/// Writes a reason to train a model again, and gives its id. `trigger` is JSON:
///
/// ```json
/// {"type": "drift", "reason": "PSI of text_length is 0.31", "priority": "high",
///  "detail": {"psi": 0.31}}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_trigger(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    trigger: *const c_char,
    trigger_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            let trigger = argument::text("trigger", trigger, trigger_length)?;
            let trigger = TriggerRecord::from_json(model, trigger)?;
            give(store, out, |store| {
                store.write_trigger(&trigger)?;
                Ok(trigger.id)
            })
        }
    })
}

/// Gives the reasons to train a model again as a JSON list, the earliest first. An empty `since`
/// is from the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_triggers(
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
            give(store, out, |store| json_list(&store.triggers(model, since)?))
        }
    })
}

/// Writes where a retraining stands, and gives its id; with the same `id` again, it takes the place
/// of what was written before. `retraining` is JSON, of which all can be left out:
///
/// ```json
/// {"id": null, "status": "running", "reason": null, "started_at": null, "completed_at": null,
///  "trigger_evaluation": {}, "training_result": {}, "validation_result": {}}
/// ```
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_write_retraining(
    store: *const pantau_store,
    model: *const c_char,
    model_length: usize,
    retraining: *const c_char,
    retraining_length: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        unsafe {
            let model = argument::text("model", model, model_length)?;
            let retraining = argument::text("retraining", retraining, retraining_length)?;
            let retraining = RetrainingRecord::from_json(model, retraining)?;
            give(store, out, |store| {
                store.write_retraining(&retraining)?;
                Ok(retraining.id)
            })
        }
    })
}

/// Gives the retrainings of a model as a JSON list, the earliest first. An empty `since` is from
/// the beginning.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_store_retrainings(
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
            give(store, out, |store| json_list(&store.retrainings(model, since)?))
        }
    })
}
