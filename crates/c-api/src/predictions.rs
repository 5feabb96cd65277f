//! What a classifier answers for many texts.

use std::ptr;

use pantau_core::model::Predictions;

use crate::{
    argument::{self, Place},
    error::{Failure, guard, guard_or, pantau_status},
    flag::bits,
    prediction::pantau_prediction,
    text::pantau_text,
};

/// What a classifier answers for many texts, column by column, in the order of the texts. It never
/// changes, so threads may share it; every column is borrowed from it.
pub struct pantau_predictions {
    predictions: Predictions,
    /// With the NUL that C wants.
    labels: Vec<pantau_text>,
    flags: Vec<u32>,
    novelty_pvalues: Option<Vec<f64>>,
}

impl pantau_predictions {
    pub(crate) fn all(&self) -> &Predictions {
        &self.predictions
    }
}

impl From<Predictions> for pantau_predictions {
    fn from(predictions: Predictions) -> Self {
        let labels = predictions.labels().iter().map(|label| label.clone().into()).collect();
        let flags = bits(predictions.flags());
        let novelty = predictions.novelty();
        let novelty_pvalues =
            novelty.map(|novelty| novelty.iter().map(|novelty| novelty.pvalue).collect());
        Self { predictions, labels, flags, novelty_pvalues }
    }
}

/// How many texts there are. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_count(predictions: *const pantau_predictions) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(predictions, 0, |predictions| predictions.predictions.len()) }
}

/// The most probable label of a text, borrowed from the predictions; NULL if there are not as many
/// texts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_label(
    predictions: *const pantau_predictions,
    text: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(predictions, ptr::null(), |predictions| {
            let best = predictions.predictions.best().get(text);
            best.map_or(ptr::null(), |best| &raw const predictions.labels[*best as usize])
        })
    }
}

/// For each text, the index of its most probable label. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_best(
    predictions: *const pantau_predictions,
) -> *const u32 {
    // SAFETY: the header's rules for objects.
    unsafe { read(predictions, ptr::null(), |predictions| predictions.predictions.best().as_ptr()) }
}

/// For each text, the probability of its most probable label. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_confidence(
    predictions: *const pantau_predictions,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(predictions, ptr::null(), |predictions| predictions.predictions.confidence().as_ptr())
    }
}

/// For each text, the probabilities of all labels: `pantau_predictions_label_count` of them, then
/// those of the next text. NULL if they were not asked for. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_probabilities(
    predictions: *const pantau_predictions,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(predictions, ptr::null(), |predictions| {
            predictions.predictions.probabilities().map_or(ptr::null(), <[f64]>::as_ptr)
        })
    }
}

/// For each text, what is odd about it: `pantau_flag`s, joined by `|`. Of a NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_flags(
    predictions: *const pantau_predictions,
) -> *const u32 {
    // SAFETY: the header's rules for objects.
    unsafe { read(predictions, ptr::null(), |predictions| predictions.flags.as_ptr()) }
}

/// For each text, which share of texts like those the model has learnt from are at least as
/// unusual: the smaller, the less the text is one of them. NULL if the model cannot tell. Of a
/// NULL: NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_novelty_pvalues(
    predictions: *const pantau_predictions,
) -> *const f64 {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(predictions, ptr::null(), |predictions| {
            predictions.novelty_pvalues.as_ref().map_or(ptr::null(), Vec::as_ptr)
        })
    }
}

/// How many labels the model chose from. Of a NULL: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_label_count(
    predictions: *const pantau_predictions,
) -> usize {
    // SAFETY: the header's rules for objects.
    unsafe { read(predictions, 0, |predictions| predictions.labels.len()) }
}

/// The label with an index, which is that of its column among the probabilities. It is borrowed
/// from the predictions; NULL if there are not as many labels.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_label_name(
    predictions: *const pantau_predictions,
    index: usize,
) -> *const pantau_text {
    // SAFETY: the header's rules for objects.
    unsafe {
        read(predictions, ptr::null(), |predictions| {
            predictions.labels.get(index).map_or(ptr::null(), ptr::from_ref)
        })
    }
}

/// Gives the prediction for one text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_get(
    predictions: *const pantau_predictions,
    text: usize,
    out: *mut *mut pantau_prediction,
) -> pantau_status {
    guard(|| {
        // SAFETY: the header's rules for objects and results.
        let (predictions, out) =
            unsafe { (argument::object("predictions", predictions)?, Place::new("out", out)?) };
        let predictions = &predictions.predictions;
        let prediction = predictions.get(text).ok_or_else(|| {
            let count = predictions.len();
            Failure::argument("text", format!("{text} is not below the number of texts, {count}"))
        })?;
        out.give(prediction.into());
        Ok(())
    })
}

/// # Safety
/// As for [`argument::object`].
unsafe fn read<T: Copy>(
    predictions: *const pantau_predictions,
    fallback: T,
    read: impl FnOnce(&pantau_predictions) -> T,
) -> T {
    guard_or(fallback, || {
        // SAFETY: promised by the caller.
        unsafe { predictions.as_ref() }.map_or(fallback, read)
    })
}

/// Frees predictions; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pantau_predictions_free(predictions: *mut pantau_predictions) {
    // SAFETY: the header's rules for objects.
    guard_or((), || unsafe { argument::free(predictions) });
}
