//! Labels for texts.

use std::{
    ffi::{c_char, c_void},
    ptr,
};

use pantau_core::model::{Classifier, PredictOptions};

use crate::{
    argument::{self, Place},
    callback::deliver_later,
    error::{Failure, guard, guard_or, pantau_status},
    model_options::{or_default, pantau_model_options},
    prediction::pantau_prediction,
    predictions::pantau_predictions,
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// Gives texts a label. Threads may share it, and should: their texts run together.
pub struct pantau_classifier {
    pub(crate) classifier: Classifier,
    as_text_classifier: pantau_text_classifier,
}

impl From<Classifier> for pantau_classifier {
    fn from(classifier: Classifier) -> Self {
        Self { as_text_classifier: classifier.clone().into(), classifier }
    }
}

/// What `pantau_classifier_predict_then` calls. With `PANTAU_STATUS_OK` the prediction is yours and
/// goes to `pantau_prediction_free`; with any other status it is NULL. `message` says why it
/// failed, is empty after a success, and ends with the call.
pub type pantau_predict_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        status: pantau_status,
        prediction: *mut pantau_prediction,
        message: *const c_char,
    ),
>;

/// Opens the bundle of a classifier, tests it, and gives it. A bundle that is open already with the
/// same options is shared, not loaded again. `options` may be NULL for the default ones.
///
/// `NOT_FOUND` if there is no bundle, no ONNX Runtime, or no CUDA device where one is required;
/// `INCOMPATIBLE` if it is no classifier, or fails its self-test.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_open(
    bundle: *const c_char,
    bundle_length: usize,
    options: *const pantau_model_options,
    out: *mut *mut pantau_classifier,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (bundle, options, out) = unsafe {
            (
                argument::text("bundle", bundle, bundle_length)?,
                or_default(options),
                Place::new("out", out)?,
            )
        };
        out.give(Classifier::open(bundle, &options)?.into());
        Ok(())
    })
}

/// Gives the prediction for one text, with the probabilities of all labels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_predict(
    classifier: *const pantau_classifier,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_prediction,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (classifier, text, out) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(classifier.classifier.predict(text)?.into());
        Ok(())
    })
}

/// Gives the predictions for many texts, in their order. `texts` and `lengths` hold `count` entries
/// each. Without `return_probabilities` only the most probable label and its probability are
/// computed, which is cheaper. `deadline_ms` is in how many milliseconds the answer must be there,
/// else it is `DEADLINE`; 0 for no limit. `BUSY` if more calls wait already than may.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_predict_batch(
    classifier: *const pantau_classifier,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    return_probabilities: bool,
    deadline_ms: u64,
    out: *mut *mut pantau_predictions,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (classifier, texts, out) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let deadline = argument::deadline(deadline_ms);
        let options = PredictOptions { return_probabilities, deadline };
        out.give(classifier.classifier.predict_batch(&texts, options)?.into());
        Ok(())
    })
}

/// Queues one text and returns at once; `callback` hears the prediction. It is called exactly once
/// if this returns `PANTAU_STATUS_OK`, and never otherwise. `deadline_ms` is as for
/// `pantau_classifier_predict_batch`.
///
/// The call comes from a thread of the library, the same for all callbacks: the next one waits
/// until it returns, so let it hand the prediction to your own thread or event loop. It may come
/// before this function has returned. It must not throw. It may call any function of this library,
/// `pantau_classifier_free` too; the classifier need not live until then. The library must stay
/// loaded until the last callback has returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_predict_then(
    classifier: *const pantau_classifier,
    text: *const c_char,
    length: usize,
    deadline_ms: u64,
    callback: pantau_predict_callback,
    user_data: *mut c_void,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (classifier, text) = unsafe {
            (argument::object("classifier", classifier)?, argument::text("text", text, length)?)
        };
        let callback = callback.ok_or_else(|| Failure::argument("callback", "is NULL"))?;
        let deadline = argument::deadline(deadline_ms);
        let options = PredictOptions { deadline, ..PredictOptions::default() };
        let user_data = UserData(user_data);
        deliver_later(
            |on_done| classifier.classifier.predict_then(text, options, on_done),
            move |answer| {
                let (status, prediction, message) = match answer {
                    Ok(prediction) => {
                        let prediction = Box::into_raw(Box::new(prediction.into()));
                        (pantau_status::Ok, prediction, c"".to_owned())
                    }
                    Err(failure) => {
                        let (status, message) = failure.into_parts();
                        (status, ptr::null_mut(), message)
                    }
                };
                // SAFETY: the header's rules for callbacks; the message lives until it returns.
                unsafe { callback(user_data.get(), status, prediction, message.as_ptr()) };
            },
        )
    })
}

/// What a caller wants back with the answer.
struct UserData(*mut c_void);

// SAFETY: it is only passed on; that it may go to another thread is the documented contract.
unsafe impl Send for UserData {}

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

/// Gives how many labels the classifier chooses from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_label_count(
    classifier: *const pantau_classifier,
    out: *mut usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (classifier, out) =
            unsafe { (argument::object("classifier", classifier)?, Place::new("out", out)?) };
        out.put(classifier.classifier.labels()?.len());
        Ok(())
    })
}

/// Gives the label with an index, which is that of its probability.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_label(
    classifier: *const pantau_classifier,
    index: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (classifier, out) =
            unsafe { (argument::object("classifier", classifier)?, Place::new("out", out)?) };
        let mut labels = classifier.classifier.labels()?;
        let count = labels.len();
        if index >= count {
            let problem = format!("{index} is not below the number of labels, {count}");
            return Err(Failure::argument("index", problem));
        }
        out.give(labels.swap_remove(index).into());
        Ok(())
    })
}

/// Gives what the model is, where it runs, and what it did so far, as a JSON object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_info(
    classifier: *const pantau_classifier,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (classifier, out) =
            unsafe { (argument::object("classifier", classifier)?, Place::new("out", out)?) };
        out.give(classifier.classifier.info()?.to_json().into());
        Ok(())
    })
}

/// Measures how many tokens run together best on this machine. Large calls do it by themselves; the
/// result is kept in the user's cache folder.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_warm_up(
    classifier: *const pantau_classifier,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let classifier = unsafe { argument::object("classifier", classifier)? };
        Ok(classifier.classifier.warm_up()?)
    })
}

/// Replaces the model by the one in another bundle while threads use it: the new one is loaded,
/// tested and warmed up first, and the old one answers what it has begun. If it fails, the old one
/// stays.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_swap(
    classifier: *const pantau_classifier,
    bundle: *const c_char,
    bundle_length: usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and texts.
        let (classifier, bundle) = unsafe {
            (
                argument::object("classifier", classifier)?,
                argument::text("bundle", bundle, bundle_length)?,
            )
        };
        Ok(classifier.classifier.swap(bundle)?)
    })
}

/// Frees the model while threads may still hold the classifier: what they ask from then on is
/// `INVALID_INPUT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_close(
    classifier: *const pantau_classifier,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects.
        let classifier = unsafe { argument::object("classifier", classifier)? };
        Ok(classifier.classifier.close()?)
    })
}

/// The classifier as what may be judged, borrowed from it. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_as_text_classifier(
    classifier: *const pantau_classifier,
) -> *const pantau_text_classifier {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let classifier = unsafe { classifier.as_ref() };
        classifier.map_or(ptr::null(), |classifier| &raw const classifier.as_text_classifier)
    })
}

/// Frees a classifier; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_classifier_free(classifier: *mut pantau_classifier) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(classifier) });
}
