//! A cheap classifier in front of a strong one.

use std::{
    ffi::{c_char, c_void},
    ptr,
};

use pantau_core::{
    learn::CascadeChoice,
    model::{Cascade, PredictOptions, TextClassifier},
};

use crate::{
    argument::{self, Place},
    classifier::pantau_classifier,
    error::{Failure, guard, guard_or, pantau_status},
    labelled_texts::pantau_labelled_texts,
    prediction::pantau_prediction,
    predictions::pantau_predictions,
    progress::{Watch, pantau_progress},
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// A cheap classifier that answers when it is sure, in front of a strong one that answers the rest.
/// It never changes, so threads may share it.
pub struct pantau_cascade {
    cascade: Cascade,
    choice: Option<CascadeChoice>,
    as_text_classifier: pantau_text_classifier,
}

impl pantau_cascade {
    fn new(cascade: Cascade, choice: Option<CascadeChoice>) -> Self {
        Self { as_text_classifier: cascade.clone().into(), cascade, choice }
    }
}

/// Gives a cascade in which the cheap classifier answers where its confidence is at least
/// `threshold`. Both must have the same labels, in any order; they stay yours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_new(
    cheap: *const pantau_classifier,
    strong: *const pantau_classifier,
    threshold: f64,
    out: *mut *mut pantau_cascade,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cheap, strong, out) = unsafe {
            (
                argument::object("cheap", cheap)?.classifier.clone(),
                argument::object("strong", strong)?.classifier.clone(),
                Place::new("out", out)?,
            )
        };
        out.give(pantau_cascade::new(Cascade::new(cheap, strong, threshold)?, None));
        Ok(())
    })
}

/// Gives a cascade whose threshold is chosen on labelled texts that neither classifier has learnt
/// from: the cheap one answers as much as it may while both together are right as often as
/// `accuracy`, 0 to 1, says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_fit(
    cheap: *const pantau_classifier,
    strong: *const pantau_classifier,
    data: *const pantau_labelled_texts,
    accuracy: f64,
    progress: pantau_progress,
    user_data: *mut c_void,
    out: *mut *mut pantau_cascade,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cheap, strong, data, out) = unsafe {
            (
                argument::object("cheap", cheap)?.classifier.clone(),
                argument::object("strong", strong)?.classifier.clone(),
                argument::object("data", data)?,
                Place::new("out", out)?,
            )
        };
        let mut watch = Watch::new(progress, user_data);
        let mut looks = |more, all| watch.advance(more, all);
        let fitted = Cascade::fit(cheap, strong, &data.0, accuracy, &mut looks);
        let (cascade, choice) = watch.conclude(fitted)?;
        out.give(pantau_cascade::new(cascade, Some(choice)));
        Ok(())
    })
}

/// How sure the cheap classifier must be; above 1, it never is. Of a NULL: NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_threshold(cascade: *const pantau_cascade) -> f64 {
    guard_or(f64::NAN, || {
        // SAFETY: the header's rules for objects.
        unsafe { cascade.as_ref() }.map_or(f64::NAN, |cascade| cascade.cascade.threshold())
    })
}

/// Gives how the threshold was chosen as a JSON object: the accuracy and the share that the cheap
/// classifier answers, of it and of others. `INVALID_INPUT` if it was given, not chosen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_choice(
    cascade: *const pantau_cascade,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cascade, out) =
            unsafe { (argument::object("cascade", cascade)?, Place::new("out", out)?) };
        let choice = cascade
            .choice
            .as_ref()
            .ok_or_else(|| Failure::argument("cascade", "its threshold was given, not chosen"))?;
        out.give(choice.to_json().into());
        Ok(())
    })
}

/// Gives the prediction for one text, with the probabilities of all labels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_predict(
    cascade: *const pantau_cascade,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_prediction,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (cascade, text, out) = unsafe {
            (
                argument::object("cascade", cascade)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(cascade.cascade.predict(text)?.into());
        Ok(())
    })
}

/// Gives the predictions for many texts, in their order; the arguments are as for
/// `pantau_classifier_predict_batch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_predict_batch(
    cascade: *const pantau_cascade,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    return_probabilities: bool,
    deadline_ms: u64,
    out: *mut *mut pantau_predictions,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (cascade, texts, out) = unsafe {
            (
                argument::object("cascade", cascade)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let deadline = argument::deadline(deadline_ms);
        let options = PredictOptions { return_probabilities, deadline };
        out.give(cascade.cascade.predict_batch(&texts, options)?.into());
        Ok(())
    })
}

/// Gives how many labels a cascade chooses from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_label_count(
    cascade: *const pantau_cascade,
    out: *mut usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cascade, out) =
            unsafe { (argument::object("cascade", cascade)?, Place::new("out", out)?) };
        out.put(cascade.cascade.labels()?.len());
        Ok(())
    })
}

/// Gives the label with an index, which is that of its probability.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_label(
    cascade: *const pantau_cascade,
    index: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (cascade, out) =
            unsafe { (argument::object("cascade", cascade)?, Place::new("out", out)?) };
        let mut labels = cascade.cascade.labels()?;
        let count = labels.len();
        if index >= count {
            let problem = format!("{index} is not below the number of labels, {count}");
            return Err(Failure::argument("index", problem));
        }
        out.give(labels.swap_remove(index).into());
        Ok(())
    })
}

/// The cascade as what may be judged, borrowed from it. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_as_text_classifier(
    cascade: *const pantau_cascade,
) -> *const pantau_text_classifier {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let cascade = unsafe { cascade.as_ref() };
        cascade.map_or(ptr::null(), |cascade| &raw const cascade.as_text_classifier)
    })
}

/// Frees a cascade, not its classifiers; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_cascade_free(cascade: *mut pantau_cascade) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(cascade) });
}
