//! Several classifiers that answer as one.

use std::{ffi::c_char, ptr};

use pantau_core::model::{Ensemble, PredictOptions, TextClassifier};

use crate::{
    argument::{self, Place},
    classifier::pantau_classifier,
    error::{Failure, guard, guard_or, pantau_status},
    prediction::pantau_prediction,
    predictions::pantau_predictions,
    text::pantau_text,
    text_classifier::pantau_text_classifier,
};

/// The mean of what several classifiers say. Calibrate them first: one that is too sure of itself
/// outvotes the others. It never changes, so threads may share it.
pub struct pantau_ensemble {
    ensemble: Ensemble,
    as_text_classifier: pantau_text_classifier,
}

/// Gives the mean of `count` classifiers, which must have the same labels, in any order. `weights`
/// holds how important each of them is, above 0; NULL is equally. They stay yours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_new(
    classifiers: *const *const pantau_classifier,
    weights: *const f64,
    count: usize,
    out: *mut *mut pantau_ensemble,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (classifiers, weights, out) = unsafe {
            (
                argument::array("classifiers", classifiers, count)?,
                argument::optional_array("weights", weights, count)?,
                Place::new("out", out)?,
            )
        };
        let classifiers = classifiers.iter().enumerate().map(|(index, classifier)| {
            // SAFETY: the header's rules for objects.
            let own = unsafe { argument::object(&format!("classifiers[{index}]"), *classifier)? };
            Ok(own.classifier.clone())
        });
        let ensemble = Ensemble::new(classifiers.collect::<Result<_, Failure>>()?, weights)?;
        out.give(pantau_ensemble { as_text_classifier: ensemble.clone().into(), ensemble });
        Ok(())
    })
}

/// Gives the prediction for one text, with the probabilities of all labels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_predict(
    ensemble: *const pantau_ensemble,
    text: *const c_char,
    length: usize,
    out: *mut *mut pantau_prediction,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (ensemble, text, out) = unsafe {
            (
                argument::object("ensemble", ensemble)?,
                argument::text("text", text, length)?,
                Place::new("out", out)?,
            )
        };
        out.give(ensemble.ensemble.predict(text)?.into());
        Ok(())
    })
}

/// Gives the predictions for many texts, in their order; the arguments are as for
/// `pantau_classifier_predict_batch`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_predict_batch(
    ensemble: *const pantau_ensemble,
    texts: *const *const c_char,
    lengths: *const usize,
    count: usize,
    return_probabilities: bool,
    deadline_ms: u64,
    out: *mut *mut pantau_predictions,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects, texts and results.
        let (ensemble, texts, out) = unsafe {
            (
                argument::object("ensemble", ensemble)?,
                argument::texts(texts, lengths, count)?,
                Place::new("out", out)?,
            )
        };
        let deadline = argument::deadline(deadline_ms);
        let options = PredictOptions { return_probabilities, deadline };
        out.give(ensemble.ensemble.predict_batch(&texts, options)?.into());
        Ok(())
    })
}

/// Gives how many labels an ensemble chooses from.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_label_count(
    ensemble: *const pantau_ensemble,
    out: *mut usize,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (ensemble, out) =
            unsafe { (argument::object("ensemble", ensemble)?, Place::new("out", out)?) };
        out.put(ensemble.ensemble.labels()?.len());
        Ok(())
    })
}

/// Gives the label with an index, which is that of its probability.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_label(
    ensemble: *const pantau_ensemble,
    index: usize,
    out: *mut *mut pantau_text,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (ensemble, out) =
            unsafe { (argument::object("ensemble", ensemble)?, Place::new("out", out)?) };
        let mut labels = ensemble.ensemble.labels()?;
        let count = labels.len();
        if index >= count {
            let problem = format!("{index} is not below the number of labels, {count}");
            return Err(Failure::argument("index", problem));
        }
        out.give(labels.swap_remove(index).into());
        Ok(())
    })
}

/// The ensemble as what may be judged, borrowed from it. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_as_text_classifier(
    ensemble: *const pantau_ensemble,
) -> *const pantau_text_classifier {
    guard_or(ptr::null(), || {
        // SAFETY: the header's rules for objects.
        let ensemble = unsafe { ensemble.as_ref() };
        ensemble.map_or(ptr::null(), |ensemble| &raw const ensemble.as_text_classifier)
    })
}

/// Frees an ensemble, not its classifiers; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_ensemble_free(ensemble: *mut pantau_ensemble) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(ensemble) });
}
